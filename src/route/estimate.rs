//! What a prompt costs, without deciding anything.

use super::{Placed, Request, RouteError};
use crate::cost::{Cost, Family, Sum, Total, Usage};
use crate::pool::{Model, Pool};
use serde::Serialize;

/// What one prompt costs with one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct CostEstimate {
    /// The model's id.
    pub id: String,
    /// The model's name for people.
    pub name: String,
    /// Tokens and US dollars.
    pub cost: Cost,
}

/// What many prompts cost with one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct CostTotal {
    /// The model's id.
    pub id: String,
    /// The model's name for people.
    pub name: String,
    /// Tokens and US dollars.
    pub cost: Total,
}

/// What is asked about one prompt.
pub(super) struct Query<'a> {
    pub placed: &'a Placed,
    pub request: &'a Request,
    /// The prompt's tokens by family: there are few families, and many models.
    estimated: [f64; Family::ALL.len()],
}

impl<'a> Query<'a> {
    pub fn new(placed: &'a Placed, request: &'a Request) -> Self {
        Self {
            placed,
            request,
            estimated: Family::ALL.map(|family| family.tokens(&placed.shape)),
        }
    }

    /// Tokens as the request counts them or as the model's tokenizer is estimated to, answers as
    /// long as the request or the pool expects them.
    pub fn usage(&self, model: &Model) -> Usage {
        let counted = self.request.input_tokens.of(&model.id, model.tokenizer);
        let (output, output_range) = match self.request.expected_output_tokens {
            Some(asked) => (asked, [asked; 2]),
            None => {
                let expected = model.output_tokens.expected(&self.placed.membership);
                (expected, model.output_tokens.range(expected))
            }
        };
        Usage {
            input: counted.unwrap_or(self.estimated[model.tokenizer as usize]),
            cached: self.request.cached_tokens,
            output,
            output_range,
            reasoning: self.request.reasoning_tokens,
            exact: counted.is_some(),
            tokenizer: model.tokenizer,
        }
    }
}

/// The cost of a prompt with one model of the pool, or with all of them in the pool's order.
///
/// # Errors
/// [`RouteError`] for a model that the pool does not have and for numbers out of range.
pub fn estimate(
    pool: &Pool,
    placed: &Placed,
    model: Option<&str>,
    request: &Request,
) -> Result<Vec<CostEstimate>, RouteError> {
    request.check()?;
    let asked = Query::new(placed, request);
    let costs = models(pool, model)?.iter().map(|model| CostEstimate {
        id: model.id.clone(),
        name: model.name.clone(),
        cost: model.prices.cost(&asked.usage(model)),
    });
    Ok(costs.collect())
}

/// What the prompts cost in all if one model of the pool got them, or each of them in turn.
///
/// # Errors
/// As [`estimate`].
pub fn totals(
    pool: &Pool,
    prompts: &[Placed],
    model: Option<&str>,
    request: &Request,
) -> Result<Vec<CostTotal>, RouteError> {
    request.check()?;
    let models = models(pool, model)?;
    let mut sums = vec![Sum::default(); models.len()];
    for placed in prompts {
        let asked = Query::new(placed, request);
        for (sum, model) in sums.iter_mut().zip(models) {
            let assumed =
                request.expected_output_tokens.is_none() && model.output_tokens.is_unknown();
            sum.add(&model.prices.cost(&asked.usage(model)), assumed);
        }
    }
    let totals = models.iter().zip(sums).map(|(model, sum)| CostTotal {
        id: model.id.clone(),
        name: model.name.clone(),
        cost: sum.total(),
    });
    Ok(totals.collect())
}

fn models<'a>(pool: &'a Pool, id: Option<&str>) -> Result<&'a [Model], RouteError> {
    let Some(id) = id else {
        return Ok(pool.models());
    };
    let model = pool.model(id).map_err(|source| RouteError::UnknownModel {
        field: "model",
        source,
    })?;
    Ok(std::slice::from_ref(model))
}

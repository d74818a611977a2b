//! What a prompt costs, without deciding anything.

use super::{Placed, Request, RouteError};
use crate::cost::{Cost, Sum, Total, Usage};
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

/// What the prompt costs with the model: tokens as the request counts them or as its tokenizer is
/// estimated to, answers as long as the request or the pool expects them.
pub(super) fn cost(model: &Model, placed: &Placed, request: &Request) -> Cost {
    let counted = request.input_tokens.of(&model.id, model.tokenizer);
    let expected = model.output_tokens.expected(&placed.membership);
    let (output, output_range) = match request.expected_output_tokens {
        Some(asked) => (asked, [asked; 2]),
        None => (expected, model.output_tokens.range(expected)),
    };
    model.prices.cost(&Usage {
        input: counted.unwrap_or_else(|| model.tokenizer.tokens(&placed.shape)),
        cached: request.cached_tokens,
        output,
        output_range,
        reasoning: request.reasoning_tokens,
        exact: counted.is_some(),
        tokenizer: model.tokenizer,
    })
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
    let costs = models(pool, model)?.iter().map(|model| CostEstimate {
        id: model.id.clone(),
        name: model.name.clone(),
        cost: cost(model, placed, request),
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
    let totals = models(pool, model)?.iter().map(|model| {
        let assumed = request.expected_output_tokens.is_none() && model.output_tokens.is_unknown();
        let mut sum = Sum::default();
        for placed in prompts {
            sum.add(&cost(model, placed, request), assumed);
        }
        CostTotal {
            id: model.id.clone(),
            name: model.name.clone(),
            cost: sum.total(),
        }
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

//! What many prompts cost, added up one prompt at a time.

use super::Placed;
use super::estimate::{CostEstimate, models};
use super::query::Query;
use super::request::{Request, RouteError};
use crate::cost::{Sum, Total};
use crate::pool::{Model, Pool};
use serde::Serialize;

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

/// Adds up what prompts cost with one model of a pool or with each of them. Its memory does not grow
/// with the number of prompts.
///
/// ```
/// # use uniroute::{pool::Pool, route::{CostTotals, Request, place}, router::Router};
/// let router = Router::bundled()?;
/// let pool = Pool::from_json(br#"{"models": [
///     {"id": "small", "cost": {"input": 0.1, "output": 0.1}, "output_tokens": 100}]}"#, &router)?;
/// let request = Request::default();
/// let mut totals = CostTotals::new(&pool, None, &request)?;
/// for prompt in ["What is the capital of Peru?", "Name three rivers."] {
///     totals.add(&place(&router, prompt, ""));
/// }
/// assert_eq!(totals.finish()[0].cost.tokens_out, 200.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CostTotals<'a> {
    models: &'a [Model],
    request: &'a Request,
    /// One for each of the models.
    sums: Vec<Sum>,
}

impl<'a> CostTotals<'a> {
    /// Totals of no prompts yet, for the model with this id or for all models of the pool.
    ///
    /// # Errors
    /// [`RouteError`] for a model that the pool does not have and for numbers out of range.
    pub fn new(
        pool: &'a Pool,
        model: Option<&str>,
        request: &'a Request,
    ) -> Result<Self, RouteError> {
        request.check()?;
        let models = models(pool, model)?;
        Ok(Self {
            models,
            request,
            sums: vec![Sum::default(); models.len()],
        })
    }

    /// Adds a prompt with the costs that [`estimate`](super::estimate) gives for this request.
    pub fn add(&mut self, placed: &Placed) {
        let query = Query::new(placed, self.request);
        for (model, sum) in self.models.iter().zip(&mut self.sums) {
            let cost = model.prices.cost(&query.usage(model));
            sum.add(&cost, assumes_length(model, self.request));
        }
    }

    /// Adds a prompt with these costs, for prompts whose tokens were counted one by one. Models are
    /// found by their id; one that is missing in the costs is not added to.
    pub fn add_costs(&mut self, costs: &[CostEstimate]) {
        for (model, sum) in self.models.iter().zip(&mut self.sums) {
            if let Some(estimate) = costs.iter().find(|c| c.id == model.id) {
                sum.add(&estimate.cost, assumes_length(model, self.request));
            }
        }
    }

    /// The totals, in the pool's order.
    pub fn finish(self) -> Vec<CostTotal> {
        let totals = self.models.iter().zip(&self.sums);
        totals
            .map(|(model, sum)| CostTotal {
                id: model.id.clone(),
                name: model.name.clone(),
                cost: sum.total(),
            })
            .collect()
    }
}

/// Whether the length of the model's answers is a mere assumption.
pub(super) fn assumes_length(model: &Model, request: &Request) -> bool {
    request.expected_output_tokens.is_none() && model.output_tokens.is_unknown()
}

/// What the prompts cost in all if one model of the pool got them, or each of them in turn.
///
/// # Errors
/// As [`CostTotals::new`].
pub fn totals(
    pool: &Pool,
    prompts: &[Placed],
    model: Option<&str>,
    request: &Request,
) -> Result<Vec<CostTotal>, RouteError> {
    let mut totals = CostTotals::new(pool, model, request)?;
    for placed in prompts {
        totals.add(placed);
    }
    Ok(totals.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{estimate, place};
    use crate::router::fixture;

    #[test]
    fn adding_costs_in_any_order_equals_adding_prompts() {
        let router = fixture::router();
        let pool = br#"{"models": [
            {"id": "a", "cost": {"input": 1, "output": 2}, "output_tokens": 50},
            {"id": "b", "cost": {"input": 3, "output": 4}},
            {"id": "c"}]}"#;
        let pool = Pool::from_json(pool, &router).unwrap();
        let request = Request::default();
        let prompts = ["code", "poem poem", "code poem"].map(|text| place(&router, text, ""));
        let mut by_costs = CostTotals::new(&pool, None, &request).unwrap();
        for placed in &prompts {
            let mut costs = estimate(&pool, placed, None, &request).unwrap();
            costs.reverse();
            by_costs.add_costs(&costs);
        }
        let all = totals(&pool, &prompts, None, &request).unwrap();
        assert_eq!(by_costs.finish(), all);
        let one = totals(&pool, &prompts, Some("b"), &request).unwrap();
        assert_eq!(one, all[1..2]);
    }
}

//! What a prompt costs, without deciding anything.

use super::{Placed, RouteError};
use crate::cost::Cost;
use crate::pool::Pool;
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

/// The cost of a prompt with one model of the pool, or with all of them in the pool's order.
/// `output_tokens` replaces the answer length that the pool expects.
///
/// # Errors
/// [`RouteError::UnknownModel`].
pub fn estimate(
    pool: &Pool,
    placed: &Placed,
    model: Option<&str>,
    output_tokens: Option<f64>,
) -> Result<Vec<CostEstimate>, RouteError> {
    let models = match model {
        Some(id) => {
            std::slice::from_ref(pool.model(id).map_err(|source| RouteError::UnknownModel {
                field: "model",
                source,
            })?)
        }
        None => pool.models(),
    };
    let costs = models.iter().map(|model| {
        let tokens_out =
            output_tokens.unwrap_or_else(|| model.output_tokens.expected(&placed.membership));
        let cost = model.prices.cost(placed.tokens as f64, tokens_out, false);
        CostEstimate {
            id: model.id.clone(),
            name: model.name.clone(),
            cost,
        }
    });
    Ok(costs.collect())
}

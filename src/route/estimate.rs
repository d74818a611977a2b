//! What one prompt costs, without a decision.

use super::Placed;
use super::query::Query;
use super::request::{Request, RouteError};
use crate::cost::Cost;
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
    let query = Query::new(placed, request);
    let costs = models(pool, model)?.iter().map(|model| CostEstimate {
        id: model.id.clone(),
        name: model.name.clone(),
        cost: model.prices.cost(&query.usage(model)),
    });
    Ok(costs.collect())
}

/// The model with this id, or all models of the pool.
///
/// # Errors
/// [`RouteError::UnknownModel`] for an id that the pool does not have.
pub(super) fn models<'a>(pool: &'a Pool, id: Option<&str>) -> Result<&'a [Model], RouteError> {
    let Some(id) = id else {
        return Ok(pool.models());
    };
    let model = pool.model(id).map_err(|source| RouteError::UnknownModel {
        field: "model",
        source,
    })?;
    Ok(std::slice::from_ref(model))
}

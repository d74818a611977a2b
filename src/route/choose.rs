//! The choice alone, for many prompts: what a decision also lists and explains is not made.

use super::Placed;
use super::constraints::check_names;
use super::query::Query;
use super::request::{Request, RouteError};
use super::score::{Scored, best, relax_floor};
use crate::pool::Pool;

/// The model that [`decide`](super::decide) selects, with what it is expected to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Position of the model in the pool.
    pub model: usize,
    /// Expected quality in [0, 1]: 1 − γ.
    pub quality: f64,
    /// US dollars for the prompt; none where the price is unknown and the request allows that.
    pub cost: Option<f64>,
}

/// The model that gets the prompt; `None` when every model is excluded. It is the one that
/// [`decide`](super::decide) selects, at a part of the time: no candidates are listed, and no reason is
/// worded.
///
/// # Errors
/// [`RouteError`] when the request itself is wrong.
pub fn choose(
    pool: &Pool,
    placed: &Placed,
    request: &Request,
) -> Result<Option<Choice>, RouteError> {
    request.check()?;
    check_names(pool, request)?;
    let query = Query::new(placed, request);
    let models = pool.models();
    let mut scored: Vec<_> = models
        .iter()
        .map(|model| Scored::new(model, &query))
        .collect();
    relax_floor(&mut scored, models, request);
    let chosen = best(&scored, models).and_then(|model| Some((model, scored.get(model)?)));
    Ok(chosen.map(|(model, scored)| Choice {
        model,
        quality: scored.quality,
        cost: scored.total,
    }))
}

/// Position of the cluster with the largest membership; of equal ones the first.
pub fn heaviest_cluster(placed: &Placed) -> Option<usize> {
    let weights = placed.membership.iter().enumerate();
    weights
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(cluster, _)| cluster)
}

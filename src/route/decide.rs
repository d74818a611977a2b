//! The decision for one prompt.

use super::Placed;
use super::constraints::check_names;
use super::decision::{CacheUse, ClusterShare, Decision};
use super::place::place_in;
use super::query::Query;
use super::reason::reason;
use super::request::{Objective, Request, RouteError};
use super::score::{Scored, order, relax_floor};
use crate::cost::Usage;
use crate::pool::Pool;
use crate::router::Router;

/// Clusters that a decision lists: enough to recognise the prompt, few enough to read.
const CLUSTERS_SHOWN: usize = 5;

/// Decides which model of the pool should get the prompt: argmin_h γ_h + λ·c_h over the models
/// that the request does not exclude, or the same under a budget or a quality floor.
///
/// # Errors
/// [`RouteError`] when the request itself is wrong. A request that excludes every model is not an
/// error: the decision then has no model, and every candidate has the reason.
///
/// ```
/// # use uniroute::{pool::Pool, route::{route, Request, Objective}, router::Router};
/// let router = Router::bundled()?;
/// let pool = Pool::from_json(br#"{"models": [
///     {"id": "small", "accuracy": 0.6, "cost": {"input": 0.1, "output": 0.1}},
///     {"id": "large", "accuracy": 0.9, "cost": {"input": 5, "output": 15}}]}"#, &router)?;
/// let best = route(&router, &pool, "Prove that sqrt(2) is irrational.", &Request::default())?;
/// assert_eq!(best.model.as_deref(), Some("large"));
/// let cheapest = Request { objective: Objective::Lambda(1e4), ..Request::default() };
/// let cheap = route(&router, &pool, "Prove that sqrt(2) is irrational.", &cheapest)?;
/// assert_eq!(cheap.model.as_deref(), Some("small"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn route(
    router: &Router,
    pool: &Pool,
    prompt: &str,
    request: &Request,
) -> Result<Decision, RouteError> {
    decide(
        router,
        pool,
        &place_in(router, &[prompt], request).swap_remove(0),
        request,
    )
}

/// The decision for a placed prompt; see [`route`].
///
/// # Errors
/// As [`route`].
pub fn decide(
    router: &Router,
    pool: &Pool,
    placed: &Placed,
    request: &Request,
) -> Result<Decision, RouteError> {
    request.check()?;
    check_names(pool, request)?;
    let query = Query::new(placed, request);
    let models = pool.models();
    let mut scored: Vec<_> = models
        .iter()
        .map(|model| Scored::new(model, &query))
        .collect();
    let floor_missed = relax_floor(&mut scored, models, request);
    let candidates: Vec<_> = order(&scored, models, request)
        .into_iter()
        .map(|i| scored[i].candidate(&models[i], &query))
        .collect();
    let model = candidates
        .first()
        .filter(|c| c.excluded.is_none())
        .map(|c| c.id.clone());
    let lambda = match request.objective {
        Objective::Lambda(lambda) => Some(lambda),
        _ => None,
    };
    let mut decision = Decision {
        model: model.clone(),
        candidates,
        clusters: heaviest(router, &placed.membership),
        out_of_distribution: placed.out_of_distribution,
        unknown_words: placed.unknown_words,
        from_earlier: f64::from(placed.from_earlier),
        cache: cache_use(pool, model.as_deref(), &query),
        lambda,
        reason: String::new(),
    };
    decision.reason = reason(&decision, request, floor_missed);
    decision
        .candidates
        .truncate(request.top.unwrap_or(usize::MAX));
    Ok(decision)
}

/// What the cache of the last turn's model means for the selected one.
fn cache_use(pool: &Pool, selected: Option<&str>, query: &Query) -> Option<CacheUse> {
    let previous = query.request.previous.as_ref()?;
    let warm = previous.is_warm();
    // What a model's input costs with so many cached tokens.
    let input = |id: &str, cached: f64| {
        let model = pool.model(id).ok()?;
        let usage = Usage {
            cached,
            ..query.usage(model)
        };
        model.prices.cost(&usage).input
    };
    // What holding the cache changes for a model.
    let saves = |id: &str| match warm {
        true => Some(input(id, 0.0)? - input(id, previous.cached_tokens)?),
        false => Some(0.0),
    };
    let switching = match selected {
        Some(id) if id != previous.model => saves(id),
        _ => Some(0.0),
    };
    Some(CacheUse {
        saves: saves(&previous.model),
        model: previous.model.clone(),
        warm,
        switching,
    })
}

/// The clusters with the largest memberships, in falling order.
fn heaviest(router: &Router, membership: &[f32]) -> Vec<ClusterShare> {
    let by_weight = |a: &usize, b: &usize| membership[*b].total_cmp(&membership[*a]).then(a.cmp(b));
    let mut order: Vec<usize> = (0..membership.len()).collect();
    if order.len() > CLUSTERS_SHOWN {
        order.select_nth_unstable_by(CLUSTERS_SHOWN, by_weight);
        order.truncate(CLUSTERS_SHOWN);
    }
    order.sort_unstable_by(by_weight);
    order
        .into_iter()
        .map(|id| ClusterShare {
            id,
            label: router
                .clusters()
                .names()
                .get(id)
                .cloned()
                .unwrap_or_default(),
            field: router.field(id).map(str::to_owned),
            weight: f64::from(membership[id]),
        })
        .collect()
}

use super::decision::{Candidate, ClusterShare, Decision, Exclusion, ExclusionCode};
use super::estimate::Query;
use super::reason::{explain, why_excluded};
use super::request::{Objective, Request, RouteError};
use crate::cost::{TokenFeatures, Usage};
use crate::pool::{Model, Pool};
use crate::router::{Placed, Router};
use std::cmp::Ordering;

/// Clusters that a decision lists: enough to recognise the prompt, few enough to read.
const CLUSTERS_SHOWN: usize = 5;

/// Finds where a prompt lies among the router's clusters. `context` is text that is sent along,
/// and only paid for.
pub fn place(router: &Router, prompt: &str, context: &str) -> Placed {
    place_batch(router, &[prompt], context).swap_remove(0)
}

/// Places several prompts that have the same context; equal to [`place`] on each.
pub fn place_batch(router: &Router, prompts: &[&str], context: &str) -> Vec<Placed> {
    let embedder = router.embedder();
    let context = match context {
        "" => TokenFeatures::default(),
        context => TokenFeatures::of(context, embedder.count(context)),
    };
    let embedded = embedder.embed_batch(prompts);
    let place = |(embedded, prompt): (&_, &&str)| {
        let placed = router.place(embedded, prompt);
        Placed {
            shape: placed.shape + context,
            ..placed
        }
    };
    embedded.iter().zip(prompts).map(place).collect()
}

/// Decides which model of the pool should get the prompt: argmin_h γ_h + λ·c_h over the models
/// that the request leaves, or the same under a budget or a quality floor.
///
/// # Errors
/// [`RouteError`] when the request itself is wrong. A request that leaves no model is not an
/// error: the decision then has no model, and every candidate says why.
///
/// ```
/// # use uniroute::{pool::Pool, route::{route, Request, Objective}, router::Router};
/// let router = Router::bundled()?;
/// let pool = Pool::from_json(br#"{"models": [
///     {"id": "small", "accuracy": 0.6, "cost": {"input": 0.1, "output": 0.1}},
///     {"id": "large", "accuracy": 0.9, "cost": {"input": 5, "output": 15}}]}"#, &router)?;
/// let best = route(&router, &pool, "Prove that sqrt(2) is irrational.", &Request::default())?;
/// assert_eq!(best.model.as_deref(), Some("large"));
/// let thrifty = Request { objective: Objective::Lambda(1e4), ..Request::default() };
/// let cheap = route(&router, &pool, "Prove that sqrt(2) is irrational.", &thrifty)?;
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
        &place(router, prompt, &request.context),
        request,
    )
}

/// The decision for a prompt that was already placed; see [`route`].
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
    let asked = Query::new(placed, request);
    let models = pool.models();
    let mut weighed: Vec<_> = models
        .iter()
        .map(|model| Scored::new(model, &asked))
        .collect();
    let floor_missed = relax_floor(&mut weighed, request);
    let candidates: Vec<_> = order(&weighed, models, request)
        .into_iter()
        .map(|i| weighed[i].candidate(&models[i], &asked))
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
        model,
        candidates,
        clusters: heaviest(router, &placed.membership),
        out_of_distribution: placed.out_of_distribution,
        lambda,
        reason: String::new(),
    };
    decision.reason = explain(&decision, request, floor_missed);
    decision
        .candidates
        .truncate(request.top.unwrap_or(usize::MAX));
    Ok(decision)
}

pub(super) fn check_names(pool: &Pool, request: &Request) -> Result<(), RouteError> {
    for (field, ids) in [("allow", &request.allow), ("deny", &request.deny)] {
        for id in ids {
            pool.model(id)
                .map_err(|source| RouteError::UnknownModel { field, source })?;
        }
    }
    Ok(())
}

/// What decides about a model. A candidate says more; it is made only where it is listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    pub quality: f64,
    /// USD, if that is known.
    pub total: Option<f64>,
    score: Option<f64>,
    pub excluded: Option<ExclusionCode>,
}

impl Scored {
    pub fn new(model: &Model, asked: &Query) -> Self {
        let Query {
            placed, request, ..
        } = asked;
        let error = f64::from(model.profile.expect(&placed.membership));
        let usage = asked.usage(model);
        let total = model.prices.total(&usage);
        let price = total.or(request.allow_unpriced.then_some(0.0));
        let score = match request.objective {
            // 0·unknown is 0: without a price on money, an unknown price does not matter for order.
            Objective::Lambda(lambda) => price.map(|c| error + lambda * c),
            Objective::MaxCost(_) => price.map(|_| error),
            Objective::MinQuality(_) => price,
        };
        let quality = 1.0 - error;
        Self {
            quality,
            total,
            score,
            excluded: exclusion(model, &usage, quality, price, request),
        }
    }

    fn candidate(&self, model: &Model, asked: &Query) -> Candidate {
        let cost = model.prices.cost(&asked.usage(model));
        let Placed {
            membership, trust, ..
        } = asked.placed;
        let predicted = model.profile.predict_with_trust(membership, *trust);
        Candidate {
            id: model.id.clone(),
            name: model.name.clone(),
            quality: self.quality,
            interval: predicted.quality_interval().map(f64::from),
            cost,
            score: self.score,
            excluded: self.excluded.map(|code| Exclusion {
                code,
                message: why_excluded(code, model, &cost, self.quality, asked.request),
            }),
        }
    }
}

fn exclusion(
    model: &Model,
    usage: &Usage,
    quality: f64,
    price: Option<f64>,
    request: &Request,
) -> Option<ExclusionCode> {
    use ExclusionCode::*;
    if request.deny.contains(&model.id) {
        return Some(Denied);
    }
    if !request.allow.is_empty() && !request.allow.contains(&model.id) {
        return Some(NotAllowed);
    }
    if missing(model, request).is_some() {
        return Some(Capability);
    }
    let tokens = usage.input + usage.tokens_out();
    if model.context_limit.is_some_and(|limit| tokens > limit) {
        return Some(Context);
    }
    // An expected length is a guess and gets cut; only a length that was asked for must fit.
    if let (Some(limit), Some(asked)) = (model.output_limit, request.expected_output_tokens)
        && asked > limit
    {
        return Some(OutputLimit);
    }
    let Some(price) = price else {
        return Some(Unpriced);
    };
    match request.objective {
        Objective::MaxCost(budget) if price > budget => Some(OverBudget),
        Objective::MinQuality(floor) if quality < floor => Some(BelowFloor),
        _ => None,
    }
}

/// The first capability that is needed and that the model lacks.
pub(super) fn missing<'a>(model: &Model, request: &'a Request) -> Option<&'a str> {
    let mut needed = request.need.iter();
    let lacking = needed.find(|n| !model.capabilities.contains(n));
    lacking.map(String::as_str)
}

/// When no model reaches the quality floor, the one that comes nearest is better than none.
/// Returns whether that happened.
fn relax_floor(weighed: &mut [Scored], request: &Request) -> bool {
    if !matches!(request.objective, Objective::MinQuality(_))
        || weighed.iter().any(|w| w.excluded.is_none())
    {
        return false;
    }
    let nearest = weighed
        .iter_mut()
        .filter(|w| w.excluded == Some(ExclusionCode::BelowFloor))
        .max_by(|a, b| a.quality.total_cmp(&b.quality).then_with(|| rank(b, a)));
    match nearest {
        Some(weighed) => {
            weighed.excluded = None;
            true
        }
        None => false,
    }
}

/// Positions of the models in order, by id where they are equal, as many as are asked for or needed
/// to say why: the two best, or all when none is left.
fn order(weighed: &[Scored], models: &[Model], request: &Request) -> Vec<usize> {
    let by_rank = |&a: &usize, &b: &usize| {
        rank(&weighed[a], &weighed[b]).then_with(|| models[a].id.cmp(&models[b].id))
    };
    let mut order: Vec<usize> = (0..weighed.len()).collect();
    let any = weighed.iter().any(|w| w.excluded.is_none());
    let asked = request.top.filter(|_| any).unwrap_or(usize::MAX).max(2);
    if asked < order.len() {
        order.select_nth_unstable_by(asked, by_rank);
        order.truncate(asked);
    }
    order.sort_unstable_by(by_rank);
    order
}

/// Considered before excluded, then by score, then the cheaper, then the better.
fn rank(a: &Scored, b: &Scored) -> Ordering {
    let known_first = |x: Option<f64>, y: Option<f64>| match (x, y) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        (x, y) => y.is_some().cmp(&x.is_some()),
    };
    a.excluded
        .is_some()
        .cmp(&b.excluded.is_some())
        .then_with(|| known_first(a.score, b.score))
        .then_with(|| known_first(a.total, b.total))
        .then_with(|| b.quality.total_cmp(&a.quality))
}

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
            weight: f64::from(membership[id]),
        })
        .collect()
}

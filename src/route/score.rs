//! The models of a pool scored for one prompt, and their order.

use super::Placed;
use super::constraints::{exclusion, exclusion_code};
use super::decision::{Candidate, ExclusionCode};
use super::query::Query;
use super::request::{Objective, Request};
use crate::pool::Model;
use std::cmp::Ordering;

/// The values by which models are compared. A [`Candidate`] has more of them, and is made only for
/// models that are listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    /// Expected error in [0, 1].
    pub error: f64,
    /// Expected quality in [0, 1].
    pub quality: f64,
    /// USD for the prompt; none where a price is unknown.
    pub total: Option<f64>,
    /// What the objective minimises; none where the price is unknown.
    score: Option<f64>,
    /// Why the model is not considered.
    pub excluded: Option<ExclusionCode>,
}

impl Scored {
    /// Scores one model for one prompt.
    #[inline]
    pub fn new(model: &Model, query: &Query) -> Self {
        let Query {
            placed, request, ..
        } = query;
        let error = f64::from(model.profile.expect(&placed.membership));
        let usage = query.usage(model);
        let total = model.prices.total(&usage);
        let price = total.or(request.allow_unpriced.then_some(0.0));
        let score = match request.objective {
            Objective::Lambda(lambda) => price.map(|c| error + lambda * c),
            Objective::MaxCost(_) => price.map(|_| error),
            Objective::MinQuality(_) => price,
        };
        let quality = 1.0 - error;
        Self {
            error,
            quality,
            total,
            score,
            excluded: exclusion_code(model, &usage, quality, price, request),
        }
    }

    /// The model as a decision lists it.
    pub fn candidate(&self, model: &Model, query: &Query) -> Candidate {
        let usage = query.usage(model);
        let cost = model.prices.cost(&usage);
        let Placed {
            membership, trust, ..
        } = query.placed;
        let predicted = model.profile.predict_with_trust(membership, *trust);
        Candidate {
            id: model.id.clone(),
            name: model.name.clone(),
            quality: self.quality,
            interval: predicted.quality_interval().map(f64::from),
            cost,
            latency: model.speed.seconds(usage.tokens_out()),
            score: self.score,
            excluded: self
                .excluded
                .map(|code| exclusion(code, model, &cost, self.quality, query.request)),
        }
    }
}

/// When no model reaches the quality floor, the nearest one is considered, since it is better than
/// none; of equal ones the first by id. Returns whether that happened.
pub(super) fn relax_floor(scored: &mut [Scored], models: &[Model], request: &Request) -> bool {
    if !matches!(request.objective, Objective::MinQuality(_))
        || scored.iter().any(|s| s.excluded.is_none())
    {
        return false;
    }
    let nearest = scored
        .iter_mut()
        .zip(models)
        .filter(|(s, _)| s.excluded == Some(ExclusionCode::BelowFloor))
        .max_by(|(a, one), (b, other)| {
            let quality = a.quality.total_cmp(&b.quality);
            quality
                .then_with(|| rank(b, a))
                .then_with(|| other.id.cmp(&one.id))
        });
    match nearest {
        Some((scored, _)) => {
            scored.excluded = None;
            true
        }
        None => false,
    }
}

/// Positions of the models by rank, and by id where ranks are equal. As many as the request lists,
/// but at least those that the reason names: the two best, or all when every model is excluded.
pub(super) fn order(scored: &[Scored], models: &[Model], request: &Request) -> Vec<usize> {
    let by_rank = |&a: &usize, &b: &usize| {
        rank(&scored[a], &scored[b]).then_with(|| models[a].id.cmp(&models[b].id))
    };
    let mut order: Vec<usize> = (0..scored.len()).collect();
    let any = scored.iter().any(|s| s.excluded.is_none());
    let listed = request.top.filter(|_| any).unwrap_or(usize::MAX).max(2);
    if listed < order.len() {
        order.select_nth_unstable_by(listed, by_rank);
        order.truncate(listed);
    }
    order.sort_unstable_by(by_rank);
    order
}

/// Position of the model that is considered and has the first rank; the first by id where ranks are equal.
pub(super) fn best(scored: &[Scored], models: &[Model]) -> Option<usize> {
    let considered = scored.iter().zip(models).enumerate();
    considered
        .filter(|(_, (scored, _))| scored.excluded.is_none())
        .min_by(|(_, (a, one)), (_, (b, other))| rank(a, b).then_with(|| one.id.cmp(&other.id)))
        .map(|(position, _)| position)
}

/// Considered models before excluded ones, then the lower score, then the cheaper, then the better.
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

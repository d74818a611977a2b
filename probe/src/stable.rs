//! Whether further probes would change decisions.

use crate::choose::Plan;
use ndarray::Axis;
use uniroute::Router;
use uniroute::observation::{Observations, ProfileError};
use uniroute::pool::{Pool, PoolError};
use uniroute::profile::Posterior;
use uniroute::route::{self, Objective, Placed, Request, RouteError};

/// Weights of cost at which decisions are compared, in quality per US dollar: the best model at any price, and one
/// point of quality for $0.001 and for $0.0001.
const LAMBDAS: [f64; 3] = [0.0, 10.0, 100.0];
/// Prompts at which decisions are compared.
const PLACES: usize = 64;

/// Why decisions cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum StableError {
    /// The evidence is out of range.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The pool does not hold the model.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A decision cannot be made.
    #[error(transparent)]
    Route(#[from] RouteError),
}

/// Prompts like those of users: typical ones of the router's clusters, or else the probes.
pub fn places(router: &Router, plan: &Plan) -> Vec<Placed> {
    let clusters = router.clusters().len();
    let typical: Vec<&str> = (0..clusters)
        .filter_map(|k| router.examples(k).first().map(String::as_str))
        .collect();
    let texts = match typical.is_empty() {
        true => plan.probes.iter().map(|p| p.query.as_str()).collect(),
        false => typical,
    };
    let step = texts.len().div_ceil(PLACES).max(1);
    let texts: Vec<&str> = texts.into_iter().step_by(step).collect();
    route::place_batch(router, &texts, "")
}

/// The share of decisions that the probes at `next` (positions in the plan) are expected to change, in [0, 1]. `pool`
/// holds the model as it is known from `observed`.
///
/// The answers to the next probes move the expected error at a prompt by a normal variable whose variance is what they
/// take from that of the posterior. A decision changes if it crosses the distance of the model's score to the best one of
/// the others.
///
/// # Errors
/// [`StableError`] if model and pool do not fit.
pub fn expected_changes(
    router: &Router,
    pool: &Pool,
    model: &str,
    plan: &Plan,
    observed: &Observations,
    next: &[usize],
    places: &[Placed],
) -> Result<f64, StableError> {
    pool.model(model)?;
    let before = Posterior::new(router.prior(), observed)?;
    let rows = plan.memberships.select(Axis(0), next);
    // Answers as expected change no mean; they narrow the posterior as any answers would.
    let expected: Vec<f32> = rows
        .outer_iter()
        .map(|row| before.predict(&row.to_vec()).mean.clamp(0.0, 1.0))
        .collect();
    let further = Observations::from_labels(rows.view(), &expected)?;
    let after = Posterior::new(router.prior(), &observed.clone().and(&further)?)?;
    let (mut changes, mut decisions) = (0.0, 0.0);
    for place in places {
        let sd = |posterior: &Posterior| f64::from(posterior.predict(&place.membership).sd);
        let moved = (sd(&before).powi(2) - sd(&after).powi(2)).max(0.0).sqrt();
        for lambda in LAMBDAS {
            let request = Request {
                objective: Objective::Lambda(lambda),
                allow_unpriced: true,
                ..Request::default()
            };
            let decision = route::decide(router, pool, place, &request)?;
            let scored = decision.candidates.iter().filter(|c| c.excluded.is_none());
            let score = |c: &route::Candidate| c.score.unwrap_or(1.0 - c.quality);
            let (mut own, mut best) = (None, f64::INFINITY);
            for candidate in scored {
                match candidate.id == model {
                    true => own = Some(score(candidate)),
                    false => best = best.min(score(candidate)),
                }
            }
            decisions += 1.0;
            if let Some(own) = own.filter(|_| best.is_finite() && moved > 0.0) {
                changes += upper_tail((own - best).abs() / moved);
            }
        }
    }
    Ok(if decisions > 0.0 {
        changes / decisions
    } else {
        0.0
    })
}

/// The probability that a standard normal variable exceeds `z` ≥ 0 (Abramowitz & Stegun 26.2.17, to 1e-7).
fn upper_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let polynomial = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_530,
    ]
    .into_iter()
    .fold(0.0, |sum, c| (sum + c) * t);
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial
}

#[cfg(test)]
mod tests {
    use super::upper_tail;

    #[test]
    fn tails_are_those_of_the_tables() {
        for (z, tail) in [
            (0.0, 0.5),
            (1.0, 0.158_655_3),
            (1.96, 0.024_997_9),
            (3.0, 0.001_349_9),
        ] {
            assert!((upper_tail(z) - tail).abs() < 1e-6, "{z}");
        }
    }
}

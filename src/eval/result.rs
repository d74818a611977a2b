//! What one trial gives.

use super::curve::{Curve, Fixed};

/// The score of one method in one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Deferral curve.
    pub curve: Curve,
    /// Area under it, in `[0, 1]`.
    pub area: f64,
    /// Highest quality on it, in `[0, 1]`.
    pub peak: f64,
    /// Quality-neutral cost: the least cost at which the curve reaches the quality of the best
    /// single model, as a share of that model's cost; infinite if it never does.
    pub qnc: f64,
    /// The same for 99 % of that quality.
    pub cost_of_99: f64,
}

impl Score {
    /// The score of a curve, where `best` is the best single model of the trial, if there is one.
    pub fn new(curve: Curve, best: Option<Fixed>) -> Self {
        let cost_of = |share: f64| {
            let best = best?;
            Some(curve.cost_of(share * best.quality)? / best.cost)
        };
        Self {
            area: curve.area(),
            peak: curve.peak(),
            qnc: cost_of(1.0).unwrap_or(f64::INFINITY),
            cost_of_99: cost_of(0.99).unwrap_or(f64::INFINITY),
            curve,
        }
    }
}

/// Predictions of the fitted router compared with the outcome of one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// Clusters × models compared.
    pub cells: usize,
    /// Mean absolute difference of predicted and held-out cluster errors.
    pub difference: f64,
    /// What that difference would be for perfect predictions, from the noise of held-out means
    /// alone.
    pub floor: f64,
    /// Share of held-out cluster errors inside the interval of nominal 90 %, widened by the noise
    /// of the held-out mean itself.
    pub coverage: f64,
    /// Quality of the best fixed model less the quality of routing at no more than its cost:
    /// negative when routing is better.
    pub regret: f64,
    /// Upper bound of the regret: 95 % of bootstrap resamples of the test prompts lie below.
    pub regret_bound: f64,
}

/// The result of one trial for one label budget.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialResult {
    /// One score for each method, in the order given.
    pub scores: Vec<Score>,
    /// The comparison for the fitted router; `None` if no method has one, or there is nothing to
    /// compare.
    pub guarantee: Option<Guarantee>,
}

//! The empirical counterpart of the paper's excess-risk bound (arXiv 2502.08773, Prop. 2): how far
//! predicted cluster errors are from held-out ones, whether the router's intervals cover as often as
//! stated, and the regret against a fixed model.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::curve::Outcomes;
use super::estimate::Estimate;
use super::fits::FittedRouter;
use super::result::{Guarantee, TrialResult};
use super::trial::Trial;
use crate::profile::Z90;

/// Held-out scores that a cluster needs for its error to be compared.
const FEWEST: usize = 10;
/// Resamples of the test prompts.
const RESAMPLES: usize = 400;
/// Share of the resamples that the bound on the regret covers.
const LEVEL: f64 = 0.95;
/// Powers of ten between which λ, per unit of normalised cost, is searched for, and halvings of
/// that range.
const POWERS: (f64, f64) = (-6.0, 6.0);
const HALVINGS: usize = 40;
/// Relative rounding error allowed in sums of costs.
const ROUNDING: f64 = 1e-9;

/// Compares the predictions of a router with the outcome of its trial; `None` when there is nothing
/// to compare.
pub fn guarantee(trial: &Trial, router: &FittedRouter) -> Option<Guarantee> {
    let cells = cells(trial, router);
    let (regret, regret_bound) = regret(trial, router)?;
    let mean = |what: &dyn Fn(&Cell) -> f64| {
        cells.iter().map(what).sum::<f64>() / cells.len().max(1) as f64
    };
    Some(Guarantee {
        cells: cells.len(),
        difference: mean(&|c| (c.predicted - c.held_out).abs()),
        // Mean absolute value of a normal variable of unit variance: √(2/π).
        floor: mean(&|c| c.noise * (2.0 / std::f64::consts::PI).sqrt()),
        coverage: mean(&|c| {
            let half = Z90 * c.sd.hypot(c.noise);
            f64::from(u8::from((c.predicted - c.held_out).abs() <= half))
        }),
        regret,
        regret_bound,
    })
}

/// One model on the test prompts nearest to one centroid.
struct Cell {
    predicted: f64,
    sd: f64,
    held_out: f64,
    /// Standard deviation of the held-out mean.
    noise: f64,
}

/// The cells with enough held-out scores.
fn cells(trial: &Trial, router: &FittedRouter) -> Vec<Cell> {
    let clusters = &router.clusters;
    let memberships = clusters.memberships(trial.known.test.view());
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clusters.len()];
    for (i, x) in trial.known.test.rows().into_iter().enumerate() {
        let x = x.to_vec();
        members[clusters.nearest(&x).0].push(i);
    }
    let mut cells = Vec::new();
    for prompts in &members {
        for (h, profile) in router.profiles.iter().enumerate() {
            let error = |i: &usize| f64::from(trial.hidden.errors[[*i, h]]);
            let scored: Vec<usize> = prompts
                .iter()
                .copied()
                .filter(|i| !error(i).is_nan())
                .collect();
            if scored.len() < FEWEST {
                continue;
            }
            let n = scored.len() as f64;
            let mean_membership: Vec<f32> = (0..clusters.len())
                .map(|k| scored.iter().map(|&i| memberships[[i, k]]).sum::<f32>() / n as f32)
                .collect();
            let held_out = scored.iter().map(error).sum::<f64>() / n;
            let spread = scored
                .iter()
                .map(|i| (error(i) - held_out).powi(2))
                .sum::<f64>()
                / n;
            let prediction = profile.predict(&mean_membership);
            // A cell whose scores are all equal still has noise: add one success and one failure.
            let smoothed = (spread * n + 0.5) / (n + 2.0);
            cells.push(Cell {
                predicted: prediction.mean.into(),
                sd: prediction.sd.into(),
                held_out,
                noise: (smoothed / n).sqrt(),
            });
        }
    }
    cells
}

/// Regret against the best fixed model at no more than its cost, and its bound.
fn regret(trial: &Trial, router: &FittedRouter) -> Option<(f64, f64)> {
    let predicted = router.predict(trial.known.test.view());
    let outcomes = trial.outcomes(predicted.view());
    let fixed = outcomes.fixed();
    let best = (0..fixed.len()).max_by(|&a, &b| fixed[a].quality.total_cmp(&fixed[b].quality))?;
    let scored: Vec<usize> = (0..predicted.nrows())
        .filter(|&i| !outcomes.errors[[i, best]].is_nan())
        .collect();
    let chosen = choices_within_cost(&outcomes, &scored, best)?;
    let differences: Vec<f64> = scored
        .iter()
        .zip(&chosen)
        .map(|(&i, &h)| f64::from(outcomes.errors[[i, h]] - outcomes.errors[[i, best]]))
        .collect();
    let bound = bootstrap_bound(&differences, trial.known.training.seed)?;
    Some((
        differences.iter().sum::<f64>() / differences.len() as f64,
        bound,
    ))
}

/// The choices on `prompts` at the least λ at which they cost no more than the model `fixed`.
fn choices_within_cost(outcomes: &Outcomes, prompts: &[usize], fixed: usize) -> Option<Vec<usize>> {
    let choices = |lambda: f64| {
        prompts
            .iter()
            .map(|&i| outcomes.choice(i, lambda))
            .collect::<Option<Vec<_>>>()
    };
    let cost = |choices: &[usize]| -> f64 {
        prompts
            .iter()
            .zip(choices)
            .map(|(&i, &h)| outcomes.costs[[i, h]])
            .sum()
    };
    let limit = cost(&vec![fixed; prompts.len()]) * (1.0 + ROUNDING);
    let unit = outcomes.cost_unit();
    let mut chosen = choices(0.0)?;
    if cost(&chosen) > limit {
        let (mut low, mut high) = POWERS;
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            let at = choices(10f64.powf(middle) / unit)?;
            if cost(&at) > limit {
                low = middle;
            } else {
                (high, chosen) = (middle, at);
            }
        }
    }
    Some(chosen)
}

/// Upper bound of the mean of `values`: the share [`LEVEL`] of the means of bootstrap resamples lies
/// below.
fn bootstrap_bound(values: &[f64], seed: u64) -> Option<f64> {
    let n = values.len();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..n).map(|_| values[rng.random_range(0..n)]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    means.get((LEVEL * RESAMPLES as f64) as usize).copied()
}

/// Means over trials of the parts of a [`Guarantee`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guarantees {
    /// The comparison of cluster errors; `None` if no cluster had enough held-out scores.
    pub clusters: Option<ClusterErrors>,
    /// Of [`Guarantee::regret`].
    pub regret: Estimate,
    /// Of [`Guarantee::regret_bound`].
    pub regret_bound: Estimate,
}

/// Means over the trials with cluster errors to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterErrors {
    /// Clusters × models compared in all trials.
    pub cells: usize,
    /// Of [`Guarantee::difference`].
    pub difference: Estimate,
    /// Of [`Guarantee::floor`].
    pub floor: Estimate,
    /// Of [`Guarantee::coverage`].
    pub coverage: Estimate,
}

impl Guarantees {
    /// Means over the trials that have a guarantee; `None` if none has.
    pub fn of(trials: &[TrialResult]) -> Option<Self> {
        let all: Vec<&Guarantee> = trials.iter().filter_map(|t| t.guarantee.as_ref()).collect();
        let compared: Vec<&Guarantee> = all.iter().copied().filter(|g| g.cells > 0).collect();
        let mean = |of: &[&Guarantee], what: fn(&Guarantee) -> f64| {
            Estimate::of(&of.iter().map(|g| what(g)).collect::<Vec<_>>())
        };
        let clusters = (!compared.is_empty()).then(|| ClusterErrors {
            cells: compared.iter().map(|g| g.cells).sum(),
            difference: mean(&compared, |g| g.difference),
            floor: mean(&compared, |g| g.floor),
            coverage: mean(&compared, |g| g.coverage),
        });
        (!all.is_empty()).then(|| Self {
            clusters,
            regret: mean(&all, |g| g.regret),
            regret_bound: mean(&all, |g| g.regret_bound),
        })
    }

    /// As an object of means; null where nothing could be compared.
    pub fn to_json(&self) -> serde_json::Value {
        let clusters = self.clusters.as_ref();
        serde_json::json!({
            "cells": clusters.map_or(0, |c| c.cells),
            "difference": clusters.map(|c| c.difference.mean),
            "floor": clusters.map(|c| c.floor.mean),
            "coverage": clusters.map(|c| c.coverage.mean),
            "regret": self.regret.mean,
            "regret_bound": self.regret_bound.mean,
        })
    }
}

impl std::fmt::Display for Guarantees {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(clusters) = &self.clusters {
            writeln!(
                f,
                "Predicted cluster errors are {:.3} ± {:.3} off the held-out ones on average (noise of \
                 the held-out means alone: {:.3}; {} cells).\n\
                 Intervals of nominal 90 % hold {:.1} % of held-out cluster errors.",
                clusters.difference.mean,
                clusters.difference.se,
                clusters.floor.mean,
                clusters.cells,
                100.0 * clusters.coverage.mean,
            )?;
        }
        writeln!(
            f,
            "Regret against the best fixed model at no more than its cost: {:+.4} ± {:.4} (negative: \
             routing is better); in the mean trial at most {:+.4} with 95 % confidence.",
            self.regret.mean, self.regret.se, self.regret_bound.mean,
        )
    }
}

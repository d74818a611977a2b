//! The empirical counterpart of the paper's excess-risk bound (arXiv 2502.08773, Prop. 2): how far
//! predicted cluster errors are from held-out ones, whether the router's intervals are honest, and
//! how much is risked against a fixed language model.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::methods::FittedRouter;
use super::run::TrialResult;
use super::summary::Estimate;
use super::trial::Trial;

/// Held-out scores that a cluster needs for its error to be compared.
const FEWEST: usize = 10;
/// Two-sided 90 % point of the normal distribution.
const Z90: f64 = 1.645;
/// Resamples of the test prompts.
const RESAMPLES: usize = 400;
/// Share of the resamples that the bound on the regret covers.
const LEVEL: f64 = 0.95;

/// How the router's promises were kept in one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// Clusters × language models compared.
    pub cells: usize,
    /// Mean absolute difference of predicted and held-out cluster errors.
    pub difference: f64,
    /// What that difference would be for perfect predictions, from the noise of held-out means
    /// alone.
    pub floor: f64,
    /// Share of held-out cluster errors inside the interval of nominal 90 %, widened by the noise
    /// of the held-out mean itself.
    pub coverage: f64,
    /// Quality of the best fixed language model less the quality of routing at no more than its
    /// cost: negative when routing is better.
    pub regret: f64,
    /// Upper bound of the regret: 95 % of bootstrap resamples of the test prompts lie below.
    pub regret_bound: f64,
}

/// Compares promise and outcome; `None` when there is nothing to compare.
pub fn guarantee(trial: &Trial) -> Option<Guarantee> {
    let ours = trial.known.ours()?;
    let cells = cells(trial, ours);
    let (regret, regret_bound) = regret(trial, ours)?;
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

/// One language model on the test prompts nearest to one centroid.
struct Cell {
    predicted: f64,
    sd: f64,
    held_out: f64,
    /// Standard deviation of the held-out mean.
    noise: f64,
}

fn cells(trial: &Trial, ours: &FittedRouter) -> Vec<Cell> {
    let clusters = &ours.clusters;
    let memberships = clusters.memberships(trial.known.test.view());
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clusters.len()];
    for (i, x) in trial.known.test.rows().into_iter().enumerate() {
        let x = x.to_vec();
        members[clusters.nearest(&x).0].push(i);
    }
    let mut cells = Vec::new();
    for prompts in &members {
        for (h, profile) in ours.profiles.iter().enumerate() {
            let error = |i: &usize| f64::from(trial.hidden.errors[[*i, h]]);
            let asked: Vec<usize> = prompts
                .iter()
                .copied()
                .filter(|i| !error(i).is_nan())
                .collect();
            if asked.len() < FEWEST {
                continue;
            }
            let n = asked.len() as f64;
            let mean_membership: Vec<f32> = (0..clusters.len())
                .map(|k| asked.iter().map(|&i| memberships[[i, k]]).sum::<f32>() / n as f32)
                .collect();
            let held_out = asked.iter().map(error).sum::<f64>() / n;
            let spread = asked
                .iter()
                .map(|i| (error(i) - held_out).powi(2))
                .sum::<f64>()
                / n;
            let prediction = profile.predict(&mean_membership);
            // A cell where all agree is not free of noise: add one success and one failure.
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

/// Regret against the best fixed language model at no more than its cost, and its bound.
fn regret(trial: &Trial, ours: &FittedRouter) -> Option<(f64, f64)> {
    let predicted = ours.predict(trial.known.test.view());
    let outcomes = trial.outcomes(predicted.view());
    let fixed = outcomes.fixed();
    let best = (0..fixed.len()).max_by(|&a, &b| fixed[a].quality.total_cmp(&fixed[b].quality))?;
    let asked: Vec<usize> = (0..predicted.nrows())
        .filter(|&i| !outcomes.errors[[i, best]].is_nan())
        .collect();
    let choices = |lambda: f64| {
        asked
            .iter()
            .map(|&i| outcomes.choice(i, lambda))
            .collect::<Option<Vec<_>>>()
    };
    let cost = |choices: &[usize]| -> f64 {
        asked
            .iter()
            .zip(choices)
            .map(|(&i, &h)| outcomes.costs[[i, h]])
            .sum()
    };
    let limit = cost(&vec![best; asked.len()]) * (1.0 + 1e-9);
    // Bisection for the least λ (per unit of normalised cost) that keeps to the cost.
    let unit = outcomes.unit();
    let mut chosen = choices(0.0)?;
    if cost(&chosen) > limit {
        let (mut low, mut high) = (-6.0f64, 6.0f64);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            let at = choices(10f64.powf(middle) / unit)?;
            if cost(&at) > limit {
                low = middle;
            } else {
                (high, chosen) = (middle, at);
            }
        }
    }
    let differences: Vec<f64> = asked
        .iter()
        .zip(&chosen)
        .map(|(&i, &h)| f64::from(outcomes.errors[[i, h]] - outcomes.errors[[i, best]]))
        .collect();
    let n = differences.len();
    let mut rng = ChaCha8Rng::seed_from_u64(trial.known.seed);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            (0..n)
                .map(|_| differences[rng.random_range(0..n)])
                .sum::<f64>()
                / n as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let bound = means.get((LEVEL * RESAMPLES as f64) as usize).copied()?;
    Some((differences.iter().sum::<f64>() / n as f64, bound))
}

/// Means over trials of the parts of a [`Guarantee`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guarantees {
    /// What is said of cluster errors, if any cluster had enough held-out scores.
    pub clusters: Option<ClusterErrors>,
    /// Of [`Guarantee::regret`].
    pub regret: Estimate,
    /// Of [`Guarantee::regret_bound`].
    pub regret_bound: Estimate,
}

/// Means over those trials that had cluster errors to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterErrors {
    /// Clusters × language models compared in all trials.
    pub cells: usize,
    /// Of [`Guarantee::difference`].
    pub difference: Estimate,
    /// Of [`Guarantee::floor`].
    pub floor: Estimate,
    /// Of [`Guarantee::coverage`].
    pub coverage: Estimate,
}

impl Guarantees {
    /// Of those trials that have a guarantee; `None` if none has.
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

    /// As an object of means, null where nothing could be compared.
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

//! Trials of several methods on one data set.

use std::sync::Arc;

use ndarray::ArrayView2;

use super::curve::Curve;
use super::guarantee::{Guarantee, guarantee};
use super::methods::Method;
use super::trial::Trial;
use super::{Labels, Split};
use crate::dataset::Dataset;
use crate::parallel;

/// What to run.
pub struct Plan<'a> {
    /// Scores, costs and prices; models that cannot take part were dropped before.
    pub data: &'a Dataset,
    /// Embeddings of its prompts, `(prompts, dim)`.
    pub points: ArrayView2<'a, f32>,
    /// Labels of each unseen language model; all trials are run for each of these budgets.
    pub labels: &'a [Labels],
    /// Number of unseen language models.
    pub unseen: usize,
    /// Number of trials.
    pub trials: usize,
    /// Seed of all trials.
    pub seed: u64,
}

/// How one method did in one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Deferral curve.
    pub curve: Curve,
    /// Area under it.
    pub area: f64,
    /// Highest quality on it.
    pub peak: f64,
    /// Quality-neutral cost: the least cost at which the curve reaches the quality of the best
    /// single language model, as a share of that model's cost; infinite if it never does.
    pub qnc: f64,
    /// The same for 99 % of that quality.
    pub cost_of_99: f64,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialResult {
    /// One score a method, in the order given.
    pub scores: Vec<Score>,
    /// How far the router's own promises were kept.
    pub guarantee: Option<Guarantee>,
}

/// Runs all trials on all cores, calling `progress` after each: one list of results for each label
/// budget. The budgets of a trial share its split and all that does not depend on labels.
pub fn run(
    plan: &Plan,
    methods: &[Box<dyn Method>],
    progress: impl Fn() + Sync + Send,
) -> Vec<Vec<TrialResult>> {
    let mut results = vec![Vec::with_capacity(plan.trials); plan.labels.len()];
    let trials = parallel::map(plan.trials, |trial| {
        let result = run_trial(plan, methods, trial as u64);
        progress();
        result
    });
    for trial in trials {
        for (results, result) in results.iter_mut().zip(trial) {
            results.push(result);
        }
    }
    results
}

fn run_trial(plan: &Plan, methods: &[Box<dyn Method>], number: u64) -> Vec<TrialResult> {
    let (prompts, models) = plan.data.scores.dim();
    let split = Split::draw(prompts, models, plan.unseen, plan.seed, number);
    let seed = plan.seed.wrapping_mul(1_000_003).wrapping_add(number);
    let fits = Arc::default();
    let with_labels = |labels: &Labels| {
        let labels = labels.count(prompts);
        let trial = Trial::new(plan.data, plan.points, &split, labels, seed).sharing(&fits);
        let predicted = methods
            .iter()
            .map(|m| m.predict(&trial.known, &trial.hidden));
        let scores = predicted
            .map(|p| score(&trial, trial.curve(p.view())))
            .collect();
        let ours = methods.iter().any(|m| m.name() == "uniroute");
        TrialResult {
            scores,
            guarantee: if ours { guarantee(&trial) } else { None },
        }
    };
    plan.labels.iter().map(with_labels).collect()
}

fn score(trial: &Trial, curve: Curve) -> Score {
    // What is predicted does not matter for the fixed policies.
    let best = trial.outcomes(trial.hidden.errors.view()).best_fixed();
    let cost_of = |share: f64| {
        let best = best?;
        Some(curve.cost_of(share * best.quality)? / best.cost)
    };
    Score {
        area: curve.area(),
        peak: curve.peak(),
        qnc: cost_of(1.0).unwrap_or(f64::INFINITY),
        cost_of_99: cost_of(0.99).unwrap_or(f64::INFINITY),
        curve,
    }
}

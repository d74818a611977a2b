//! Trials of several methods on one data set.

use std::sync::Arc;

use ndarray::ArrayView2;

use super::cards::{Cards, TrialCards};
use super::fits::{Context, TrainingFits};
use super::guarantee::guarantee;
use super::methods::Method;
use super::protocol::{Labels, Split};
use super::result::{Score, TrialResult};
use super::trial::{Training, Trial};
use crate::dataset::Dataset;
use crate::parallel;

/// What to run.
pub struct Plan<'a> {
    /// Scores, costs and prices of the models to evaluate.
    pub data: &'a Dataset,
    /// Embeddings of its prompts, `(prompts, dim)`.
    pub points: ArrayView2<'a, f32>,
    /// Published scores of the models, where they are given.
    pub cards: Option<Arc<Cards>>,
    /// Labels of each unseen model; all trials are run for each of these budgets.
    pub labels: &'a [Labels],
    /// Number of unseen models.
    pub unseen: usize,
    /// Number of trials.
    pub trials: usize,
    /// Seed of all trials.
    pub seed: u64,
}

/// Runs all trials on all cores and calls `progress` after each: one list of results for each label
/// budget. The budgets of a trial share its split and all fits that do not depend on labels.
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

/// One result for each label budget.
fn run_trial(plan: &Plan, methods: &[Box<dyn Method>], number: u64) -> Vec<TrialResult> {
    let (prompts, models) = plan.data.scores.dim();
    let split = Split::draw(prompts, models, plan.unseen, plan.seed, number);
    let seed = plan.seed.wrapping_mul(1_000_003).wrapping_add(number);
    let mut training = Training::new(plan.data, plan.points, &split, seed);
    training.cards = plan
        .cards
        .as_ref()
        .map(|cards| TrialCards::new(cards, &split));
    let training = Arc::new(training);
    let fits = TrainingFits::new(training.clone());
    let with_labels = |labels: &Labels| {
        let labels = labels.count(prompts);
        let trial = Trial::new(plan.data, plan.points, &split, labels, training.clone());
        measure(&trial, &fits, methods)
    };
    plan.labels.iter().map(with_labels).collect()
}

fn measure(trial: &Trial, fits: &TrainingFits, methods: &[Box<dyn Method>]) -> TrialResult {
    let context = Context::new(&trial.known, fits);
    // The fixed policies do not depend on predictions, so any will do here.
    let best = trial.outcomes(trial.hidden.errors.view()).best_fixed();
    let score = |method: &dyn Method| {
        let predicted = method.predict(&context, &trial.hidden);
        Score::new(trial.curve(predicted.view()), best)
    };
    let scores = methods.iter().map(|m| score(&**m)).collect();
    let router = methods.iter().find_map(|m| m.fitted_router(&context));
    TrialResult {
        scores,
        guarantee: router.and_then(|router| guarantee(trial, router)),
    }
}

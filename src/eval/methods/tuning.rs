//! Choosing hyper-parameters without looking at unseen models or test prompts.
//!
//! The training prompts are split in two: the scores of the seen models on the first part serve as
//! labels, and the second part serves as test prompts.

use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::eval::curve::Outcomes;
use crate::eval::trial::{Known, Training};

/// Share of the training prompts that are held out.
const HELD_OUT: f64 = 0.2;
/// Draws of the simulated labels that a choice is averaged over.
const DRAWS: u64 = 10;

/// A split of the training prompts.
pub(super) struct Fold {
    /// Rows that serve as labelled prompts.
    pub(super) labelled: Vec<usize>,
    /// Rows that serve as test prompts.
    pub(super) held_out: Vec<usize>,
}

impl Fold {
    /// All that is not held out serves as labels; every prompt is held out once.
    pub(super) fn whole(training: &Training) -> Vec<Self> {
        let rows = shuffled(training, 0);
        let parts = (1.0 / HELD_OUT).round() as usize;
        let part = |i: usize| rows.len() * i / parts..rows.len() * (i + 1) / parts;
        (0..parts)
            .map(|i| Self {
                labelled: [&rows[..part(i).start], &rows[part(i).end..]].concat(),
                held_out: rows[part(i)].to_vec(),
            })
            .collect()
    }

    /// As many labels as the unseen models have, drawn several times.
    pub(super) fn for_budget(known: &Known) -> Vec<Self> {
        let draw = |draw| {
            let mut labelled = shuffled(&known.training, draw);
            let kept = labelled.len() - (HELD_OUT * labelled.len() as f64) as usize;
            let held_out = labelled.split_off(kept);
            labelled.truncate(known.labels.nrows());
            Self { labelled, held_out }
        };
        (0..DRAWS).map(draw).collect()
    }

    /// Errors of the seen models on the labelled part, `(labelled, seen)`.
    pub(super) fn labels(&self, training: &Training) -> Array2<f32> {
        training.errors.select(Axis(0), &self.labelled)
    }
}

/// The training rows in the random order of one draw.
fn shuffled(training: &Training, draw: u64) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(training.seed);
    rng.set_stream(1000 + draw);
    let mut rows: Vec<usize> = (0..training.points.nrows()).collect();
    rows.shuffle(&mut rng);
    rows
}

/// The candidate whose predictions `predict(candidate, i)` for the held-out prompts of fold i,
/// `(held out, seen)`, have the largest mean area; the first if equal.
pub(super) fn best<C: Copy>(
    training: &Training,
    folds: &[Fold],
    candidates: &[C],
    predict: impl Fn(C, usize) -> Array2<f32>,
) -> Option<C> {
    let mut best: Option<(C, f64)> = None;
    for &candidate in candidates {
        let areas = folds
            .iter()
            .enumerate()
            .map(|(i, f)| area(training, f, predict(candidate, i).view()));
        let area = areas.sum::<f64>();
        if best.is_none_or(|(_, most)| area > most) {
            best = Some((candidate, area));
        }
    }
    best.map(|(c, _)| c)
}

/// Area under the deferral curve of the seen models on the held-out prompts of a fold.
fn area(training: &Training, fold: &Fold, predicted: ArrayView2<f32>) -> f64 {
    let errors = training.errors.select(Axis(0), &fold.held_out);
    let costs = Array2::from_shape_fn(errors.dim(), |(_, h)| training.costs[h]);
    let outcomes = Outcomes {
        predicted,
        errors: errors.view(),
        expected_costs: &training.costs,
        costs: costs.view(),
    };
    outcomes.curve().area()
}

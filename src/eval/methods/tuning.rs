//! Choosing hyper-parameters without looking at unseen language models or test prompts.
//!
//! The training prompts are split in two: what a seen language model did on the first part stands
//! in for labels, the second part for test prompts.

use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::eval::curve::Outcomes;
use crate::eval::trial::Known;

/// Share of the training prompts that are held out.
const HELD_OUT: f64 = 0.2;
/// Draws of the simulated labels that a choice is averaged over.
const DRAWS: usize = 3;

/// A split of the training prompts.
pub(super) struct Fold {
    /// Rows that stand in for labelled prompts.
    pub(super) labelled: Vec<usize>,
    /// Rows that stand in for test prompts.
    pub(super) held_out: Vec<usize>,
}

impl Fold {
    /// All that is not held out serves as labels.
    pub(super) fn whole(known: &Known) -> Vec<Self> {
        let (labelled, held_out) = shuffled(known, 0);
        vec![Self { labelled, held_out }]
    }

    /// As many labels as the unseen language models have, drawn several times.
    pub(super) fn for_budget(known: &Known) -> Vec<Self> {
        let draw = |draw| {
            let (mut labelled, held_out) = shuffled(known, draw);
            labelled.truncate(known.labels.nrows());
            Self { labelled, held_out }
        };
        (0..DRAWS as u64).map(draw).collect()
    }

    /// Errors of the seen language models on the labelled part.
    pub(super) fn labels(&self, known: &Known) -> Array2<f32> {
        known.errors.select(Axis(0), &self.labelled)
    }
}

fn shuffled(known: &Known, draw: u64) -> (Vec<usize>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(known.seed);
    rng.set_stream(1000 + draw);
    let mut rows: Vec<usize> = (0..known.training.nrows()).collect();
    rows.shuffle(&mut rng);
    let held_out = rows.split_off(rows.len() - (HELD_OUT * rows.len() as f64) as usize);
    (rows, held_out)
}

/// The candidate whose predictions `predict(candidate, i)` for the held-out prompts of fold i,
/// `(held out, seen)`, have the largest mean area; the first if equal.
pub(super) fn best<C: Copy>(
    known: &Known,
    folds: &[Fold],
    candidates: &[C],
    predict: impl Fn(C, usize) -> Array2<f32>,
) -> Option<C> {
    let mut best: Option<(C, f64)> = None;
    for &candidate in candidates {
        let areas = folds
            .iter()
            .enumerate()
            .map(|(i, f)| area(known, f, predict(candidate, i).view()));
        let area = areas.sum::<f64>();
        if best.is_none_or(|(_, most)| area > most) {
            best = Some((candidate, area));
        }
    }
    best.map(|(c, _)| c)
}

fn area(known: &Known, fold: &Fold, predicted: ArrayView2<f32>) -> f64 {
    let errors = known.errors.select(Axis(0), &fold.held_out);
    let costs = Array2::from_shape_fn(errors.dim(), |(_, h)| known.seen_costs[h]);
    let outcomes = Outcomes {
        predicted,
        errors: errors.view(),
        expected_costs: &known.seen_costs,
        costs: costs.view(),
    };
    outcomes.curve().area()
}

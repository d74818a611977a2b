//! The paper's learned cluster map (arXiv 2502.08773, §5.2).

use ndarray::{Array2, Axis};

use super::method::Method;
use super::tuning::{self, Fold};
use crate::eval::fits::{Context, weighted_means};
use crate::eval::trial::Hidden;

/// Numbers of clusters to choose from, for the label budget.
const GRID: [usize; 3] = [10, 20, 50];

/// Φ(x) = softmax(Wx + b), trained by log loss so that Φ(x)ᵀΨ(h) predicts the errors of the seen
/// models, where Ψ(h) are their mean errors in the K-means clusters; W starts at the centroids.
/// Ψ of an unseen model is the mean of its labels, weighted by membership.
pub struct LearnedMap;

impl Method for LearnedMap {
    fn name(&self) -> &'static str {
        "learned_map"
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        let (known, training) = (context.known, context.training());
        let (folds, kept) = folds_of_one_map(context);
        let maps = GRID.map(|k| context.fits.cluster_map(k, &kept));
        let candidates: Vec<usize> = (0..GRID.len()).collect();
        let on_fold = |c: usize, i: usize| {
            let memberships =
                |rows: &[usize]| maps[c].memberships(training.points.select(Axis(0), rows).view());
            let psi = weighted_means(
                &memberships(&folds[i].labelled),
                folds[i].labels(training).view(),
                training.mean_error(),
            );
            memberships(&folds[i].held_out).dot(&psi)
        };
        let chosen = tuning::best(training, &folds, &candidates, on_fold).unwrap_or(0);
        let all: Vec<usize> = (0..training.points.nrows()).collect();
        let map = context.fits.cluster_map(GRID[chosen], &all);
        let labelled = map.memberships(known.labelled.view());
        let psi = weighted_means(&labelled, known.labels.view(), training.mean_error());
        map.memberships(known.test.view()).dot(&psi)
    }
}

/// Folds that all use one map, and the rows that train it: all that the first draw does not hold
/// out. The draws differ in their labels only, since a map for each would take too long to train.
fn folds_of_one_map(context: &Context) -> (Vec<Fold>, Vec<usize>) {
    let mut folds = Fold::for_budget(context.known);
    let held_out = folds[0].held_out.clone();
    let rows = 0..context.training().points.nrows();
    let kept = rows.filter(|i| !held_out.contains(i)).collect();
    for fold in &mut folds {
        fold.labelled.retain(|i| !held_out.contains(i));
        fold.held_out.clone_from(&held_out);
    }
    (folds, kept)
}

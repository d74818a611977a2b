//! The paper's K-means router (arXiv 2502.08773, §5.1): a model's error in a cluster is the mean of
//! its labels there.

use ndarray::{Array2, ArrayView2};

use super::distances::squared_distances;
use super::method::Method;
use super::tuning::{self, Fold};
use crate::cluster::KMeans;
use crate::eval::fits::Context;
use crate::eval::means::mean_or;
use crate::eval::trial::Hidden;

/// Numbers of clusters to choose from.
const GRID: [usize; 10] = [1, 3, 5, 10, 20, 35, 60, 100, 150, 200];

/// K-means with K chosen by the paper's rule: the K with which per-cluster means of *all* training
/// scores of the seen models route them best on held-out training prompts.
pub struct KMeansMethod;

/// K-means with K chosen for the label budget: the K that routes the seen models best when only as
/// many of their training scores are used as the unseen models have labels.
pub struct KMeansTuned;

impl Method for KMeansMethod {
    fn name(&self) -> &'static str {
        "kmeans"
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        // The paper's rule chooses among two clusters or more.
        let folds = Fold::whole(context.training());
        predict(context, choose(context, &folds, &GRID[1..]))
    }
}

impl Method for KMeansTuned {
    fn name(&self) -> &'static str {
        "kmeans_tuned"
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        let folds = Fold::for_budget(context.known);
        predict(context, choose(context, &folds, &GRID))
    }
}

/// The K of `grid` that routes the seen models best on `folds`. The first of the grid is always
/// possible, the others need five training prompts for each cluster.
fn choose(context: &Context, folds: &[Fold], grid: &[usize]) -> usize {
    let training = context.training();
    let grid: Vec<usize> = grid
        .iter()
        .copied()
        .filter(|k| *k == grid[0] || 5 * k <= training.points.nrows())
        .collect();
    let labels: Vec<Array2<f32>> = folds.iter().map(|f| f.labels(training)).collect();
    let on_fold = |k: usize, i: usize| {
        let found = context.fits.kmeans(k);
        let cells = |rows: &[usize]| {
            rows.iter()
                .map(|&i| found.assignments[i])
                .collect::<Vec<_>>()
        };
        let k = found.centroids.nrows();
        let labelled = cells(&folds[i].labelled);
        let errors = cell_errors(&labelled, labels[i].view(), k, training.mean_error());
        look_up(&errors, &cells(&folds[i].held_out))
    };
    tuning::best(training, folds, &grid, on_fold).unwrap_or(1)
}

fn predict(context: &Context, k: usize) -> Array2<f32> {
    let known = context.known;
    let found = context.fits.kmeans(k);
    let labelled = assign(known.labelled.view(), &found);
    let k = found.centroids.nrows();
    let fallback = context.training().mean_error();
    let errors = cell_errors(&labelled, known.labels.view(), k, fallback);
    look_up(&errors, &assign(known.test.view(), &found))
}

/// Nearest cluster of each point.
fn assign(points: ArrayView2<f32>, found: &KMeans) -> Vec<usize> {
    let nearest = |row: ndarray::ArrayView1<f32>| {
        (0..row.len())
            .min_by(|&a, &b| row[a].total_cmp(&row[b]))
            .unwrap_or(0)
    };
    squared_distances(points, found.centroids.view())
        .rows()
        .into_iter()
        .map(nearest)
        .collect()
}

/// Mean label in each cluster, `(k, models)`, where `cells` are the clusters of the labelled prompts.
/// A cluster without labels gets the mean of the model's labels, or `fallback` if it has none at all.
fn cell_errors(cells: &[usize], labels: ArrayView2<f32>, k: usize, fallback: f32) -> Array2<f32> {
    let mut errors = Array2::zeros((k, labels.ncols()));
    for (mut errors, labels) in errors.columns_mut().into_iter().zip(labels.columns()) {
        let overall = mean_or(labels, fallback);
        let mut sums = vec![(0f32, 0f32); k];
        for (&cell, &label) in cells.iter().zip(labels).filter(|(_, l)| !l.is_nan()) {
            sums[cell].0 += label;
            sums[cell].1 += 1.0;
        }
        for (error, (sum, count)) in errors.iter_mut().zip(sums) {
            *error = if count > 0.0 { sum / count } else { overall };
        }
    }
    errors
}

/// The errors of the clusters `cells`, one row for each.
fn look_up(errors: &Array2<f32>, cells: &[usize]) -> Array2<f32> {
    errors.select(ndarray::Axis(0), cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn cell_means_by_hand() {
        let labels = array![[1.0f32, 0.0], [0.0, f32::NAN], [0.5, f32::NAN]];
        let errors = cell_errors(&[0, 0, 2], labels.view(), 3, 0.4);
        // Cell 0: mean of 1 and 0. Cell 1: nothing, so the mean of all. Cell 2: one label.
        assert_eq!(errors.column(0).to_vec(), [0.5, 0.5, 0.5]);
        assert_eq!(errors.column(1).to_vec(), [0.0, 0.0, 0.0]);
        let none = cell_errors(&[0], array![[f32::NAN]].view(), 2, 0.4);
        assert_eq!(none.column(0).to_vec(), [0.4, 0.4]);
    }
}

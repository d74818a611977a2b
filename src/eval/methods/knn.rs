//! K nearest neighbours among the labelled prompts.

use ndarray::{Array2, ArrayView2, Axis};

use super::distances::squared_distances;
use super::method::Method;
use super::tuning::{self, Fold};
use crate::eval::fits::Context;
use crate::eval::trial::Hidden;

/// Numbers of neighbours to choose from.
const GRID: [usize; 11] = [1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200];

/// The mean label of the nearest labelled prompts; their number is chosen for the label budget on
/// the seen models.
pub struct Knn;

impl Method for Knn {
    fn name(&self) -> &'static str {
        "knn"
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        let (known, training) = (context.known, context.training());
        let fallback = training.mean_error();
        let grid: Vec<usize> = GRID
            .into_iter()
            .filter(|k| *k == 1 || *k <= known.labels.nrows())
            .collect();
        let rows = |rows: &[usize]| training.points.select(Axis(0), rows);
        let folds = Fold::for_budget(known);
        let orders: Vec<Vec<Vec<usize>>> = folds
            .iter()
            .map(|f| neighbours(rows(&f.held_out).view(), rows(&f.labelled).view()))
            .collect();
        let labels: Vec<Array2<f32>> = folds.iter().map(|f| f.labels(training)).collect();
        let on_fold = |k: usize, i: usize| average(&orders[i], labels[i].view(), k, fallback);
        let k = tuning::best(training, &folds, &grid, on_fold).unwrap_or(1);
        let order = neighbours(known.test.view(), known.labelled.view());
        average(&order, known.labels.view(), k, fallback)
    }
}

/// For each of `points` the rows of `labelled`, nearest first.
fn neighbours(points: ArrayView2<f32>, labelled: ArrayView2<f32>) -> Vec<Vec<usize>> {
    let sorted = |row: ndarray::ArrayView1<f32>| {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[a].total_cmp(&row[b]).then(a.cmp(&b)));
        order
    };
    squared_distances(points, labelled)
        .rows()
        .into_iter()
        .map(sorted)
        .collect()
}

/// Mean of the `k` nearest labels that are not missing; `fallback` if all are.
fn average(order: &[Vec<usize>], labels: ArrayView2<f32>, k: usize, fallback: f32) -> Array2<f32> {
    Array2::from_shape_fn((order.len(), labels.ncols()), |(i, h)| {
        let near = order[i]
            .iter()
            .map(|&j| labels[[j, h]])
            .filter(|l| !l.is_nan())
            .take(k);
        let (sum, count) = near.fold((0f32, 0f32), |(s, c), l| (s + l, c + 1.0));
        if count > 0.0 { sum / count } else { fallback }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn two_nearest_by_hand_skipping_a_missing_label() {
        let labelled = array![[0.0f32], [1.0], [2.0], [9.0]];
        let labels = array![[1.0f32], [f32::NAN], [0.0], [1.0]];
        let order = neighbours(array![[0.9f32], [8.0]].view(), labelled.view());
        assert_eq!(order, [vec![1, 0, 2, 3], vec![3, 2, 1, 0]]);
        let found = average(&order, labels.view(), 2, 0.3);
        assert_eq!(found.column(0).to_vec(), [0.5, 0.5]);
        let none = average(&order, Array2::from_elem((4, 1), f32::NAN).view(), 2, 0.3);
        assert_eq!(none.column(0).to_vec(), [0.3, 0.3]);
    }
}

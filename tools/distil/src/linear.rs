//! The linear algebra of the fit. The order of summation is fixed, so that every run gives the same
//! bits.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip};
use rayon::prelude::*;

/// A sparse matrix by rows; values of a row are all equal.
pub struct Bags {
    /// Columns of each row.
    rows: Vec<Vec<u32>>,
    /// Value of every entry of a row.
    weights: Vec<f32>,
    /// Rows of each column.
    columns: Vec<Vec<u32>>,
}

impl Bags {
    /// Each text as the mean of its distinct tokens.
    pub fn new(mut texts: Vec<Vec<u32>>, vocabulary: usize) -> Self {
        let mut columns = vec![Vec::new(); vocabulary];
        for (row, tokens) in texts.iter_mut().enumerate() {
            tokens.sort_unstable();
            tokens.dedup();
            tokens
                .iter()
                .for_each(|&t| columns[t as usize].push(row as u32));
        }
        let weights = texts
            .iter()
            .map(|t| 1.0 / (t.len().max(1) as f32))
            .collect();
        Bags {
            rows: texts,
            weights,
            columns,
        }
    }

    /// Multiplies each row by a factor.
    pub fn scale(&mut self, factors: &[f32]) {
        self.weights
            .iter_mut()
            .zip(factors)
            .for_each(|(w, f)| *w *= f);
    }

    /// Sets the value of every row's entries.
    pub fn weigh(&mut self, weight: impl Fn(usize) -> f32) {
        self.weights
            .iter_mut()
            .enumerate()
            .for_each(|(row, w)| *w = weight(row));
    }

    /// (texts, d) = self · (vocabulary, d)
    pub fn times(&self, table: &Array2<f32>) -> Array2<f32> {
        gather(self.rows.len(), table, |row, sum| {
            for &token in &self.rows[row] {
                sum.scaled_add(self.weights[row], &table.row(token as usize));
            }
        })
    }

    /// (vocabulary, d) = selfᵀ · (texts, d)
    pub fn transposed_times(&self, texts: &Array2<f32>) -> Array2<f32> {
        gather(self.columns.len(), texts, |token, sum| {
            for &row in &self.columns[token] {
                sum.scaled_add(self.weights[row as usize], &texts.row(row as usize));
            }
        })
    }
}

/// Rows computed independently, in parallel.
fn gather(
    rows: usize,
    like: &Array2<f32>,
    fill: impl Fn(usize, &mut Array1<f32>) + Sync,
) -> Array2<f32> {
    let width = like.ncols();
    let mut out = Array2::zeros((rows, width));
    out.axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(row, mut target)| {
            let mut sum = Array1::zeros(width);
            fill(row, &mut sum);
            target.assign(&sum);
        });
    out
}

/// Minimises ‖bags·R − targets‖² + ridge·‖R − start‖² by conjugate gradients, for each column of R
/// separately.
pub fn ridge_towards(
    bags: &Bags,
    targets: &Array2<f32>,
    start: &Array2<f32>,
    ridge: f32,
    steps: usize,
) -> Array2<f32> {
    let mut change = Array2::<f32>::zeros(start.raw_dim());
    let mut residual = bags.transposed_times(&(targets - &bags.times(start)));
    let mut direction = residual.clone();
    let mut norms = column_products(&residual, &residual);
    for _ in 0..steps {
        let image = bags.transposed_times(&bags.times(&direction)) + &direction * ridge;
        let step = ratio(&norms, &column_products(&direction, &image));
        change += &(&direction * &step);
        residual -= &(&image * &step);
        let next = column_products(&residual, &residual);
        direction = &residual + &(&direction * &ratio(&next, &norms));
        norms = next;
    }
    change + start
}

fn column_products(a: &Array2<f32>, b: &Array2<f32>) -> Array1<f64> {
    let mut sums = Array1::<f64>::zeros(a.ncols());
    for (x, y) in a.outer_iter().zip(b.outer_iter()) {
        Zip::from(&mut sums)
            .and(x)
            .and(y)
            .for_each(|s, &x, &y| *s += f64::from(x) * f64::from(y));
    }
    sums
}

fn ratio(a: &Array1<f64>, b: &Array1<f64>) -> Array1<f32> {
    Zip::from(a)
        .and(b)
        .map_collect(|&a, &b| (a / b.max(1e-30)) as f32)
}

/// Mean of the outer products of the rows, (d, d), divided by its trace.
pub fn moments(rows: ArrayView2<f32>) -> Array2<f64> {
    let mut moments = Array2::<f64>::zeros((rows.ncols(), rows.ncols()));
    for chunk in rows.axis_chunks_iter(Axis(0), 4096) {
        let chunk = chunk.mapv(f64::from);
        moments += &chunk.t().dot(&chunk);
    }
    let trace = moments.diag().sum();
    moments / trace
}

/// The `count` directions that contain most of the squared length of which these are the moments
/// (d, d), as columns (d, count), by the cyclic Jacobi method.
pub fn principal_directions(mut moments: Array2<f64>, count: usize) -> Array2<f32> {
    let directions = jacobi(&mut moments);
    let mut order: Vec<usize> = (0..moments.nrows()).collect();
    order.sort_by(|&a, &b| moments[[b, b]].total_cmp(&moments[[a, a]]));
    let mut top = Array2::zeros((moments.nrows(), count));
    for (mut column, &from) in top.columns_mut().into_iter().zip(&order) {
        let direction: ArrayView1<f64> = directions.row(from);
        // The sign of an eigenvector is arbitrary; a fixed sign makes runs agree.
        let sign = if direction.sum() < 0.0 { -1.0 } else { 1.0 };
        column.assign(&direction.mapv(|x| (sign * x) as f32));
    }
    top
}

/// Diagonalises a symmetric matrix in place and returns its eigenvectors as rows.
fn jacobi(matrix: &mut Array2<f64>) -> Array2<f64> {
    let n = matrix.nrows();
    let mut vectors = Array2::<f64>::eye(n);
    let scale: f64 = matrix.diag().iter().map(|x| x * x).sum();
    for _ in 0..30 {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|ij| matrix[ij].powi(2))
            .sum();
        if off <= 1e-22 * scale {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                let apq = matrix[[p, q]];
                if apq == 0.0 {
                    continue;
                }
                let theta = (matrix[[q, q]] - matrix[[p, p]]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                rotate_rows(matrix, p, q, c, s);
                rotate_columns(matrix, p, q, c, s);
                rotate_rows(&mut vectors, p, q, c, s);
            }
        }
    }
    vectors
}

fn rotate_rows(matrix: &mut Array2<f64>, p: usize, q: usize, c: f64, s: f64) {
    let (mut a, mut b) = matrix.multi_slice_mut((ndarray::s![p, ..], ndarray::s![q, ..]));
    Zip::from(&mut a)
        .and(&mut b)
        .for_each(|x, y| (*x, *y) = (c * *x - s * *y, s * *x + c * *y));
}

fn rotate_columns(matrix: &mut Array2<f64>, p: usize, q: usize, c: f64, s: f64) {
    let (mut a, mut b) = matrix.multi_slice_mut((ndarray::s![.., p], ndarray::s![.., q]));
    Zip::from(&mut a)
        .and(&mut b)
        .for_each(|x, y| (*x, *y) = (c * *x - s * *y, s * *x + c * *y));
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn principal_directions_come_by_length() {
        let rows = array![[0.0f32, 3.0, 4.0], [0.0, 3.0, 4.0], [1.0, 0.0, 0.0]];
        let top = principal_directions(moments(rows.view()), 2);
        let expected = array![[0.0f32, 1.0], [0.6, 0.0], [0.8, 0.0]];
        assert!((&top - &expected).iter().all(|d| d.abs() < 1e-6), "{top}");
    }

    #[test]
    fn a_free_fit_reproduces_its_targets_and_a_stiff_one_its_start() {
        let bags = Bags::new(vec![vec![0], vec![1, 0, 1], vec![2]], 4);
        let targets = array![[1.0f32], [2.0], [-1.0]];
        let start = array![[0.5f32], [0.5], [0.5], [0.5]];
        let free = ridge_towards(&bags, &targets, &start, 0.0, 10);
        assert!(
            (&bags.times(&free) - &targets)
                .iter()
                .all(|d| d.abs() < 1e-5)
        );
        assert_eq!(free[[3, 0]], 0.5, "a token of no text keeps its start");
        let stiff = ridge_towards(&bags, &targets, &start, 1e9, 10);
        assert!((&stiff - &start).iter().all(|d| d.abs() < 1e-5));
    }
}

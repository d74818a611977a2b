//! Linear algebra for the posterior, without LAPACK, so that it also runs in the browser.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

/// Rows of a symmetric product that are computed at once, up to their diagonal block.
const TILE: usize = 32;

/// Lower triangle L of a symmetric positive definite matrix A = LLᵀ.
///
/// Works on rows as plain slices: to slice an `ndarray` in the inner loops takes as long as the
/// arithmetic.
pub(crate) struct Cholesky {
    /// n rows of n, zero above the diagonal.
    lower: Vec<f64>,
    n: usize,
}

impl Cholesky {
    /// Factors `a`, of which only the lower triangle is read. `None` when it is not positive
    /// definite or not finite.
    pub(crate) fn new(a: ArrayView2<f64>) -> Option<Self> {
        let n = a.nrows();
        let mut lower = vec![0.0; n * n];
        for i in 0..n {
            let (above, row) = lower.split_at_mut(i * n);
            for j in 0..i {
                let other = &above[j * n..][..=j];
                row[j] = (a[[i, j]] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = a[[i, i]] - dot(&row[..i], &row[..i]);
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        Some(Self { lower, n })
    }

    /// L, `(n, n)`.
    pub(crate) fn lower(&self) -> Array2<f64> {
        shaped(self.lower.clone(), (self.n, self.n))
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.lower[i * self.n..][..=i]
    }

    /// L⁻¹B.
    pub(crate) fn forward(&self, b: ArrayView2<f64>) -> Array2<f64> {
        let (mut x, columns) = (flat(b), b.ncols());
        for i in 0..self.n {
            let (done, rest) = x.split_at_mut(i * columns);
            let row = &mut rest[..columns];
            for (solved, factor) in done.chunks_exact(columns.max(1)).zip(self.row(i)) {
                subtract(row, *factor, solved);
            }
            divide(row, self.row(i)[i]);
        }
        shaped(x, b.dim())
    }

    /// A⁻¹B.
    pub(crate) fn solve(&self, b: ArrayView2<f64>) -> Array2<f64> {
        let (mut x, columns) = (flat(self.forward(b).view()), b.ncols());
        for i in (0..self.n).rev() {
            let (head, done) = x.split_at_mut((i + 1) * columns);
            let row = &mut head[i * columns..];
            for (j, solved) in done.chunks_exact(columns.max(1)).enumerate() {
                subtract(row, self.row(i + 1 + j)[i], solved);
            }
            divide(row, self.row(i)[i]);
        }
        shaped(x, b.dim())
    }

    /// A⁻¹b.
    pub(crate) fn solve_vector(&self, b: &Array1<f64>) -> Array1<f64> {
        let column = b.view().insert_axis(Axis(1));
        self.solve(column).remove_axis(Axis(1))
    }

    /// A⁻¹.
    pub(crate) fn inverse(&self) -> Array2<f64> {
        let n = self.n;
        // Rows of L⁻¹: only their first i + 1 entries are not zero.
        let mut inverse = vec![0.0; n * n];
        for i in 0..n {
            let (done, rest) = inverse.split_at_mut(i * n);
            let row = &mut rest[..n];
            row[i] = 1.0;
            for (j, factor) in self.row(i)[..i].iter().enumerate() {
                subtract(&mut row[..=j], *factor, &done[j * n..][..=j]);
            }
            divide(&mut row[..=i], self.row(i)[i]);
        }
        let inverse = shaped(inverse, (n, n));
        let mut product = Array2::zeros((n, n));
        for start in (0..n).step_by(TILE) {
            // Above row `start` these columns of L⁻¹ are zero.
            let rows = inverse.slice(s![start.., ..]);
            add_tile(&mut product, rows, rows, start);
        }
        for i in 0..n {
            for j in 0..i {
                product[[j, i]] = product[[i, j]];
            }
        }
        product
    }
}

/// Adds the lower triangle of AᵀB, which the caller knows to be symmetric, to `sum`. What `sum` holds above the
/// diagonal has no meaning then.
pub(crate) fn add_symmetric(sum: &mut Array2<f64>, a: ArrayView2<f64>, b: ArrayView2<f64>) {
    for start in (0..sum.nrows()).step_by(TILE) {
        add_tile(sum, a, b, start);
    }
}

/// The rows of AᵀB from `start` on, up to their diagonal block.
fn add_tile(sum: &mut Array2<f64>, a: ArrayView2<f64>, b: ArrayView2<f64>, start: usize) {
    let end = sum.nrows().min(start + TILE);
    let left = a.slice(s![.., start..end]);
    let mut tile = sum.slice_mut(s![start..end, ..end]);
    general_mat_mul(1.0, &left.t(), &b.slice(s![.., ..end]), 1.0, &mut tile);
}

fn flat(a: ArrayView2<f64>) -> Vec<f64> {
    a.iter().copied().collect()
}

/// `values` always has as many numbers as `shape` holds.
fn shaped(values: Vec<f64>, shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_vec(shape, values).unwrap_or_else(|_| Array2::zeros(shape))
}

/// Dot product of slices of one length. Eight partial sums, so that it vectorises.
#[inline]
pub(crate) fn dot<T>(a: &[T], b: &[T]) -> T
where
    T: Copy + Default + AddAssign + Add<Output = T> + Mul<Output = T> + Sum,
{
    let ((a8, a_rest), (b8, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [T::default(); 8];
    for (x, y) in a8.iter().zip(b8) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += *x * *y;
        }
    }
    let rest: T = a_rest.iter().zip(b_rest).map(|(x, y)| *x * *y).sum();
    lanes.into_iter().sum::<T>() + rest
}

/// `row -= factor · other`.
fn subtract(row: &mut [f64], factor: f64, other: &[f64]) {
    if factor != 0.0 {
        row.iter_mut()
            .zip(other)
            .for_each(|(r, o)| *r -= factor * o);
    }
}

fn divide(row: &mut [f64], by: f64) {
    row.iter_mut().for_each(|v| *v /= by);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn matrix() -> Array2<f64> {
        array![[4.0, 2.0, 0.4], [2.0, 5.0, 1.0], [0.4, 1.0, 3.0]]
    }

    fn close(a: &Array2<f64>, b: &Array2<f64>) -> bool {
        (a - b).iter().all(|d| d.abs() < 1e-12)
    }

    #[test]
    fn inverse_and_solve_undo_the_matrix() {
        let a = matrix();
        let factor = Cholesky::new(a.view()).unwrap();
        assert!(close(&factor.inverse().dot(&a), &Array2::eye(3)));
        let b = array![[1.0, 0.0], [2.0, -1.0], [0.5, 3.0]];
        assert!(close(&a.dot(&factor.solve(b.view())), &b));
        let x = factor.solve_vector(&array![1.0, 2.0, 0.5]);
        assert!(
            (a.dot(&x) - array![1.0, 2.0, 0.5])
                .iter()
                .all(|d| d.abs() < 1e-12)
        );
    }

    #[test]
    fn matrices_of_several_tiles_agree_with_whole_products() {
        let n = 2 * TILE + 5;
        let rows =
            Array2::from_shape_fn((3 * n, n), |(i, j)| ((i * 37 + j * 11) % 23) as f64 - 11.0);
        let whole = rows.t().dot(&rows);
        let mut sum = Array2::zeros((n, n));
        add_symmetric(&mut sum, rows.view(), rows.view());
        for ((i, j), value) in whole.indexed_iter().filter(|((i, j), _)| i >= j) {
            assert!((sum[[i, j]] - value).abs() < 1e-9);
        }
        let widened = whole / (n as f64) + Array2::<f64>::eye(n);
        let inverse = Cholesky::new(widened.view()).unwrap().inverse();
        assert!(close(&inverse.dot(&widened), &Array2::eye(n)));
    }

    #[test]
    fn matrices_that_are_not_positive_definite_are_rejected() {
        assert!(Cholesky::new(array![[1.0, 2.0], [2.0, 1.0]].view()).is_none());
        assert!(Cholesky::new(array![[f64::NAN]].view()).is_none());
    }
}

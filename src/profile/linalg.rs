//! The little linear algebra the posterior needs, in `f64`: no LAPACK, so that it also runs in
//! the browser.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, s};

/// Lower triangle L of a symmetric positive definite matrix A = LLᵀ.
pub(crate) struct Cholesky {
    lower: Array2<f64>,
}

impl Cholesky {
    /// Factors `a`, reading its lower triangle. `None` when it is not positive definite or not
    /// finite.
    pub(crate) fn new(a: ArrayView2<f64>) -> Option<Self> {
        let n = a.nrows();
        let mut lower = Array2::<f64>::zeros((n, n));
        for i in 0..n {
            for j in 0..=i {
                let (above, mut rest) = lower.view_mut().split_at(ndarray::Axis(0), i);
                let mut row = rest.row_mut(0);
                let sum = {
                    let done = row.slice(s![..j]);
                    let other = if j == i {
                        done
                    } else {
                        above.slice(s![j, ..j])
                    };
                    a[[i, j]] - done.dot(&other)
                };
                if j < i {
                    row[j] = sum / above[[j, j]];
                } else if sum > 0.0 && sum.is_finite() {
                    row[i] = sum.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { lower })
    }

    /// L⁻¹B.
    pub(crate) fn forward(&self, b: ArrayView2<f64>) -> Array2<f64> {
        let mut x = b.as_standard_layout().into_owned();
        for i in 0..x.nrows() {
            let (done, mut rest) = x.view_mut().split_at(ndarray::Axis(0), i);
            let mut row = rest.row_mut(0);
            for (j, solved) in done.outer_iter().enumerate() {
                subtract(&mut row, self.lower[[i, j]], solved);
            }
            row /= self.lower[[i, i]];
        }
        x
    }

    /// A⁻¹B.
    pub(crate) fn solve(&self, b: ArrayView2<f64>) -> Array2<f64> {
        let mut x = self.forward(b);
        for i in (0..x.nrows()).rev() {
            let (mut head, done) = x.view_mut().split_at(ndarray::Axis(0), i + 1);
            let mut row = head.row_mut(i);
            for (j, solved) in done.outer_iter().enumerate() {
                subtract(&mut row, self.lower[[i + 1 + j, i]], solved);
            }
            row /= self.lower[[i, i]];
        }
        x
    }

    /// A⁻¹b.
    pub(crate) fn solve_vector(&self, b: &Array1<f64>) -> Array1<f64> {
        let column = b.view().insert_axis(ndarray::Axis(1));
        self.solve(column).remove_axis(ndarray::Axis(1))
    }

    /// A⁻¹.
    pub(crate) fn inverse(&self) -> Array2<f64> {
        let n = self.lower.nrows();
        // Rows of L⁻¹: only their first i + 1 entries are not zero.
        let mut inverse = Array2::<f64>::zeros((n, n));
        for i in 0..n {
            let (done, mut rest) = inverse.view_mut().split_at(ndarray::Axis(0), i);
            let mut row = rest.row_mut(0);
            row[i] = 1.0;
            for (j, solved) in done.outer_iter().enumerate() {
                subtract(
                    &mut row.slice_mut(s![..=j]),
                    self.lower[[i, j]],
                    solved.slice(s![..=j]),
                );
            }
            row /= self.lower[[i, i]];
        }
        inverse.t().dot(&inverse)
    }
}

/// `row -= factor · other`.
fn subtract(row: &mut ArrayViewMut1<f64>, factor: f64, other: ndarray::ArrayView1<f64>) {
    if factor != 0.0 {
        row.scaled_add(-factor, &other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn matrix() -> Array2<f64> {
        array![[4.0, 2.0, 0.4], [2.0, 5.0, 1.0], [0.4, 1.0, 3.0]]
    }

    fn near(a: &Array2<f64>, b: &Array2<f64>) -> bool {
        (a - b).iter().all(|d| d.abs() < 1e-12)
    }

    #[test]
    fn inverse_and_solve_undo_the_matrix() {
        let a = matrix();
        let factor = Cholesky::new(a.view()).unwrap();
        assert!(near(&factor.inverse().dot(&a), &Array2::eye(3)));
        let b = array![[1.0, 0.0], [2.0, -1.0], [0.5, 3.0]];
        assert!(near(&a.dot(&factor.solve(b.view())), &b));
        let x = factor.solve_vector(&array![1.0, 2.0, 0.5]);
        assert!(
            (a.dot(&x) - array![1.0, 2.0, 0.5])
                .iter()
                .all(|d| d.abs() < 1e-12)
        );
    }

    #[test]
    fn refuses_what_is_not_positive_definite() {
        assert!(Cholesky::new(array![[1.0, 2.0], [2.0, 1.0]].view()).is_none());
        assert!(Cholesky::new(array![[f64::NAN]].view()).is_none());
    }
}

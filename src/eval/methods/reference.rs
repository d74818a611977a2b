//! Two reference points that look at what is hidden: they cannot be used for routing, but show what
//! can be reached.

use ndarray::{Array1, Array2, ArrayView1, Axis, s};

use super::method::{Method, ORACLE};
use crate::eval::fits::Context;
use crate::eval::means::mean_or;
use crate::eval::trial::Hidden;
use crate::linalg::Cholesky;

/// Knows every error on every test prompt: nothing can be better.
pub struct Oracle;

impl Method for Oracle {
    fn name(&self) -> &'static str {
        ORACLE
    }

    fn predict(&self, _: &Context, hidden: &Hidden) -> Array2<f32> {
        hidden.errors.clone()
    }
}

/// A linear regression of each unseen model's error, trained on *its* scores on all training
/// prompts: a router that is trained again for each new model, on many labels. Ridge regression on
/// the embedding; the penalty is chosen on the last fifth of the training prompts.
pub struct Clairvoyant;

/// Ridge penalties to choose from, for one prompt.
const PENALTIES: [f64; 6] = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2];

impl Method for Clairvoyant {
    fn name(&self) -> &'static str {
        "clairvoyant"
    }

    fn predict(&self, context: &Context, hidden: &Hidden) -> Array2<f32> {
        let known = context.known;
        let mut predicted = Array2::zeros(hidden.errors.dim());
        let all = with_constant(&context.training().points);
        let test = with_constant(&known.test);
        for h in 0..hidden.errors.ncols() {
            let errors = hidden.training_errors.column(h);
            let column = match fit_with_best_penalty(&all, errors) {
                Some(weights) => test.dot(&weights).mapv(|p| p.clamp(0.0, 1.0) as f32),
                None => Array1::from_elem(test.nrows(), known.mean_label(h)),
            };
            predicted.column_mut(h).assign(&column);
        }
        predicted
    }
}

/// The points with a last column of ones.
fn with_constant(points: &Array2<f32>) -> Array2<f64> {
    let mut x = Array2::ones((points.nrows(), points.ncols() + 1));
    x.slice_mut(s![.., ..points.ncols()])
        .assign(&points.mapv(f64::from));
    x
}

/// Weights of the ridge regression of the errors that are not missing; `None` if there are too few.
fn fit_with_best_penalty(points: &Array2<f64>, errors: ArrayView1<f32>) -> Option<Array1<f64>> {
    let rows: Vec<usize> = (0..errors.len()).filter(|&i| !errors[i].is_nan()).collect();
    let x = points.select(Axis(0), &rows);
    let y: Array1<f64> = rows.iter().map(|&i| f64::from(errors[i])).collect();
    let kept = rows.len() - rows.len() / 5;
    let (fit_x, check_x) = x.view().split_at(Axis(0), kept);
    let (fit_y, check_y) = y.view().split_at(Axis(0), kept);
    if check_y.is_empty() {
        return None;
    }
    let centre = mean_or(errors, 0.5).into();
    let (gram, cross) = moments(&fit_x.to_owned(), &fit_y.to_owned(), centre);
    let (whole_gram, whole_cross) = moments(&x, &y, centre);
    let loss = |penalty: f64| {
        let weights = ridge(&gram, &cross, penalty * kept as f64, centre)?;
        Some((check_x.dot(&weights) - check_y).mapv(|e| e * e).sum())
    };
    let losses = PENALTIES.iter().filter_map(|&p| Some((p, loss(p)?)));
    let (penalty, _) = losses.min_by(|a: &(f64, f64), b| a.1.total_cmp(&b.1))?;
    ridge(
        &whole_gram,
        &whole_cross,
        penalty * rows.len() as f64,
        centre,
    )
}

/// XᵀX and Xᵀ(y − centre).
fn moments(x: &Array2<f64>, y: &Array1<f64>, centre: f64) -> (Array2<f64>, Array1<f64>) {
    (x.t().dot(x), x.t().dot(&(y - centre)))
}

/// Weights of the columns, of which the last is the constant, with a negligible penalty.
fn ridge(
    gram: &Array2<f64>,
    cross: &Array1<f64>,
    penalty: f64,
    centre: f64,
) -> Option<Array1<f64>> {
    let mut a = gram.clone();
    a.diag_mut().mapv_inplace(|v| v + penalty);
    let last = a.nrows() - 1;
    a[[last, last]] += 1e-6 - penalty;
    let mut weights = Cholesky::new(a.view())?.solve_vector(cross);
    weights[last] += centre;
    Some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_error_is_found() {
        let x = Array2::from_shape_fn((400, 2), |(i, j)| ((i * (j + 3)) % 17) as f32 / 17.0);
        let y: Vec<f32> = x.rows().into_iter().map(|r| 0.2 + 0.5 * r[0]).collect();
        let points = with_constant(&x);
        let weights = fit_with_best_penalty(&points, ArrayView1::from(&y)).unwrap();
        for (row, y) in points.rows().into_iter().zip(y) {
            assert!((row.dot(&weights) - f64::from(y)).abs() < 0.01);
        }
    }
}

//! The map of the paper's learned clusters (arXiv 2502.08773, §5.2), and its training.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::cluster::KMeans;
use crate::eval::means::mean_or;
use crate::eval::trial::Training;

/// Passes over the training prompts.
const EPOCHS: usize = 30;
/// Prompts in a step.
const BATCH: usize = 128;
/// Step size of Adam.
const RATE: f32 = 0.02;
/// Softmax temperature that the map starts from, around the K-means centroids.
const TEMPERATURE: f32 = 0.1;
/// Predicted errors are kept this far from 0 and 1 in the log loss.
const MARGIN: f32 = 0.02;

/// Mean label in each cluster, weighted by membership: Σφy / Σφ, `(k, models)`, over the labels
/// `(n, models)` that are not missing and the `memberships` `(n, k)` of their prompts. `fallback` is
/// the mean of a model without labels.
pub(in crate::eval) fn weighted_means(
    memberships: &Array2<f32>,
    labels: ArrayView2<f32>,
    fallback: f32,
) -> Array2<f32> {
    let mut means = Array2::zeros((memberships.ncols(), labels.ncols()));
    for (mut means, labels) in means.columns_mut().into_iter().zip(labels.columns()) {
        let overall = mean_or(labels, fallback);
        for (mean, phi) in means.iter_mut().zip(memberships.columns()) {
            let pairs = phi.iter().zip(labels).filter(|(_, y)| !y.is_nan());
            let (sum, weight) = pairs.fold((0.0, 0.0), |(s, w), (p, y)| (s + p * y, w + p));
            // The tiny weight gives a cluster without labels the model's overall mean.
            *mean = (sum + 1e-6 * overall) / (weight + 1e-6);
        }
    }
    means
}

/// Φ(x) = softmax(Wx + b).
pub(in crate::eval) struct ClusterMap {
    weights: Array2<f32>,
    bias: Array1<f32>,
}

impl ClusterMap {
    /// Trains on the training prompts `rows`, starting at the centroids of `found`, with Ψ(h) fixed
    /// at the mean errors of the seen models in these clusters.
    pub(super) fn train(training: &Training, found: &KMeans, rows: &[usize]) -> Self {
        let k = found.centroids.nrows();
        let norms: Array1<f32> = found
            .centroids
            .rows()
            .into_iter()
            .map(|c| c.dot(&c))
            .collect();
        let start = Self {
            weights: &found.centroids * (2.0 / TEMPERATURE),
            bias: norms / -TEMPERATURE,
        };
        let errors = training.errors.select(Axis(0), rows);
        let hard = Array2::from_shape_fn((rows.len(), k), |(i, c)| {
            if found.assignments[rows[i]] == c {
                1.0
            } else {
                0.0
            }
        });
        let psi = weighted_means(&hard, errors.view(), training.mean_error());
        let points = training.points.select(Axis(0), rows);
        start.descend(&points, &errors, &psi, training.seed)
    }

    /// Φ(x) of each of `points` `(n, dim)`, `(n, k)`.
    pub(in crate::eval) fn memberships(&self, points: ArrayView2<f32>) -> Array2<f32> {
        let mut phi = points.dot(&self.weights.t()) + &self.bias;
        for mut row in phi.rows_mut() {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.mapv_inplace(|v| (v - most).exp());
            let sum = row.sum();
            row /= sum;
        }
        phi
    }

    /// Minimises the log loss of ΦΨ against `errors` by Adam on shuffled batches.
    fn descend(
        mut self,
        points: &Array2<f32>,
        errors: &Array2<f32>,
        psi: &Array2<f32>,
        seed: u64,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..points.nrows()).collect();
        let (mut of_weights, mut of_bias) =
            (Adam::new(self.weights.len()), Adam::new(self.bias.len()));
        for _ in 0..EPOCHS {
            order.shuffle(&mut rng);
            for batch in order.chunks(BATCH) {
                let x = points.select(Axis(0), batch);
                let slope = self.slope(&x, &errors.select(Axis(0), batch), psi);
                of_weights.step(&mut self.weights, &slope.t().dot(&x));
                of_bias.step(&mut self.bias, &slope.sum_axis(Axis(0)));
            }
        }
        self
    }

    /// Derivative of the mean log loss by Wx + b, `(batch, k)`.
    fn slope(&self, x: &Array2<f32>, errors: &Array2<f32>, psi: &Array2<f32>) -> Array2<f32> {
        let phi = self.memberships(x.view());
        let mut by_gamma = phi.dot(psi);
        let scale = 1.0 / errors.len() as f32;
        by_gamma.zip_mut_with(errors, |g, &y| {
            let p = g.clamp(MARGIN, 1.0 - MARGIN);
            *g = if y.is_nan() {
                0.0
            } else {
                (p - y) / (p * (1.0 - p)) * scale
            };
        });
        let mut slope = by_gamma.dot(&psi.t());
        for (mut slope, phi) in slope.rows_mut().into_iter().zip(phi.rows()) {
            let mean = slope.dot(&phi);
            slope.zip_mut_with(&phi, |s, p| *s = p * (*s - mean));
        }
        slope
    }
}

/// Adam (Kingma & Ba 2015) for one tensor.
struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    steps: i32,
}

impl Adam {
    fn new(len: usize) -> Self {
        Self {
            first: vec![0.0; len],
            second: vec![0.0; len],
            steps: 0,
        }
    }

    fn step<D: ndarray::Dimension>(
        &mut self,
        values: &mut ndarray::Array<f32, D>,
        slope: &ndarray::Array<f32, D>,
    ) {
        self.steps += 1;
        let unbias = |decay: f32| 1.0 - decay.powi(self.steps);
        let (first, second) = (unbias(0.9), unbias(0.999));
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((value, g), (m, v)) in values.iter_mut().zip(slope).zip(moments) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *value -= RATE * (*m / first) / ((*v / second).sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn weighted_means_by_hand() {
        let phi = array![[0.75f32, 0.25], [0.5, 0.5], [0.1, 0.9]];
        let labels = array![[1.0f32], [0.0], [f32::NAN]];
        let means = weighted_means(&phi, labels.view(), 0.3);
        assert!((means[[0, 0]] - 0.75 / 1.25).abs() < 1e-5);
        assert!((means[[1, 0]] - 0.25 / 0.75).abs() < 1e-5);
        assert_eq!(
            weighted_means(&phi, Array2::from_elem((3, 1), f32::NAN).view(), 0.3)[[0, 0]],
            0.3
        );
    }

    #[test]
    fn the_slope_is_the_derivative_of_the_log_loss() {
        let map = ClusterMap {
            weights: array![[0.3f32, -0.2], [0.1, 0.5]],
            bias: array![0.1f32, -0.1],
        };
        let (x, y) = (array![[1.0f32, 0.5]], array![[1.0f32, f32::NAN]]);
        let psi = array![[0.2f32, 0.4], [0.7, 0.6]];
        let loss =
            |map: &ClusterMap| -map.memberships(x.view()).dot(&psi)[[0, 0]].ln() / y.len() as f32;
        let slope = map.slope(&x, &y, &psi);
        for k in 0..2 {
            let mut up = ClusterMap {
                weights: map.weights.clone(),
                bias: map.bias.clone(),
            };
            up.bias[k] += 1e-2;
            let numeric = (loss(&up) - loss(&map)) / 1e-2;
            assert!((numeric - slope[[0, k]]).abs() < 2e-3, "{numeric} {slope}");
        }
    }
}

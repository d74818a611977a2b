//! The paper's learned cluster map (arXiv 2502.08773, §5.2).

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::Method;
use super::tuning::{self, Fold};
use crate::eval::trial::{Hidden, Known, mean_or};

/// Numbers of clusters to choose from, for the label budget.
const GRID: [usize; 3] = [10, 20, 50];
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

/// Φ(x) = softmax(Wx + b), trained by log loss so that Φ(x)ᵀΨ(h) predicts the errors of the seen
/// language models, Ψ(h) being their mean errors in the K-means clusters; W starts at the centroids.
/// An unseen language model's Ψ is the mean of its labels, weighted by membership.
pub struct LearnedMap;

impl Method for LearnedMap {
    fn name(&self) -> &'static str {
        "learned_map"
    }

    fn predict(&self, known: &Known, _: &Hidden) -> Array2<f32> {
        let folds = Fold::for_budget(known);
        // One map for all draws, trained without the prompts that the first holds out; the draws
        // differ in their labels only.
        let held_out = &folds[0].held_out;
        let kept: Vec<usize> = (0..known.training.nrows())
            .filter(|i| !held_out.contains(i))
            .collect();
        let folds: Vec<Fold> = folds
            .iter()
            .map(|f| Fold {
                labelled: f
                    .labelled
                    .iter()
                    .copied()
                    .filter(|i| !held_out.contains(i))
                    .collect(),
                held_out: held_out.clone(),
            })
            .collect();
        let train =
            |k, rows: &[usize], all| (known.fits.maps).get((k, all), || Map::train(known, k, rows));
        let maps = GRID.map(|k| train(k, &kept, false));
        let candidates: Vec<usize> = (0..GRID.len()).collect();
        let on_fold = |c: usize, i: usize| {
            let points = |rows: &[usize]| known.training.select(Axis(0), rows);
            let labelled = maps[c].memberships(points(&folds[i].labelled).view());
            let held_out = maps[c].memberships(points(&folds[i].held_out).view());
            let labels = folds[i].labels(known);
            held_out.dot(&weighted_means(
                &labelled,
                labels.view(),
                known.usual_error(),
            ))
        };
        let chosen = tuning::best(known, &folds, &candidates, on_fold).unwrap_or(0);
        let all: Vec<usize> = (0..known.training.nrows()).collect();
        let map = train(GRID[chosen], &all, true);
        let labelled = map.memberships(known.labelled.view());
        let psi = weighted_means(&labelled, known.labels.view(), known.usual_error());
        map.memberships(known.test.view()).dot(&psi)
    }
}

/// Σφy / Σφ for each cluster and language model, `(k, models)`, over what is not missing.
fn weighted_means(memberships: &Array2<f32>, labels: ArrayView2<f32>, usual: f32) -> Array2<f32> {
    let mut means = Array2::zeros((memberships.ncols(), labels.ncols()));
    for (mut means, labels) in means.columns_mut().into_iter().zip(labels.columns()) {
        let overall = mean_or(labels, usual);
        for (mean, phi) in means.iter_mut().zip(memberships.columns()) {
            let pairs = phi.iter().zip(labels).filter(|(_, y)| !y.is_nan());
            let (sum, weight) = pairs.fold((0.0, 0.0), |(s, w), (p, y)| (s + p * y, w + p));
            // Where nothing fell, the overall mean: a tiny weight of it decides.
            *mean = (sum + 1e-6 * overall) / (weight + 1e-6);
        }
    }
    means
}

/// Φ(x) = softmax(Wx + b).
pub(crate) struct Map {
    weights: Array2<f32>,
    bias: Array1<f32>,
}

impl Map {
    fn train(known: &Known, k: usize, rows: &[usize]) -> Self {
        let found = known.clusters(k);
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
        let errors = known.errors.select(Axis(0), rows);
        let hard = Array2::from_shape_fn((rows.len(), k), |(i, c)| {
            if found.assignments[rows[i]] == c {
                1.0
            } else {
                0.0
            }
        });
        let psi = weighted_means(&hard, errors.view(), known.usual_error());
        let points = known.training.select(Axis(0), rows);
        start.descend(&points, &errors, &psi, known.seed)
    }

    fn memberships(&self, points: ArrayView2<f32>) -> Array2<f32> {
        let mut phi = points.dot(&self.weights.t()) + &self.bias;
        for mut row in phi.rows_mut() {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.mapv_inplace(|v| (v - most).exp());
            let sum = row.sum();
            row /= sum;
        }
        phi
    }

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
        let map = Map {
            weights: array![[0.3f32, -0.2], [0.1, 0.5]],
            bias: array![0.1f32, -0.1],
        };
        let (x, y) = (array![[1.0f32, 0.5]], array![[1.0f32, f32::NAN]]);
        let psi = array![[0.2f32, 0.4], [0.7, 0.6]];
        let loss = |map: &Map| -map.memberships(x.view()).dot(&psi)[[0, 0]].ln() / y.len() as f32;
        let slope = map.slope(&x, &y, &psi);
        for k in 0..2 {
            let mut up = Map {
                weights: map.weights.clone(),
                bias: map.bias.clone(),
            };
            up.bias[k] += 1e-2;
            let numeric = (loss(&up) - loss(&map)) / 1e-2;
            assert!((numeric - slope[[0, k]]).abs() < 2e-3, "{numeric} {slope}");
        }
    }
}

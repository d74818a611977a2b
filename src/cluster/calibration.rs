//! How far ordinary prompts are from their nearest cluster.

use ndarray::{ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::error::ClusterError;
use super::kmeans::{KMeans, KMeansParams, kmeans};

/// A prompt farther from its cluster than this share of held-out training prompts is called out of
/// distribution.
pub const OUTLIER_LEVEL: f32 = 0.99;

/// Number of quantiles that [`Calibration::learn`] keeps: 0, 1, … 100 %.
const QUANTILES: usize = 101;

/// Quantiles of the squared distance from held-out training prompts to their nearest centroid.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    quantiles: Vec<f32>,
}

impl Calibration {
    /// Checks quantiles at evenly spaced levels from 0 to 1.
    ///
    /// # Errors
    /// [`ClusterError::Quantiles`] unless there are at least two, non-negative and ascending.
    pub fn try_new(quantiles: Vec<f32>) -> Result<Self, ClusterError> {
        let ascending = quantiles.windows(2).all(|w| w[0] <= w[1]);
        let in_range = quantiles.iter().all(|q| q.is_finite() && *q >= 0.0);
        if quantiles.len() < 2 || !ascending || !in_range {
            return Err(ClusterError::Quantiles);
        }
        Ok(Self { quantiles })
    }

    /// Clusters nine tenths of `points` `(n, dim)` into `k` groups and keeps the quantiles of the
    /// remaining tenth's distances.
    ///
    /// # Errors
    /// Those of [`kmeans`]; [`ClusterError::Empty`] also with fewer than two points.
    pub fn learn(
        points: ArrayView2<f32>,
        k: usize,
        params: &KMeansParams,
    ) -> Result<Self, ClusterError> {
        let n = points.nrows();
        if n < 2 {
            return Err(ClusterError::Empty {
                points: n,
                clusters: k,
            });
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(params.seed));
        let (held_out, kept) = order.split_at(n.div_ceil(10));
        let one_start = KMeansParams {
            starts: 1,
            ..params.clone()
        };
        let found = kmeans(points.select(Axis(0), kept).view(), k, &one_start)?;
        Self::of(points.select(Axis(0), held_out).view(), &found)
    }

    /// The quantiles of the distances from these `points` `(n, dim)` to the nearest centroid of
    /// `found`.
    ///
    /// # Errors
    /// [`ClusterError::Quantiles`] without points.
    pub fn of(points: ArrayView2<f32>, found: &KMeans) -> Result<Self, ClusterError> {
        let mut distances: Vec<f32> = points
            .outer_iter()
            .map(|point| {
                let to = |c: ndarray::ArrayView1<f32>| -> f32 {
                    c.iter().zip(point).map(|(a, b)| (a - b) * (a - b)).sum()
                };
                found
                    .centroids
                    .outer_iter()
                    .map(to)
                    .fold(f32::INFINITY, f32::min)
            })
            .collect();
        if distances.is_empty() {
            return Err(ClusterError::Quantiles);
        }
        distances.sort_by(f32::total_cmp);
        let level = |q: usize| {
            let at = q as f64 / (QUANTILES - 1) as f64 * (distances.len() - 1) as f64;
            let (below, above) = (at.floor() as usize, at.ceil() as usize);
            let part = (at - at.floor()) as f32;
            distances[below] + part * (distances[above] - distances[below])
        };
        Self::try_new((0..QUANTILES).map(level).collect())
    }

    /// The quantiles, ascending, at evenly spaced levels from 0 to 1.
    pub fn quantiles(&self) -> &[f32] {
        &self.quantiles
    }

    /// Share of held-out training prompts that are nearer to a cluster than `distance` (squared,
    /// as from [`super::Clusters::distance`]); in `[0, 1]`.
    pub fn outlierness(&self, distance: f32) -> f32 {
        let q = &self.quantiles;
        let above = q.partition_point(|v| *v < distance);
        let steps = (q.len() - 1) as f32;
        match above {
            0 => 0.0,
            _ if above == q.len() => 1.0,
            _ => (above as f32 - (q[above] - distance) / (q[above] - q[above - 1])) / steps,
        }
    }

    /// Whether a prompt at this squared distance is unlike anything in the training prompts.
    pub fn is_outlier(&self, distance: f32) -> bool {
        self.outlierness(distance) > OUTLIER_LEVEL
    }

    /// The trust in the prompt's clusters, in `(0, 1]`: 1 for ordinary prompts. Beyond the
    /// [`OUTLIER_LEVEL`] quantile it falls with the distance, measured in units of the gap between
    /// that quantile and the median.
    pub fn trust(&self, distance: f32) -> f32 {
        let (median, far) = (self.at(0.5), self.at(OUTLIER_LEVEL));
        let unit = (far - median).max(f32::EPSILON);
        (-((distance - far) / unit).clamp(0.0, 50.0)).exp()
    }

    fn at(&self, level: f32) -> f32 {
        let i = (level * (self.quantiles.len() - 1) as f32).round() as usize;
        self.quantiles[i.min(self.quantiles.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use rand::Rng;

    fn even() -> Calibration {
        Calibration::try_new((0..=100).map(|q| q as f32 / 100.0).collect()).unwrap()
    }

    #[test]
    fn outlierness_interpolates_between_quantiles() {
        assert!((even().outlierness(0.235) - 0.235).abs() < 1e-6);
        assert_eq!(even().outlierness(-1.0), 0.0);
        assert_eq!(even().outlierness(0.0), 0.0);
        assert_eq!(even().outlierness(7.0), 1.0);
        assert!(!even().is_outlier(0.98) && even().is_outlier(0.995));
    }

    #[test]
    fn equal_quantiles_do_not_divide_by_zero() {
        let flat = Calibration::try_new(vec![0.3; 101]).unwrap();
        assert_eq!(flat.outlierness(0.3), 0.0);
        assert_eq!(flat.outlierness(0.31), 1.0);
        assert!(flat.trust(0.3) == 1.0 && flat.trust(0.31) > 0.0);
    }

    #[test]
    fn an_ordinary_prompt_is_trusted_and_a_strange_one_is_not() {
        assert_eq!(even().trust(0.9), 1.0);
        assert!(even().trust(30.0) < 1e-6);
    }

    #[test]
    fn about_one_percent_of_like_prompts_are_called_strange_and_far_ones_always() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let points = Array2::from_shape_fn((2000, 3), |_| rng.random::<f32>());
        let learned = Calibration::learn(points.view(), 10, &KMeansParams::default()).unwrap();
        let found = kmeans(points.view(), 10, &KMeansParams::default()).unwrap();
        let distance = |p: &[f32; 3]| -> f32 {
            let to = |c: ndarray::ArrayView1<f32>| {
                c.iter().zip(p).map(|(a, b)| (a - b).powi(2)).sum::<f32>()
            };
            found
                .centroids
                .outer_iter()
                .map(to)
                .fold(f32::INFINITY, f32::min)
        };
        let new: Vec<[f32; 3]> = (0..5000).map(|_| rng.random()).collect();
        let flagged = new
            .iter()
            .filter(|p| learned.is_outlier(distance(p)))
            .count();
        assert!((10..150).contains(&flagged), "{flagged}");
        assert!(learned.is_outlier(distance(&[3.0, 0.0, 0.0])));
    }

    #[test]
    fn disordered_quantiles_are_rejected() {
        for bad in [
            vec![],
            vec![1.0],
            vec![1.0, 0.5],
            vec![0.0, f32::NAN],
            vec![-1.0, 0.0],
        ] {
            assert_eq!(Calibration::try_new(bad), Err(ClusterError::Quantiles));
        }
    }
}

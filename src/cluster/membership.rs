//! Soft membership of K clusters.

use ndarray::{Array2, ArrayView2, Axis};

use super::error::{ClusterError, LARGEST_COORDINATE, LEAST_TEMPERATURE, MAX_CLUSTERS};
use crate::linalg::dot;

/// Softmax temperature t: sharp enough that Ψ stays an error in each cluster. With .1 (and 200
/// clusters of static embeddings) memberships overlap so much that half of the fitted cluster
/// errors are outside [0, 1]; with .03 it is 7 %.
pub const DEFAULT_TEMPERATURE: f32 = 0.03;

/// K clusters of prompts and the map Φ from a prompt's embedding to its membership of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    centroids: Array2<f32>,
    squared_norms: Vec<f32>,
    temperature: f32,
    shares: Vec<f32>,
    names: Vec<String>,
}

impl Clusters {
    /// Checks the parts: `centroids` of shape `(k, dim)`, temperature t ≥ 10⁻⁶, the share of training
    /// prompts in each cluster (sums to 1), and a readable name for each.
    ///
    /// # Errors
    /// One variant of [`ClusterError`] for each way in which the parts can disagree.
    pub fn try_new(
        centroids: Array2<f32>,
        temperature: f32,
        shares: Vec<f32>,
        names: Vec<String>,
    ) -> Result<Self, ClusterError> {
        let (k, dim) = centroids.dim();
        if k == 0 || dim == 0 {
            return Err(ClusterError::Empty {
                points: dim,
                clusters: k,
            });
        }
        if k > MAX_CLUSTERS {
            return Err(ClusterError::TooMany { clusters: k });
        }
        if let Some(row) = centroids
            .outer_iter()
            .position(|c| c.iter().any(|v| !v.is_finite()))
        {
            return Err(ClusterError::NotFinite {
                what: "centroids",
                row,
            });
        }
        let far = |v: &f32| v.abs() > LARGEST_COORDINATE;
        if let Some(row) = centroids.outer_iter().position(|c| c.iter().any(far)) {
            return Err(ClusterError::TooFar { row });
        }
        if !(temperature.is_finite() && temperature >= LEAST_TEMPERATURE) {
            return Err(ClusterError::Temperature(temperature));
        }
        for (what, got) in [("shares", shares.len()), ("names", names.len())] {
            if got != k {
                return Err(ClusterError::Length {
                    what,
                    got,
                    expected: k,
                });
            }
        }
        let sum: f32 = shares.iter().sum();
        if !shares.iter().all(|s| *s >= 0.0) || sum.is_nan() || (sum - 1.0).abs() > 1e-3 {
            return Err(ClusterError::Shares(sum));
        }
        let centroids = centroids.as_standard_layout().into_owned();
        let squared_norms = centroids.outer_iter().map(|c| c.dot(&c)).collect();
        Ok(Self {
            centroids,
            squared_norms,
            temperature,
            shares,
            names,
        })
    }

    /// The same clusters with other names.
    ///
    /// # Errors
    /// [`ClusterError::Length`] unless there is one for each cluster.
    pub fn with_names(self, names: Vec<String>) -> Result<Self, ClusterError> {
        let (got, expected) = (names.len(), self.len());
        if got != expected {
            return Err(ClusterError::Length {
                what: "names",
                got,
                expected,
            });
        }
        Ok(Self { names, ..self })
    }

    /// The same clusters with another softmax temperature.
    ///
    /// # Errors
    /// [`ClusterError::Temperature`] for one that is not finite or below [`LEAST_TEMPERATURE`].
    pub fn with_temperature(self, temperature: f32) -> Result<Self, ClusterError> {
        if !(temperature.is_finite() && temperature >= LEAST_TEMPERATURE) {
            return Err(ClusterError::Temperature(temperature));
        }
        Ok(Self {
            temperature,
            ..self
        })
    }

    /// Number of clusters K.
    pub fn len(&self) -> usize {
        self.shares.len()
    }

    /// Never true: there is at least one cluster.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Length of the embeddings.
    pub fn dim(&self) -> usize {
        self.centroids.ncols()
    }

    /// Centroids, `(k, dim)`.
    pub fn centroids(&self) -> ArrayView2<'_, f32> {
        self.centroids.view()
    }

    /// Softmax temperature t.
    pub fn temperature(&self) -> f32 {
        self.temperature
    }

    /// Share of the training prompts in each cluster; sums to 1.
    pub fn shares(&self) -> &[f32] {
        &self.shares
    }

    /// Readable name of each cluster.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Φ_k(x) = softmax_k(−‖x − c_k‖² / t). Non-negative, sums to 1.
    ///
    /// A zero vector (a text without any known token) belongs to each cluster by its share.
    ///
    /// # Panics
    /// Unless the length of `x` is [`Clusters::dim`].
    pub fn membership(&self, x: &[f32]) -> Vec<f32> {
        assert_eq!(
            x.len(),
            self.dim(),
            "embedding of another length than the centroids"
        );
        if x.iter().all(|v| *v == 0.0) {
            return self.shares.clone();
        }
        // ‖x‖² is the same for every cluster and cancels.
        let mut phi: Vec<f32> = self
            .relative_distances(x)
            .map(|d| -d / self.temperature)
            .collect();
        let most = phi.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for v in &mut phi {
            *v = (*v - most).exp();
            sum += *v;
        }
        phi.iter_mut().for_each(|v| *v /= sum);
        phi
    }

    /// Shrinks a membership towards the shares of all clusters by 1 − `trust` (`trust` is in
    /// `[0, 1]`), so that with little trust in a prompt's clusters each model's overall ability
    /// decides.
    pub fn shrink_to_shares(&self, membership: &mut [f32], trust: f32) {
        for (phi, share) in membership.iter_mut().zip(&self.shares) {
            *phi = trust * *phi + (1.0 - trust) * share;
        }
    }

    /// [`Clusters::membership`] of each row, `(n, k)`.
    pub fn memberships(&self, points: ArrayView2<f32>) -> Array2<f32> {
        let mut phi = Array2::zeros((points.nrows(), self.len()));
        let points = points.as_standard_layout();
        for (mut row, x) in phi.axis_iter_mut(Axis(0)).zip(points.rows()) {
            let x = x.to_slice().unwrap_or_default();
            row.iter_mut()
                .zip(self.membership(x))
                .for_each(|(to, from)| *to = from);
        }
        phi
    }

    /// Mean of ΦΦᵀ over prompts, `(k, k)`: how much two clusters are mixed in a prediction. Each
    /// centroid stands for the prompts of its cluster, weighted by their share.
    pub fn overlap(&self) -> Array2<f64> {
        let mut phi = self.memberships(self.centroids.view()).mapv(f64::from);
        for (mut row, share) in phi.outer_iter_mut().zip(&self.shares) {
            row *= f64::from(*share).sqrt();
        }
        phi.t().dot(&phi)
    }

    /// exp(−‖c_k − c_l‖² / m) with m the mean squared distance of two centroids, `(k, k)`: 1 on the
    /// diagonal, close to 0 for clusters far apart.
    pub fn nearness(&self) -> Array2<f64> {
        let k = self.len();
        let distances = Array2::from_shape_fn((k, k), |(i, j)| {
            let pair = self.centroids.row(i).into_iter().zip(self.centroids.row(j));
            pair.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
        });
        let mean = distances.sum() / (k * k.max(2) - k) as f64;
        distances.mapv(|d| (-d / mean.max(f64::MIN_POSITIVE)).exp())
    }

    /// Nearest cluster and the squared distance ‖x − c‖² to its centroid.
    pub fn nearest(&self, x: &[f32]) -> (usize, f32) {
        let (k, d) =
            self.relative_distances(x)
                .enumerate()
                .fold(
                    (0, f32::INFINITY),
                    |best, (k, d)| if d < best.1 { (k, d) } else { best },
                );
        (k, (d + dot(x, x)).max(0.0))
    }

    /// Squared distance to the nearest centroid.
    pub fn distance(&self, x: &[f32]) -> f32 {
        self.nearest(x).1
    }

    /// ‖x − c_k‖² − ‖x‖² for each k.
    fn relative_distances<'a>(&'a self, x: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let flat = self.centroids.as_slice().unwrap_or_default();
        flat.chunks_exact(self.dim())
            .zip(&self.squared_norms)
            .map(move |(c, norm)| norm - 2.0 * dot(c, x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn whatever_is_accepted_gives_memberships_that_sum_to_one() {
        for (size, temperature) in [(1.0, 1e-44), (1e30, 0.1), (65_504.0, 1e-6), (1e-30, 1e-6)] {
            let names = vec!["a".into(), "b".into()];
            let centroids = array![[size, size], [-size, size]];
            let made = Clusters::try_new(centroids, temperature, vec![0.5; 2], names);
            let Ok(clusters) = made else { continue };
            for x in [[1.0, 0.0], [0.0, -1.0], [-0.6, 0.8]] {
                let sum: f32 = clusters.membership(&x).iter().sum();
                assert!((sum - 1.0).abs() < 1e-5, "{size} {temperature}: {sum}");
            }
        }
    }

    fn two() -> Clusters {
        let names = vec!["a".into(), "b".into()];
        Clusters::try_new(array![[1.0, 0.0], [0.0, 1.0]], 0.5, vec![0.25, 0.75], names).unwrap()
    }

    #[test]
    fn membership_is_the_softmax_of_squared_distances() {
        // Distances 0.8 and 0.4 over t = 0.5.
        let phi = two().membership(&[0.6, 0.8]);
        let odds = ((-0.4f32 / 0.5).exp() / (-0.8f32 / 0.5).exp()).ln();
        assert!(((phi[1] / phi[0]).ln() - odds).abs() < 1e-5);
        assert!((phi[0] + phi[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn another_temperature_is_checked_and_changes_the_membership_only() {
        let sharp = two().with_temperature(0.1).unwrap();
        assert!(sharp.membership(&[0.6, 0.8])[1] > two().membership(&[0.6, 0.8])[1]);
        assert_eq!(sharp.with_temperature(0.5), Ok(two()));
        for wrong in [0.0, f32::NAN, f32::INFINITY] {
            let refused = two().with_temperature(wrong);
            assert!(matches!(refused, Err(ClusterError::Temperature(_))));
        }
    }

    #[test]
    fn a_membership_is_shrunk_to_the_shares_by_the_missing_trust() {
        let shrunk = |trust| {
            let mut phi = [1.0, 0.0];
            two().shrink_to_shares(&mut phi, trust);
            phi
        };
        assert_eq!(shrunk(1.0), [1.0, 0.0]);
        assert_eq!(shrunk(0.0), [0.25, 0.75]);
        assert_eq!(shrunk(0.5), [0.625, 0.375]);
    }

    #[test]
    fn nearness_falls_with_the_distance_of_the_centroids() {
        let line = Clusters::try_new(
            array![[0.0], [1.0], [3.0]],
            0.5,
            vec![0.5, 0.25, 0.25],
            vec![String::new(); 3],
        );
        // Squared distances 1, 4 and 9, their mean 14/3.
        let nearness = line.unwrap().nearness();
        assert_eq!(nearness[[1, 1]], 1.0);
        assert!((nearness[[0, 1]] - (-3.0f64 / 14.0).exp()).abs() < 1e-12);
        assert!((nearness[[2, 0]] - (-27.0f64 / 14.0).exp()).abs() < 1e-12);
    }

    #[test]
    fn far_points_do_not_overflow() {
        let phi = two().membership(&[1e18, -1e18]);
        assert_eq!(phi, [1.0, 0.0]);
    }

    #[test]
    fn a_text_without_known_tokens_belongs_by_share() {
        assert_eq!(two().membership(&[0.0, 0.0]), [0.25, 0.75]);
    }

    #[test]
    fn nearest_gives_the_true_squared_distance() {
        let (k, d) = two().nearest(&[0.6, 0.8]);
        assert_eq!(k, 1);
        assert!((d - 0.4).abs() < 1e-6);
    }

    #[test]
    fn rows_agree_with_single_points() {
        let rows = two().memberships(array![[0.6, 0.8], [0.0, 0.0]].view());
        assert_eq!(rows.row(0).to_vec(), two().membership(&[0.6, 0.8]));
        assert_eq!(rows.row(1).to_vec(), [0.25, 0.75]);
    }

    #[test]
    fn each_wrong_part_has_its_own_error() {
        let c = || array![[1.0f32, 0.0], [0.0, 1.0]];
        let names = |n: usize| vec![String::new(); n];
        let rejected = |c, t, s, n| Clusters::try_new(c, t, s, names(n)).unwrap_err();
        assert!(matches!(
            rejected(array![[f32::NAN, 0.0]], 0.1, vec![1.0], 1),
            ClusterError::NotFinite {
                what: "centroids",
                row: 0
            }
        ));
        assert!(matches!(
            rejected(c(), 0.0, vec![0.5; 2], 2),
            ClusterError::Temperature(_)
        ));
        assert!(matches!(
            rejected(c(), f32::NAN, vec![0.5; 2], 2),
            ClusterError::Temperature(_)
        ));
        assert!(matches!(
            rejected(c(), 0.1, vec![0.9; 2], 2),
            ClusterError::Shares(_)
        ));
        assert!(matches!(
            rejected(c(), 0.1, vec![f32::NAN; 2], 2),
            ClusterError::Shares(_)
        ));
        assert!(matches!(
            rejected(c(), 0.1, vec![1.0], 2),
            ClusterError::Length {
                what: "shares",
                got: 1,
                expected: 2
            }
        ));
        assert!(matches!(
            rejected(c(), 0.1, vec![0.5; 2], 3),
            ClusterError::Length { what: "names", .. }
        ));
        assert!(matches!(
            rejected(Array2::zeros((1025, 2)), 0.1, vec![], 0),
            ClusterError::TooMany { clusters: 1025 }
        ));
        assert!(matches!(
            rejected(Array2::zeros((0, 2)), 0.1, vec![], 0),
            ClusterError::Empty { .. }
        ));
    }
}

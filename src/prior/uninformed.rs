//! The prior without training models.

use super::Prior;
use crate::observation::{ProfileError, check_length};
use ndarray::{Array1, Array2, ArrayView2};
use std::sync::OnceLock;

/// Prior variance that all clusters share: how much models differ in overall ability.
pub(super) const SHARED_VARIANCE: f64 = 0.02;
/// Prior variance of each cluster on top of that.
pub(super) const OWN_VARIANCE: f64 = 0.01;
/// Prior variance that near clusters share, where no model is known: how much the errors in one
/// cluster tell of those in its neighbours.
const NEAR_VARIANCE: f64 = 0.04;
/// It falls with the distance as this power of the nearness, exp(−4‖c_k − c_l‖²/m).
pub(super) const NEARNESS_POWER: i32 = 4;
/// Noise ratio κ where no training model shows it.
const NOISE_RATIO: f64 = 0.9;

impl Prior {
    /// The prior without training models: the mean error in every cluster, and differences as they
    /// are usual between models. A mean error that is not finite counts as ½.
    pub fn fallback(k: usize, mean_error: f64) -> Self {
        let mut covariance = Array2::from_elem((k, k), SHARED_VARIANCE);
        covariance.diag_mut().mapv_inplace(|v| v + OWN_VARIANCE);
        let mean_error = if mean_error.is_finite() {
            mean_error.clamp(0.0, 1.0)
        } else {
            0.5
        };
        Self {
            mean: Array1::from_elem(k, mean_error),
            covariance,
            precision: OnceLock::new(),
            noise_ratio: NOISE_RATIO,
            mean_error,
            training_models: 0,
        }
    }

    /// [`Prior::fallback`] where it is known how alike clusters are: `nearness` `(k, k)` as from
    /// [`crate::cluster::Clusters::nearness`]. Labels in one cluster then tell of its neighbours.
    ///
    /// # Errors
    /// [`ProfileError::Covariance`] unless `nearness` is a positive semidefinite matrix.
    pub fn uninformed(nearness: ArrayView2<f64>, mean_error: f64) -> Result<Self, ProfileError> {
        let plain = Self::fallback(nearness.nrows(), mean_error);
        let neighbours = nearness.mapv(|n| n.powi(NEARNESS_POWER)) * NEAR_VARIANCE;
        check_length("nearness columns", neighbours.ncols(), plain.clusters())?;
        let Self {
            mean,
            covariance,
            noise_ratio,
            mean_error,
            training_models,
            ..
        } = plain;
        Self::try_new(
            mean,
            covariance + neighbours,
            noise_ratio,
            mean_error,
            training_models,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn near_clusters_share_more_variance_than_far_ones() {
        let nearness = array![[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]];
        let prior = Prior::uninformed(nearness.view(), 0.5).unwrap();
        let covariance = prior.covariance();
        assert!((covariance[[0, 0]] - 0.07).abs() < 1e-12);
        assert!((covariance[[0, 1]] - (0.02 + 0.04 * 0.6561)).abs() < 1e-12);
        assert!((covariance[[0, 2]] - (0.02 + 0.04 * 1e-4)).abs() < 1e-12);
    }
}

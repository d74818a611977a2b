//! Ψ(h) after observations, with its full covariance.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::summary::summarised;
use super::{Prediction, Profile};

/// Ψ(h) ~ N(m, V): what prior and observations together say of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    pub(super) mean: Array1<f64>,
    pub(super) covariance: Array2<f64>,
    /// Labels that fell into each cluster.
    pub(super) labels: Array1<f64>,
}

impl Posterior {
    /// A posterior of these parts, each over K clusters.
    pub(super) fn of(mean: Array1<f64>, covariance: Array2<f64>, labels: Array1<f64>) -> Self {
        Self {
            mean,
            covariance,
            labels,
        }
    }

    /// m, the expected error in each cluster, `(k)`; not clipped to `[0, 1]`.
    pub fn mean(&self) -> ArrayView1<'_, f64> {
        self.mean.view()
    }

    /// V, `(k, k)`.
    pub fn covariance(&self) -> ArrayView2<'_, f64> {
        self.covariance.view()
    }

    /// Predicted error with its standard deviation for a prompt of this membership, from the full
    /// covariance.
    pub fn predict(&self, membership: &[f32]) -> Prediction {
        let phi: Array1<f64> = membership.iter().map(|v| f64::from(*v)).collect();
        let variance = phi.dot(&self.covariance.dot(&phi)).max(0.0);
        Prediction {
            mean: phi.dot(&self.mean).clamp(0.0, 1.0) as f32,
            sd: variance.sqrt() as f32,
        }
    }

    /// The profile that is stored. `overlap` `(k, k)` is the mean of ΦΦᵀ over prompts (as from
    /// [`crate::cluster::Clusters::overlap`]).
    pub fn profile(&self, overlap: ArrayView2<f64>) -> Profile {
        let variances = self.covariance.diag().to_owned();
        let all = (&overlap * &self.covariance).sum();
        summarised(&self.mean, &variances, &self.labels, overlap, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Observations;
    use crate::prior::Prior;
    use ndarray::array;

    fn from_labels(prior: &Prior, memberships: ArrayView2<f32>) -> Posterior {
        let labels = Observations::from_labels(memberships, &[1.0, 0.0]).unwrap();
        Posterior::new(prior, &labels).unwrap()
    }

    #[test]
    fn a_profile_predicts_with_the_variance_of_the_full_covariance() {
        let prior = Prior::fallback(3, 0.4);
        let labels = array![[0.8f32, 0.1, 0.1], [0.2, 0.7, 0.1]];
        let psi = from_labels(&prior, labels.view());
        let phi = [0.3f32, 0.4, 0.3];
        let row = array![[0.3f64, 0.4, 0.3]];
        let profile = psi.profile(row.t().dot(&row).view());
        let (full, kept) = (psi.predict(&phi), profile.predict(&phi));
        assert!((full.mean - kept.mean).abs() < 1e-6);
        assert!((full.sd - kept.sd).abs() < 1e-5, "{full:?} {kept:?}");
        assert!(kept.sd < (0.03f32).sqrt());
    }

    #[test]
    fn labels_are_counted_by_membership() {
        let prior = Prior::fallback(2, 0.4);
        let psi = from_labels(&prior, array![[0.8f32, 0.2], [0.5, 0.5]].view());
        let counted = psi.profile(Array2::eye(2).view()).labels;
        assert!((counted[0] - 1.3).abs() < 1e-6 && (counted[1] - 0.7).abs() < 1e-6);
    }
}

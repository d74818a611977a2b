//! What is known of a language model's cluster errors before it is asked anything.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

mod learn;
mod suggest;

pub(crate) use learn::held_out_loss;

use crate::linalg::Cholesky;
use crate::profile::{Posterior, ProfileError, check_length, check_range};

/// Prior variance that all clusters share: how much language models differ in overall ability.
pub(super) const SHARED_VARIANCE: f64 = 0.02;
/// Prior variance of each cluster on top of that.
pub(super) const OWN_VARIANCE: f64 = 0.01;
/// Prior variance that near clusters share, where no language model is known: how well errors
/// in one cluster tell of those in its neighbours.
const NEAR_VARIANCE: f64 = 0.04;
/// It falls with the distance as this power of the nearness, exp(−4‖c_k − c_l‖²/m).
const NEARNESS_POWER: i32 = 4;
/// Noise ratio κ without any language model to learn it from.
const FALLBACK_NOISE_RATIO: f64 = 0.9;
/// Labels that the mean error of a prior learned from nobody counts for.
const OWN_LABELS: f64 = 2.0;
/// Predicted errors are kept this far from 0 and 1 when the noise of a label is estimated.
const NOISE_MARGIN: f64 = 0.05;
/// Rounds of noise and prediction, each from the other.
const NOISE_ROUNDS: usize = 2;

/// Ψ ~ N(μ, Σ) over language models, with the noise of a single label.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    pub(super) mean: Array1<f64>,
    pub(super) covariance: Array2<f64>,
    pub(super) noise_ratio: f64,
    pub(super) mean_error: f64,
    pub(super) training_models: usize,
}

impl Prior {
    /// Checks the parts: mean μ `(k)`, covariance Σ `(k, k)`, noise ratio κ, mean error p̄ in
    /// `[0, 1]`, and the number of language models they were learned from.
    ///
    /// # Errors
    /// One variant of [`ProfileError`] for each way in which the parts can be wrong.
    pub fn try_new(
        mean: Array1<f64>,
        covariance: Array2<f64>,
        noise_ratio: f64,
        mean_error: f64,
        training_models: usize,
    ) -> Result<Self, ProfileError> {
        let k = mean.len();
        check_length("prior covariance rows", covariance.nrows(), k)?;
        check_length("prior covariance columns", covariance.ncols(), k)?;
        // Coefficients of soft memberships: where no prompt is wholly in a cluster they may leave [0, 1].
        check_range("prior mean", "[-100, 100]", mean.iter().copied(), |v| {
            v.abs() <= 100.0
        })?;
        check_range("prior noise ratio", "(0, 10]", [noise_ratio], |v| {
            v > 0.0 && v <= 10.0
        })?;
        check_range("prior mean error", "[0, 1]", [mean_error], |v| {
            (0.0..=1.0).contains(&v)
        })?;
        let largest = covariance.diag().iter().copied().fold(0.0, f64::max);
        let symmetric = covariance
            .indexed_iter()
            .all(|((i, j), v)| (v - covariance[[j, i]]).abs() <= 1e-6 * largest);
        if !symmetric || Cholesky::new(covariance.view()).is_none() {
            return Err(ProfileError::Covariance);
        }
        Ok(Self {
            mean,
            covariance,
            noise_ratio,
            mean_error,
            training_models,
        })
    }

    /// The prior when no language model was seen before: the mean error everywhere, and
    /// differences as they are usual between language models.
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
            noise_ratio: FALLBACK_NOISE_RATIO,
            mean_error,
            training_models: 0,
        }
    }

    /// [`Prior::fallback`] where it is known how alike clusters are: `nearness` `(k, k)` as from
    /// [`crate::cluster::Clusters::nearness`]. Labels in one cluster then tell of its neighbours.
    ///
    /// # Errors
    /// [`ProfileError::Covariance`] if `nearness` is no positive semidefinite matrix.
    pub fn uninformed(nearness: ArrayView2<f64>, mean_error: f64) -> Result<Self, ProfileError> {
        let plain = Self::fallback(nearness.nrows(), mean_error);
        let near = nearness.mapv(|n| n.powi(NEARNESS_POWER)) * NEAR_VARIANCE;
        check_length("nearness columns", near.ncols(), plain.clusters())?;
        let Self {
            mean,
            covariance,
            noise_ratio,
            mean_error,
            training_models,
        } = plain;
        Self::try_new(
            mean,
            covariance + near,
            noise_ratio,
            mean_error,
            training_models,
        )
    }

    /// Number of clusters K.
    pub fn clusters(&self) -> usize {
        self.mean.len()
    }

    /// μ, the mean error in each cluster, `(k)`.
    pub fn mean(&self) -> ArrayView1<'_, f64> {
        self.mean.view()
    }

    /// Σ, how cluster errors vary together from one language model to another, `(k, k)`.
    pub fn covariance(&self) -> ArrayView2<'_, f64> {
        self.covariance.view()
    }

    /// κ: the variance of a label around its prediction, as a share of p(1 − p).
    pub fn noise_ratio(&self) -> f64 {
        self.noise_ratio
    }

    /// p̄, the mean error over prompts and language models, in `[0, 1]`.
    pub fn mean_error(&self) -> f64 {
        self.mean_error
    }

    /// Number of language models the prior was learned from.
    pub fn training_models(&self) -> usize {
        self.training_models
    }

    /// Ψ of a language model that made `errors[i]` (1 − score, in `[0, 1]`) on a prompt with
    /// membership `memberships.row(i)`. No labels give the prior itself.
    ///
    /// # Errors
    /// [`ProfileError::Length`] or [`ProfileError::Range`] when the labels do not fit.
    pub fn posterior(
        &self,
        memberships: ArrayView2<f32>,
        errors: &[f32],
    ) -> Result<Posterior, ProfileError> {
        check_length(
            "memberships of a label",
            memberships.ncols(),
            self.clusters(),
        )?;
        check_length("labels", errors.len(), memberships.nrows())?;
        check_range(
            "label",
            "[0, 1]",
            errors.iter().map(|e| f64::from(*e)),
            |v| (0.0..=1.0).contains(&v),
        )?;
        let memberships = memberships.mapv(f64::from);
        let errors: Array1<f64> = errors.iter().map(|e| f64::from(*e)).collect();
        if self.training_models == 0 {
            // Nobody to learn from: the labels themselves say what a usual error is.
            let sum = errors.sum() + OWN_LABELS * self.mean_error;
            let mean = sum / (errors.len() as f64 + OWN_LABELS);
            let own = Self {
                mean: Array1::from_elem(self.clusters(), mean),
                mean_error: mean,
                ..self.clone()
            };
            return Ok(own.condition(&memberships, &errors, 1.0));
        }
        Ok(self.condition(&memberships, &errors, 1.0))
    }

    /// Ψ of a language model of which only the overall error is known, measured on `labels`
    /// prompts that fall into the clusters by `shares`.
    ///
    /// # Errors
    /// [`ProfileError::Length`] or [`ProfileError::Range`] when the numbers do not fit.
    pub fn posterior_from_overall(
        &self,
        shares: &[f32],
        error: f64,
        labels: f64,
    ) -> Result<Posterior, ProfileError> {
        check_length("shares", shares.len(), self.clusters())?;
        check_range("overall error", "[0, 1]", [error], |v| {
            (0.0..=1.0).contains(&v)
        })?;
        check_range("number of labels", "(0, 1e9]", [labels], |v| {
            v > 0.0 && v <= 1e9
        })?;
        let row = Array2::from_shape_fn((1, shares.len()), |(_, k)| f64::from(shares[k]));
        Ok(self.condition(&row, &Array1::from_elem(1, error), labels))
    }

    /// Conditions on rows of memberships `f` with `errors`, each the mean of `weight` labels.
    ///
    /// The variance of a label is κγ(1 − γ) with γ its predicted error, so an error says more
    /// where errors are rare. γ is the prior's at first, then the posterior's; never the labels'
    /// own mean, with which a lucky language model would also look a certain one.
    fn condition(&self, f: &Array2<f64>, errors: &Array1<f64>, weight: f64) -> Posterior {
        let residual = errors - &f.dot(&self.mean);
        let mut psi = Posterior {
            mean: self.mean.clone(),
            covariance: self.covariance.clone(),
            labels: f.sum_axis(Axis(0)) * weight,
        };
        for _ in 0..NOISE_ROUNDS {
            let noise = f.dot(&psi.mean).mapv(|p| self.label_noise(p) / weight);
            let done = match f.dim() {
                (0, _) => None,
                (n, k) if n <= k => self.by_labels(f, &residual, &noise),
                _ => self.by_clusters(f, &residual, &noise),
            };
            let Some((shift, covariance)) = done else {
                break;
            };
            (psi.mean, psi.covariance) = (&self.mean + &shift, covariance);
        }
        psi
    }

    /// Variance of a label whose predicted error is `p`.
    pub(super) fn label_noise(&self, p: f64) -> f64 {
        let p = p.clamp(NOISE_MARGIN, 1.0 - NOISE_MARGIN);
        self.noise_ratio * p * (1.0 - p)
    }

    /// ΣFᵀ(FΣFᵀ + N)⁻¹r and Σ − ΣFᵀ(FΣFᵀ + N)⁻¹FΣ, N the diagonal of `noise`: one solve of the
    /// number of labels.
    fn by_labels(
        &self,
        f: &Array2<f64>,
        residual: &Array1<f64>,
        noise: &Array1<f64>,
    ) -> Option<(Array1<f64>, Array2<f64>)> {
        let cross = f.dot(&self.covariance);
        let mut gram = cross.dot(&f.t());
        let mut diagonal = gram.diag_mut();
        diagonal += noise;
        let factor = Cholesky::new(gram.view())?;
        let shift = cross.t().dot(&factor.solve_vector(residual));
        let half = factor.forward(cross.view());
        Some((shift, &self.covariance - &half.t().dot(&half)))
    }

    /// The same as [`Prior::by_labels`] through V = (Σ⁻¹ + FᵀN⁻¹F)⁻¹: one solve of the number of
    /// clusters.
    fn by_clusters(
        &self,
        f: &Array2<f64>,
        residual: &Array1<f64>,
        noise: &Array1<f64>,
    ) -> Option<(Array1<f64>, Array2<f64>)> {
        let weighted = f / &noise.view().insert_axis(Axis(1));
        let precision = Cholesky::new(self.covariance.view())?.inverse() + weighted.t().dot(f);
        let covariance = Cholesky::new(precision.view())?.inverse();
        let shift = covariance.dot(&weighted.t().dot(residual));
        Some((shift, covariance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn one_cluster_and_one_label_by_hand() {
        let prior = Prior::try_new(array![0.4], array![[0.03]], 1.0, 0.4, 5).unwrap();
        let psi = prior.posterior(array![[1.0f32]].view(), &[1.0]).unwrap();
        // First v = 0.4·0.6 and m = 0.4 + 0.6·0.03 / 0.27, then v = m(1 − m).
        let m = 0.4 + 0.6 * 0.03 / (0.03 + 0.24);
        let gain = 0.03 / (0.03 + m * (1.0 - m));
        assert!((psi.mean[0] - (0.4 + gain * 0.6)).abs() < 1e-12);
        assert!((psi.covariance[[0, 0]] - 0.03 * (1.0 - gain)).abs() < 1e-12);
    }

    #[test]
    fn both_ways_to_solve_agree() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let prior = Prior::fallback(6, 0.3);
        let f = Array2::from_shape_fn((9, 6), |_| rng.random::<f64>());
        let r = Array1::from_shape_fn(9, |_| rng.random::<f64>() - 0.5);
        let noise = Array1::from_shape_fn(9, |_| 0.05 + 0.2 * rng.random::<f64>());
        let (shift_a, v_a) = prior.by_labels(&f, &r, &noise).unwrap();
        let (shift_b, v_b) = prior.by_clusters(&f, &r, &noise).unwrap();
        assert!((shift_a - shift_b).iter().all(|d| d.abs() < 1e-10));
        assert!((v_a - v_b).iter().all(|d| d.abs() < 1e-10));
    }

    #[test]
    fn a_label_in_one_cluster_moves_the_others_less() {
        let prior = Prior::fallback(3, 0.5);
        let psi = prior
            .posterior(array![[1.0f32, 0.0, 0.0]].view(), &[0.0])
            .unwrap();
        assert!(psi.mean[0] < psi.mean[1] && psi.mean[1] < 0.5);
        assert_eq!(psi.mean[1], psi.mean[2]);
        assert!(psi.covariance[[0, 0]] < psi.covariance[[1, 1]]);
    }

    #[test]
    fn no_labels_give_the_prior_and_many_give_their_mean() {
        let prior = Prior::fallback(2, 0.5);
        let none = prior.posterior(Array2::zeros((0, 2)).view(), &[]).unwrap();
        assert_eq!(none.mean, prior.mean);
        assert_eq!(none.covariance, prior.covariance);
        let many = Array2::from_shape_fn((4000, 2), |(i, k)| if i % 2 == k { 1.0f32 } else { 0.0 });
        let errors: Vec<f32> = (0..4000)
            .map(|i| if i % 2 == 0 { 0.1 } else { 0.8 })
            .collect();
        let psi = prior.posterior(many.view(), &errors).unwrap();
        assert!((psi.mean[0] - 0.1).abs() < 5e-3 && (psi.mean[1] - 0.8).abs() < 5e-3);
    }

    #[test]
    fn with_nobody_to_learn_from_the_labels_say_what_is_usual() {
        let f = Array2::from_shape_fn((18, 3), |(i, k)| if i % 2 == k { 1.0f32 } else { 0.0 });
        let alone = Prior::fallback(3, 0.5).posterior(f.view(), &[0.0; 18]);
        // (0 + 2·½) / 20: what is expected of the cluster without labels is at most that.
        assert!(alone.unwrap().mean[2] < 0.05);
    }

    #[test]
    fn with_nobody_to_learn_from_a_label_tells_of_near_clusters() {
        // Clusters 0 and 1 lie near each other, 2 far off.
        let near = array![[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]];
        let prior = Prior::uninformed(near.view(), 0.5).unwrap();
        let covariance = prior.covariance();
        assert!((covariance[[0, 0]] - 0.07).abs() < 1e-12);
        assert!((covariance[[0, 1]] - (0.02 + 0.04 * 0.6561)).abs() < 1e-12);
        assert!((covariance[[0, 2]] - (0.02 + 0.04 * 1e-4)).abs() < 1e-12);
        let label = array![[1.0f32, 0.0, 0.0]];
        let psi = prior.posterior(label.view(), &[1.0]).unwrap();
        assert!(psi.mean[0] > psi.mean[1] && psi.mean[1] > psi.mean[2]);
    }

    #[test]
    fn an_overall_error_shifts_every_cluster() {
        let prior = Prior::fallback(4, 0.5);
        let psi = prior
            .posterior_from_overall(&[0.25; 4], 0.2, 1000.0)
            .unwrap();
        assert!(
            psi.mean.iter().all(|m| (m - 0.2).abs() < 0.01),
            "{}",
            psi.mean
        );
        // What it says of a single cluster stays uncertain by about the cluster's own variance.
        assert!(psi.covariance[[0, 0]] > 0.5 * OWN_VARIANCE);
    }

    #[test]
    fn refuses_wrong_labels() {
        let prior = Prior::fallback(2, 0.5);
        let rows = array![[0.5f32, 0.5]];
        for bad in [f32::NAN, 1.5, -0.1] {
            assert!(matches!(
                prior.posterior(rows.view(), &[bad]),
                Err(ProfileError::Range {
                    what: "label",
                    index: 0,
                    ..
                })
            ));
        }
        assert!(matches!(
            prior.posterior(rows.view(), &[]),
            Err(ProfileError::Length { .. })
        ));
    }

    #[test]
    fn refuses_a_covariance_that_is_none() {
        let new = |c| Prior::try_new(array![0.5, 0.5], c, 0.9, 0.5, 1);
        assert_eq!(
            new(array![[1.0, 2.0], [2.0, 1.0]]),
            Err(ProfileError::Covariance)
        );
        assert_eq!(
            new(array![[1.0, 0.5], [0.1, 1.0]]),
            Err(ProfileError::Covariance)
        );
        assert!(matches!(
            new(array![[1.0]]),
            Err(ProfileError::Length { .. })
        ));
        let nan = Prior::try_new(array![f64::NAN], array![[1.0]], 0.9, 0.5, 1);
        assert!(matches!(
            nan,
            Err(ProfileError::Range {
                what: "prior mean",
                ..
            })
        ));
    }
}

//! What is known of a model's cluster errors before any observation of it.
//!
//! A [`Prior`] is Ψ ~ N(μ, Σ) over models, with the noise ratio κ of a label. [`Prior::learn`] makes
//! it from the labels of training models; without training models there is [`Prior::uninformed`].
//! [`Prior::suggest`] selects the prompts of which labels tell most of a new model.

mod learn;
mod published;
mod suggest;
mod uninformed;

pub(crate) use learn::held_out_loss;
#[cfg(feature = "eval")]
pub(crate) use published::score_variance;
pub use published::{LearnedBenchmarks, PublishedScores};

use crate::linalg::Cholesky;
use crate::observation::{ProfileError, check_length, check_range, check_unit};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use std::sync::OnceLock;

/// Predicted errors are kept this far from 0 and 1 when the noise of a label is estimated.
const NOISE_MARGIN: f64 = 0.05;

/// Ψ ~ N(μ, Σ) over models, with the noise of a single label.
#[derive(Debug, Clone)]
pub struct Prior {
    mean: Array1<f64>,
    covariance: Array2<f64>,
    /// Σ⁻¹, once it was needed.
    precision: OnceLock<Option<Array2<f64>>>,
    noise_ratio: f64,
    mean_error: f64,
    training_models: usize,
}

impl Prior {
    /// Checks the parts: mean μ `(k)`, covariance Σ `(k, k)`, noise ratio κ, mean error p̄ in
    /// `[0, 1]`, and the number of models they were learned from.
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
        // μ holds coefficients of soft memberships: where no prompt is wholly in a cluster, they
        // may leave [0, 1].
        check_range("prior mean", "[-100, 100]", mean.iter().copied(), |v| {
            v.abs() <= 100.0
        })?;
        check_range("prior noise ratio", "(0, 10]", [noise_ratio], |v| {
            v > 0.0 && v <= 10.0
        })?;
        check_unit("prior mean error", [mean_error])?;
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
            precision: OnceLock::new(),
            noise_ratio,
            mean_error,
            training_models,
        })
    }

    /// The same prior around one mean error, which is expected in every cluster.
    pub(crate) fn around(&self, mean_error: f64) -> Self {
        Self {
            mean: Array1::from_elem(self.clusters(), mean_error),
            mean_error,
            ..self.clone()
        }
    }

    /// Number of clusters K.
    pub fn clusters(&self) -> usize {
        self.mean.len()
    }

    /// μ, the mean error in each cluster, `(k)`.
    pub fn mean(&self) -> ArrayView1<'_, f64> {
        self.mean.view()
    }

    /// Σ, how cluster errors vary together from one model to another, `(k, k)`.
    pub fn covariance(&self) -> ArrayView2<'_, f64> {
        self.covariance.view()
    }

    /// Σ⁻¹, `(k, k)`, computed once for all models whose profiles need it. `None` would mean that Σ is not
    /// positive definite, which [`Prior::try_new`] rejects.
    pub(crate) fn precision(&self) -> Option<ArrayView2<'_, f64>> {
        let inverse = || Cholesky::new(self.covariance.view()).map(|factor| factor.inverse());
        self.precision
            .get_or_init(inverse)
            .as_ref()
            .map(|inverse| inverse.view())
    }

    /// κ: the variance of a label around its prediction, as a share of p(1 − p).
    pub fn noise_ratio(&self) -> f64 {
        self.noise_ratio
    }

    /// p̄, the mean error over prompts and models, in `[0, 1]`.
    pub fn mean_error(&self) -> f64 {
        self.mean_error
    }

    /// Number of models the prior was learned from.
    pub fn training_models(&self) -> usize {
        self.training_models
    }

    /// κp(1 − p), the variance of a label whose predicted error is `p`.
    pub(crate) fn label_noise(&self, p: f64) -> f64 {
        self.noise_ratio * answer_noise(p)
    }
}

/// p(1 − p), the variance of an answer that is right or wrong, whose predicted error is `p`.
pub(crate) fn answer_noise(p: f64) -> f64 {
    let p = p.clamp(NOISE_MARGIN, 1.0 - NOISE_MARGIN);
    p * (1.0 - p)
}

/// Σ⁻¹ follows from Σ, whether it was needed yet or not.
impl PartialEq for Prior {
    fn eq(&self, other: &Self) -> bool {
        self.mean == other.mean
            && self.covariance == other.covariance
            && self.noise_ratio == other.noise_ratio
            && self.mean_error == other.mean_error
            && self.training_models == other.training_models
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_matrix_that_is_not_a_covariance_is_rejected() {
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

//! Ψ from what a pool may say of a model.

use super::Router;
use crate::profile::{Profile, ProfileError};
use ndarray::{Array1, Array2, ArrayView2};

/// Prompts that an accuracy of unknown origin is taken to have been measured on.
const ASSUMED_LABELS: f64 = 100.0;

impl Router {
    /// What is expected of a model that nothing is known about.
    ///
    /// # Errors
    /// None: no labels cannot be wrong ones.
    pub fn prior_profile(&self) -> Result<Profile, ProfileError> {
        self.profile_from_errors(Array2::zeros((0, self.clusters.len())).view(), &[])
    }

    /// From one accuracy in [0, 1], measured on `count` prompts, or on as many as are usual where
    /// the number is not known.
    ///
    /// # Errors
    /// [`ProfileError`] for numbers that are not in range.
    pub fn profile_from_accuracy(
        &self,
        accuracy: f64,
        count: Option<f64>,
    ) -> Result<Profile, ProfileError> {
        let count = count.unwrap_or(ASSUMED_LABELS);
        let posterior =
            self.prior
                .posterior_from_overall(self.clusters.shares(), 1.0 - accuracy, count)?;
        Ok(posterior.profile(self.overlap().view()))
    }

    /// From labelled prompts with scores in [0, 1].
    ///
    /// # Errors
    /// [`ProfileError`] for scores that are not in range.
    pub fn profile_from_labels(&self, labels: &[(&str, f64)]) -> Result<Profile, ProfileError> {
        let mut memberships = Array2::zeros((labels.len(), self.clusters.len()));
        for (mut row, (prompt, _)) in memberships.rows_mut().into_iter().zip(labels) {
            let phi = self
                .clusters
                .membership(&self.embedder.embed(prompt).vector);
            row.assign(&Array1::from(phi));
        }
        let errors: Vec<f32> = labels
            .iter()
            .map(|(_, score)| (1.0 - score) as f32)
            .collect();
        self.profile_from_errors(memberships.view(), &errors)
    }

    /// From the errors made on prompts of the given memberships `(n, K)`.
    ///
    /// # Errors
    /// [`ProfileError`] for errors that are not in [0, 1], or too few or many of them.
    pub fn profile_from_errors(
        &self,
        memberships: ArrayView2<f32>,
        errors: &[f32],
    ) -> Result<Profile, ProfileError> {
        Ok(self
            .prior
            .posterior(memberships, errors)?
            .profile(self.overlap().view()))
    }

    /// Which of the prompts of the given memberships `(n, K)` are most worth labelling for a new
    /// language model, the best first; see [`crate::prior::Prior::suggest`].
    ///
    /// # Errors
    /// [`ProfileError`] for memberships of other clusters.
    pub fn suggest(
        &self,
        memberships: ArrayView2<f32>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        let overlap = self.overlap().view();
        self.prior.suggest(memberships, overlap, labels)
    }

    fn overlap(&self) -> &Array2<f64> {
        self.overlap.get_or_init(|| self.clusters.overlap())
    }
}

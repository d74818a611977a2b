//! Ψ from what is known of a model, as a profile over this router's clusters.

use super::Router;
use crate::observation::{Observations, Source, check_unit};
use crate::profile::{
    Information, Overlap, Posterior, Prediction, Profile, ProfileError, Projection,
};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// Number of prompts assumed for an accuracy that does not say how many it was measured on.
const ASSUMED_LABELS: f64 = 100.0;

impl Router {
    /// The profile of a model with these observations.
    ///
    /// # Errors
    /// [`ProfileError::Length`] for observations over another number of clusters.
    pub fn profile(&self, observations: &Observations) -> Result<Profile, ProfileError> {
        Profile::of(&self.prior, observations, self.overlap(), || {
            self.projection(observations)
        })
    }

    /// The projection of the weights of observations; that of benchmarks and of the clusters' shares is
    /// computed once.
    fn projection(&self, observations: &Observations) -> Projection {
        let (rows, overlap) = (observations.weights(), self.overlap().view());
        let sources = observations.sources().iter().enumerate();
        let known: Vec<(usize, usize)> = sources
            .filter_map(|(row, source)| self.known_row(*source, rows.row(row)).map(|b| (row, b)))
            .collect();
        if known.is_empty() {
            return Projection::new(&self.prior, overlap, rows);
        }
        let others = self
            .projected
            .get_or_init(|| Projection::new(&self.prior, overlap, self.known_rows().view()));
        Projection::with_known(&self.prior, overlap, rows, &known, others)
    }

    /// The weights that observations of many models have: those of the benchmarks, then the clusters'
    /// shares.
    fn known_rows(&self) -> Array2<f64> {
        let mut rows = self.benchmarks.weights().to_owned();
        let shares: Array1<f64> = self
            .clusters
            .shares()
            .iter()
            .map(|s| f64::from(*s))
            .collect();
        // Both have a column for each cluster.
        let _ = rows.push(Axis(0), shares.view());
        rows
    }

    /// The position among [`Router::known_rows`] of an observation with these weights, if it is there.
    fn known_row(&self, source: Source, weights: ArrayView1<f64>) -> Option<usize> {
        match source {
            Source::Benchmark(b) => {
                let own = b < self.benchmarks.len() && self.benchmarks.weights().row(b) == weights;
                own.then_some(b)
            }
            Source::Overall => {
                let shares = self.clusters.shares();
                let own = weights.iter().zip(shares).all(|(w, s)| *w == f64::from(*s));
                own.then_some(self.benchmarks.len())
            }
            Source::Label | Source::Answer => None,
        }
    }

    /// What is expected of a model of which nothing is known.
    ///
    /// # Errors
    /// None: without observations nothing can be out of range.
    pub fn prior_profile(&self) -> Result<Profile, ProfileError> {
        self.profile(&Observations::none(self.clusters.len()))
    }

    /// What one accuracy in [0, 1], measured on `count` prompts, says of a model. Where `count` is
    /// `None`, 100 are assumed.
    ///
    /// # Errors
    /// [`ProfileError`] for numbers that are not in range.
    pub fn observe_accuracy(
        &self,
        accuracy: f64,
        count: Option<f64>,
    ) -> Result<Observations, ProfileError> {
        let count = count.unwrap_or(ASSUMED_LABELS);
        Observations::from_overall(self.clusters.shares(), 1.0 - accuracy, count)
    }

    /// What scores in [0, 1] on prompts say of a model.
    ///
    /// # Errors
    /// [`ProfileError`] for scores that are not in range.
    pub fn observe_labels(&self, labels: &[(&str, f64)]) -> Result<Observations, ProfileError> {
        check_unit("score", labels.iter().map(|(_, score)| *score))?;
        let mut weights = Array2::zeros((labels.len(), self.clusters.len()));
        for (mut row, (prompt, _)) in weights.rows_mut().into_iter().zip(labels) {
            let phi = self
                .clusters
                .membership(&self.embedder.embed(prompt).vector);
            row.zip_mut_with(&Array1::from(phi), |weight, phi| *weight = f64::from(*phi));
        }
        let errors: Vec<f32> = labels
            .iter()
            .map(|(_, score)| (1.0 - score) as f32)
            .collect();
        Observations::from_label_weights(weights, &errors)
    }

    /// From the errors made on prompts of the given memberships `(n, K)`.
    ///
    /// # Errors
    /// [`ProfileError`] for errors that are not in [0, 1], or unless there is one error for each
    /// membership.
    pub fn profile_from_errors(
        &self,
        memberships: ArrayView2<f32>,
        errors: &[f32],
    ) -> Result<Profile, ProfileError> {
        self.profile(&Observations::from_labels(memberships, errors)?)
    }

    /// Which of the prompts of the given memberships `(n, K)` are most worth labelling for a new
    /// model, the best first; see [`crate::prior::Prior::suggest`].
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

    /// The clusters, of those with examples, where a label is most worth having for a model with this
    /// profile; the best first.
    pub fn clusters_to_label(&self, profile: &Profile, labels: usize) -> Vec<usize> {
        let k = self.clusters.len();
        let clusters: Vec<usize> = (0..k).filter(|c| !self.examples(*c).is_empty()).collect();
        let mut memberships = Array2::zeros((clusters.len(), k));
        for (mut row, cluster) in memberships.rows_mut().into_iter().zip(&clusters) {
            if let Some(weight) = row.get_mut(*cluster) {
                *weight = 1.0;
            }
        }
        let overlap = self.overlap().view();
        let now = profile.posterior(&self.prior, overlap);
        let picks = self
            .prior
            .suggest_after(now.covariance(), memberships.view(), overlap, labels);
        // All of these are over the clusters of this router.
        let picks = picks.unwrap_or_default().into_iter();
        picks
            .filter_map(|pick| clusters.get(pick).copied())
            .collect()
    }

    /// Number of labels that make a prediction as certain as it is `after`, if it was as certain as
    /// `before`: (1/after² − 1/before²) times the variance of a label.
    pub fn effective_labels(&self, before: Prediction, after: Prediction) -> f64 {
        let precision = |prediction: Prediction| f64::from(prediction.sd).powi(-2);
        let noise = self.prior.label_noise(f64::from(after.mean));
        let labels = noise * (precision(after) - precision(before));
        match labels.is_finite() {
            true => labels.max(0.0),
            false => 0.0,
        }
    }

    /// Weights of the clusters of a field, by their shares; they sum to 1. `None` if no cluster belongs to it.
    pub fn field_membership(&self, field: usize) -> Option<Vec<f32>> {
        let of_field = self.meta.topics.iter().zip(self.clusters.shares());
        let mut membership: Vec<f32> = of_field
            .map(|(topic, share)| if topic.field == field { *share } else { 0.0 })
            .collect();
        let whole: f32 = membership.iter().sum();
        membership.iter_mut().for_each(|weight| *weight /= whole);
        (whole > 0.0).then_some(membership)
    }

    /// The profile of a model with these observations and further information, from the full covariance.
    /// `None` where the information is not over this router's clusters.
    ///
    /// # Errors
    /// As [`Router::profile`].
    pub fn profile_with(
        &self,
        observations: &Observations,
        information: &Information,
    ) -> Result<Option<Profile>, ProfileError> {
        let posterior = Posterior::new(&self.prior, observations)?;
        Ok(self.summary(&posterior, information))
    }

    /// The profile of a model with these observations and the sums of its `labels`; see
    /// [`Posterior::with_labels`].
    ///
    /// # Errors
    /// [`ProfileError::Length`] for observations or labels over another number of clusters.
    pub fn profile_from_statistics(
        &self,
        observations: &Observations,
        labels: &Information,
    ) -> Result<Profile, ProfileError> {
        let posterior = Posterior::with_labels(&self.prior, observations, labels)?;
        Ok(posterior.profile(self.overlap().view()))
    }

    /// A profile with further information, from what the profile keeps of the covariance. `None` where
    /// the information is not over this router's clusters.
    pub fn conditioned(&self, profile: &Profile, information: &Information) -> Option<Profile> {
        let posterior = profile.posterior(&self.prior, self.overlap().view());
        self.summary(&posterior, information)
    }

    fn summary(&self, posterior: &Posterior, information: &Information) -> Option<Profile> {
        let posterior = posterior.with_information(information)?;
        Some(posterior.profile(self.overlap().view()))
    }

    /// [`Router::suggest`] where the groups of rows (`groups`, `(n)`) take turns; see
    /// [`crate::prior::Prior::suggest_in_turn`].
    ///
    /// # Errors
    /// As [`Router::suggest`], and unless there is one group for each row.
    pub fn suggest_in_turn(
        &self,
        memberships: ArrayView2<f32>,
        groups: &[usize],
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        let overlap = self.overlap().view();
        self.prior
            .suggest_in_turn(memberships, groups, overlap, labels)
    }

    fn overlap(&self) -> &Overlap {
        self.overlap
            .get_or_init(|| Overlap::new(&self.prior, self.clusters.overlap()))
    }
}

//! The router of this crate with the profiles of unseen models.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use crate::cluster::Clusters;
use crate::fit::Fitted;
use crate::observation::Observations;
use crate::profile::{Posterior, Profile};

/// Clusters of the training prompts and the profile of each unseen model.
#[derive(Clone)]
pub struct FittedRouter {
    /// Soft clusters of the prompts.
    pub clusters: Clusters,
    /// One profile for each unseen model, in their order.
    pub profiles: Vec<Profile>,
}

impl FittedRouter {
    /// Profiles by the errors `labels` `(n, unseen)`, NaN if missing, on prompts with embeddings
    /// `labelled` `(n, dim)`; `None` if a posterior cannot be computed from them.
    pub fn new(
        fitted: &Fitted,
        labelled: ArrayView2<f32>,
        labels: ArrayView2<f32>,
    ) -> Option<Self> {
        let observed = Self::observed(&fitted.clusters, labelled, labels)?;
        Self::from_observations(fitted, &observed)
    }

    /// Profiles by cards, one for each unseen model, and perhaps the labels as for
    /// [`FittedRouter::new`].
    pub(in crate::eval) fn from_cards(
        fitted: &Fitted,
        cards: Vec<Observations>,
        labels: Option<(ArrayView2<f32>, ArrayView2<f32>)>,
    ) -> Option<Self> {
        let Some((labelled, labels)) = labels else {
            return Self::from_observations(fitted, &cards);
        };
        let observed = Self::observed(&fitted.clusters, labelled, labels)?;
        let both = observed.into_iter().zip(&cards);
        let both = both.map(|(labels, card)| labels.and(card).ok());
        Self::from_observations(fitted, &both.collect::<Option<Vec<_>>>()?)
    }

    /// What the labels say of each unseen model.
    fn observed(
        clusters: &Clusters,
        labelled: ArrayView2<f32>,
        labels: ArrayView2<f32>,
    ) -> Option<Vec<Observations>> {
        let memberships = clusters.memberships(labelled);
        let columns = labels.columns().into_iter();
        columns
            .map(|column| observed_labels(&memberships, column))
            .collect()
    }

    /// Profiles by what is known of each unseen model.
    fn from_observations(fitted: &Fitted, observed: &[Observations]) -> Option<Self> {
        let posteriors = observed
            .iter()
            .map(|observed| Posterior::new(&fitted.prior, observed).ok())
            .collect::<Option<Vec<_>>>()?;
        let overlap = fitted.clusters.overlap();
        let profiles = posteriors
            .iter()
            .map(|p| p.profile(overlap.view()))
            .collect();
        let clusters = fitted.clusters.clone();
        Some(Self { clusters, profiles })
    }

    /// Predicted errors `(n, unseen)` on prompts with embeddings `points` `(n, dim)`.
    pub fn predict(&self, points: ArrayView2<f32>) -> Array2<f32> {
        let memberships = self.clusters.memberships(points);
        let mut predicted = Array2::zeros((points.nrows(), self.profiles.len()));
        for (mut row, phi) in predicted.rows_mut().into_iter().zip(memberships.rows()) {
            let phi = phi.to_slice().unwrap_or_default();
            row.iter_mut()
                .zip(&self.profiles)
                .for_each(|(p, psi)| *p = psi.predict(phi).mean);
        }
        predicted
    }
}

/// The observations that the errors `labels` `(n)` of one model are, NaN if missing, on prompts with
/// these `memberships` `(n, k)`.
pub(in crate::eval) fn observed_labels(
    memberships: &Array2<f32>,
    labels: ArrayView1<f32>,
) -> Option<Observations> {
    let rows: Vec<usize> = (0..labels.len()).filter(|&i| !labels[i].is_nan()).collect();
    let labels: Vec<f32> = rows.iter().map(|&i| labels[i]).collect();
    Observations::from_labels(memberships.select(Axis(0), &rows).view(), &labels).ok()
}

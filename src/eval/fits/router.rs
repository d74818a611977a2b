//! The router of this crate with the profiles of unseen models.

use ndarray::{Array2, ArrayView2, Axis};

use crate::cluster::Clusters;
use crate::fit::Fitted;
use crate::observation::Observations;
use crate::profile::{Posterior, Profile};

/// Clusters of the training prompts and the profile of each unseen model.
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
        let memberships = fitted.clusters.memberships(labelled);
        let posterior = |h: usize| {
            let column = labels.column(h);
            let rows: Vec<usize> = (0..column.len()).filter(|&i| !column[i].is_nan()).collect();
            let labels: Vec<f32> = rows.iter().map(|&i| column[i]).collect();
            let observed = memberships.select(Axis(0), &rows);
            let labels = Observations::from_labels(observed.view(), &labels).ok()?;
            Posterior::new(&fitted.prior, &labels).ok()
        };
        let posteriors: Vec<Posterior> =
            (0..labels.ncols()).map(posterior).collect::<Option<_>>()?;
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

//! Ours: cluster profiles with a prior learned from other language models.

use ndarray::{Array2, ArrayView2};

use super::Method;
use crate::cluster::Clusters;
use crate::eval::trial::{Hidden, Known};
use crate::fit::{Fitted, fit_clusters, usual_clusters};
use crate::profile::{Posterior, Profile};

/// The router of this crate: soft clusters, Ψ(h) by the posterior of [`crate::profile`], used in
/// the form in which a pool carries it.
pub struct Uniroute;

impl Method for Uniroute {
    fn name(&self) -> &'static str {
        "uniroute"
    }

    fn predict(&self, known: &Known, _: &Hidden) -> Array2<f32> {
        match known.ours() {
            Some(ours) => ours.predict(known.test.view()),
            None => Array2::from_elem(
                (known.test.nrows(), known.labels.ncols()),
                known.usual_error(),
            ),
        }
    }
}

/// The fitted router and what it says of each unseen language model.
pub(crate) struct Ours {
    pub(crate) clusters: Clusters,
    pub(crate) profiles: Vec<Profile>,
}

impl Ours {
    /// Fits to what is known; `None` when there are no training prompts at all.
    pub(crate) fn new(known: &Known) -> Option<Self> {
        let fitted = known.fits.router.get_or_init(|| fit(known)).as_ref()?;
        let memberships = fitted.clusters.memberships(known.labelled.view());
        let posterior = |h: usize| {
            let column = known.labels.column(h);
            let rows: Vec<usize> = (0..column.len()).filter(|&i| !column[i].is_nan()).collect();
            let labels: Vec<f32> = rows.iter().map(|&i| column[i]).collect();
            fitted
                .prior
                .posterior(memberships.select(ndarray::Axis(0), &rows).view(), &labels)
                .ok()
        };
        let posteriors: Vec<Posterior> = (0..known.labels.ncols())
            .map(posterior)
            .collect::<Option<_>>()?;
        let overlap = fitted.clusters.overlap();
        let profiles = posteriors
            .iter()
            .map(|p| p.profile(overlap.view()))
            .collect();
        let clusters = fitted.clusters.clone();
        Some(Self { clusters, profiles })
    }

    /// Predicted errors `(points, models)`.
    pub(crate) fn predict(&self, points: ArrayView2<f32>) -> Array2<f32> {
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

fn fit(known: &Known) -> Option<Fitted> {
    let found = known.clusters(usual_clusters(known.training.nrows()));
    let (points, errors) = (known.training.view(), known.errors.view());
    fit_clusters(points, errors, &found, known.seed).ok()
}

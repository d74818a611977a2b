//! FittedRouter: cluster profiles with a prior learned from other language models.

use ndarray::{Array2, ArrayView2, Axis};

use super::Method;
use crate::cluster::Clusters;
use crate::eval::trial::{Hidden, Known};
use crate::fit::Fitted;
use crate::observation::Observations;
use crate::profile::{Posterior, Profile};

/// The router of this crate: soft clusters, Ψ(h) by the posterior of [`crate::profile`], used in
/// the form in which a pool carries it.
pub struct Uniroute;

/// The same with as many labels, but on the validation prompts that [`crate::prior::Prior::suggest`]
/// picks.
pub struct UnirouteSuggested;

/// The same without any seen language model: clusters of the training prompts, the fallback prior.
pub struct UnirouteNoTraining;

impl Method for Uniroute {
    fn name(&self) -> &'static str {
        "uniroute"
    }

    fn predict(&self, known: &Known, _: &Hidden) -> Array2<f32> {
        predict(known, known.ours())
    }
}

impl Method for UnirouteSuggested {
    fn name(&self) -> &'static str {
        "uniroute_suggested"
    }

    fn predict(&self, known: &Known, _: &Hidden) -> Array2<f32> {
        let ours = || {
            let Fitted {
                clusters, prior, ..
            } = known.router()?;
            let memberships = clusters.memberships(known.candidates.view());
            let overlap = clusters.overlap();
            let labels = known.labels.nrows();
            let picks = prior
                .suggest(memberships.view(), overlap.view(), labels)
                .ok()?;
            let labelled = known.candidates.select(Axis(0), &picks);
            let labels = known.answers.select(Axis(0), &picks);
            FittedRouter::with(known.router()?, labelled.view(), labels.view())
        };
        predict(known, ours().as_ref())
    }
}

impl Method for UnirouteNoTraining {
    fn name(&self) -> &'static str {
        "uniroute_alone"
    }

    fn predict(&self, known: &Known, _: &Hidden) -> Array2<f32> {
        let nobody = Array2::zeros((known.training.nrows(), 0));
        let fitted = known.fit(nobody.view());
        let ours =
            fitted.and_then(|f| FittedRouter::with(&f, known.labelled.view(), known.labels.view()));
        predict(known, ours.as_ref())
    }
}

fn predict(known: &Known, ours: Option<&FittedRouter>) -> Array2<f32> {
    match ours {
        Some(ours) => ours.predict(known.test.view()),
        None => Array2::from_elem(
            (known.test.nrows(), known.labels.ncols()),
            known.usual_error(),
        ),
    }
}

/// The fitted router and what it says of each unseen language model.
pub(crate) struct FittedRouter {
    pub(crate) clusters: Clusters,
    pub(crate) profiles: Vec<Profile>,
}

impl FittedRouter {
    /// Profiles by the errors `labels` `(n, unseen)` on prompts with embeddings `labelled`
    /// `(n, dim)`; `None` if they do not fit.
    pub(crate) fn with(
        fitted: &Fitted,
        labelled: ArrayView2<f32>,
        labels: ArrayView2<f32>,
    ) -> Option<Self> {
        let memberships = fitted.clusters.memberships(labelled);
        let posterior = |h: usize| {
            let column = labels.column(h);
            let rows: Vec<usize> = (0..column.len()).filter(|&i| !column[i].is_nan()).collect();
            let labels: Vec<f32> = rows.iter().map(|&i| column[i]).collect();
            let seen = memberships.select(Axis(0), &rows);
            let labels = Observations::from_labels(seen.view(), &labels).ok()?;
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

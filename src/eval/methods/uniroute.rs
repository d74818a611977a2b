//! The router of this crate: cluster profiles with a prior learned from the seen models.

use ndarray::{Array2, Axis};

use super::method::{Method, UNIROUTE};
use crate::eval::fits::{Context, FittedRouter};
use crate::eval::trial::Hidden;
use crate::fit::Fitted;

/// The router of this crate: soft clusters, Ψ(h) by the posterior of [`crate::profile`], in the form
/// in which a pool stores it.
pub struct Uniroute;

/// The same with as many labels, but on the validation prompts that
/// [`crate::prior::Prior::suggest`] selects.
pub struct UnirouteSuggested;

/// The same without any seen model: clusters of the training prompts, and the fallback prior.
pub struct UnirouteNoTraining;

impl Method for Uniroute {
    fn name(&self) -> &'static str {
        UNIROUTE
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        predict(context, context.fitted_router())
    }

    fn fitted_router<'a>(&self, context: &'a Context) -> Option<&'a FittedRouter> {
        context.fitted_router()
    }
}

impl Method for UnirouteSuggested {
    fn name(&self) -> &'static str {
        "uniroute_suggested"
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        predict(context, with_suggested_labels(context).as_ref())
    }
}

impl Method for UnirouteNoTraining {
    fn name(&self) -> &'static str {
        "uniroute_alone"
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        let known = context.known;
        let no_models = Array2::zeros((context.training().points.nrows(), 0));
        let fitted = context.fits.fit(no_models.view());
        let router =
            fitted.and_then(|f| FittedRouter::new(&f, known.labelled.view(), known.labels.view()));
        predict(context, router.as_ref())
    }
}

fn with_suggested_labels(context: &Context) -> Option<FittedRouter> {
    let known = context.known;
    let fitted = context.fits.fitted()?;
    let Fitted {
        clusters, prior, ..
    } = fitted;
    let memberships = clusters.memberships(known.candidates.view());
    let overlap = clusters.overlap();
    let labels = known.labels.nrows();
    let selected = prior
        .suggest(memberships.view(), overlap.view(), labels)
        .ok()?;
    let labelled = known.candidates.select(Axis(0), &selected);
    let labels = known.candidate_labels.select(Axis(0), &selected);
    FittedRouter::new(fitted, labelled.view(), labels.view())
}

/// Predictions of the router for the test prompts; the mean error of the seen models if there is no
/// router.
pub(super) fn predict(context: &Context, router: Option<&FittedRouter>) -> Array2<f32> {
    let known = context.known;
    match router {
        Some(router) => router.predict(known.test.view()),
        None => Array2::from_elem(
            (known.test.nrows(), known.labels.ncols()),
            context.training().mean_error(),
        ),
    }
}

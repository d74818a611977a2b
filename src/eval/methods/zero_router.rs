//! The prompt-blind router.

use ndarray::Array2;

use super::method::{Method, ZERO_ROUTER};
use crate::eval::fits::Context;
use crate::eval::trial::Hidden;

/// Predicts each model's mean label for every prompt. The sweep over λ then visits the corners of
/// the hull of labelled quality against cost, and the straight lines between points of the deferral
/// curve are random mixtures of neighbouring corners: the ZeroRouter of the paper.
pub struct ZeroRouter;

impl Method for ZeroRouter {
    fn name(&self) -> &'static str {
        ZERO_ROUTER
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        let known = context.known;
        let means: Vec<f32> = (0..known.labels.ncols())
            .map(|h| known.mean_label(h))
            .collect();
        Array2::from_shape_fn((known.test.nrows(), means.len()), |(_, h)| means[h])
    }
}

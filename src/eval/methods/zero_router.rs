//! The prompt-blind router.

use ndarray::Array2;

use super::Method;
use crate::eval::trial::{Hidden, Known};

/// Predicts each language model's mean label for every prompt. Sweeping λ then visits the corners
/// of the hull of labelled quality against cost, and the straight lines between points of the
/// deferral curve are random mixtures of neighbouring corners: the ZeroRouter of the paper.
pub struct ZeroRouter;

impl Method for ZeroRouter {
    fn name(&self) -> &'static str {
        "zero_router"
    }

    fn predict(&self, known: &Known, _: &Hidden) -> Array2<f32> {
        let means: Vec<f32> = (0..known.labels.ncols())
            .map(|h| known.mean_label(h))
            .collect();
        Array2::from_shape_fn((known.test.nrows(), means.len()), |(_, h)| means[h])
    }
}

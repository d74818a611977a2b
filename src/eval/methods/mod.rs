//! Ways to predict the error of an unseen language model on a prompt.
//!
//! Each method only predicts; the decision, the sweep over λ and the judgement are the same for
//! all. Hyper-parameters are chosen on the seen language models and the training prompts, see
//! `tuning`.

mod kmeans;
mod knn;
mod learned_map;
mod reference;
mod tuning;
mod uniroute;
mod zero_router;

use ndarray::Array2;

use super::trial::{Hidden, Known};

pub use kmeans::{KMeansMethod, KMeansTuned};
pub use knn::Knn;
pub use learned_map::LearnedMap;
pub(crate) use learned_map::Map;
pub use reference::{Clairvoyant, Oracle};
pub(crate) use uniroute::Ours;
pub use uniroute::{Uniroute, UnirouteAlone, UnirouteSuggested};
pub use zero_router::ZeroRouter;

/// A way to predict the error of unseen language models.
pub trait Method: Sync {
    /// Name on the command line and in results.
    fn name(&self) -> &'static str;

    /// Predicted error of each unseen language model on each test prompt, `(tests, unseen)`. Only
    /// the reference methods look at what is hidden.
    fn predict(&self, known: &Known, hidden: &Hidden) -> Array2<f32>;
}

/// All methods, in the order of result tables.
pub fn all() -> Vec<Box<dyn Method>> {
    vec![
        Box::new(ZeroRouter),
        Box::new(Knn),
        Box::new(KMeansMethod),
        Box::new(KMeansTuned),
        Box::new(LearnedMap),
        Box::new(Uniroute),
        Box::new(Oracle),
        Box::new(Clairvoyant),
    ]
}

/// Variants of [`Uniroute`] that are measured on demand.
pub fn variants() -> Vec<Box<dyn Method>> {
    vec![Box::new(UnirouteSuggested), Box::new(UnirouteAlone)]
}

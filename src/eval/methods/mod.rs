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
pub(crate) use uniroute::FittedRouter;
pub use uniroute::{Uniroute, UnirouteNoTraining, UnirouteSuggested};
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
    vec![Box::new(UnirouteSuggested), Box::new(UnirouteNoTraining)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Model, Prompt};
    use crate::eval::{Split, Trial};

    /// Prompts of two kinds in turns, and language models that answer one kind each; two of them
    /// unseen, known from 12 labels, of which one is missing.
    fn two_kinds() -> Trial {
        let (prompts, models) = (120, 6);
        let mut scores = Array2::from_shape_fn((prompts, models), |(i, h)| {
            f32::from(u8::from(i % 2 == h % 2))
        });
        scores[[73, 4]] = f32::NAN;
        let priced = Model {
            price_in: Some(1.0),
            price_out: Some(2.0),
            ..Model::default()
        };
        let data = Dataset {
            name: String::new(),
            prompts: vec![Prompt::default(); prompts],
            models: vec![priced; models],
            scores,
            costs: None,
        };
        let points = Array2::from_shape_fn((prompts, 2), |(i, side)| {
            f32::from(u8::from(i % 2 == side)) + 0.01 * (i % 7) as f32
        });
        let split = Split {
            training: (0..72).collect(),
            validation: (72..84).collect(),
            test: (84..120).collect(),
            seen: vec![0, 1, 2, 3],
            unseen: vec![4, 5],
        };
        Trial::new(&data, points.view(), &split, 12, 3)
    }

    #[test]
    fn the_blind_router_predicts_the_mean_label_and_is_right_half_the_time() {
        let Trial { known, hidden } = two_kinds();
        let predicted = ZeroRouter.predict(&known, &hidden);
        // Six of eleven and six of twelve labels are right.
        for row in predicted.rows() {
            assert!((row[0] - 5.0 / 11.0).abs() < 1e-6 && (row[1] - 0.5).abs() < 1e-6);
        }
        assert_eq!(two_kinds().curve(predicted.view()).area(), 0.5);
    }

    #[test]
    fn every_other_method_tells_two_plain_kinds_apart() {
        let trial = two_kinds();
        for method in all()
            .iter()
            .chain(&variants())
            .filter(|m| m.name() != "zero_router")
        {
            let predicted = method.predict(&trial.known, &trial.hidden);
            let area = trial.curve(predicted.view()).area();
            assert_eq!(area, 1.0, "{}", method.name());
        }
    }
}

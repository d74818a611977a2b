//! Ways to predict the error of an unseen model on a prompt.
//!
//! Each method only predicts; the decision, the sweep over λ and the score are the same for all.
//! Hyper-parameters are chosen on the seen models and the training prompts, see `tuning`.

mod card;
mod distances;
mod kmeans;
mod knn;
mod learned_map;
mod method;
mod published;
mod reference;
mod tuning;
mod uniroute;
mod zero_router;

pub use card::UnirouteCard;
pub use kmeans::{KMeansMethod, KMeansTuned};
pub use knn::Knn;
pub use learned_map::LearnedMap;
pub use method::Method;
pub(super) use method::{ORACLE, UNIROUTE, ZERO_ROUTER};
pub use published::UniroutePublished;
pub use reference::{Clairvoyant, Oracle};
pub use uniroute::{Uniroute, UnirouteNoTraining, UnirouteSuggested};
pub use zero_router::ZeroRouter;

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

/// Variants of [`Uniroute`], measured on request.
pub fn variants() -> Vec<Box<dyn Method>> {
    let card = |name, harness, share, labels| -> Box<dyn Method> {
        Box::new(UnirouteCard {
            name,
            harness,
            share,
            labels,
        })
    };
    vec![
        Box::new(UnirouteSuggested),
        Box::new(UnirouteNoTraining),
        card("uniroute_card", 0.05, 1.0, false),
        card("uniroute_card_labels", 0.05, 1.0, true),
        card("uniroute_card_10", 0.1, 1.0, false),
        card("uniroute_card_labels_10", 0.1, 1.0, true),
        card("uniroute_card_half", 0.05, 0.5, false),
        card("uniroute_card_labels_half", 0.05, 0.5, true),
    ]
}

/// [`Uniroute`] with models known from their real published scores, where these are given.
pub fn published() -> Vec<Box<dyn Method>> {
    let published =
        |name, labels| -> Box<dyn Method> { Box::new(UniroutePublished { name, labels }) };
    vec![
        published("uniroute_published", false),
        published("uniroute_published_labels", true),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::Array2;

    use super::*;
    use crate::dataset::{Dataset, Model, Prompt};
    use crate::eval::fits::{Context, TrainingFits};
    use crate::eval::protocol::Split;
    use crate::eval::trial::{Training, Trial};

    /// Prompts that alternate between two clusters, and models that are right in one cluster each.
    /// Two models are unseen and have 12 labels, of which one is missing.
    fn two_clusters() -> Trial {
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
            prompts: (0..prompts)
                .map(|i| Prompt {
                    task: format!("set/{}/a", i % 2),
                    ..Prompt::default()
                })
                .collect(),
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
        let training = Arc::new(Training::new(&data, points.view(), &split, 3));
        Trial::new(&data, points.view(), &split, 12, training)
    }

    #[test]
    fn the_blind_router_predicts_the_mean_label_and_is_right_half_the_time() {
        let trial = two_clusters();
        let fits = TrainingFits::new(trial.known.training.clone());
        let context = Context::new(&trial.known, &fits);
        let predicted = ZeroRouter.predict(&context, &trial.hidden);
        // Six of eleven and six of twelve labels are right.
        for row in predicted.rows() {
            assert!((row[0] - 5.0 / 11.0).abs() < 1e-6 && (row[1] - 0.5).abs() < 1e-6);
        }
        assert_eq!(trial.curve(predicted.view()).area(), 0.5);
    }

    #[test]
    fn every_other_method_separates_two_distinct_clusters() {
        let trial = two_clusters();
        let fits = TrainingFits::new(trial.known.training.clone());
        let context = Context::new(&trial.known, &fits);
        // Half a card has one of the two clusters.
        let told = |name: &str| name != "zero_router" && !name.ends_with("half");
        for method in all().iter().chain(&variants()).filter(|m| told(m.name())) {
            let predicted = method.predict(&context, &trial.hidden);
            let area = trial.curve(predicted.view()).area();
            assert_eq!(area, 1.0, "{}", method.name());
        }
    }
}

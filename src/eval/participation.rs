//! Which models of a data set an evaluation uses.

use super::Split;
use crate::dataset::Dataset;

/// Share of the prompts on which a model needs scores to take part, unless more unseen models are
/// requested than then take part.
pub const COVERAGE: f64 = 0.9;

/// The models of a data set that take part in an evaluation: those with a cost, where any model has
/// one, and with scores on nearly all prompts.
#[derive(Clone, Debug, PartialEq)]
pub struct Participation {
    /// Columns of the models that take part, ascending.
    pub models: Vec<usize>,
    /// How many of them are unseen in each trial.
    pub unseen: usize,
    /// Number of models that have no cost, or no score at all.
    pub without_cost: usize,
    /// Number of other models that have too few scores.
    pub without_scores: usize,
}

/// Why a data set cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParticipationError {
    /// Fewer than two models take part.
    #[error("{dataset}: fewer than two models with costs and scores; there is nothing to choose")]
    TooFewModels {
        /// Name of the data set.
        dataset: String,
    },
    /// All models that take part are unseen.
    #[error("{dataset}: {unseen} unseen of {models} models leave none to learn from")]
    NoTrainingModels {
        /// Name of the data set.
        dataset: String,
        /// Number of unseen models.
        unseen: usize,
        /// Number of models that take part.
        models: usize,
    },
}

impl Participation {
    /// Selects the models of a data set. `unseen` is the number of unseen models, by default
    /// [`Split::usual_unseen`]. If it leaves no model of those with scores on nearly all prompts,
    /// all models with a cost and a score take part.
    pub fn of(data: &Dataset, unseen: Option<usize>) -> Self {
        let (prompts, models) = data.scores.dim();
        let observed = |h: usize| data.scores.column(h).iter().filter(|s| !s.is_nan()).count();
        let with_cost: Vec<usize> = (0..models)
            .filter(|&h| has_cost(data, h) && observed(h) > 0)
            .collect();
        let covers = |h: &usize| observed(*h) as f64 >= COVERAGE * prompts as f64;
        let covering: Vec<usize> = with_cost.iter().copied().filter(covers).collect();
        let without_cost = models - with_cost.len();
        let selected = match unseen {
            Some(n) if n >= covering.len() => with_cost,
            _ => covering,
        };
        Self {
            unseen: unseen.unwrap_or_else(|| Split::usual_unseen(selected.len())),
            without_cost,
            without_scores: models - without_cost - selected.len(),
            models: selected,
        }
    }

    /// States how many models take part and why others do not; `None` if all do.
    pub fn note(&self, data: &Dataset) -> Option<String> {
        let (selected, models) = (self.models.len(), data.models.len());
        (selected < models).then(|| {
            format!(
                "{}: {selected} of {models} models take part; {} have no price, {} others no scores on {:.0} % of \
                 the prompts",
                data.name,
                self.without_cost,
                self.without_scores,
                100.0 * COVERAGE,
            )
        })
    }

    /// The data set with only the models that take part.
    ///
    /// # Errors
    /// [`ParticipationError`] if fewer than two models take part or all of them are unseen.
    pub fn select(&self, data: &Dataset) -> Result<Dataset, ParticipationError> {
        let (dataset, models) = (data.name.clone(), self.models.len());
        if models < 2 {
            return Err(ParticipationError::TooFewModels { dataset });
        }
        if self.unseen >= models {
            let unseen = self.unseen;
            return Err(ParticipationError::NoTrainingModels {
                dataset,
                unseen,
                models,
            });
        }
        let rows: Vec<usize> = (0..data.prompts.len()).collect();
        Ok(data.select(&rows, &self.models))
    }
}

/// Whether a model has a cost: a measured one where costs were measured, both prices where any
/// model has a price. Without any cost or price, all models cost the same.
fn has_cost(data: &Dataset, model: usize) -> bool {
    match &data.costs {
        Some(costs) => costs.column(model).iter().any(|cost| !cost.is_nan()),
        None => {
            let priced = &data.models[model];
            !has_costs(data) || (priced.price_in.is_some() && priced.price_out.is_some())
        }
    }
}

/// Whether the data set has any cost or price.
pub(super) fn has_costs(data: &Dataset) -> bool {
    data.costs.is_some() || data.models.iter().any(|m| m.price_in.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Model, Prompt};
    use ndarray::Array2;

    /// Ten prompts; a model for each pair of a price and a number of scores.
    fn data(models: &[(Option<f64>, usize)]) -> Dataset {
        let model = |&(price, _): &(Option<f64>, usize)| Model {
            price_in: price,
            price_out: price,
            ..Model::default()
        };
        Dataset {
            name: "data".into(),
            prompts: vec![Prompt::default(); 10],
            models: models.iter().map(model).collect(),
            scores: Array2::from_shape_fn((10, models.len()), |(i, h)| {
                if i < models[h].1 { 1.0 } else { f32::NAN }
            }),
            costs: None,
        }
    }

    #[test]
    fn models_with_a_price_and_scores_on_nearly_all_prompts_take_part() {
        let data = data(&[
            (Some(1.0), 10),
            (None, 10),
            (Some(1.0), 9),
            (Some(1.0), 8),
            (Some(1.0), 0),
        ]);
        let participation = Participation::of(&data, Some(1));
        assert_eq!(participation.models, [0, 2]);
        assert_eq!(participation.select(&data).unwrap().scores.dim(), (10, 2));
        assert_eq!(
            participation.note(&data).unwrap(),
            "data: 2 of 5 models take part; 2 have no price, 1 others no scores on 90 % of the prompts"
        );
    }

    #[test]
    fn more_unseen_models_bring_in_those_with_few_scores() {
        let data = data(&[(Some(1.0), 10), (Some(1.0), 10), (Some(1.0), 1)]);
        let participation = Participation::of(&data, Some(2));
        assert_eq!(participation.models, [0, 1, 2]);
        assert_eq!(participation.note(&data), None);
    }

    #[test]
    fn without_any_price_no_model_needs_one() {
        assert_eq!(
            Participation::of(&data(&[(None, 10); 6]), None)
                .models
                .len(),
            6
        );
        assert_eq!(Participation::of(&data(&[(None, 10); 6]), None).unseen, 3);
    }

    #[test]
    fn measured_costs_stand_in_for_prices() {
        let mut data = data(&[(None, 10), (Some(1.0), 10)]);
        let mut costs = Array2::from_elem((10, 2), f32::NAN);
        costs[[3, 0]] = 0.1;
        data.costs = Some(costs);
        assert_eq!(Participation::of(&data, None).models, [0]);
    }

    #[test]
    fn nothing_to_choose_and_nothing_to_learn_from_are_errors() {
        let error = |models: &[(Option<f64>, usize)], unseen| {
            let data = data(models);
            let participation = Participation::of(&data, unseen);
            participation.select(&data).unwrap_err().to_string()
        };
        assert!(error(&[(None, 10)], None).starts_with("data: fewer than two models"));
        assert_eq!(
            error(&[(None, 10); 4], Some(4)),
            "data: 4 unseen of 4 models leave none to learn from"
        );
    }
}

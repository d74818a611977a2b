//! The data of one trial: what a method may know, and what is held back to judge its predictions.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2, Axis};

use super::cards::TrialCards;
use super::curve::{Curve, Outcomes};
use super::means::{mean, mean_or};
use super::protocol::Split;
use crate::dataset::Dataset;

/// The training prompts and the seen models. They do not depend on labels: all label budgets of a
/// trial share them.
pub struct Training {
    /// Embeddings of the training prompts, `(n, dim)`.
    pub points: Array2<f32>,
    /// Errors of the seen models on the training prompts, `(n, seen)`; NaN if missing.
    pub errors: Array2<f32>,
    /// Positions of the training prompts of each task, in the order of the tasks' names. Of a name
    /// with slashes, such as `easy/algebra/simple_equations`, the second part is the task.
    pub tasks: Vec<Vec<usize>>,
    /// Published scores of the models, where they are given.
    pub cards: Option<TrialCards>,
    /// Mean cost of each seen model.
    pub costs: Vec<f64>,
    /// Seed of everything that is random in the trial.
    pub seed: u64,
}

/// What a method may know.
pub struct Known {
    /// The training prompts, with the scores of the seen models.
    pub training: Arc<Training>,
    /// Embeddings of the labelled prompts, `(labels, dim)`.
    pub labelled: Array2<f32>,
    /// Errors of the unseen models on the labelled prompts, `(labels, unseen)`; NaN if missing.
    pub labels: Array2<f32>,
    /// Embeddings of the validation prompts, `(validation, dim)`: those that may be labelled.
    pub candidates: Array2<f32>,
    /// Errors of the unseen models on the validation prompts, `(validation, unseen)`; NaN if
    /// missing. A method may use as many of these rows as there are labels.
    pub candidate_labels: Array2<f32>,
    /// Embeddings of the test prompts, `(tests, dim)`.
    pub test: Array2<f32>,
}

/// What only the evaluation and the two reference methods may know.
pub struct Hidden {
    /// Errors of the unseen models on the test prompts, `(tests, unseen)`; NaN if missing.
    pub errors: Array2<f32>,
    /// Costs of the unseen models on the test prompts, `(tests, unseen)`; finite.
    pub costs: Array2<f64>,
    /// Cost of each unseen model by which the router decides: its list price, or its mean cost on
    /// the labelled prompts.
    pub expected_costs: Vec<f64>,
    /// Errors of the unseen models on the training prompts, `(n, unseen)`; NaN if missing.
    pub training_errors: Array2<f32>,
}

/// One trial of the protocol for one label budget.
pub struct Trial {
    /// What a method may know.
    pub known: Known,
    /// What is held back.
    pub hidden: Hidden,
}

impl Training {
    /// Selects the training prompts and seen models of `split` from `data` and the embeddings
    /// `points` `(prompts, dim)` of its prompts.
    pub fn new(data: &Dataset, points: ArrayView2<f32>, split: &Split, seed: u64) -> Self {
        Self {
            points: points.select(Axis(0), &split.training),
            errors: errors(data, &split.training, &split.seen),
            tasks: tasks(data, &split.training),
            cards: None,
            costs: mean_costs(data, &split.training, &split.seen),
            seed,
        }
    }

    /// Mean error of all seen models: the prediction for a model without any label.
    pub fn mean_error(&self) -> f32 {
        mean(self.errors.iter().map(|e| f64::from(*e))).unwrap_or(0.5) as f32
    }
}

impl Known {
    /// Mean label of an unseen model; [`Training::mean_error`] if it has none.
    pub fn mean_label(&self, model: usize) -> f32 {
        mean_or(self.labels.column(model), self.training.mean_error())
    }
}

impl Trial {
    /// Selects the other rows and columns of `split`, and labels the first `labels` validation
    /// prompts. `training` belongs to the same split.
    pub fn new(
        data: &Dataset,
        points: ArrayView2<f32>,
        split: &Split,
        labels: usize,
        training: Arc<Training>,
    ) -> Self {
        let labelled = &split.validation[..labels.min(split.validation.len())];
        let expected_costs = mean_costs(data, labelled, &split.unseen);
        Self {
            known: Known {
                training,
                labelled: points.select(Axis(0), labelled),
                labels: errors(data, labelled, &split.unseen),
                candidates: points.select(Axis(0), &split.validation),
                candidate_labels: errors(data, &split.validation, &split.unseen),
                test: points.select(Axis(0), &split.test),
            },
            hidden: Hidden {
                errors: errors(data, &split.test, &split.unseen),
                costs: test_costs(data, split, &expected_costs),
                expected_costs,
                training_errors: errors(data, &split.training, &split.unseen),
            },
        }
    }

    /// Predictions `(tests, unseen)` together with the errors and costs to judge them by.
    pub fn outcomes<'a>(&'a self, predicted: ArrayView2<'a, f32>) -> Outcomes<'a> {
        Outcomes {
            predicted,
            errors: self.hidden.errors.view(),
            expected_costs: &self.hidden.expected_costs,
            costs: self.hidden.costs.view(),
        }
    }

    /// The deferral curve of predictions `(tests, unseen)`.
    pub fn curve(&self, predicted: ArrayView2<f32>) -> Curve {
        self.outcomes(predicted).curve()
    }
}

/// Positions in `rows` of the prompts of each task.
fn tasks(data: &Dataset, rows: &[usize]) -> Vec<Vec<usize>> {
    let mut tasks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, &row) in rows.iter().enumerate() {
        let task = data.prompts[row].task.as_str();
        let task = task.split('/').nth(1).unwrap_or(task);
        tasks.entry(task).or_default().push(position);
    }
    tasks.into_values().collect()
}

/// Errors (1 − score) of the models `columns` on the prompts `rows`.
fn errors(data: &Dataset, rows: &[usize], columns: &[usize]) -> Array2<f32> {
    let scores = data.scores.select(Axis(0), rows).select(Axis(1), columns);
    scores.mapv(|s| 1.0 - s)
}

/// Costs of the unseen models on the test prompts: the measured ones, a missing one replaced by the
/// model's mean there; `expected` where the data set has no measured costs.
fn test_costs(data: &Dataset, split: &Split, expected: &[f64]) -> Array2<f64> {
    let Some(costs) = &data.costs else {
        let shape = (split.test.len(), split.unseen.len());
        return Array2::from_shape_fn(shape, |(_, h)| expected[h]);
    };
    let mut costs = costs
        .select(Axis(0), &split.test)
        .select(Axis(1), &split.unseen)
        .mapv(f64::from);
    for (mut column, expected) in costs.columns_mut().into_iter().zip(expected) {
        let fallback = mean(column.iter().copied()).unwrap_or(*expected);
        column
            .iter_mut()
            .filter(|c| c.is_nan())
            .for_each(|c| *c = fallback);
    }
    costs
}

/// Mean cost of each model: measured on `rows` where the set has measured costs, else its price
/// for a million input tokens and as many output tokens, else 1 (then only quality counts).
fn mean_costs(data: &Dataset, rows: &[usize], columns: &[usize]) -> Vec<f64> {
    let measured = |h: usize| {
        let costs = data.costs.as_ref()?;
        let of =
            |rows: &mut dyn Iterator<Item = usize>| mean(rows.map(|i| f64::from(costs[[i, h]])));
        of(&mut rows.iter().copied()).or_else(|| of(&mut (0..costs.nrows())))
    };
    let cost = |&h: &usize| {
        let model = &data.models[h];
        let listed = || Some(model.price_in? + model.price_out?);
        if data.costs.is_some() {
            measured(h)
        } else {
            listed()
        }
        .unwrap_or(1.0)
    };
    columns.iter().map(cost).collect()
}

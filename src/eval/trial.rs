//! One trial: what a method may know, what is held back, and how its predictions are judged.

use std::sync::{Arc, OnceLock};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::Split;
use super::curve::{Curve, Outcomes};
use super::fits::Fits;
use super::methods::FittedRouter;
use crate::cluster::{KMeans, KMeansParams, kmeans};
use crate::dataset::Dataset;
use crate::fit::{Fitted, fit_clusters, usual_clusters};

/// What a method may know: embeddings of all prompts, the scores of the seen language models on
/// the training prompts, and the labels of the unseen ones.
pub struct Known {
    /// Embeddings of the training prompts, `(n, dim)`.
    pub training: Array2<f32>,
    /// Embeddings of the labelled prompts, `(labels, dim)`.
    pub labelled: Array2<f32>,
    /// Embeddings of the validation prompts, `(validation, dim)`: those that might be labelled.
    pub candidates: Array2<f32>,
    /// Embeddings of the test prompts, `(tests, dim)`.
    pub test: Array2<f32>,
    /// Errors of the seen language models on the training prompts, `(n, seen)`; NaN if missing.
    pub errors: Array2<f32>,
    /// Errors of the unseen language models on the labelled prompts, `(labels, unseen)`.
    pub labels: Array2<f32>,
    /// What labels the validation prompts would get, `(validation, unseen)`; a method may look at
    /// as many rows as there are labels.
    pub answers: Array2<f32>,
    /// Mean cost of each seen language model.
    pub seen_costs: Vec<f64>,
    /// Seed of whatever is random in the trial.
    pub seed: u64,
    pub(crate) fits: Arc<Fits>,
    ours: OnceLock<Option<FittedRouter>>,
}

/// What only the judge and the two reference methods may know.
pub struct Hidden {
    /// Errors of the unseen language models on the test prompts, `(tests, unseen)`.
    pub errors: Array2<f32>,
    /// What they cost there; shape of the errors, finite.
    pub costs: Array2<f64>,
    /// What the router takes them to cost: list prices, or the mean cost of the labelled prompts.
    pub expected_costs: Vec<f64>,
    /// Errors of the unseen language models on the training prompts, `(n, unseen)`.
    pub training_errors: Array2<f32>,
}

/// One trial of the protocol.
pub struct Trial {
    /// What a method may know.
    pub known: Known,
    /// What is held back.
    pub hidden: Hidden,
}

impl Trial {
    /// Takes the rows and columns of `split` from `data` and the embeddings of its prompts,
    /// labelling the first `labels` validation prompts.
    pub fn new(
        data: &Dataset,
        points: ArrayView2<f32>,
        split: &Split,
        labels: usize,
        seed: u64,
    ) -> Self {
        let labelled = &split.validation[..labels.min(split.validation.len())];
        Self::with_labels(data, points, split, labelled, seed)
    }

    /// The same with the labelled prompts given by their row.
    pub fn with_labels(
        data: &Dataset,
        points: ArrayView2<f32>,
        split: &Split,
        labelled: &[usize],
        seed: u64,
    ) -> Self {
        let errors = |rows: &[usize], columns: &[usize]| {
            let scores = data.scores.select(Axis(0), rows).select(Axis(1), columns);
            scores.mapv(|s| 1.0 - s)
        };
        let known = Known {
            training: points.select(Axis(0), &split.training),
            labelled: points.select(Axis(0), labelled),
            candidates: points.select(Axis(0), &split.validation),
            test: points.select(Axis(0), &split.test),
            errors: errors(&split.training, &split.seen),
            labels: errors(labelled, &split.unseen),
            answers: errors(&split.validation, &split.unseen),
            seen_costs: mean_costs(data, &split.training, &split.seen),
            seed,
            fits: Arc::default(),
            ours: OnceLock::new(),
        };
        let expected_costs = mean_costs(data, labelled, &split.unseen);
        let costs = match &data.costs {
            None => Array2::from_shape_fn((split.test.len(), split.unseen.len()), |(_, h)| {
                expected_costs[h]
            }),
            Some(costs) => {
                let mut costs = costs
                    .select(Axis(0), &split.test)
                    .select(Axis(1), &split.unseen)
                    .mapv(f64::from);
                for (mut column, expected) in costs.columns_mut().into_iter().zip(&expected_costs) {
                    let usual = mean(column.iter().copied()).unwrap_or(*expected);
                    column
                        .iter_mut()
                        .filter(|c| c.is_nan())
                        .for_each(|c| *c = usual);
                }
                costs
            }
        };
        let hidden = Hidden {
            errors: errors(&split.test, &split.unseen),
            costs,
            expected_costs,
            training_errors: errors(&split.training, &split.unseen),
        };
        Self { known, hidden }
    }

    /// The same trial with other labels takes over what does not depend on them.
    pub(crate) fn sharing(mut self, fits: &Arc<Fits>) -> Self {
        self.known.fits = fits.clone();
        self
    }

    /// Predictions with what it takes to judge them.
    pub fn outcomes<'a>(&'a self, predicted: ArrayView2<'a, f32>) -> Outcomes<'a> {
        Outcomes {
            predicted,
            errors: self.hidden.errors.view(),
            expected_costs: &self.hidden.expected_costs,
            costs: self.hidden.costs.view(),
        }
    }

    /// The deferral curve of predictions.
    pub fn curve(&self, predicted: ArrayView2<f32>) -> Curve {
        self.outcomes(predicted).curve()
    }
}

impl Known {
    /// K-means clusters of the training prompts; found once, then remembered.
    pub fn clusters(&self, k: usize) -> Arc<KMeans> {
        let params = KMeansParams {
            seed: self.seed,
            starts: 1,
            max_iterations: 50,
            ..Default::default()
        };
        let find = || {
            kmeans(self.training.view(), k, &params).unwrap_or_else(|_| KMeans {
                centroids: Array2::zeros((1, self.training.ncols())),
                assignments: vec![0; self.training.nrows()],
                inertia: 0.0,
            })
        };
        self.fits.clusterings.get(k, find)
    }

    /// Our clusters and prior, from training prompts and seen language models.
    pub(crate) fn router(&self) -> Option<&Fitted> {
        let fit = || self.fit(self.errors.view());
        self.fits.router.get_or_init(fit).as_ref()
    }

    /// Our clusters and prior from the training prompts and these errors on them.
    pub(crate) fn fit(&self, errors: ArrayView2<f32>) -> Option<Fitted> {
        let found = self.clusters(usual_clusters(self.training.nrows()));
        fit_clusters(self.training.view(), errors, &found, self.seed).ok()
    }

    /// Our router fitted to what is known; once, then remembered.
    pub(crate) fn ours(&self) -> Option<&FittedRouter> {
        let new = || FittedRouter::with(self.router()?, self.labelled.view(), self.labels.view());
        self.ours.get_or_init(new).as_ref()
    }

    /// Mean error of all seen language models: what to expect of one without any label.
    pub fn usual_error(&self) -> f32 {
        mean(self.errors.iter().map(|e| f64::from(*e))).unwrap_or(0.5) as f32
    }

    /// Mean label of an unseen language model.
    pub fn mean_label(&self, model: usize) -> f32 {
        mean_or(self.labels.column(model), self.usual_error())
    }
}

/// Mean of what is not NaN.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values
        .filter(|v| !v.is_nan())
        .fold((0.0, 0.0), |(s, c), v| (s + v, c + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Mean of what is not NaN, or `usual`.
pub(super) fn mean_or(values: ArrayView1<f32>, usual: f32) -> f32 {
    mean(values.iter().map(|v| f64::from(*v))).map_or(usual, |m| m as f32)
}

/// Mean cost of each model: measured on `rows` where the set has measured costs, else its price
/// for a million tokens read and as many written, else 1 (then only quality counts).
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

/// Squared distances from each row of `a` to each row of `b`.
pub(super) fn squared_distances(a: ArrayView2<f32>, b: ArrayView2<f32>) -> Array2<f32> {
    let norms = |m: ArrayView2<f32>| {
        m.rows()
            .into_iter()
            .map(|r| r.dot(&r))
            .collect::<Array1<_>>()
    };
    let mut d = a.dot(&b.t()) * -2.0;
    d += &norms(a).insert_axis(Axis(1));
    d += &norms(b);
    d
}

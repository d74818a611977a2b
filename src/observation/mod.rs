//! Observations: everything that is known of one model, in one form.
//!
//! An observation is a row of weights r over the K clusters, a value y (an error in `[0, 1]`) and
//! the variance v of its noise:
//!
//! ```text
//! y = r·Ψ + l·e + ε,    Var(ε) = κγ(1 − γ)/n + τ²,    e ~ N(0, I)
//! ```
//!
//! | source | r | n | τ² | effects |
//! |---|---|---|---|---|
//! | one label | Φ(prompt) | 1 | 0 | none |
//! | one answer, right or wrong | Φ(prompt) | 1, with κ = 1 | 0 | none |
//! | one overall accuracy | the clusters' shares | the prompts it was measured on | the harness | none |
//! | one benchmark score | mean Φ over the benchmark's prompts | its prompts | the harness | the benchmark's own |
//!
//! n is the number of labels that y is the mean of. γ is the predicted error, so an observation
//! holds n and τ², and [`Posterior::new`](crate::profile::Posterior::new) computes v from them with
//! the prior's noise ratio κ. An observation does not depend on a prior.
//!
//! The *effects* e are what observations of one model have in common beyond Ψ: how well the model
//! does on the form of a benchmark, or how its maker measures. They never reach a user's prompt. The
//! loadings l say how much of each effect an observation has, so two observations have the
//! covariance l·l′ beyond that of Ψ.

mod error;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};

pub use error::ProfileError;
pub(crate) use error::{check_length, check_range, check_unit};

/// τ² of an accuracy: the square of what two harnesses usually differ by on the same prompts, 3
/// points.
const HARNESS_VARIANCE: f64 = 0.03 * 0.03;

/// Where an observation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The label of one prompt.
    Label,
    /// An answer to one prompt that is right or wrong. Its noise is γ(1 − γ), that of a coin, whatever
    /// the ratio κ of labels is.
    Answer,
    /// One accuracy over prompts of all kinds.
    Overall,
    /// The score of one benchmark, with its position in the list that it was taken from.
    Benchmark(usize),
}

/// A batch of n checked observations of one model over K clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    weights: Array2<f64>,
    values: Array1<f64>,
    labels: Array1<f64>,
    extra_variances: Array1<f64>,
    loadings: Array2<f64>,
    sources: Vec<Source>,
}

/// The scores of one model on benchmarks; see [`Observations::from_benchmarks`].
#[derive(Debug, Clone, PartialEq)]
pub struct BenchmarkScores<'a> {
    /// Position of each benchmark in the list that it was taken from.
    pub benchmarks: &'a [usize],
    /// Mean membership of the prompts of each benchmark, `(n, K)`.
    pub weights: Array2<f64>,
    /// Error on each benchmark less what is expected of the benchmark itself, in `[-1, 2]`.
    pub values: Array1<f64>,
    /// Number of prompts of each benchmark, in `(0, 1e9]`.
    pub prompts: &'a [f64],
    /// τ², the variance of each value beyond that of its prompts, in `[0, 1]`.
    pub extra_variances: &'a [f64],
    /// Loadings on effects that the scores share, `(n, L)`.
    pub loadings: Array2<f64>,
}

impl Observations {
    /// No observation of a model over `clusters` clusters.
    pub fn none(clusters: usize) -> Self {
        Self::uniform(
            Array2::zeros((0, clusters)),
            Array1::zeros(0),
            1.0,
            Source::Label,
        )
    }

    /// One observation for each label: `errors[i]` (1 − score, in `[0, 1]`) on a prompt with
    /// membership `memberships.row(i)`; `memberships` is `(n, K)`.
    ///
    /// # Errors
    /// [`ProfileError::Length`] unless there is one error for each membership,
    /// [`ProfileError::Range`] for an error outside `[0, 1]` or a membership that is not one.
    pub fn from_labels(memberships: ArrayView2<f32>, errors: &[f32]) -> Result<Self, ProfileError> {
        Self::from_label_weights(memberships.mapv(f64::from), errors)
    }

    /// [`Observations::from_labels`] where each label says whether an answer is right or wrong
    /// ([`Source::Answer`]).
    ///
    /// # Errors
    /// As [`Observations::from_labels`].
    pub fn from_answers(
        memberships: ArrayView2<f32>,
        errors: &[f32],
    ) -> Result<Self, ProfileError> {
        let mut answers = Self::from_labels(memberships, errors)?;
        answers.sources.fill(Source::Answer);
        Ok(answers)
    }

    /// [`Observations::from_labels`] of memberships that are weights already.
    pub(crate) fn from_label_weights(
        weights: Array2<f64>,
        errors: &[f32],
    ) -> Result<Self, ProfileError> {
        check_length("labels", errors.len(), weights.nrows())?;
        check_unit("label", errors.iter().map(|e| f64::from(*e)))?;
        check_weights("membership of a label", weights.view())?;
        let values = errors.iter().map(|e| f64::from(*e)).collect();
        Ok(Self::uniform(weights, values, 1.0, Source::Label))
    }

    /// One observation: the overall `error`, the mean of `labels` labels of prompts that are
    /// distributed over the clusters by `shares`, `(K)`.
    ///
    /// # Errors
    /// [`ProfileError::Range`] unless `error` is in `[0, 1]`, `labels` in `(0, 1e9]`, and the shares
    /// are shares.
    pub fn from_overall(shares: &[f32], error: f64, labels: f64) -> Result<Self, ProfileError> {
        check_unit("overall error", [error])?;
        check_range("number of labels", "(0, 1e9]", [labels], |v| {
            v > 0.0 && v <= 1e9
        })?;
        let weights = Array2::from_shape_fn((1, shares.len()), |(_, k)| f64::from(shares[k]));
        check_weights("shares", weights.view())?;
        let values = Array1::from_elem(1, error);
        let mut overall = Self::uniform(weights, values, labels, Source::Overall);
        overall.extra_variances.fill(HARNESS_VARIANCE);
        Ok(overall)
    }

    /// One observation for each benchmark score.
    ///
    /// # Errors
    /// [`ProfileError::Length`] unless there is one value of each kind for each score,
    /// [`ProfileError::Range`] for a number out of the range that [`BenchmarkScores`] names.
    pub fn from_benchmarks(scores: BenchmarkScores) -> Result<Self, ProfileError> {
        let n = scores.values.len();
        check_length("benchmarks", scores.benchmarks.len(), n)?;
        check_length("benchmark weights", scores.weights.nrows(), n)?;
        check_length("benchmark prompts", scores.prompts.len(), n)?;
        check_length("benchmark variances", scores.extra_variances.len(), n)?;
        check_length("benchmark loadings", scores.loadings.nrows(), n)?;
        check_weights("weights of a benchmark", scores.weights.view())?;
        let values = scores.values.iter().copied();
        check_range("benchmark error", "[-1, 2]", values, |v| {
            (-1.0..=2.0).contains(&v)
        })?;
        let prompts = scores.prompts.iter().copied();
        check_range("benchmark prompts", "(0, 1e9]", prompts, |v| {
            v > 0.0 && v <= 1e9
        })?;
        let variances = scores.extra_variances.iter().copied();
        check_unit("benchmark variance", variances)?;
        let loadings = scores.loadings.iter().copied();
        check_range("benchmark loading", "[-1, 1]", loadings, |v| v.abs() <= 1.0)?;
        Ok(Self {
            weights: scores.weights,
            values: scores.values,
            labels: Array1::from_vec(scores.prompts.to_vec()),
            extra_variances: Array1::from_vec(scores.extra_variances.to_vec()),
            loadings: scores.loadings,
            sources: scores
                .benchmarks
                .iter()
                .map(|b| Source::Benchmark(*b))
                .collect(),
        })
    }

    /// Observations of one source that are each the mean of `labels` labels.
    fn uniform(weights: Array2<f64>, values: Array1<f64>, labels: f64, source: Source) -> Self {
        let n = values.len();
        Self {
            weights,
            values,
            labels: Array1::from_elem(n, labels),
            extra_variances: Array1::zeros(n),
            loadings: Array2::zeros((n, 0)),
            sources: vec![source; n],
        }
    }

    /// These observations followed by those of `other`, which are of the same model. The effects of
    /// one batch are not those of the other.
    ///
    /// # Errors
    /// [`ProfileError::Length`] when `other` is over another number of clusters.
    pub fn and(self, other: &Self) -> Result<Self, ProfileError> {
        if self.is_empty() && self.clusters() == other.clusters() {
            return Ok(other.clone());
        }
        let rows = [self.weights.view(), other.weights.view()];
        let weights = concatenate(Axis(0), &rows).map_err(|_| ProfileError::Length {
            what: "weights of an observation",
            got: other.clusters(),
            expected: self.clusters(),
        })?;
        let join = |a: &Array1<f64>, b: &Array1<f64>| a.iter().chain(b).copied().collect();
        Ok(Self {
            weights,
            values: join(&self.values, &other.values),
            labels: join(&self.labels, &other.labels),
            extra_variances: join(&self.extra_variances, &other.extra_variances),
            loadings: block_diagonal(&self.loadings, &other.loadings),
            sources: [&self.sources[..], &other.sources].concat(),
        })
    }

    /// Rejects observations that are not over `expected` clusters.
    pub(crate) fn check_clusters(&self, expected: usize) -> Result<(), ProfileError> {
        let what = match self.sources.first() {
            Some(Source::Overall) => "shares",
            Some(Source::Benchmark(_)) => "weights of a benchmark",
            Some(Source::Label | Source::Answer) | None => "memberships of a label",
        };
        check_length(what, self.clusters(), expected)
    }

    /// Number of observations n.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no observation.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Number of clusters K.
    pub fn clusters(&self) -> usize {
        self.weights.ncols()
    }

    /// The weights r of each observation over the clusters, `(n, K)`.
    pub fn weights(&self) -> ArrayView2<'_, f64> {
        self.weights.view()
    }

    /// The value y of each observation, an error in `[0, 1]`, `(n)`.
    pub fn values(&self) -> ArrayView1<'_, f64> {
        self.values.view()
    }

    /// The number of labels that each value is the mean of, `(n)`.
    pub fn labels(&self) -> ArrayView1<'_, f64> {
        self.labels.view()
    }

    /// τ², the variance of each value beyond that of its labels, `(n)`.
    pub fn extra_variances(&self) -> ArrayView1<'_, f64> {
        self.extra_variances.view()
    }

    /// Loadings l of each observation on the effects that observations share, `(n, L)`.
    pub fn loadings(&self) -> ArrayView2<'_, f64> {
        self.loadings.view()
    }

    /// The source of each observation, `(n)`.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Number of labels of single prompts, and the sum of their errors. They are drawn like the
    /// prompts that a model will be used for, so their mean estimates the model's usual error.
    pub(crate) fn labels_and_sum(&self) -> (usize, f64) {
        let labels = self.sources.iter().zip(&self.values);
        labels
            .filter(|(source, _)| matches!(source, Source::Label | Source::Answer))
            .fold((0, 0.0), |(n, sum), (_, value)| (n + 1, sum + value))
    }

    /// The number of labels that fell into each cluster, by weight, `(K)`. A benchmark's prompts are
    /// not labels: nobody knows which of them were answered.
    pub(crate) fn labels_by_cluster(&self) -> Array1<f64> {
        let mut counted = Array1::zeros(self.clusters());
        let rows = self.weights.outer_iter().zip(&self.labels);
        for ((row, labels), source) in rows.zip(&self.sources) {
            match source {
                Source::Benchmark(_) => {}
                Source::Label | Source::Answer | Source::Overall => {
                    counted.scaled_add(*labels, &row)
                }
            }
        }
        counted
    }
}

/// `a` and `b` side by side and one below the other, with zeros elsewhere.
fn block_diagonal(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let ((n, l), (m, k)) = (a.dim(), b.dim());
    let mut joined = Array2::zeros((n + m, l + k));
    joined.slice_mut(s![..n, ..l]).assign(a);
    joined.slice_mut(s![n.., l..]).assign(b);
    joined
}

/// Weights are not negative and at most 1; the rounding of shares is allowed for.
fn check_weights(what: &'static str, weights: ArrayView2<f64>) -> Result<(), ProfileError> {
    check_range(what, "[0, 1]", weights.iter().copied(), |v| {
        (0.0..=1.01).contains(&v)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_label_is_an_observation_of_its_membership() {
        let rows = array![[0.75f32, 0.25], [0.5, 0.5]];
        let labels = Observations::from_labels(rows.view(), &[1.0, 0.25]).unwrap();
        assert_eq!((labels.len(), labels.clusters()), (2, 2));
        assert_eq!(labels.weights(), array![[0.75, 0.25], [0.5, 0.5]]);
        assert_eq!(labels.values(), array![1.0, 0.25]);
        assert_eq!(labels.labels(), array![1.0, 1.0]);
        assert_eq!(labels.extra_variances(), array![0.0, 0.0]);
        assert_eq!(labels.labels_by_cluster(), array![1.25, 0.75]);
        assert_eq!(labels.labels_and_sum(), (2, 1.25));
    }

    #[test]
    fn an_overall_error_is_one_observation_of_the_shares() {
        let overall = Observations::from_overall(&[0.75, 0.25], 0.2, 100.0).unwrap();
        assert_eq!(overall.weights(), array![[0.75, 0.25]]);
        assert_eq!(overall.values(), array![0.2]);
        assert_eq!(overall.labels(), array![100.0]);
        assert_eq!(overall.labels_by_cluster(), array![75.0, 25.0]);
        assert_eq!(overall.sources(), [Source::Overall]);
        assert_eq!(overall.labels_and_sum(), (0, 0.0));
    }

    #[test]
    fn a_benchmark_score_is_an_observation_of_its_prompts() {
        let scores = |weight: f64, value: f64, prompts: f64, variance: f64| {
            Observations::from_benchmarks(BenchmarkScores {
                benchmarks: &[3],
                weights: array![[weight, 0.5]],
                values: array![value],
                prompts: &[prompts],
                extra_variances: &[variance],
                loadings: array![[0.1, 0.05]],
            })
        };
        let score = scores(0.5, -0.1, 198.0, 0.001).unwrap();
        assert_eq!(score.sources(), [Source::Benchmark(3)]);
        assert_eq!(score.labels_by_cluster(), array![0.0, 0.0]);
        let label = Observations::from_labels(array![[1.0f32, 0.0]].view(), &[1.0]).unwrap();
        let both = label.and(&score).unwrap().and(&score).unwrap();
        let effects = array![
            [0.0, 0.0, 0.0, 0.0],
            [0.1, 0.05, 0.0, 0.0],
            [0.0, 0.0, 0.1, 0.05]
        ];
        assert_eq!(both.loadings(), effects);
        assert_eq!(both.extra_variances(), array![0.0, 0.001, 0.001]);
        for wrong in [
            scores(1.5, 0.1, 198.0, 0.001),
            scores(0.5, f64::NAN, 198.0, 0.001),
            scores(0.5, 0.1, 0.0, 0.001),
            scores(0.5, 0.1, 198.0, -0.001),
        ] {
            assert!(matches!(wrong, Err(ProfileError::Range { index: 0, .. })));
        }
    }

    #[test]
    fn batches_of_one_model_are_joined_in_order() {
        let labels = Observations::from_labels(array![[1.0f32, 0.0]].view(), &[1.0]).unwrap();
        let overall = Observations::from_overall(&[0.75, 0.25], 0.2, 100.0).unwrap();
        let both = labels.clone().and(&overall).unwrap();
        assert_eq!(both.weights(), array![[1.0, 0.0], [0.75, 0.25]]);
        assert_eq!(both.labels(), array![1.0, 100.0]);
        assert_eq!(both.sources(), [Source::Label, Source::Overall]);
        assert_eq!(Observations::none(2).and(&overall), Ok(overall));
        assert!(matches!(
            labels.and(&Observations::none(3)),
            Err(ProfileError::Length {
                got: 3,
                expected: 2,
                ..
            })
        ));
    }

    #[test]
    fn each_wrong_number_is_rejected_by_name() {
        let range = |problem: Result<Observations, ProfileError>| match problem {
            Err(ProfileError::Range { what, index, .. }) => (what, index),
            other => panic!("{other:?}"),
        };
        let rows = array![[0.5f32, 0.5], [1.0, 0.0]];
        let labels = |errors: &[f32]| Observations::from_labels(rows.view(), errors);
        for bad in [f32::NAN, 1.5, -0.1] {
            assert_eq!(range(labels(&[0.5, bad])), ("label", 1));
        }
        assert!(matches!(
            labels(&[0.5]),
            Err(ProfileError::Length {
                what: "labels",
                got: 1,
                expected: 2
            })
        ));
        for bad in [f32::NAN, 1.5, -0.1] {
            let rows = array![[0.5f32, bad]];
            let wrong = Observations::from_labels(rows.view(), &[0.5]);
            assert_eq!(range(wrong), ("membership of a label", 1));
        }
        let overall = |share, error, n| Observations::from_overall(&[0.5, share], error, n);
        assert_eq!(range(overall(0.5, 1.5, 9.0)), ("overall error", 0));
        assert_eq!(range(overall(0.5, 0.5, 0.0)), ("number of labels", 0));
        assert_eq!(
            range(overall(0.5, 0.5, f64::INFINITY)),
            ("number of labels", 0)
        );
        assert_eq!(range(overall(-0.5, 0.5, 9.0)), ("shares", 1));
    }
}

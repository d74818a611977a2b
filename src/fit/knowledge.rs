//! Clusters around topics, and a prior from published scores.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use std::collections::BTreeMap;

use super::clusters::{soft, with_prior};
use super::error::FitError;
use crate::benchmark::{Benchmark, Benchmarks, Catalogue, ScoreNoise};
use crate::cluster::{Calibration, Clusters, KMeans, KMeansParams, assigned};
use crate::dataset::{PublishedTable, TopicField};
use crate::prior::{Prior, PublishedScores};
use crate::router::Topic;

/// Fewest published scores of a model that the prior is learned from.
const FEWEST_SCORES: usize = 4;
/// Fewest models with a score on a benchmark that a router knows.
const FEWEST_MODELS: usize = 8;
/// Examples of each cluster.
const EXAMPLES: usize = 3;
/// Examples are at most this long, in characters, where there are enough such prompts.
const SHORT: usize = 70;
/// A smaller weight of a benchmark on a cluster counts as none: with 200 clusters the mean weight is
/// .005, and many weights of a soft membership are traces that only make the file larger.
const TRACE: f64 = 3e-4;
/// Most prompts of the data sets from which usual distances are learned: thousands of exam questions
/// should not outweigh everything else.
const MOST_CALIBRATING: usize = 3000;

/// What a router is fitted with beside data sets.
#[derive(Default)]
pub struct Knowledge {
    /// Topics, which clusters are made around; none to find clusters by k-means.
    pub topics: Vec<TopicField>,
    /// Embeddings of the topics' prompts, in order, `(n, dim)`.
    pub topic_points: Array2<f32>,
    /// Benchmarks with the published scores on them. Clusters are made from their prompts, too.
    pub benchmarks: Option<BenchmarkKnowledge>,
    /// Names of the sources, for the router's provenance.
    pub sources: Vec<String>,
}

/// Benchmarks, the prompts of which are known, and published scores.
pub struct BenchmarkKnowledge {
    /// The benchmarks.
    pub catalogue: Catalogue,
    /// Embeddings of prompts by the name of their file, each `(n, dim)`.
    pub prompts: BTreeMap<String, Array2<f32>>,
    /// Scores of models on the benchmarks.
    pub published: PublishedTable,
}

/// The benchmarks and the scores of each model that a prior is learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Positions of the benchmarks in the catalogue.
    pub entries: Vec<usize>,
    /// Mean membership of the prompts of each, `(B, K)`.
    pub weights: Array2<f64>,
    /// Scores of each model and mode: pairs of a position in `entries` and an error.
    pub models: Vec<Vec<(usize, f64)>>,
}

impl Knowledge {
    /// Number of prompts beside those of the data sets.
    pub(super) fn prompts(&self) -> usize {
        self.topic_points.nrows() + self.of_benchmarks().map(Array2::nrows).sum::<usize>()
    }

    /// Embeddings of the prompts of benchmarks, a file each.
    fn of_benchmarks(&self) -> impl Iterator<Item = &Array2<f32>> {
        self.benchmarks.iter().flat_map(|b| b.prompts.values())
    }
}

impl BenchmarkKnowledge {
    /// Errors of each model and mode on each benchmark, by its position in the catalogue. Scores of one
    /// model on one benchmark are averaged.
    pub fn errors(&self) -> BTreeMap<(String, String), BTreeMap<usize, f64>> {
        let mut models: BTreeMap<_, BTreeMap<usize, Vec<f64>>> = BTreeMap::new();
        let found = self.catalogue.find_all(&self.published);
        for (score, entry) in self.published.scores.iter().zip(found) {
            let Some(entry) = entry else { continue };
            let name = (score.model.clone(), score.mode.clone());
            let errors = models.entry(name).or_default();
            errors.entry(entry).or_default().push(1.0 - score.score);
        }
        let mean = |errors: Vec<f64>| errors.iter().sum::<f64>() / errors.len() as f64;
        let means = |errors: BTreeMap<usize, Vec<f64>>| {
            errors
                .into_iter()
                .map(|(e, errors)| (e, mean(errors)))
                .collect()
        };
        models
            .into_iter()
            .map(|(id, errors)| (id, means(errors)))
            .collect()
    }

    /// The rows of all prompts of a benchmark, from the tables of each file; `None` without prompts.
    pub(crate) fn rows_of(
        &self,
        entry: usize,
        files: &BTreeMap<String, Array2<f32>>,
    ) -> Option<Array2<f32>> {
        let from = &self.catalogue.benchmarks[entry].prompts.from;
        let parts: Vec<_> = from.iter().filter_map(|name| files.get(name)).collect();
        let parts: Vec<_> = parts.iter().map(|rows| rows.view()).collect();
        concatenate(Axis(0), &parts).ok().filter(|a| a.nrows() > 0)
    }

    /// Finds the benchmarks that have prompts and are reported for enough models, and the models with
    /// scores on enough of them.
    pub fn known(&self, clusters: &Clusters) -> Known {
        let models = self.errors();
        let mut counts = vec![0usize; self.catalogue.benchmarks.len()];
        models
            .values()
            .flat_map(BTreeMap::keys)
            .for_each(|&e| counts[e] += 1);
        let memberships = self
            .prompts
            .iter()
            .map(|(name, points)| (name.clone(), clusters.memberships(points.view())))
            .collect();
        let row = |entry: usize| {
            let all = self.rows_of(entry, &memberships)?;
            all.mapv(f64::from).mean_axis(Axis(0)).map(without_traces)
        };
        let rows: Vec<_> = (0..counts.len())
            .filter(|&e| counts[e] >= FEWEST_MODELS)
            .filter_map(|e| Some((e, row(e)?)))
            .collect();
        let mut weights = Array2::zeros((rows.len(), clusters.len()));
        for (mut to, (_, row)) in weights.rows_mut().into_iter().zip(&rows) {
            to.assign(row);
        }
        let entries: Vec<usize> = rows.iter().map(|(e, _)| *e).collect();
        let kept = |errors: BTreeMap<usize, f64>| -> Vec<(usize, f64)> {
            let at = |entry: &usize| entries.binary_search(entry).ok();
            let known = errors.iter();
            known
                .filter_map(|(entry, error)| Some((at(entry)?, *error)))
                .collect()
        };
        let models = models
            .into_values()
            .map(kept)
            .filter(|scores| scores.len() >= FEWEST_SCORES)
            .collect();
        Known {
            entries,
            weights,
            models,
        }
    }

    /// Learns prior and benchmarks from what is `known`. `labelled` is the prior of models with
    /// labels.
    ///
    /// # Errors
    /// [`FitError::NoScores`] without models, and those of the parts.
    pub fn learn(
        &self,
        known: &Known,
        clusters: &Clusters,
        labelled: Option<&Prior>,
    ) -> Result<(Prior, Benchmarks), FitError> {
        if known.models.is_empty() {
            return Err(FitError::NoScores {
                fewest: FEWEST_SCORES,
            });
        }
        let entries: Vec<_> = known
            .entries
            .iter()
            .map(|&e| &self.catalogue.benchmarks[e])
            .collect();
        let prompts: Vec<f64> = entries.iter().map(|e| e.prompts()).collect();
        let anchors: Vec<bool> = entries.iter().map(|e| e.anchor).collect();
        let scores = PublishedScores {
            weights: known.weights.view(),
            prompts: &prompts,
            anchors: &anchors,
            models: &known.models,
        };
        let nearness = clusters.nearness();
        let (prior, learned) = Prior::learn_from_scores(scores, nearness.view(), labelled)?;
        let list: Vec<Benchmark> = entries
            .iter()
            .zip(&learned.mean_effects)
            .map(|(entry, effect)| entry.benchmark(*effect))
            .collect();
        let noise = ScoreNoise {
            score: learned.score_noise,
            shared: learned.shared_noise,
        };
        let benchmarks = Benchmarks::try_new(list, known.weights.clone(), learned.effects, noise)?;
        Ok((prior, benchmarks))
    }
}

/// A row of weights without those that are too small to matter; the others sum to one again.
fn without_traces(mut row: Array1<f64>) -> Array1<f64> {
    row.mapv_inplace(|weight| if weight < TRACE { 0.0 } else { weight });
    let sum = row.sum();
    row / sum
}

/// Clusters with their names, and what was learned over them.
pub(super) struct Placed {
    pub clusters: Clusters,
    pub prior: Prior,
    pub calibration: Calibration,
    pub fields: Vec<String>,
    pub topics: Vec<Topic>,
}

/// Prior of a router with these clusters, and the benchmarks that it carries.
pub(super) fn with_benchmarks(
    knowledge: &BenchmarkKnowledge,
    clusters: &Clusters,
    labelled: Prior,
) -> Result<(Prior, Benchmarks), FitError> {
    let known = knowledge.known(clusters);
    let (prior, all) = knowledge.learn(&known, clusters, Some(&labelled))?;
    let entries = &knowledge.catalogue.benchmarks;
    let is_carried = |b: &usize| !entries[known.entries[*b]].learn_only;
    let carried: Vec<usize> = (0..all.len()).filter(is_carried).collect();
    Ok((prior, all.select(&carried)?))
}

/// Makes one cluster for each topic, at the mean direction of its prompts, and learns the prior from
/// `errors` `(n, m)` on the prompts with embeddings `points` `(n, dim)`.
pub(super) fn around_topics(
    knowledge: &Knowledge,
    points: ArrayView2<f32>,
    errors: ArrayView2<f32>,
    params: &KMeansParams,
) -> Result<Placed, FitError> {
    let topics: Vec<_> = knowledge
        .topics
        .iter()
        .enumerate()
        .flat_map(|(field, f)| f.topics.iter().map(move |topic| (field, topic)))
        .collect();
    let topic_points = knowledge.topic_points.view();
    let expected: usize = topics.iter().map(|(_, t)| t.prompts.len()).sum();
    if expected != topic_points.nrows() {
        return Err(FitError::Embeddings {
            embeddings: topic_points.nrows(),
            prompts: expected,
        });
    }
    let mut directions = Array2::zeros((topics.len(), topic_points.ncols()));
    let mut first = 0;
    for (mut direction, (_, topic)) in directions.rows_mut().into_iter().zip(&topics) {
        let rows = topic_points.slice(s![first..first + topic.prompts.len(), ..]);
        let sum = rows.sum_axis(Axis(0));
        let length = sum.dot(&sum).sqrt().max(f32::MIN_POSITIVE);
        direction.assign(&(sum / length));
        first += topic.prompts.len();
    }
    let step = points.nrows().div_ceil(MOST_CALIBRATING).max(1);
    let own = points.slice(s![..;step, ..]);
    let others = knowledge.of_benchmarks().map(|points| points.view());
    let mix: Vec<_> = [topic_points, own].into_iter().chain(others).collect();
    let mix = concatenate(Axis(0), &mix).map_err(|_| FitError::Embeddings {
        embeddings: points.ncols(),
        prompts: topic_points.ncols(),
    })?;
    let found = assigned(mix.view(), directions)?;
    let calibration = Calibration::of(mix.view(), &found)?;
    let of_topics = KMeans {
        assignments: found.assignments[..topic_points.nrows()].to_vec(),
        ..found
    };
    let clusters = soft(&of_topics)?;
    let clusters = clusters.with_names(topics.iter().map(|(_, t)| t.name.clone()).collect())?;
    let (clusters, prior) = with_prior(clusters, points, errors, params.seed)?;
    Ok(Placed {
        topics: described(&topics, topic_points, &clusters),
        fields: knowledge.topics.iter().map(|f| f.title.clone()).collect(),
        clusters,
        prior,
        calibration,
    })
}

/// Field and examples of each cluster: prompts of the topics that lie in it, the most typical and,
/// where possible, short ones first.
fn described(
    topics: &[(usize, &crate::dataset::TopicPrompts)],
    points: ArrayView2<f32>,
    clusters: &Clusters,
) -> Vec<Topic> {
    let texts: Vec<&String> = topics.iter().flat_map(|(_, t)| &t.prompts).collect();
    let memberships = clusters.memberships(points);
    let mut inside: Vec<Vec<(bool, f32, usize)>> = vec![Vec::new(); topics.len()];
    for (row, phi) in memberships.rows().into_iter().enumerate() {
        let most = (0..phi.len()).max_by(|&a, &b| phi[a].total_cmp(&phi[b]));
        if let Some(k) = most {
            let long = texts[row].chars().nth(SHORT).is_some() || texts[row].contains('\n');
            inside[k].push((long, -phi[k], row));
        }
    }
    for prompts in &mut inside {
        prompts.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    }
    let describe = |(k, (field, _)): (usize, &(usize, _))| {
        let examples = inside[k].iter().take(EXAMPLES);
        Topic {
            field: *field,
            examples: examples.map(|(_, _, row)| texts[*row].clone()).collect(),
        }
    };
    topics.iter().enumerate().map(describe).collect()
}

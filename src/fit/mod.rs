//! Embedded training prompts, with scores where there are any, to the parts of a router.
//!
//! [`fit_parts`] turns whole data sets into the [`Parts`] of a [`Router`](crate::Router), with topics
//! and published scores where there are any ([`Knowledge`]). [`fit_streamed`] does so with clusters of
//! prompts that do not fit in memory. [`fit`] and [`fit_clusters`] give only clusters and prior, from
//! embeddings and errors.

mod clusters;
mod error;
mod knowledge;
mod streamed;

use ndarray::{Array2, ArrayView2, s};

use crate::benchmark::Benchmarks;
use crate::cluster::{self, Calibration};
use crate::dataset::{Dataset, Prompt};
use crate::embed::Embed;
use crate::router::{Parts, Provenance};

pub use clusters::{FitParams, Fitted, fit, fit_clusters, usual_clusters};
pub use error::FitError;
use knowledge::Placed;
pub use knowledge::{BenchmarkKnowledge, Knowledge, Known};
pub use streamed::{StreamedPrompts, fit_streamed};

/// Fewest training prompts for each cluster of a router: with fewer, many clusters would hold a
/// single prompt.
const FEWEST_PROMPTS_PER_CLUSTER: usize = 2;

/// How to fit a router; see [`fit_parts`].
pub struct RouterParams {
    /// Readable name; by default the id of the embedder and the names of the data sets.
    pub id: Option<String>,
    /// The embedder that the prompts were embedded with.
    pub embedder: Box<dyn Embed>,
    /// The static embedder's file, to be carried in the router's.
    pub embedder_file: Option<Vec<u8>>,
    /// Note on the licence of the data, to be carried in the file.
    pub licence: Option<String>,
    /// Number of clusters, and the seed.
    pub fit: FitParams,
    /// Topics and benchmarks, where there are any.
    pub knowledge: Option<Knowledge>,
}

/// Fits everything in a router but its embedder to data sets: clusters with names and calibration,
/// and the prior. `points` `(n, dim)` are the embeddings of [`Prompt::to_embed`] of all prompts, one
/// data set after the other. Models of different data sets count as different models, each with
/// scores on its own data set only.
///
/// # Errors
/// [`FitError`] when the prompts are too few for the clusters, when there is not one embedding for
/// each prompt, or for numbers out of range.
pub fn fit_parts(
    datasets: &[Dataset],
    points: ArrayView2<f32>,
    params: RouterParams,
) -> Result<Parts, FitError> {
    let prompts = texts(datasets, points)?;
    let k = params
        .fit
        .clusters
        .unwrap_or_else(|| usual_clusters(prompts.len()));
    let around_topics = params
        .knowledge
        .as_ref()
        .is_some_and(|k| !k.topics.is_empty());
    if !around_topics {
        check_enough(prompts.len(), k)?;
    }
    let kmeans = &params.fit.kmeans;
    let errors = joint_errors(datasets);
    let placed = match params.knowledge.as_ref().filter(|_| around_topics) {
        None => {
            let fitted = fit(points, errors.view(), &params.fit)?;
            let names = cluster::names(&prompts, &fitted.assignments, fitted.clusters.len());
            Placed {
                calibration: Calibration::learn(points, fitted.clusters.len(), kmeans)?,
                clusters: fitted.clusters.with_names(names)?,
                prior: fitted.prior,
                fields: Vec::new(),
                topics: Vec::new(),
            }
        }
        Some(topics) => knowledge::around_topics(topics, points, errors.view(), kmeans)?,
    };
    let sources = datasets.iter().map(|set| set.name.clone()).collect();
    parts(placed, sources, prompts.len(), params)
}

/// Whether this many prompts can be clustered into `clusters` groups.
///
/// # Errors
/// [`FitError::TooFewPrompts`] with fewer than two for each.
pub fn check_enough(prompts: usize, clusters: usize) -> Result<(), FitError> {
    match prompts < FEWEST_PROMPTS_PER_CLUSTER * clusters {
        true => Err(FitError::TooFewPrompts { prompts, clusters }),
        false => Ok(()),
    }
}

/// The texts to embed of all data sets, of which `points` are the embeddings.
fn texts<'a>(datasets: &'a [Dataset], points: ArrayView2<f32>) -> Result<Vec<&'a str>, FitError> {
    let sets = datasets.iter().map(|set| &set.prompts);
    let prompts: Vec<_> = sets.flatten().map(Prompt::to_embed).collect();
    match points.nrows() == prompts.len() {
        true => Ok(prompts),
        false => Err(FitError::Embeddings {
            embeddings: points.nrows(),
            prompts: prompts.len(),
        }),
    }
}

/// The parts of a router with these clusters, made from this many `prompts` of these `sources`.
fn parts(
    placed: Placed,
    sources: Vec<String>,
    prompts: usize,
    params: RouterParams,
) -> Result<Parts, FitError> {
    let usual_id = || format!("{} {}", params.embedder.id(), sources.join("+"));
    let id = params.id.unwrap_or_else(usual_id);
    let knowledge = params.knowledge.unwrap_or_default();
    let (prior, benchmarks) = match &knowledge.benchmarks {
        Some(known) => knowledge::with_benchmarks(known, &placed.clusters, placed.prior)?,
        None => {
            let none = Benchmarks::none(placed.clusters.len());
            (placed.prior, none)
        }
    };
    Ok(Parts {
        id,
        clusters: placed.clusters,
        prior,
        benchmarks,
        fields: placed.fields,
        topics: placed.topics,
        calibration: placed.calibration,
        provenance: Provenance {
            prompts: prompts + knowledge.prompts(),
            licence: params.licence,
            seed: params.fit.kmeans.seed,
            fitted_by: format!("uniroute {}", env!("CARGO_PKG_VERSION")),
            datasets: sources.into_iter().chain(knowledge.sources).collect(),
        },
        embedder: params.embedder,
        embedder_file: params.embedder_file,
    })
}

/// Errors `(n, m)` of all models of all data sets on all prompts, NaN where there is no score.
fn joint_errors(datasets: &[Dataset]) -> Array2<f32> {
    let rows = datasets.iter().map(|set| set.scores.nrows()).sum();
    let columns = datasets.iter().map(|set| set.scores.ncols()).sum();
    let mut errors = Array2::from_elem((rows, columns), f32::NAN);
    let (mut row, mut column) = (0, 0);
    for set in datasets {
        let (n, m) = set.scores.dim();
        errors
            .slice_mut(s![row..row + n, column..column + m])
            .zip_mut_with(&set.scores, |error, score| *error = 1.0 - score);
        (row, column) = (row + n, column + m);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Router;
    use crate::cluster::KMeansParams;
    use crate::router::fixture::TwoWords;
    use ndarray::array;

    fn dataset(name: &str, prompts: &[&str], scores: Array2<f32>) -> Dataset {
        let prompt = |text: &&str| Prompt {
            text: (*text).to_owned(),
            ..Prompt::default()
        };
        Dataset {
            name: name.into(),
            prompts: prompts.iter().map(prompt).collect(),
            models: vec![Default::default(); scores.ncols()],
            scores,
            costs: None,
        }
    }

    /// Prompts about code, which the one model of this set answers, and about poems.
    fn code_and_poems() -> Dataset {
        let prompts = [
            "code parser",
            "code parser tests",
            "poem rhyme",
            "poem rhyme sea",
        ];
        let prompts: Vec<&str> = prompts.into_iter().cycle().take(20).collect();
        let scores = Array2::from_shape_fn((20, 1), |(i, _)| f32::from(u8::from(i % 4 < 2)));
        dataset("first", &prompts, scores)
    }

    fn points(datasets: &[Dataset]) -> Array2<f32> {
        let prompts = datasets.iter().flat_map(|set| &set.prompts);
        let vectors: Vec<f32> = prompts
            .flat_map(|p| TwoWords.embed(p.to_embed()).vector)
            .collect();
        Array2::from_shape_vec((vectors.len() / 2, 2), vectors).unwrap()
    }

    fn params(clusters: usize) -> RouterParams {
        RouterParams {
            knowledge: None,
            id: None,
            embedder: Box::new(TwoWords),
            embedder_file: None,
            licence: Some("CC0".into()),
            fit: FitParams {
                clusters: Some(clusters),
                kmeans: KMeansParams {
                    seed: 7,
                    ..KMeansParams::default()
                },
            },
        }
    }

    #[test]
    fn data_sets_become_all_parts_of_a_router() {
        let sets = [
            code_and_poems(),
            dataset(
                "second",
                &["code sea"; 4],
                array![[0.0], [0.0], [0.0], [0.0]],
            ),
        ];
        let parts = fit_parts(&sets, points(&sets).view(), params(2)).unwrap();
        assert_eq!(parts.id, "two-words first+second");
        assert_eq!(parts.provenance.datasets, ["first", "second"]);
        assert_eq!((parts.provenance.prompts, parts.provenance.seed), (24, 7));
        assert_eq!(parts.provenance.licence.as_deref(), Some("CC0"));
        assert_eq!(parts.prior.training_models(), 2);
        let mut names = parts.clusters.names().to_vec();
        names.sort();
        assert!(
            names[0].contains("code") && names[1].contains("poem"),
            "{names:?}"
        );
        let router = Router::new(parts).unwrap();
        assert_eq!(router.clusters().len(), 2);
    }

    #[test]
    fn a_given_name_replaces_the_usual_one() {
        let sets = [code_and_poems()];
        let named = RouterParams {
            id: Some("mine".into()),
            ..params(2)
        };
        let parts = fit_parts(&sets, points(&sets).view(), named).unwrap();
        assert_eq!(parts.id, "mine");
    }

    #[test]
    fn each_data_set_has_its_own_models() {
        let first = dataset("a", &["p", "q"], array![[1.0, 0.25], [0.0, f32::NAN]]);
        let second = dataset("b", &["r"], array![[0.5]]);
        let errors = joint_errors(&[first, second]);
        let known: Vec<_> = errors
            .indexed_iter()
            .filter(|(_, error)| !error.is_nan())
            .map(|(at, error)| (at, *error))
            .collect();
        assert_eq!(
            known,
            [((0, 0), 0.0), ((0, 1), 0.75), ((1, 0), 1.0), ((2, 2), 0.5)]
        );
    }

    #[test]
    fn refuses_too_few_prompts_and_embeddings_of_other_prompts() {
        let sets = [code_and_poems()];
        let points = points(&sets);
        let error = |points: ArrayView2<f32>, k| fit_parts(&sets, points, params(k)).err();
        assert_eq!(
            error(points.view(), 11),
            Some(FitError::TooFewPrompts {
                prompts: 20,
                clusters: 11
            })
        );
        assert_eq!(
            error(points.slice(s![1.., ..]), 2),
            Some(FitError::Embeddings {
                embeddings: 19,
                prompts: 20
            })
        );
    }
}

//! Embedded training prompts, with scores where there are any, to the parts of a router.
//!
//! [`fit_parts`] turns whole data sets into the [`Parts`] of a [`Router`](crate::Router). [`fit`]
//! and [`fit_clusters`] give only clusters and prior, from embeddings and errors.

use ndarray::{Array2, ArrayView2, Axis, s};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::cluster::{
    self, Calibration, ClusterError, Clusters, DEFAULT_TEMPERATURE, KMeans, KMeansParams, kmeans,
};
use crate::dataset::{Dataset, Prompt};
use crate::embed::Embed;
use crate::parallel;
use crate::prior::{Prior, held_out_loss};
use crate::profile::ProfileError;
use crate::router::{Parts, Provenance};

/// Training prompts for each cluster, where the number of clusters is not given. Measured in the
/// paper's protocol on four data sets; see docs/RESULTS.md.
const PROMPTS_PER_CLUSTER: usize = 25;
/// Fewest and most clusters, where their number is not given.
const CLUSTERS: std::ops::RangeInclusive<usize> = 16..=200;
/// Fewest training prompts for each cluster of a router: with fewer, many clusters would hold a
/// single prompt.
const FEWEST_PROMPTS_PER_CLUSTER: usize = 2;
/// Temperatures of the soft membership to choose from.
const TEMPERATURES: [f32; 7] = [0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.14];
/// Share of the training prompts on which temperatures are compared.
const HELD_OUT: f64 = 0.2;

/// How to fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FitParams {
    /// Number of clusters; by default [`usual_clusters`].
    pub clusters: Option<usize>,
    /// How K-means runs, with its seed.
    pub kmeans: KMeansParams,
}

/// What was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Clusters with empty names.
    pub clusters: Clusters,
    /// Nearest cluster of each training prompt.
    pub assignments: Vec<usize>,
    /// Prior over models.
    pub prior: Prior,
}

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
}

/// Why nothing could be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// The points cannot be clustered.
    #[error(transparent)]
    Clusters(#[from] ClusterError),
    /// The errors are not what a prior can be learned from.
    #[error(transparent)]
    Prior(#[from] ProfileError),
    /// Fewer than two training prompts for each cluster.
    #[error("{prompts} prompts are too few for {clusters} clusters; add data or ask for fewer")]
    TooFewPrompts {
        /// Number of training prompts.
        prompts: usize,
        /// Number of clusters.
        clusters: usize,
    },
    /// The embeddings are not those of the data sets' prompts.
    #[error("{embeddings} embeddings for {prompts} prompts; give one for each prompt, in order")]
    Embeddings {
        /// Number of embeddings.
        embeddings: usize,
        /// Number of prompts of all data sets.
        prompts: usize,
    },
}

/// Number of clusters for this many training prompts: one for 25, from 16 to 200.
pub fn usual_clusters(prompts: usize) -> usize {
    (prompts / PROMPTS_PER_CLUSTER).clamp(*CLUSTERS.start(), *CLUSTERS.end())
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
    let prompts: Vec<&str> = datasets
        .iter()
        .flat_map(|set| set.prompts.iter().map(Prompt::to_embed))
        .collect();
    if points.nrows() != prompts.len() {
        return Err(FitError::Embeddings {
            embeddings: points.nrows(),
            prompts: prompts.len(),
        });
    }
    let k = params
        .fit
        .clusters
        .unwrap_or_else(|| usual_clusters(prompts.len()));
    if prompts.len() < FEWEST_PROMPTS_PER_CLUSTER * k {
        return Err(FitError::TooFewPrompts {
            prompts: prompts.len(),
            clusters: k,
        });
    }
    let kmeans = &params.fit.kmeans;
    let fitted = fit(points, joint_errors(datasets).view(), &params.fit)?;
    let k = fitted.clusters.len();
    let names = cluster::names(&prompts, &fitted.assignments, k);
    let sources: Vec<String> = datasets.iter().map(|set| set.name.clone()).collect();
    let usual_id = || format!("{} {}", params.embedder.id(), sources.join("+"));
    Ok(Parts {
        id: params.id.clone().unwrap_or_else(usual_id),
        clusters: fitted.clusters.with_names(names)?,
        prior: fitted.prior,
        calibration: Calibration::learn(points, k, kmeans)?,
        provenance: Provenance {
            prompts: prompts.len(),
            licence: params.licence,
            seed: kmeans.seed,
            fitted_by: format!("uniroute {}", env!("CARGO_PKG_VERSION")),
            datasets: sources,
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

/// Fits clusters and prior to the embeddings `points` `(n, dim)` of the training prompts and the
/// `errors` `(n, models)` of models on them, NaN where a score is missing; `models` may be 0.
///
/// # Errors
/// [`FitError`] when there are no points, or numbers out of range.
pub fn fit(
    points: ArrayView2<f32>,
    errors: ArrayView2<f32>,
    params: &FitParams,
) -> Result<Fitted, FitError> {
    let k = params
        .clusters
        .unwrap_or_else(|| usual_clusters(points.nrows()));
    let found = kmeans(points, k, &params.kmeans)?;
    fit_clusters(points, errors, &found, params.kmeans.seed)
}

/// As [`fit`], with clusters that are already known.
///
/// # Errors
/// As [`fit`].
pub fn fit_clusters(
    points: ArrayView2<f32>,
    errors: ArrayView2<f32>,
    found: &KMeans,
    seed: u64,
) -> Result<Fitted, FitError> {
    let temperature = best_temperature(points, errors, found, seed)?;
    let clusters = soft(found, temperature)?;
    let memberships = clusters.memberships(points);
    let prior = Prior::learn(memberships.view(), errors, clusters.nearness().view())?;
    Ok(Fitted {
        clusters,
        assignments: found.assignments.clone(),
        prior,
    })
}

fn soft(found: &KMeans, temperature: f32) -> Result<Clusters, ClusterError> {
    let k = found.centroids.nrows();
    let mut shares = vec![0.0; k];
    let each = 1.0 / found.assignments.len().max(1) as f32;
    found.assignments.iter().for_each(|&c| shares[c] += each);
    Clusters::try_new(
        found.centroids.clone(),
        temperature,
        shares,
        vec![String::new(); k],
    )
}

/// The temperature at which cluster errors from four fifths of the prompts best predict the errors
/// on the others, in squared error, for all models together. It depends on the prompts how much
/// neighbours have in common: hard clusters predict generated puzzles best, soft clusters mixed
/// questions.
fn best_temperature(
    points: ArrayView2<f32>,
    errors: ArrayView2<f32>,
    found: &KMeans,
    seed: u64,
) -> Result<f32, FitError> {
    if errors.iter().all(|e| e.is_nan()) {
        return Ok(DEFAULT_TEMPERATURE);
    }
    let mut rows: Vec<usize> = (0..points.nrows()).collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let held_out = rows.split_off(rows.len() - (HELD_OUT * rows.len() as f64) as usize);
    let losses = parallel::map(TEMPERATURES.len(), |i| {
        let clusters = soft(found, TEMPERATURES[i])?;
        let part = |rows: &[usize]| {
            let memberships = clusters.memberships(points.select(Axis(0), rows).view());
            (memberships, errors.select(Axis(0), rows))
        };
        let (known, unknown) = (part(&rows), part(&held_out));
        Ok::<f64, ClusterError>(held_out_loss(
            (known.0.view(), known.1.view()),
            (unknown.0.view(), unknown.1.view()),
        ))
    });
    let mut best = (DEFAULT_TEMPERATURE, f64::INFINITY);
    for (temperature, loss) in TEMPERATURES.into_iter().zip(losses) {
        let loss = loss?;
        if loss < best.1 {
            best = (temperature, loss);
        }
    }
    Ok(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Router;
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

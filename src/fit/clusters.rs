//! Embeddings and errors to clusters and a prior.

use ndarray::{ArrayView2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::error::FitError;
use crate::cluster::{ClusterError, Clusters, DEFAULT_TEMPERATURE, KMeans, KMeansParams, kmeans};
use crate::parallel;
use crate::prior::{Prior, held_out_loss};

/// Training prompts for each cluster, where the number of clusters is not given. Measured in the
/// paper's protocol on four data sets; see docs/RESULTS.md.
const PROMPTS_PER_CLUSTER: usize = 25;
/// Fewest and most clusters, where their number is not given.
const CLUSTERS: std::ops::RangeInclusive<usize> = 16..=200;
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

/// Number of clusters for this many training prompts: one for 25, from 16 to 200.
pub fn usual_clusters(prompts: usize) -> usize {
    (prompts / PROMPTS_PER_CLUSTER).clamp(*CLUSTERS.start(), *CLUSTERS.end())
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
    let (clusters, prior) = with_prior(soft(found)?, points, errors, seed)?;
    Ok(Fitted {
        clusters,
        assignments: found.assignments.clone(),
        prior,
    })
}

/// Clusters with the shares of the assigned points, the default temperature and empty names.
pub(super) fn soft(found: &KMeans) -> Result<Clusters, ClusterError> {
    let k = found.centroids.nrows();
    let mut shares = vec![0.0; k];
    let each = 1.0 / found.assignments.len().max(1) as f32;
    found.assignments.iter().for_each(|&c| shares[c] += each);
    Clusters::try_new(
        found.centroids.clone(),
        DEFAULT_TEMPERATURE,
        shares,
        vec![String::new(); k],
    )
}

/// The clusters at the temperature that is best for the `errors` `(n, m)` on `points` `(n, dim)`, and
/// the prior that is learned from them; `n` may be 0.
pub(super) fn with_prior(
    clusters: Clusters,
    points: ArrayView2<f32>,
    errors: ArrayView2<f32>,
    seed: u64,
) -> Result<(Clusters, Prior), FitError> {
    let temperature = best_temperature(points, errors, &clusters, seed)?;
    let clusters = clusters.with_temperature(temperature)?;
    let memberships = clusters.memberships(points);
    let prior = Prior::learn(memberships.view(), errors, clusters.nearness().view())?;
    Ok((clusters, prior))
}

/// The temperature at which cluster errors from four fifths of the prompts best predict the errors
/// on the others, in squared error, for all models together. It depends on the prompts how much
/// neighbours have in common: hard clusters predict generated puzzles best, soft clusters mixed
/// questions.
fn best_temperature(
    points: ArrayView2<f32>,
    errors: ArrayView2<f32>,
    clusters: &Clusters,
    seed: u64,
) -> Result<f32, FitError> {
    if errors.iter().all(|e| e.is_nan()) {
        return Ok(DEFAULT_TEMPERATURE);
    }
    let mut rows: Vec<usize> = (0..points.nrows()).collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let held_out = rows.split_off(rows.len() - (HELD_OUT * rows.len() as f64) as usize);
    let losses = parallel::map(TEMPERATURES.len(), |i| {
        let clusters = clusters.clone().with_temperature(TEMPERATURES[i])?;
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

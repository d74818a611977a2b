//! A router from clusters of prompts that were read as a stream.

use ndarray::{Array2, ArrayView2};

use super::clusters::with_prior;
use super::error::FitError;
use super::knowledge::Placed;
use super::{RouterParams, joint_errors, parts, texts};
use crate::cluster::{
    self, Calibration, Clusters, DEFAULT_TEMPERATURE, KMeans, KMeansParams, assigned,
};
use crate::dataset::Dataset;
use crate::router::Parts;

/// Most prompts of a sample from which usual distances are learned: 200 of them are beyond the 99 %
/// quantile.
const MOST_CALIBRATING: usize = 20_000;
/// With so many prompts for each cluster, the distances of prompts that were clustered are those of new
/// ones: they are less by one part in this number.
const ENOUGH_TO_CALIBRATE: usize = 100;
/// Bytes of prompts in which the words of all clusters' names are counted.
const NAMING_BYTES: usize = 16 << 20;

/// Clusters of prompts without scores, with a sample of the prompts.
#[derive(Debug, Clone)]
pub struct StreamedPrompts<'a> {
    /// What they are called in the router's provenance.
    pub name: String,
    /// Number of prompts in the stream.
    pub prompts: usize,
    /// Centroids, `(k, dim)`, as from [`crate::cluster::kmeans_stream`].
    pub centroids: Array2<f32>,
    /// Share of the prompts in each cluster, `(k)`; they sum to 1.
    pub shares: Vec<f32>,
    /// A sample of the prompts in random order, from which names and calibration are made.
    pub sample: &'a [&'a str],
    /// Embeddings of the sample, `(n, dim)`.
    pub sample_points: ArrayView2<'a, f32>,
}

/// As [`fit_parts`](super::fit_parts), with clusters of streamed prompts instead of clusters of the data
/// sets. The prior and the temperature of the membership are learned from `datasets` and their embeddings
/// `points` `(n, dim)`, over these clusters; without data sets they are the ones of a router without
/// scores. Topics and the number of clusters in `params` do not count.
///
/// # Errors
/// [`FitError`] when there is not one embedding for each prompt, or for numbers out of range.
pub fn fit_streamed(
    streamed: &StreamedPrompts,
    datasets: &[Dataset],
    points: ArrayView2<f32>,
    params: RouterParams,
) -> Result<Parts, FitError> {
    let labelled = texts(datasets, points)?.len();
    let (embeddings, prompts) = (streamed.sample_points.nrows(), streamed.sample.len());
    if embeddings != prompts {
        return Err(FitError::Embeddings {
            embeddings,
            prompts,
        });
    }
    let kmeans = &params.fit.kmeans;
    let sample = assigned(streamed.sample_points, streamed.centroids.clone())?;
    let clusters = Clusters::try_new(
        streamed.centroids.clone(),
        DEFAULT_TEMPERATURE,
        streamed.shares.clone(),
        names(streamed.sample, &sample),
    )?;
    let errors = joint_errors(datasets);
    let (clusters, prior) = with_prior(clusters, points, errors.view(), kmeans.seed)?;
    let placed = Placed {
        calibration: calibration(streamed.sample_points, &sample, kmeans)?,
        clusters,
        prior,
        fields: Vec::new(),
        topics: Vec::new(),
    };
    let sources = std::iter::once(streamed.name.clone());
    let sources = sources.chain(datasets.iter().map(|set| set.name.clone()));
    parts(
        placed,
        sources.collect(),
        streamed.prompts + labelled,
        params,
    )
}

/// Names from the first prompts of each cluster, within a number of bytes: the words of all of them would
/// take more memory than the prompts.
fn names(sample: &[&str], found: &KMeans) -> Vec<String> {
    let k = found.centroids.nrows();
    let mut left = vec![NAMING_BYTES / k.max(1); k];
    let (mut prompts, mut assignments) = (Vec::new(), Vec::new());
    for (text, &cluster) in sample.iter().zip(&found.assignments) {
        let text = beginning(text, left[cluster]);
        left[cluster] -= text.len();
        if !text.is_empty() {
            prompts.push(text);
            assignments.push(cluster);
        }
    }
    cluster::names(&prompts, &assignments, k)
}

/// At most this many bytes of a text, whole characters.
fn beginning(text: &str, most: usize) -> &str {
    let mut ends = (0..=most.min(text.len())).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
}

/// Usual distances: of held-out prompts from clusters of the others if the prompts are few, else of the
/// prompts themselves.
fn calibration(
    points: ArrayView2<f32>,
    found: &KMeans,
    kmeans: &KMeansParams,
) -> Result<Calibration, FitError> {
    let k = found.centroids.nrows();
    if points.nrows() < ENOUGH_TO_CALIBRATE * k {
        return Ok(Calibration::learn(points, k, kmeans)?);
    }
    let most = points.nrows().min(MOST_CALIBRATING);
    let first = points.slice(ndarray::s![..most, ..]);
    Ok(Calibration::of(first, found)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::Embed;
    use crate::fit::FitParams;
    use crate::router::fixture::TwoWords;
    use crate::{Router, dataset};
    use ndarray::array;

    fn params() -> RouterParams {
        RouterParams {
            knowledge: None,
            id: None,
            embedder: Box::new(TwoWords),
            embedder_file: None,
            licence: None,
            fit: FitParams::default(),
        }
    }

    fn embedded(prompts: &[&str]) -> Array2<f32> {
        let vectors = prompts.iter().flat_map(|p| TwoWords.embed(p).vector);
        Array2::from_shape_vec((prompts.len(), 2), vectors.collect()).unwrap()
    }

    /// A hundred prompts, of which the sample has eight.
    fn streamed<'a>(sample: &'a [&'a str], points: &'a Array2<f32>) -> StreamedPrompts<'a> {
        StreamedPrompts {
            name: "prompts".into(),
            prompts: 100,
            centroids: array![[1.0, 0.0], [0.0, 1.0]],
            shares: vec![0.9, 0.1],
            sample,
            sample_points: points.view(),
        }
    }

    const SAMPLE: [&str; 8] = [
        "code parser",
        "code parser",
        "poem rhyme",
        "poem rhyme",
        "code parser",
        "poem rhyme",
        "code parser",
        "poem rhyme",
    ];

    #[test]
    fn centroids_and_shares_are_the_streams_and_names_the_samples() {
        let points = embedded(&SAMPLE);
        let none = Array2::zeros((0, 2));
        let parts = fit_streamed(&streamed(&SAMPLE, &points), &[], none.view(), params()).unwrap();
        assert_eq!(parts.id, "two-words prompts");
        assert_eq!(parts.clusters.shares(), [0.9, 0.1]);
        assert_eq!(parts.clusters.centroids(), array![[1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(parts.clusters.temperature(), DEFAULT_TEMPERATURE);
        let names = parts.clusters.names();
        assert!(names[0].contains("parser") && names[1].contains("rhyme"));
        assert_eq!(
            (parts.provenance.prompts, parts.prior.training_models()),
            (100, 0)
        );
        assert_eq!(parts.provenance.datasets, ["prompts"]);
        Router::new(parts).unwrap();
    }

    #[test]
    fn the_prior_is_learned_from_data_sets_over_the_same_clusters() {
        let prompts = SAMPLE.map(|text| dataset::Prompt {
            text: text.into(),
            ..Default::default()
        });
        // Good at code, bad at poems.
        let set = Dataset {
            name: "scored".into(),
            prompts: prompts.into(),
            models: vec![Default::default()],
            scores: Array2::from_shape_fn((8, 1), |(i, _)| {
                f32::from(u8::from(SAMPLE[i].contains("code")))
            }),
            costs: None,
        };
        let points = embedded(&SAMPLE);
        let parts =
            fit_streamed(&streamed(&SAMPLE, &points), &[set], points.view(), params()).unwrap();
        assert_eq!(parts.prior.training_models(), 1);
        let mean = parts.prior.mean();
        assert!(mean[0] < 0.4 && mean[1] > 0.6, "{mean}");
        assert_eq!(parts.clusters.shares(), [0.9, 0.1]);
        assert_eq!(parts.provenance.prompts, 108);
        assert_eq!(parts.provenance.datasets, ["prompts", "scored"]);
    }

    #[test]
    fn names_count_words_within_their_bytes_and_cut_no_character() {
        let long = "é".repeat(NAMING_BYTES);
        let texts = [
            "poem rhyme",
            "poem rhyme",
            long.as_str(),
            "late words",
            "late words",
        ];
        let found = KMeans {
            centroids: Array2::zeros((1, 1)),
            assignments: vec![0; 5],
            inertia: 0.0,
        };
        assert_eq!(names(&texts, &found).len(), 1);
    }

    #[test]
    fn embeddings_of_other_prompts_are_rejected() {
        let points = embedded(&SAMPLE[1..]);
        let none = Array2::zeros((0, 2));
        let error = fit_streamed(&streamed(&SAMPLE, &points), &[], none.view(), params()).err();
        assert_eq!(
            error,
            Some(FitError::Embeddings {
                embeddings: 7,
                prompts: 8
            })
        );
        let all = embedded(&SAMPLE);
        let error = fit_streamed(&streamed(&SAMPLE, &all), &[], all.view(), params()).err();
        assert_eq!(
            error,
            Some(FitError::Embeddings {
                embeddings: 8,
                prompts: 0
            })
        );
    }
}

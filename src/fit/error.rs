//! Why nothing could be fitted.

use crate::benchmark::BenchmarkError;
use crate::cluster::ClusterError;
use crate::profile::ProfileError;

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
    /// The benchmarks do not fit each other.
    #[error(transparent)]
    Benchmarks(#[from] BenchmarkError),
    /// No model of the table of published scores has scores on enough known benchmarks.
    #[error(
        "no model has {fewest} published scores on known benchmarks; check the names of benchmarks"
    )]
    NoScores {
        /// Fewest scores of a model.
        fewest: usize,
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

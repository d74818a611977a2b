//! A unit vector to its membership of K prompt clusters, Φ(x) ∈ Δ^K.
//!
//! [`kmeans`] finds the clusters of the training prompts, [`Clusters`] answers with the soft
//! membership of a new prompt, [`Calibration`] knows how far from their nearest cluster ordinary
//! prompts lie, and [`labels`] names the clusters by their distinctive words.

mod calibration;
mod kmeans;
mod layout;
mod membership;
mod names;
mod words;

pub use calibration::{Calibration, OUTLIER_LEVEL};
pub use kmeans::{KMeans, KMeansParams, kmeans};
pub use layout::layout;
pub use membership::{Clusters, DEFAULT_TEMPERATURE, MAX_CLUSTERS};
pub use names::{WORDS_PER_NAME, names};

/// Why clusters were refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClusterError {
    /// K-means was given no points, or zero clusters.
    #[error(
        "clustering needs at least one point and one cluster, got {points} points for {clusters} clusters"
    )]
    Empty {
        /// Number of points given.
        points: usize,
        /// Number of clusters asked for.
        clusters: usize,
    },
    /// More clusters than [`MAX_CLUSTERS`].
    #[error("{clusters} clusters are too many; the limit is {MAX_CLUSTERS}")]
    TooMany {
        /// Number of clusters given.
        clusters: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("row {row} of the {what} holds a number that is not finite")]
    NotFinite {
        /// `points`, `centroids`, `shares` or `quantiles`.
        what: &'static str,
        /// Row, from 0.
        row: usize,
    },
    /// Two parts that describe the same clusters have different lengths.
    #[error("{what}: {got} given, but there are {expected} clusters")]
    Length {
        /// The part that has the wrong length.
        what: &'static str,
        /// Its length.
        got: usize,
        /// Number of clusters.
        expected: usize,
    },
    /// The softmax temperature is not a positive finite number.
    #[error("the membership temperature must be positive and finite, got {0}")]
    Temperature(f32),
    /// Shares are negative or do not sum to 1.
    #[error("the shares of prompts must be non-negative and sum to 1, their sum is {0}")]
    Shares(f32),
    /// Calibration quantiles are too few, negative or not ascending.
    #[error("calibration quantiles must be at least two, non-negative and ascending")]
    Quantiles,
}

/// Dot product; both slices have the same length. Eight running sums, so that it vectorises.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut lanes = [0f32; 8];
    for (x, y) in a8.iter().zip(b8) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += x * y;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f32>() + rest
}

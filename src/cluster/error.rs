/// Most clusters that a router may have.
pub const MAX_CLUSTERS: usize = 1_024;

/// Largest coordinate of a centroid, by amount: the largest that a router file can hold. Squared
/// distances stay finite up to it.
pub const LARGEST_COORDINATE: f32 = 65_504.0;
/// Least softmax temperature. Distances divided by it stay finite.
pub const LEAST_TEMPERATURE: f32 = 1e-6;

/// Why clusters were rejected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClusterError {
    /// K-means was given no points, or zero clusters.
    #[error(
        "clustering needs at least one point and one cluster, got {points} points for {clusters} clusters"
    )]
    Empty {
        /// Number of points given.
        points: usize,
        /// Number of clusters requested.
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
    /// A coordinate beyond [`LARGEST_COORDINATE`].
    #[error(
        "row {row} of the centroids holds a number beyond {LARGEST_COORDINATE}; centroids are means of unit vectors"
    )]
    TooFar {
        /// Row, from 0.
        row: usize,
    },
    /// The softmax temperature is below [`LEAST_TEMPERATURE`] or not finite.
    #[error("the membership temperature must be finite and at least {LEAST_TEMPERATURE}, got {0}")]
    Temperature(f32),
    /// Shares are negative or do not sum to 1.
    #[error("the shares of prompts must be non-negative and sum to 1, their sum is {0}")]
    Shares(f32),
    /// Calibration quantiles are too few, negative or not ascending.
    #[error("calibration quantiles must be at least two, non-negative and ascending")]
    Quantiles,
}

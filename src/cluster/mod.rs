//! A unit vector to its membership of K prompt clusters, Φ(x) ∈ Δ^K.
//!
//! [`kmeans`] finds the clusters of the training prompts, [`Clusters`] computes the soft membership
//! of a new prompt, [`Calibration`] holds how far ordinary prompts are from their nearest cluster,
//! [`names`] names the clusters by their distinctive words, and [`layout`] places them in a plane.
//!
//! For prompts that do not fit in memory, [`Reservoir`] and [`StratifiedReservoir`] sample a stream, and
//! [`kmeans_stream`] clusters it.

mod calibration;
mod error;
mod kmeans;
mod layout;
mod membership;
mod names;
mod sample;
mod stream;
mod words;

pub use calibration::{Calibration, OUTLIER_LEVEL};
pub use error::{ClusterError, LARGEST_COORDINATE, LEAST_TEMPERATURE, MAX_CLUSTERS};
pub use kmeans::{KMeans, KMeansParams, assigned, kmeans};
pub use layout::layout;
pub use membership::{Clusters, DEFAULT_TEMPERATURE};
pub use names::{WORDS_PER_NAME, names};
pub use sample::{Drawn, Reservoir, StratifiedReservoir};
pub use stream::{StreamKMeans, StreamParams, Sweep, kmeans_stream};

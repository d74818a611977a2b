//! The metadata of a router file: the JSON in its header.

use crate::benchmark::{Benchmark, ScoreNoise};
use serde::{Deserialize, Serialize};

/// Version of the router file format that is written and read.
pub(super) const SCHEMA_VERSION: u32 = 1;
/// Largest router file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Metadata of a router file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Version of the file format.
    pub schema_version: u32,
    /// Readable name.
    pub id: String,
    /// Id of the embedder it was fitted with.
    pub embedder: String,
    /// Temperature of the soft membership.
    pub temperature: f32,
    /// Name of each cluster: what people ask there, or its distinctive words.
    #[serde(rename = "cluster_labels")]
    pub cluster_names: Vec<String>,
    /// Names of the fields that clusters belong to; empty if clusters have no fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Field and examples of each cluster; empty if clusters have no fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// Scalars of the prior over models.
    pub prior: PriorMeta,
    /// The benchmarks whose scores the router can use; their rows are a tensor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<Benchmark>,
    /// The noise of benchmark scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_noise: Option<ScoreNoise>,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

/// What people ask in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Position of its field in [`Meta::fields`].
    pub field: usize,
    /// Prompts that lie in the cluster, the most typical first.
    pub examples: Vec<String>,
}

/// Scalars of the prior over models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PriorMeta {
    /// κ: label noise, as a share of p(1 − p).
    pub noise_ratio: f64,
    /// Mean error of the training models.
    pub mean_error: f64,
    /// Number of training models.
    #[serde(rename = "llms")]
    pub training_models: usize,
}

/// Where a router's numbers come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Names of the data sets.
    pub datasets: Vec<String>,
    /// Number of training prompts.
    pub prompts: usize,
    /// Licence notes of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Seed of the fit.
    pub seed: u64,
    /// Version of uniroute that fitted it.
    pub fitted_by: String,
}

//! What a router file says of itself: the JSON in its header.

use serde::{Deserialize, Serialize};

/// What a router file says of itself.
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
    /// Name of each cluster: its distinctive words.
    #[serde(rename = "cluster_labels")]
    pub cluster_names: Vec<String>,
    /// Scalars of the prior over models.
    pub prior: PriorMeta,
    /// Where the numbers come from.
    pub provenance: Provenance,
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

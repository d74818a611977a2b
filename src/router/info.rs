//! A router as a short description.

use super::Router;
use serde::Serialize;

/// What a router is and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct RouterInfo {
    /// Readable name.
    pub id: String,
    /// Content hash, which pools name; 64 hexadecimal digits.
    pub sha256: String,
    /// Id of the embedder.
    pub embedder: String,
    /// Number of clusters K.
    pub clusters: usize,
    /// Names of the data sets it was fitted on.
    pub datasets: Vec<String>,
    /// Number of prompts it was fitted on.
    pub prompts: usize,
}

impl Router {
    /// A short description.
    pub fn info(&self) -> RouterInfo {
        let meta = self.meta();
        RouterInfo {
            id: self.id().to_owned(),
            sha256: self.sha256().to_owned(),
            embedder: meta.embedder.clone(),
            clusters: self.clusters().len(),
            datasets: meta.provenance.datasets.clone(),
            prompts: meta.provenance.prompts,
        }
    }
}

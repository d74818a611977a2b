//! The router artefact: one safetensors file with everything a decision needs but the pool.
//!
//! | tensor | type | shape | meaning |
//! |---|---|---|---|
//! | `clusters.centroids` | f16 | (K, d) | prompt clusters, in the embedder's space |
//! | `clusters.shares` | f32 | (K) | share of the training prompts in each cluster |
//! | `calibration.distance` | f32 | (Q) | quantiles of held-out prompts' squared distance to their cluster |
//! | `prior.mean` | f32 | (K) | mean error of the training LLMs in each cluster |
//! | `prior.covariance` | f16 | (K·(K+1)/2) | their covariance, lower triangle by rows |
//! | `embedder.static` | u8 | (bytes) | the static embedder's own file; absent for another embedder |
//! | `sha256` | u8 | (32) | the content hash |
//!
//! The header's `uniroute` entry is JSON: [`Meta`]. The content hash is over that JSON and every
//! other tensor's name, type, shape and bytes in the order of their names. It is the router's
//! identity, and what pools name.

mod error;
mod file;
#[cfg(test)]
pub(crate) mod fixture;
mod info;
mod place;
mod profiles;
#[cfg(test)]
mod tests;

pub use error::RouterError;
pub use info::RouterInfo;

use crate::cluster::{Calibration, Clusters};
use crate::embed::{Embed, StaticEmbedder};
use crate::prior::Prior;
use file::{checked, content, floats, for_hash, open, unpack_symmetric, value};
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The only router file version there is so far.
const SCHEMA_VERSION: u32 = 1;
/// Largest router file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

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
    /// Distinctive words of each cluster.
    pub cluster_labels: Vec<String>,
    /// Scalars of the prior over LLMs.
    pub prior: PriorMeta,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

/// Scalars of the prior over LLMs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PriorMeta {
    /// κ: label noise, as a share of p(1 − p).
    pub noise_ratio: f64,
    /// Mean error of the training LLMs.
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

/// A fitted router: embedder, clusters and prior.
pub struct Router {
    meta: Meta,
    sha256: String,
    embedder: Box<dyn Embed>,
    embedder_file: Option<Vec<u8>>,
    clusters: Clusters,
    calibration: Calibration,
    prior: Prior,
    overlap: OnceLock<Array2<f64>>,
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router")
            .field("meta", &self.meta)
            .field("sha256", &self.sha256)
            .finish()
    }
}

/// What a router file does not hold; see [`Router::load`].
#[derive(Default)]
pub struct LoadOptions {
    /// The embedder, for a router that only names it.
    pub embedder: Option<Box<dyn Embed>>,
    /// SHA-256 of [`Router::hashed`], where the caller has it: the platform's own is many times
    /// faster than that of a WebAssembly module that has just started.
    pub sha256: Option<[u8; 32]>,
}

impl LoadOptions {
    /// With the embedder that the file names.
    pub fn with_embedder(embedder: Box<dyn Embed>) -> Self {
        Self {
            embedder: Some(embedder),
            sha256: None,
        }
    }
}

/// The parts of a new router; see [`Router::new`].
pub struct Parts {
    /// Readable name.
    pub id: String,
    /// The embedder.
    pub embedder: Box<dyn Embed>,
    /// The static embedder's file, to be carried in the router's.
    pub embedder_file: Option<Vec<u8>>,
    /// The clusters.
    pub clusters: Clusters,
    /// The prior over LLMs.
    pub prior: Prior,
    /// How far from their cluster ordinary prompts lie.
    pub calibration: Calibration,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

impl Router {
    /// Assembles a router from fitted parts.
    ///
    /// # Errors
    /// [`RouterError::Value`] when the parts do not fit each other.
    pub fn new(parts: Parts) -> Result<Self, RouterError> {
        let Parts {
            id,
            embedder,
            embedder_file,
            clusters,
            prior,
            calibration,
            provenance,
        } = parts;
        let meta = Meta {
            schema_version: SCHEMA_VERSION,
            id,
            embedder: embedder.id().to_owned(),
            temperature: clusters.temperature(),
            cluster_labels: clusters.names().to_vec(),
            prior: PriorMeta {
                noise_ratio: prior.noise_ratio(),
                mean_error: prior.mean_error(),
                training_models: prior.training_models(),
            },
            provenance,
        };
        let (sha256, overlap) = (String::new(), OnceLock::new());
        let router = Self {
            meta,
            sha256,
            embedder,
            embedder_file,
            clusters,
            calibration,
            prior,
            overlap,
        };
        router.check()?;
        // The file keeps less precision; what is decided with must be what is saved.
        let bytes = router.to_bytes()?;
        Self::load(&bytes, LoadOptions::with_embedder(router.embedder))
    }

    /// Loads a router file. A router that carries its (static) embedder needs no options.
    ///
    /// # Errors
    /// [`RouterError`]; a file that was cut short or changed by a single byte is rejected.
    /// [`RouterError::NeedsEmbedder`] and [`RouterError::Embedder`] when the router was fitted with
    /// an embedder that is missing or another one.
    pub fn load(bytes: &[u8], options: LoadOptions) -> Result<Self, RouterError> {
        let LoadOptions { embedder, sha256 } = options;
        let (tensors, meta, sha256) = checked(bytes, sha256)?;
        let (centroids, shape) = floats(&tensors, "clusters.centroids")?;
        let [k, d] = shape[..] else {
            return Err(value(
                "clusters.centroids",
                format!("shape {shape:?} is not (K, d)"),
            ));
        };
        let centroids = Array2::from_shape_vec((k, d), centroids)
            .map_err(|e| value("clusters.centroids", e.to_string()))?;
        let (shares, _) = floats(&tensors, "clusters.shares")?;
        let clusters = Clusters::try_new(
            centroids,
            meta.temperature,
            shares,
            meta.cluster_labels.clone(),
        )
        .map_err(|e| value("clusters", e.to_string()))?;
        let (quantiles, _) = floats(&tensors, "calibration.distance")?;
        let calibration = Calibration::try_new(quantiles)
            .map_err(|e| value("calibration.distance", e.to_string()))?;
        let (mean, _) = floats(&tensors, "prior.mean")?;
        let (packed, _) = floats(&tensors, "prior.covariance")?;
        let covariance = unpack_symmetric(&packed, k).ok_or_else(|| {
            value(
                "prior.covariance",
                format!("{} values for K = {k}", packed.len()),
            )
        })?;
        let mean = mean.iter().map(|v| f64::from(*v)).collect::<Array1<_>>();
        let PriorMeta {
            noise_ratio,
            mean_error,
            training_models,
        } = meta.prior;
        let prior = Prior::try_new(mean, covariance, noise_ratio, mean_error, training_models)
            .map_err(|e| value("prior", e.to_string()))?;
        let embedder_file = tensors
            .tensor("embedder.static")
            .ok()
            .map(|t| t.data().to_vec());
        let embedder: Box<dyn Embed> = match (embedder, &embedder_file) {
            (Some(embedder), _) => embedder,
            (None, Some(file)) => Box::new(StaticEmbedder::from_whole(file)?),
            (None, None) => return Err(RouterError::NeedsEmbedder { id: meta.embedder }),
        };
        let overlap = OnceLock::new();
        let router = Self {
            meta,
            sha256,
            embedder,
            embedder_file,
            clusters,
            calibration,
            prior,
            overlap,
        };
        router.check()?;
        Ok(router)
    }

    /// The router that comes with uniroute: static embedder, fitted on data of clean licence.
    ///
    /// # Errors
    /// None, short of a broken build.
    #[cfg(feature = "bundled")]
    pub fn bundled() -> Result<Self, RouterError> {
        Self::load(
            include_bytes!("../../assets/default.router"),
            LoadOptions::default(),
        )
    }

    /// What the content hash of a router file is over, in one piece.
    ///
    /// # Errors
    /// [`RouterError`] for what is no router file.
    pub fn hashed(bytes: &[u8]) -> Result<Vec<u8>, RouterError> {
        let (tensors, json, _) = open(bytes)?;
        let mut whole = Vec::with_capacity(bytes.len());
        for_hash(&content(&tensors), &json, |part| {
            whole.extend_from_slice(part)
        });
        Ok(whole)
    }

    /// Reads only what the file says of itself, after checking that it is whole.
    ///
    /// # Errors
    /// As [`Router::load`].
    pub fn read_meta(bytes: &[u8]) -> Result<Meta, RouterError> {
        checked(bytes, None).map(|(_, meta, _)| meta)
    }

    fn check(&self) -> Result<(), RouterError> {
        if self.embedder.id() != self.meta.embedder {
            return Err(RouterError::Embedder {
                expected: self.meta.embedder.clone(),
                found: self.embedder.id().to_owned(),
            });
        }
        let (k, d) = (self.clusters.len(), self.clusters.dim());
        if d != self.embedder.dim() {
            let problem = format!("{d} dimensions, the embedder has {}", self.embedder.dim());
            return Err(value("clusters.centroids", problem));
        }
        if k > crate::cluster::MAX_CLUSTERS {
            return Err(value(
                "clusters.centroids",
                format!("{k} clusters are too many"),
            ));
        }
        if self.prior.clusters() != k {
            return Err(value(
                "prior.mean",
                format!("{} values for K = {k}", self.prior.clusters()),
            ));
        }
        Ok(())
    }

    /// What the file says of itself.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Readable name.
    pub fn id(&self) -> &str {
        &self.meta.id
    }

    /// Content hash, 64 hexadecimal digits: the identity that pools name.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The embedder.
    pub fn embedder(&self) -> &dyn Embed {
        &*self.embedder
    }

    /// The clusters.
    pub fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// How far from their cluster ordinary prompts lie.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The prior over LLMs.
    pub fn prior(&self) -> &Prior {
        &self.prior
    }
}

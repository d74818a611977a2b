//! The router artefact: one safetensors file with everything a decision needs but the pool.
//!
//! | tensor | type | shape | meaning |
//! |---|---|---|---|
//! | `clusters.centroids` | f16 | (K, d) | prompt clusters, in the embedder's space |
//! | `clusters.shares` | f32 | (K) | share of the training prompts in each cluster |
//! | `calibration.distance` | f32 | (Q) | quantiles of held-out prompts' squared distance to their cluster |
//! | `prior.mean` | f32 | (K) | mean error of the training models in each cluster |
//! | `prior.covariance` | f16 | (K·(K+1)/2) | their covariance, lower triangle by rows |
//! | `embedder.static` | u8 | (bytes) | the static embedder's own file; absent for another embedder |
//! | `sha256` | u8 | (32) | the content hash |
//!
//! The header's `uniroute` entry is JSON: [`Meta`]. The content hash is over that JSON and every
//! other tensor's name, type, shape and bytes in the order of their names. It is the router's
//! identity, and pools name it.

mod error;
mod file;
#[cfg(test)]
pub(crate) mod fixture;
mod info;
mod meta;
mod place;
mod profiles;
mod tensors;
#[cfg(test)]
mod tests;

pub use error::RouterError;
pub use info::RouterInfo;
pub use meta::{Meta, PriorMeta, Provenance};
pub use place::Placed;

use crate::cluster::{Calibration, Clusters};
use crate::embed::{Embed, StaticEmbedder};
use crate::prior::Prior;
use file::checked;
use ndarray::Array2;
use std::borrow::Cow;
use std::sync::OnceLock;
use tensors::{Tensors, value};

/// Version of the router file format that is written and read.
const SCHEMA_VERSION: u32 = 1;
/// Largest router file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

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
    /// SHA-256 of [`Router::hashed`], where the caller has computed it: the platform's own function
    /// is many times faster than that of a WebAssembly module that has just started.
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
    /// The prior over models.
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
            cluster_names: clusters.names().to_vec(),
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
        // The file keeps less precision. The router decides with the numbers that are saved.
        let bytes = router.to_bytes()?;
        Self::load(&bytes, LoadOptions::with_embedder(router.embedder))
    }

    /// Loads a router file. A router that carries its (static) embedder needs no options.
    ///
    /// # Errors
    /// [`RouterError`]; a file that was cut short or changed by a single byte is rejected.
    /// [`RouterError::NeedsEmbedder`] and [`RouterError::Embedder`] when the router was fitted with
    /// an embedder that is missing, or with another one.
    pub fn load(bytes: &[u8], options: LoadOptions) -> Result<Self, RouterError> {
        let LoadOptions { embedder, sha256 } = options;
        let (file, meta, sha256) = checked(bytes, sha256)?;
        let mut tensors = Tensors::read(&file)?;
        let clusters = tensors.clusters(&meta)?;
        let calibration = tensors.calibration()?;
        let prior = tensors.prior(&meta.prior, clusters.len())?;
        let embedder_file = tensors.static_embedder.map(Cow::into_owned);
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

    /// The prior over models.
    pub fn prior(&self) -> &Prior {
        &self.prior
    }
}

//! The router: embedder, clusters and prior, all that a decision needs except the pool.
//!
//! Its file is one safetensors file, see [`Router::load`] and [`Router::to_bytes`]:
//!
//! | tensor | type | shape | meaning |
//! |---|---|---|---|
//! | `clusters.centroids` | f16 | (K, d) | prompt clusters, in the embedder's space |
//! | `clusters.shares` | f32 | (K) | share of the training prompts in each cluster |
//! | `calibration.distance` | f32 | (Q) | quantiles of held-out prompts' squared distance to their cluster |
//! | `benchmarks.rows` | f16 | (B, K) | mean membership of each benchmark's prompts; absent without benchmarks |
//! | `benchmarks.effects` | f16 | (B·(B+1)/2) | covariance of a model's effects on benchmarks, lower triangle by rows |
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
pub use meta::{MAX_BYTES, Meta, PriorMeta, Provenance, Topic};
pub use place::{Before, Placed};

use crate::benchmark::Benchmarks;
use crate::cluster::{Calibration, Clusters};
use crate::embed::{Embed, StaticEmbedder};
use crate::prior::Prior;
use crate::profile::{Overlap, Projection};
use std::borrow::Cow;
use std::sync::OnceLock;
use tensors::{Tensors, value};

/// A fitted router: embedder, clusters and prior.
pub struct Router {
    meta: Meta,
    sha256: String,
    embedder: Box<dyn Embed>,
    embedder_file: Option<Vec<u8>>,
    clusters: Clusters,
    calibration: Calibration,
    prior: Prior,
    benchmarks: Benchmarks,
    overlap: OnceLock<Overlap>,
    /// The weights of benchmarks and the clusters' shares, projected; computed for the first model with
    /// scores or an accuracy.
    projected: OnceLock<Projection>,
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
    /// The benchmarks whose scores it can use.
    pub benchmarks: Benchmarks,
    /// Names of the fields that clusters belong to; empty if clusters have no fields.
    pub fields: Vec<String>,
    /// Field and examples of each cluster; empty if clusters have no fields.
    pub topics: Vec<Topic>,
    /// How far ordinary prompts are from their cluster.
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
            benchmarks,
            fields,
            topics,
            calibration,
            provenance,
        } = parts;
        let meta = Meta {
            schema_version: meta::SCHEMA_VERSION,
            id,
            embedder: embedder.id().to_owned(),
            temperature: clusters.temperature(),
            cluster_names: clusters.names().to_vec(),
            fields,
            topics,
            benchmarks: benchmarks.list().to_vec(),
            score_noise: (!benchmarks.is_empty()).then(|| benchmarks.noise()),
            prior: PriorMeta {
                noise_ratio: prior.noise_ratio(),
                mean_error: prior.mean_error(),
                training_models: prior.training_models(),
            },
            provenance,
        };
        let (sha256, overlap, projected) = (String::new(), OnceLock::new(), OnceLock::new());
        let router = Self {
            meta,
            sha256,
            embedder,
            embedder_file,
            clusters,
            calibration,
            prior,
            benchmarks,
            overlap,
            projected,
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
        let (file, meta, sha256) = file::checked(bytes, sha256)?;
        let mut tensors = Tensors::read(&file)?;
        let clusters = tensors.clusters(&meta)?;
        let calibration = tensors.calibration()?;
        let prior = tensors.prior(&meta.prior, clusters.len())?;
        let benchmarks = tensors.benchmarks(&meta, clusters.len())?;
        let embedder_file = tensors.static_embedder.map(Cow::into_owned);
        let embedder: Box<dyn Embed> = match (embedder, &embedder_file) {
            (Some(embedder), _) => embedder,
            (None, Some(file)) => Box::new(StaticEmbedder::from_whole(file)?),
            (None, None) => return Err(RouterError::NeedsEmbedder { id: meta.embedder }),
        };
        let (overlap, projected) = (OnceLock::new(), OnceLock::new());
        let router = Self {
            meta,
            sha256,
            embedder,
            embedder_file,
            clusters,
            calibration,
            prior,
            benchmarks,
            overlap,
            projected,
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

    /// The router file. Loading it gives an equal router with the same [`Router::sha256`].
    ///
    /// # Errors
    /// [`RouterError::Format`] if the file cannot be laid out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RouterError> {
        let embedder_file = self.embedder_file.as_deref();
        let tensors = Tensors::of(
            &self.clusters,
            &self.calibration,
            &self.prior,
            &self.benchmarks,
            embedder_file,
        );
        file::write(&self.meta, &tensors.encode())
    }

    /// What the content hash of a router file is computed over, in one piece.
    ///
    /// # Errors
    /// [`RouterError`] when the bytes are not a router file.
    pub fn hashed(bytes: &[u8]) -> Result<Vec<u8>, RouterError> {
        file::hashed(bytes)
    }

    /// Reads only the metadata of a file, after checking that it is complete.
    ///
    /// # Errors
    /// As [`Router::load`].
    pub fn read_meta(bytes: &[u8]) -> Result<Meta, RouterError> {
        file::checked(bytes, None).map(|(_, meta, _)| meta)
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
        self.check_topics(k)
    }

    /// Either no cluster has a field, or each of the `k` clusters has one that exists.
    fn check_topics(&self, k: usize) -> Result<(), RouterError> {
        let (fields, topics) = (&self.meta.fields, &self.meta.topics);
        if topics.is_empty() && fields.is_empty() {
            return Ok(());
        }
        if topics.len() != k {
            return Err(value(
                "topics",
                format!("{} values for K = {k}", topics.len()),
            ));
        }
        match topics.iter().find(|t| t.field >= fields.len()) {
            Some(topic) => Err(value(
                "topics",
                format!("field {} of {}", topic.field, fields.len()),
            )),
            None => Ok(()),
        }
    }

    /// Name of the field that a cluster belongs to, if clusters have fields.
    pub fn field(&self, cluster: usize) -> Option<&str> {
        let topic = self.meta.topics.get(cluster)?;
        self.meta.fields.get(topic.field).map(String::as_str)
    }

    /// Prompts that lie in a cluster, the most typical first; none if clusters have no fields.
    pub fn examples(&self, cluster: usize) -> &[String] {
        let topic = self.meta.topics.get(cluster);
        topic.map_or(&[], |topic| &topic.examples)
    }

    /// Metadata of the file.
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

    /// How far ordinary prompts are from their cluster.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The prior over models.
    pub fn prior(&self) -> &Prior {
        &self.prior
    }

    /// The benchmarks whose scores it can use.
    pub fn benchmarks(&self) -> &Benchmarks {
        &self.benchmarks
    }
}

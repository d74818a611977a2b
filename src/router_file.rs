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
#[cfg(test)]
pub(crate) mod fixture;
mod info;
#[cfg(test)]
mod tests;

pub use error::RouterError;
pub use info::RouterInfo;

use crate::cluster::{Calibration, Clusters};
use crate::cost::Shape;
use crate::embed::{Embed, Embedded, StaticEmbedder};
use crate::profile::{Prior, Profile, ProfileError};
use crate::route::Placed;
use half::f16;
use ndarray::{Array1, Array2, ArrayView2};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The only router file version there is so far.
const SCHEMA_VERSION: u32 = 1;
/// Largest router file that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Prompts that an accuracy of unknown origin is taken to have been measured on.
const ASSUMED_LABELS: f64 = 100.0;

/// A prompt with less of its letters in words that the embedder knows is out of distribution. Of
/// everyday prompts and English benchmarks 0 to 3 % lie below, of random letters all, of other
/// languages nine in ten (docs/RESULTS.md).
const FAMILIAR: f32 = 0.5;

/// A prompt of fewer tokens says too little of its kind: "hi there!" lies near puzzles.
const ENOUGH_TOKENS: f32 = 5.0;
/// Below this share of [`ENOUGH_TOKENS`] a prompt is called out of distribution.
const TOO_SHORT: f32 = 0.7;

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
    /// Number of training LLMs.
    pub llms: usize,
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
            cluster_labels: clusters.labels().to_vec(),
            prior: PriorMeta {
                noise_ratio: prior.noise_ratio(),
                mean_error: prior.mean_error(),
                llms: prior.llms(),
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
        Self::load(&bytes, Some(router.embedder), None)
    }

    /// Loads a router that carries its (static) embedder.
    ///
    /// # Errors
    /// [`RouterError`]; a file that was cut short or changed by a single byte is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RouterError> {
        Self::load(bytes, None, None)
    }

    /// The router that comes with uniroute: static embedder, fitted on data of clean licence.
    ///
    /// # Errors
    /// None, short of a broken build.
    #[cfg(feature = "cli")]
    pub fn bundled() -> Result<Self, RouterError> {
        Self::from_bytes(include_bytes!("../assets/default.router"))
    }

    /// Loads a router with an embedder that the file only names.
    ///
    /// # Errors
    /// As [`Router::from_bytes`], and [`RouterError::Embedder`] if it was fitted with another one.
    pub fn from_bytes_with(bytes: &[u8], embedder: Box<dyn Embed>) -> Result<Self, RouterError> {
        Self::load(bytes, Some(embedder), None)
    }

    /// As the others, where the caller has the SHA-256 of [`Router::hashed`] from elsewhere: the
    /// platform's own is many times faster than that of a WebAssembly module which has just started.
    ///
    /// # Errors
    /// As theirs.
    pub fn from_bytes_hashed(
        bytes: &[u8],
        embedder: Option<Box<dyn Embed>>,
        sha256: [u8; 32],
    ) -> Result<Self, RouterError> {
        Self::load(bytes, embedder, Some(sha256))
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
    /// As [`Router::from_bytes`].
    pub fn read_meta(bytes: &[u8]) -> Result<Meta, RouterError> {
        checked(bytes, None).map(|(_, meta, _)| meta)
    }

    fn load(
        bytes: &[u8],
        given: Option<Box<dyn Embed>>,
        found: Option<[u8; 32]>,
    ) -> Result<Self, RouterError> {
        let (tensors, meta, sha256) = checked(bytes, found)?;
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
            llms,
        } = meta.prior;
        let prior = Prior::try_new(mean, covariance, noise_ratio, mean_error, llms)
            .map_err(|e| value("prior", e.to_string()))?;
        let embedder_file = tensors
            .tensor("embedder.static")
            .ok()
            .map(|t| t.data().to_vec());
        let embedder: Box<dyn Embed> = match (given, &embedder_file) {
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
        if k > crate::pool::MAX_CLUSTERS {
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

    /// The router file. Loading it gives an equal router with the same [`Router::sha256`].
    ///
    /// # Errors
    /// [`RouterError::Format`] if the file cannot be laid out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RouterError> {
        self.with_tensors(|tensors, json| {
            // One entry only: a map of two would be written in an order of its own each time.
            let metadata = HashMap::from([("uniroute".to_owned(), json.to_owned())]);
            let hash = hash(tensors, json);
            let hash = view(Dtype::U8, &[hash.len()], &hash)?;
            let all = tensors.iter().map(|(name, tensor)| (*name, tensor));
            safetensors::serialize(all.chain([("sha256", &hash)]), Some(metadata)).map_err(|e| {
                RouterError::Format {
                    problem: e.to_string(),
                }
            })
        })
    }

    fn with_tensors<T>(
        &self,
        then: impl FnOnce(&[(&str, TensorView)], &str) -> Result<T, RouterError>,
    ) -> Result<T, RouterError> {
        let (k, d) = (self.clusters.len(), self.clusters.dim());
        let centroids = half_bytes(self.clusters.centroids().iter().copied());
        let shares = le_bytes(self.clusters.shares().iter().copied());
        let mean = le_bytes(self.prior.mean().iter().map(|v| *v as f32));
        let covariance = self.prior.covariance();
        let lower = (0..k).flat_map(|i| (0..=i).map(move |j| covariance[[i, j]] as f32));
        let lower = half_bytes(lower);
        let quantiles = self.calibration.quantiles();
        let distance = le_bytes(quantiles.iter().copied());
        let mut tensors = vec![
            (
                "calibration.distance",
                view(Dtype::F32, &[quantiles.len()], &distance)?,
            ),
            ("clusters.centroids", view(Dtype::F16, &[k, d], &centroids)?),
            ("clusters.shares", view(Dtype::F32, &[k], &shares)?),
            (
                "prior.covariance",
                view(Dtype::F16, &[k * (k + 1) / 2], &lower)?,
            ),
            ("prior.mean", view(Dtype::F32, &[k], &mean)?),
        ];
        if let Some(file) = &self.embedder_file {
            tensors.insert(
                3,
                ("embedder.static", view(Dtype::U8, &[file.len()], file)?),
            );
        }
        let json = serde_json::to_string(&self.meta).map_err(|e| RouterError::Format {
            problem: e.to_string(),
        })?;
        then(&tensors, &json)
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

    /// Finds where an embedded prompt lies among the clusters.
    ///
    /// The further a prompt lies beyond what the router was fitted on, or the fewer tokens it has,
    /// the less its clusters say, and the more its membership leans towards the shares of all
    /// clusters: there Φᵀ Ψ is an LLM's overall ability.
    pub fn place(&self, embedded: &Embedded, prompt: &str) -> Placed {
        // The vector of words that the embedder does not know lies anywhere, often near a cluster.
        let distance = match self.embedder.familiarity(prompt) < FAMILIAR {
            true => f32::INFINITY,
            false => self.clusters.distance(&embedded.vector),
        };
        let length = (embedded.tokens as f32 / ENOUGH_TOKENS).min(1.0);
        let trust = length * self.calibration.trust(distance);
        let mut membership = self.clusters.membership(&embedded.vector);
        self.clusters.lean(&mut membership, trust);
        Placed {
            membership,
            trust,
            shape: Shape::of(prompt, embedded.tokens),
            out_of_distribution: length < TOO_SHORT || self.calibration.is_outlier(distance),
        }
    }
}

/// Ψ from what a pool may say of a model.
impl Router {
    /// What is expected of a model that nothing is known about.
    ///
    /// # Errors
    /// None: no labels cannot be wrong ones.
    pub fn prior_profile(&self) -> Result<Profile, ProfileError> {
        self.profile_from_errors(Array2::zeros((0, self.clusters.len())).view(), &[])
    }

    /// From one accuracy in [0, 1], measured on `count` prompts, or on as many as are usual where
    /// the number is not known.
    ///
    /// # Errors
    /// [`ProfileError`] for numbers that are not in range.
    pub fn profile_from_accuracy(
        &self,
        accuracy: f64,
        count: Option<f64>,
    ) -> Result<Profile, ProfileError> {
        let count = count.unwrap_or(ASSUMED_LABELS);
        let posterior =
            self.prior
                .posterior_from_overall(self.clusters.shares(), 1.0 - accuracy, count)?;
        Ok(posterior.profile(self.overlap().view()))
    }

    /// From labelled prompts with scores in [0, 1].
    ///
    /// # Errors
    /// [`ProfileError`] for scores that are not in range.
    pub fn profile_from_labels(&self, labels: &[(&str, f64)]) -> Result<Profile, ProfileError> {
        let mut memberships = Array2::zeros((labels.len(), self.clusters.len()));
        for (mut row, (prompt, _)) in memberships.rows_mut().into_iter().zip(labels) {
            let phi = self
                .clusters
                .membership(&self.embedder.embed(prompt).vector);
            row.assign(&Array1::from(phi));
        }
        let errors: Vec<f32> = labels
            .iter()
            .map(|(_, score)| (1.0 - score) as f32)
            .collect();
        self.profile_from_errors(memberships.view(), &errors)
    }

    /// From the errors made on prompts of the given memberships `(n, K)`.
    ///
    /// # Errors
    /// [`ProfileError`] for errors that are not in [0, 1], or too few or many of them.
    pub fn profile_from_errors(
        &self,
        memberships: ArrayView2<f32>,
        errors: &[f32],
    ) -> Result<Profile, ProfileError> {
        Ok(self
            .prior
            .posterior(memberships, errors)?
            .profile(self.overlap().view()))
    }

    /// Which of the prompts of the given memberships `(n, K)` are most worth labelling for a new
    /// language model, the best first; see [`Prior::suggest`].
    ///
    /// # Errors
    /// [`ProfileError`] for memberships of other clusters.
    pub fn suggest(
        &self,
        memberships: ArrayView2<f32>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        let overlap = self.overlap().view();
        self.prior.suggest(memberships, overlap, labels)
    }

    fn overlap(&self) -> &Array2<f64> {
        self.overlap.get_or_init(|| self.clusters.overlap())
    }
}

/// The tensors of a router file, what it says of itself, and the content hash it states.
fn open(bytes: &[u8]) -> Result<(SafeTensors<'_>, String, Vec<u8>), RouterError> {
    if bytes.len() > MAX_BYTES {
        return Err(RouterError::TooLarge { bytes: bytes.len() });
    }
    let format = |problem: String| RouterError::Format { problem };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| format(e.to_string()))?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| format(e.to_string()))?;
    let json = header
        .metadata()
        .as_ref()
        .and_then(|m| m.get("uniroute").cloned());
    let json = json.ok_or(RouterError::NotARouter)?;
    let stated = tensors
        .tensor("sha256")
        .map_err(|_| RouterError::NotARouter)?
        .data()
        .to_vec();
    Ok((tensors, json, stated))
}

/// Everything but the content hash, in the order of the names.
fn content<'a>(tensors: &'a SafeTensors) -> Vec<(&'a str, TensorView<'a>)> {
    let mut content: Vec<_> = tensors
        .iter()
        .filter(|(name, _)| *name != "sha256")
        .collect();
    content.sort_by(|a, b| a.0.cmp(b.0));
    content
}

/// An open file that is whole, with its content hash in hexadecimal.
fn checked(
    bytes: &[u8],
    found: Option<[u8; 32]>,
) -> Result<(SafeTensors<'_>, Meta, String), RouterError> {
    let (tensors, json, stated) = open(bytes)?;
    let found = found.unwrap_or_else(|| hash(&content(&tensors), &json));
    if stated != found {
        return Err(RouterError::Damaged);
    }
    let meta: Meta = serde_json::from_str(&json).map_err(|e| RouterError::Format {
        problem: e.to_string(),
    })?;
    if meta.schema_version != SCHEMA_VERSION {
        return Err(RouterError::Version {
            found: meta.schema_version,
            known: SCHEMA_VERSION,
        });
    }
    Ok((tensors, meta, hex(&found)))
}

fn hash(tensors: &[(&str, TensorView)], json: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for_hash(tensors, json, |part| hash.update(part));
    hash.finalize().into()
}

fn for_hash(tensors: &[(&str, TensorView)], json: &str, mut take: impl FnMut(&[u8])) {
    take(format!("{}:", json.len()).as_bytes());
    take(json.as_bytes());
    for (name, tensor) in tensors {
        take(format!("{name}:{:?}:{:?};", tensor.dtype(), tensor.shape()).as_bytes());
        take(tensor.data());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn view<'a>(dtype: Dtype, shape: &[usize], data: &'a [u8]) -> Result<TensorView<'a>, RouterError> {
    TensorView::new(dtype, shape.to_vec(), data).map_err(|e| RouterError::Format {
        problem: e.to_string(),
    })
}

fn le_bytes(values: impl Iterator<Item = f32>) -> Vec<u8> {
    values.flat_map(f32::to_le_bytes).collect()
}

/// Half precision for what fills the file: 11 bits are finer than the numbers are known.
fn half_bytes(values: impl Iterator<Item = f32>) -> Vec<u8> {
    values
        .flat_map(|v| f16::from_f32(v).to_le_bytes())
        .collect()
}

fn floats(tensors: &SafeTensors, name: &str) -> Result<(Vec<f32>, Vec<usize>), RouterError> {
    let tensor = tensors
        .tensor(name)
        .map_err(|e| value(name, e.to_string()))?;
    let values: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => tensor
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|c| f32::from_le_bytes(*c))
            .collect(),
        Dtype::F16 => tensor
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|c| f16::from_le_bytes(*c).to_f32())
            .collect(),
        other => {
            return Err(value(
                name,
                format!("type {other:?} where F32 or F16 is expected"),
            ));
        }
    };
    match values.iter().position(|v| !v.is_finite()) {
        Some(at) => Err(value(name, format!("value {at} is not finite"))),
        None => Ok((values, tensor.shape().to_vec())),
    }
}

fn value(name: &str, problem: String) -> RouterError {
    RouterError::Value {
        name: name.to_owned(),
        problem,
    }
}

fn unpack_symmetric(lower: &[f32], k: usize) -> Option<Array2<f64>> {
    if lower.len() != k * (k + 1) / 2 {
        return None;
    }
    Some(Array2::from_shape_fn((k, k), |(i, j)| {
        let (row, column) = (i.max(j), i.min(j));
        f64::from(lower[row * (row + 1) / 2 + column])
    }))
}

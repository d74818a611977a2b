//! The layout of a router file: a header of JSON, tensors, and the hash of both.

use super::{MAX_BYTES, Meta, Router, RouterError, SCHEMA_VERSION};
use crate::embed::hex;
use half::f16;
use ndarray::Array2;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

impl Router {
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
}

/// The tensors of a router file, what it says of itself, and the content hash it states.
pub(super) fn open(bytes: &[u8]) -> Result<(SafeTensors<'_>, String, Vec<u8>), RouterError> {
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
pub(super) fn content<'a>(tensors: &'a SafeTensors) -> Vec<(&'a str, TensorView<'a>)> {
    let mut content: Vec<_> = tensors
        .iter()
        .filter(|(name, _)| *name != "sha256")
        .collect();
    content.sort_by(|a, b| a.0.cmp(b.0));
    content
}

/// An open file that is whole, with its content hash in hexadecimal.
pub(super) fn checked(
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

pub(super) fn hash(tensors: &[(&str, TensorView)], json: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for_hash(tensors, json, |part| hash.update(part));
    hash.finalize().into()
}

pub(super) fn for_hash(tensors: &[(&str, TensorView)], json: &str, mut take: impl FnMut(&[u8])) {
    take(format!("{}:", json.len()).as_bytes());
    take(json.as_bytes());
    for (name, tensor) in tensors {
        take(format!("{name}:{:?}:{:?};", tensor.dtype(), tensor.shape()).as_bytes());
        take(tensor.data());
    }
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

pub(super) fn floats(
    tensors: &SafeTensors,
    name: &str,
) -> Result<(Vec<f32>, Vec<usize>), RouterError> {
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

pub(super) fn value(name: &str, problem: String) -> RouterError {
    RouterError::Value {
        name: name.to_owned(),
        problem,
    }
}

pub(super) fn unpack_symmetric(lower: &[f32], k: usize) -> Option<Array2<f64>> {
    if lower.len() != k * (k + 1) / 2 {
        return None;
    }
    Some(Array2::from_shape_fn((k, k), |(i, j)| {
        let (row, column) = (i.max(j), i.min(j));
        f64::from(lower[row * (row + 1) / 2 + column])
    }))
}

//! The layout of a router file: a header of JSON, tensors, and the hash of both.

use super::tensors::{Encoded, Tensors};
use super::{MAX_BYTES, Meta, Router, RouterError, SCHEMA_VERSION};
use crate::embed::hex;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Name of the tensor that holds the content hash.
const HASH: &str = "sha256";
/// Name of the header's entry that holds the JSON.
const HEADER: &str = "uniroute";

impl Router {
    /// The router file. Loading it gives an equal router with the same [`Router::sha256`].
    ///
    /// # Errors
    /// [`RouterError::Format`] if the file cannot be laid out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RouterError> {
        let format = |problem: String| RouterError::Format { problem };
        let json = serde_json::to_string(&self.meta).map_err(|e| format(e.to_string()))?;
        let encoded = Tensors::of(self).encode();
        let views = encoded.iter().map(Encoded::view);
        let mut tensors = views.collect::<Result<Vec<_>, _>>()?;
        let hash = hash(&tensors, &json);
        let hash = TensorView::new(Dtype::U8, vec![hash.len()], &hash);
        tensors.push((HASH, hash.map_err(|e| format(e.to_string()))?));
        // One entry only: a map of two would be written in an order of its own each time.
        let header = HashMap::from([(HEADER.to_owned(), json)]);
        safetensors::serialize(tensors, Some(header)).map_err(|e| format(e.to_string()))
    }

    /// What the content hash of a router file is computed over, in one piece.
    ///
    /// # Errors
    /// [`RouterError`] when the bytes are not a router file.
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
        .and_then(|m| m.get(HEADER).cloned());
    let json = json.ok_or(RouterError::NotARouter)?;
    let stated = tensors
        .tensor(HASH)
        .map_err(|_| RouterError::NotARouter)?
        .data()
        .to_vec();
    Ok((tensors, json, stated))
}

/// Everything but the content hash, in the order of the names.
fn content<'a>(tensors: &'a SafeTensors) -> Vec<(&'a str, TensorView<'a>)> {
    let mut content: Vec<_> = tensors.iter().filter(|(name, _)| *name != HASH).collect();
    content.sort_by(|a, b| a.0.cmp(b.0));
    content
}

/// An open file that is whole, with its content hash in hexadecimal. `found` is the hash of its
/// content, where the caller has computed it.
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

fn hash(tensors: &[(&str, TensorView)], json: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for_hash(tensors, json, |part| hash.update(part));
    hash.finalize().into()
}

/// Calls `add` with the parts that the content hash is computed over.
fn for_hash(tensors: &[(&str, TensorView)], json: &str, mut add: impl FnMut(&[u8])) {
    add(format!("{}:", json.len()).as_bytes());
    add(json.as_bytes());
    for (name, tensor) in tensors {
        add(format!("{name}:{:?}:{:?};", tensor.dtype(), tensor.shape()).as_bytes());
        add(tensor.data());
    }
}

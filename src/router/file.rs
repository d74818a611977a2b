//! The layout of a router file: a header of JSON, tensors, and the hash of both.

use super::error::RouterError;
use super::meta::{MAX_BYTES, Meta, SCHEMA_VERSION};
use super::tensors::Encoded;
use crate::embed::hex;
use crate::printable::printable;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Display;

/// Name of the tensor that holds the content hash.
const HASH: &str = "sha256";
/// Name of the header's entry that holds the JSON.
const HEADER: &str = "uniroute";

/// The bytes of a router file.
pub(super) fn write(meta: &Meta, encoded: &[Encoded]) -> Result<Vec<u8>, RouterError> {
    let json = serde_json::to_string(meta).map_err(format)?;
    let views = encoded.iter().map(Encoded::view);
    let mut tensors = views.collect::<Result<Vec<_>, _>>()?;
    let hash = hash(&tensors, &json);
    let hash = TensorView::new(Dtype::U8, vec![hash.len()], &hash);
    tensors.push((HASH, hash.map_err(format)?));
    // One entry only: a map of two would be written in an order of its own each time.
    let header = HashMap::from([(HEADER.to_owned(), json)]);
    safetensors::serialize(tensors, Some(header)).map_err(format)
}

/// The bytes that the content hash is computed over, in one piece.
pub(super) fn hashed(bytes: &[u8]) -> Result<Vec<u8>, RouterError> {
    let (tensors, json, _) = open(bytes)?;
    let mut whole = Vec::with_capacity(bytes.len());
    for_hash(&content(&tensors), &json, |part| {
        whole.extend_from_slice(part)
    });
    Ok(whole)
}

/// The tensors of a router file, its metadata as JSON, and the content hash that it contains.
fn open(bytes: &[u8]) -> Result<(SafeTensors<'_>, String, Vec<u8>), RouterError> {
    if bytes.len() > MAX_BYTES {
        return Err(RouterError::TooLarge { bytes: bytes.len() });
    }
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(format)?;
    let tensors = SafeTensors::deserialize(bytes).map_err(format)?;
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
    let meta: Meta = serde_json::from_str(&json).map_err(format)?;
    if meta.schema_version != SCHEMA_VERSION {
        return Err(RouterError::Version {
            found: meta.schema_version,
            known: SCHEMA_VERSION,
        });
    }
    Ok((tensors, meta, hex(&found)))
}

/// The error of another library, which may quote names from the file.
fn format(problem: impl Display) -> RouterError {
    RouterError::Format {
        problem: printable(problem),
    }
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

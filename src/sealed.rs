//! Files that notice when they were changed: JSON in the header of a safetensors file, tensors, and the hash of
//! both. Routers and feedback are such files.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use crate::printable::printable;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Display;

/// Name of the tensor that holds the content hash.
const HASH: &str = "sha256";
/// Name of the header's entry that holds the JSON.
const HEADER: &str = "uniroute";

/// Why a file could not be read.
pub(crate) enum SealError {
    /// Not a whole safetensors file; what its reader says.
    Format(String),
    /// A safetensors file without the JSON or the hash.
    NotSealed,
}

/// A file that was read; its hash has not been compared yet.
pub(crate) struct Sealed<'a> {
    /// The tensors.
    pub(crate) tensors: SafeTensors<'a>,
    /// The JSON of the header.
    pub(crate) json: String,
    stated: [u8; 32],
}

impl<'a> Sealed<'a> {
    /// Reads the layout of a file.
    ///
    /// # Errors
    /// [`SealError`].
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, SealError> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(format)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(format)?;
        let metadata = header.metadata().as_ref();
        let json = metadata.and_then(|m| m.get(HEADER).cloned());
        let stated = tensors.tensor(HASH).ok();
        let stated = stated.and_then(|hash| hash.data().try_into().ok());
        let (json, stated) = json.zip(stated).ok_or(SealError::NotSealed)?;
        Ok(Self {
            tensors,
            json,
            stated,
        })
    }

    /// The content hash, or `None` if the file was changed. `found` is the hash of its content, where the
    /// caller has computed it.
    pub(crate) fn hash(&self, found: Option<[u8; 32]>) -> Option<[u8; 32]> {
        let found = found.unwrap_or_else(|| hash(&self.content(), &self.json));
        (found == self.stated).then_some(found)
    }

    /// The bytes that the content hash is computed over, in one piece.
    pub(crate) fn hashed(&self) -> Vec<u8> {
        let mut whole = Vec::new();
        for_hash(&self.content(), &self.json, |part| {
            whole.extend_from_slice(part)
        });
        whole
    }

    /// Everything but the content hash, in the order of the names.
    fn content(&self) -> Vec<(&str, TensorView<'_>)> {
        let all = self.tensors.iter();
        let mut content: Vec<_> = all.filter(|(name, _)| *name != HASH).collect();
        content.sort_by(|a, b| a.0.cmp(b.0));
        content
    }
}

/// The bytes of a file.
///
/// # Errors
/// [`SealError::Format`] if the tensors cannot be laid out. They are in the order of their names.
pub(crate) fn write(json: String, tensors: Vec<(&str, TensorView)>) -> Result<Vec<u8>, SealError> {
    let hash = hash(&tensors, &json);
    let view = TensorView::new(Dtype::U8, vec![hash.len()], &hash).map_err(format)?;
    let tensors = tensors.into_iter().chain([(HASH, view)]);
    // One entry only: a map of two would be written in an order of its own each time.
    let header = HashMap::from([(HEADER.to_owned(), json)]);
    safetensors::serialize(tensors, Some(header)).map_err(format)
}

/// The error of another library, which may quote names from the file.
fn format(problem: impl Display) -> SealError {
    SealError::Format(printable(problem))
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

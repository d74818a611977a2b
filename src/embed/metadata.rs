//! The metadata of an embedder's file.

use std::collections::BTreeMap;

use safetensors::{SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};

use super::EmbedError;
use crate::printable::printable;

/// Metadata of a static table or of a weights file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Layout of the file.
    pub schema_version: u32,
    /// Id of the embedder, for example [`super::STATIC_ID`].
    pub embedder: String,
    /// How the numbers were made.
    pub provenance: String,
    /// Licences of the sources.
    pub licence: String,
    /// SHA-256 of each tensor's bytes, in hexadecimal.
    pub sha256: BTreeMap<String, String>,
}

impl Metadata {
    /// Reads the entry `uniroute` of a safetensors file's metadata.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, EmbedError> {
        let unreadable = |e: SafeTensorError| EmbedError::Safetensors(printable(e));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let json = header.metadata().as_ref().and_then(|m| m.get("uniroute"));
        let json = json.ok_or_else(|| EmbedError::Metadata("there is none".to_owned()))?;
        serde_json::from_str(json).map_err(|e| EmbedError::Metadata(printable(e)))
    }
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

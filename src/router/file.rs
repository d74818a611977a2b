//! The layout of a router file: its metadata as JSON, tensors, and the hash of both.

use super::error::RouterError;
use super::meta::{MAX_BYTES, Meta, SCHEMA_VERSION};
use super::tensors::Encoded;
use crate::embed::hex;
use crate::printable::printable;
use crate::sealed::{self, SealError, Sealed};
use safetensors::tensor::SafeTensors;
use std::fmt::Display;

/// The bytes of a router file.
pub(super) fn write(meta: &Meta, encoded: &[Encoded]) -> Result<Vec<u8>, RouterError> {
    let json = serde_json::to_string(meta).map_err(format)?;
    let views = encoded.iter().map(Encoded::view);
    let tensors = views.collect::<Result<Vec<_>, _>>()?;
    Ok(sealed::write(json, tensors)?)
}

/// The bytes that the content hash is computed over, in one piece.
pub(super) fn hashed(bytes: &[u8]) -> Result<Vec<u8>, RouterError> {
    Ok(open(bytes)?.hashed())
}

fn open(bytes: &[u8]) -> Result<Sealed<'_>, RouterError> {
    match bytes.len() > MAX_BYTES {
        true => Err(RouterError::TooLarge { bytes: bytes.len() }),
        false => Ok(Sealed::open(bytes)?),
    }
}

/// An open file that is whole, with its content hash in hexadecimal. `found` is the hash of its
/// content, where the caller has computed it.
pub(super) fn checked(
    bytes: &[u8],
    found: Option<[u8; 32]>,
) -> Result<(SafeTensors<'_>, Meta, String), RouterError> {
    let sealed = open(bytes)?;
    let hash = sealed.hash(found).ok_or(RouterError::Damaged)?;
    let meta: Meta = serde_json::from_str(&sealed.json).map_err(format)?;
    if meta.schema_version != SCHEMA_VERSION {
        return Err(RouterError::Version {
            found: meta.schema_version,
            known: SCHEMA_VERSION,
        });
    }
    Ok((sealed.tensors, meta, hex(&hash)))
}

impl From<SealError> for RouterError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Format(problem) => Self::Format { problem },
            SealError::NotSealed => Self::NotARouter,
        }
    }
}

/// The error of another library, which may quote names from the file.
fn format(problem: impl Display) -> RouterError {
    RouterError::Format {
        problem: printable(problem),
    }
}

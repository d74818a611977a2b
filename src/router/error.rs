use super::meta::MAX_BYTES;
use crate::embed::EmbedError;

/// Why a router file was rejected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RouterError {
    /// Larger than any router.
    #[error("the router file has {bytes} bytes, {MAX_BYTES} are allowed; is it a router?")]
    TooLarge {
        /// Size in bytes.
        bytes: usize,
    },
    /// Not a whole safetensors file.
    #[error(
        "the router file cannot be read ({problem}); was it cut short? download or fit it again"
    )]
    Format {
        /// What the reader says.
        problem: String,
    },
    /// A safetensors file of another kind.
    #[error("this is a safetensors file but not a router; make one with `uniroute fit`")]
    NotARouter,
    /// The content does not match its hash.
    #[error(
        "the router file was damaged: its content does not match its hash; download or fit it again"
    )]
    Damaged,
    /// A format version that this release does not know.
    #[error(
        "the router file has format {found}, this release reads {known}; update uniroute or fit the router again"
    )]
    Version {
        /// Version in the file.
        found: u32,
        /// Version this release reads.
        known: u32,
    },
    /// A tensor is missing or holds what it must not.
    #[error("router file, {name}: {problem}; fit the router again")]
    Value {
        /// Name of the tensor or field.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// The router needs an embedder that it does not carry.
    #[error(
        "this router was fitted with the embedder {id:?}, which is not in the file; load its weights too (`cargo xtask minilm` fetches those of all-minilm-l6-v2)"
    )]
    NeedsEmbedder {
        /// The embedder's id.
        id: String,
    },
    /// The router was fitted with another embedder.
    #[error(
        "this router was fitted with the embedder {expected:?}, but {found:?} was given; use the one it names"
    )]
    Embedder {
        /// The embedder that the router names.
        expected: String,
        /// The embedder that was given.
        found: String,
    },
    /// The embedder carried in the file is wrong.
    #[error("the router's embedder: {0}")]
    Static(#[from] EmbedError),
}

impl RouterError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "router_too_large",
            Self::Format { .. } => "router_format",
            Self::NotARouter => "router_other_kind",
            Self::Damaged => "router_damaged",
            Self::Version { .. } => "router_version",
            Self::Value { .. } => "router_value",
            Self::NeedsEmbedder { .. } => "router_needs_embedder",
            Self::Embedder { .. } => "router_other_embedder",
            Self::Static(_) => "router_embedder",
        }
    }
}

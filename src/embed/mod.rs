//! Text to a unit vector.
//!
//! There are two embedders. The static one looks tokens up in a table of less than a megabyte and
//! takes microseconds; the other one runs the transformer MiniLM.

#[cfg(feature = "minilm")]
pub mod encoder;
mod error;
mod metadata;
#[cfg(feature = "minilm")]
pub mod minilm;
pub mod static_table;
pub mod wordpiece;

#[cfg(feature = "minilm")]
pub use encoder::{Numerics, QuantisedMiniLm};
pub use error::EmbedError;
pub use metadata::Metadata;
pub(crate) use metadata::hex;
#[cfg(feature = "minilm")]
pub use minilm::MiniLm;
pub use static_table::{STATIC_ID, StaticEmbedder};
pub use wordpiece::WordPiece;

/// Id of the transformer all-MiniLM-L6-v2, in f32 or quantised.
pub const MINILM_ID: &str = "all-minilm-l6-v2";

/// The static embedder that comes with uniroute; see `assets/README.md` for what it was made from.
#[cfg(feature = "bundled")]
pub const STATIC_FILE: &[u8] = include_bytes!("../../assets/static-minilm-64.safetensors");

/// A prompt as the router sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// Unit vector of length [`Embed::dim`]; all zeros when the text holds no known token.
    pub vector: Vec<f32>,
    /// WordPiece tokens of the whole text, without special tokens and before any truncation.
    pub tokens: usize,
}

/// Turns text into a vector. Deterministic: the same text gives the same vector.
pub trait Embed: Send + Sync {
    /// Stable name of the embedder with its weights, for example `static-minilm-64`. A router
    /// fitted for one embedder rejects another.
    fn id(&self) -> &str;
    /// Length of the vectors.
    fn dim(&self) -> usize;
    /// Embeds one text. Every text has a vector, including the empty one.
    fn embed(&self, text: &str) -> Embedded;
    /// WordPiece tokens of a text, as [`Embedded::tokens`] has them.
    fn count(&self, text: &str) -> usize {
        self.embed(text).tokens
    }
    /// Share of a text's letters that are in words of the embedder's vocabulary, in `[0, 1]`: near
    /// 1 for English, near 0 for random letters and most other languages. 1 when there are too
    /// few letters to tell.
    fn familiarity(&self, _text: &str) -> f32 {
        1.0
    }
    /// Embeds several texts; equal to [`Embed::embed`] on each.
    fn embed_batch(&self, texts: &[&str]) -> Vec<Embedded> {
        texts.iter().map(|t| self.embed(t)).collect()
    }
}

/// Scales a vector to length one; leaves the zero vector as it is. The order of the sum is fixed,
/// so that native code and wasm agree to the last bit.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

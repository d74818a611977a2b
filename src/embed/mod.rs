//! Text to a unit vector.
//!
//! Two embedders: the static one answers in microseconds from a table of under a megabyte;
//! the other runs the transformer MiniLM.

mod error;
pub mod wordpiece;

pub use error::EmbedError;
pub use wordpiece::WordPiece;

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
    /// fitted for one embedder refuses another.
    fn id(&self) -> &str;
    /// Length of the vectors.
    fn dim(&self) -> usize;
    /// Embeds one text. Any text is embeddable, the empty one too.
    fn embed(&self, text: &str) -> Embedded;
    /// Embeds several texts; equal to [`Embed::embed`] on each.
    fn embed_batch(&self, texts: &[&str]) -> Vec<Embedded> {
        texts.iter().map(|t| self.embed(t)).collect()
    }
}

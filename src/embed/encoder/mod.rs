//! MiniLM in integer arithmetic, as fast as the processor's dot products allow.
//!
//! Weights are codes of eight bits. Activations are coded row by row in the forward pass, with the
//! [`Numerics`] of the build. Linear layers and attention multiply integers
//! (`kernels`); norms, softmax and GELU use lanes of floats (`floats`) that round in the same way on
//! every platform. The vectors of either numerics are therefore equal bit for bit in native code, in
//! WebAssembly and in the scalar reference.
//!
//! ```text
//! ids ─table──▶ rows ─┬─ code ─project─▶ heads ─softmax─▶ context ─ code ─output─▶ add, norm ─┐
//!                     ▲                                                                        │
//!                     └── add, norm ◀─down─ code ─ GELU ◀─up─ code ◀───────────────────────────┘ × layers
//! ```
//!
//! Modules: `weights` (the file), `table` (token embeddings), `scheme` (codes), `linear`,
//! `attention`, `math`, `kernels`, and `forward`, which combines them.

#![cfg_attr(
    target_arch = "wasm32",
    allow(
        dead_code,
        unused_imports,
        reason = "a module has the code of one of the two numerics"
    )
)]

mod attention;
#[cfg(all(feature = "bench", target_arch = "wasm32"))]
pub mod bench_probe;
mod dispatch;
mod floats;
mod forward;
mod kernels;
mod linear;
mod math;
#[cfg(feature = "quantise")]
mod quantise;
mod scheme;
mod table;
#[cfg(all(test, feature = "quantise"))]
mod tests;
mod weights;

use std::sync::Mutex;

use super::{Embed, EmbedError, Embedded, WordPiece};
use crate::parallel;
use dispatch::Run;
use forward::{Job, Model, Scratch};
pub use forward::{Observer, Part};
#[cfg(feature = "quantise")]
pub use quantise::quantise;
use scheme::{Narrow, Scheme, Wide};

use super::MINILM_ID;

/// Precision of the coded activations. Native builds have both; a WebAssembly module has only the
/// faster one, which makes it smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numerics {
    /// Sixteen bits; mean cosine to the float model above 0.999.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
    Wide,
    /// Seven bits, for relaxed SIMD, where they are faster; mean cosine above 0.998.
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "relaxed-simd"))]
    Narrow,
}

impl Numerics {
    /// The fastest choice of this build: [`Numerics::Narrow`] in a WebAssembly module with relaxed
    /// SIMD, else [`Numerics::Wide`].
    pub const fn native() -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        return Numerics::Narrow;
        #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
        Numerics::Wide
    }
}

/// all-MiniLM-L6-v2 with quantised weights: a sentence encoder of 384 dimensions.
pub struct QuantisedMiniLm {
    tokenizer: WordPiece,
    engine: Engine,
}

enum Engine {
    #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
    Wide(Encoder<Wide>),
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "relaxed-simd"))]
    Narrow(Encoder<Narrow>),
}

/// The same expression for the encoder of either numerics.
macro_rules! with_encoder {
    ($engine:expr, $encoder:ident => $body:expr) => {
        match $engine {
            #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
            Engine::Wide($encoder) => $body,
            #[cfg(any(not(target_arch = "wasm32"), target_feature = "relaxed-simd"))]
            Engine::Narrow($encoder) => $body,
        }
    };
}

impl QuantisedMiniLm {
    /// Loads the file that `cargo xtask minilm` writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        Self::with_numerics(bytes, Numerics::native())
    }

    /// Loads the file for the given numerics.
    pub fn with_numerics(bytes: &[u8], numerics: Numerics) -> Result<Self, EmbedError> {
        let (engine, vocabulary) = match numerics {
            #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
            Numerics::Wide => {
                let (encoder, vocabulary) = Encoder::from_bytes(bytes)?;
                (Engine::Wide(encoder), vocabulary)
            }
            #[cfg(any(not(target_arch = "wasm32"), target_feature = "relaxed-simd"))]
            Numerics::Narrow => {
                let (encoder, vocabulary) = Encoder::from_bytes(bytes)?;
                (Engine::Narrow(encoder), vocabulary)
            }
        };
        let tokenizer = WordPiece::from_bytes(&vocabulary)?;
        let model = QuantisedMiniLm { tokenizer, engine };
        let (tokens, rows) = (model.tokenizer.vocabulary().len(), model.rows());
        if tokens != rows {
            return Err(EmbedError::WeightsTensor {
                tensor: "rare.scales".into(),
                problem: format!(
                    "makes {rows} rows in all; expected one for each of {tokens} tokens"
                ),
            });
        }
        Ok(model)
    }

    /// Embeds token ids, including those of `[CLS]` and `[SEP]`. Ids beyond the vocabulary count
    /// as zero vectors; ids beyond [`QuantisedMiniLm::max_tokens`] are dropped.
    pub fn embed_ids(&self, ids: &[u32]) -> Vec<f32> {
        with_encoder!(&self.engine, encoder => encoder.embed(ids, None))
    }

    /// Embeds token ids and passes the input rows of each linear layer to `observer`, in blocks.
    pub fn observe(&self, ids: &[u32], observer: &mut Observer<'_>) -> Vec<f32> {
        with_encoder!(&self.engine, encoder => encoder.embed(ids, Some(observer)))
    }

    /// Ids of a text with `[CLS]` and `[SEP]`, cut to [`QuantisedMiniLm::max_tokens`], and the
    /// number of tokens of the whole text.
    pub fn ids(&self, text: &str) -> (Vec<u32>, usize) {
        let mut ids = vec![self.tokenizer.start()];
        let mut tokens = 0;
        let room = self.max_tokens().saturating_sub(2);
        self.tokenizer.for_each(text, |id| {
            if tokens < room {
                ids.push(id);
            }
            tokens += 1;
        });
        ids.push(self.tokenizer.end());
        (ids, tokens)
    }

    /// Largest number of ids that are used, including `[CLS]` and `[SEP]`.
    pub fn max_tokens(&self) -> usize {
        with_encoder!(&self.engine, encoder => encoder.model.max_tokens())
    }

    fn rows(&self) -> usize {
        with_encoder!(&self.engine, encoder => encoder.model.words.len())
    }
}

impl Embed for QuantisedMiniLm {
    fn id(&self) -> &str {
        MINILM_ID
    }

    fn dim(&self) -> usize {
        with_encoder!(&self.engine, encoder => encoder.model.width())
    }

    fn familiarity(&self, text: &str) -> f32 {
        self.tokenizer.familiarity(text)
    }

    fn embed(&self, text: &str) -> Embedded {
        let (ids, tokens) = self.ids(text);
        Embedded {
            vector: self.embed_ids(&ids),
            tokens,
        }
    }

    fn count(&self, text: &str) -> usize {
        self.ids(text).1
    }

    fn embed_batch(&self, texts: &[&str]) -> Vec<Embedded> {
        parallel::map(texts.len(), |i| self.embed(texts[i]))
    }
}

/// A model with a pool of buffers, one for each forward pass that runs at the same time.
struct Encoder<S: Scheme> {
    model: Model<S>,
    /// As many as the largest number of passes that ran at the same time.
    idle: Mutex<Vec<Scratch<S>>>,
}

impl<S: Run> Encoder<S> {
    fn from_bytes(bytes: &[u8]) -> Result<(Self, Vec<u8>), EmbedError> {
        let (model, vocabulary) = weights::read(bytes)?;
        let idle = Mutex::default();
        Ok((Encoder { model, idle }, vocabulary))
    }

    fn embed(&self, ids: &[u32], observer: Option<&mut Observer<'_>>) -> Vec<f32> {
        let mut vector = vec![0.0; self.model.width()];
        // A poisoned list is still valid: nothing panics between its pushes and pops.
        let idle = || {
            self.idle
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
        };
        let mut scratch = idle().pop().unwrap_or_else(Scratch::new);
        S::run(Job {
            model: &self.model,
            ids,
            scratch: &mut scratch,
            vector: &mut vector,
            observer: observer.map(|observer| observer as _),
        });
        idle().push(scratch);
        vector
    }
}

//! all-MiniLM-L6-v2 through candle: six BERT layers, mean pooling, a unit vector.
//!
//! A direct implementation of the model, exact and easy to read: the reference for the tests of
//! faster encoders. Only texts of equal length share a batch, so there is no padding and no mask,
//! and a batch gives the same vectors as single texts.

use candle_core::{D, Device, Result, Tensor};
use safetensors::tensor::{Dtype, SafeTensors};

use super::{Embed, EmbedError, Embedded, MINILM_ID, WordPiece};
use crate::printable::printable;

/// Largest number of tokens of a text, including `[CLS]` and `[SEP]`; the rest is cut off.
pub const MAX_LENGTH: usize = 256;
const HIDDEN: usize = 384;
const INTERMEDIATE: usize = 1536;
const LAYERS: usize = 6;
const HEADS: usize = 12;
const HEAD: usize = HIDDEN / HEADS;
const POSITIONS: usize = 512;
/// Added to a variance before its square root.
const EPSILON: f64 = 1e-12;
/// Tokens in one pass; more would only use memory.
const BATCH_TOKENS: usize = 4096;

/// The sentence encoder all-MiniLM-L6-v2.
#[derive(Clone, Debug)]
pub struct MiniLm {
    tokenizer: WordPiece,
    /// (V, 384)
    words: Tensor,
    /// (256, 384): positions, including the vector of the one segment.
    positions: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Clone, Debug)]
struct Layer {
    /// Query, key and value side by side.
    attention: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
}

#[derive(Clone, Debug)]
struct Linear {
    /// (inputs, outputs)
    weight: Tensor,
    bias: Tensor,
}

#[derive(Clone, Debug)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
}

impl MiniLm {
    /// Loads the model from its vocabulary (one token per line) and its `model.safetensors` in f32.
    pub fn from_safetensors(
        vocabulary: &[u8],
        weights: &[u8],
    ) -> std::result::Result<Self, EmbedError> {
        let tokenizer = WordPiece::from_bytes(vocabulary)?;
        let file =
            SafeTensors::deserialize(weights).map_err(|e| EmbedError::Safetensors(printable(e)))?;
        let weights = Weights(file);
        let words = tokenizer.vocabulary().len();
        let build = |e: candle_core::Error| EmbedError::Weights(e.to_string());
        let segments = weights.tensor("embeddings.token_type_embeddings.weight", &[2, HIDDEN])?;
        let positions = weights.tensor(
            "embeddings.position_embeddings.weight",
            &[POSITIONS, HIDDEN],
        )?;
        let first = |t: &Tensor, rows| t.narrow(0, 0, rows);
        let positions = first(&positions, MAX_LENGTH)
            .and_then(|p| p.broadcast_add(&first(&segments, 1)?))
            .map_err(build)?;
        Ok(MiniLm {
            words: weights.tensor("embeddings.word_embeddings.weight", &[words, HIDDEN])?,
            positions,
            norm: weights.norm("embeddings.LayerNorm")?,
            layers: (0..LAYERS)
                .map(|l| weights.layer(l))
                .collect::<std::result::Result<_, _>>()?,
            tokenizer,
        })
    }

    /// The tokenizer, which the static embedder shares.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// Embeds token sequences, each with whatever special tokens it should have and at most
    /// [`MAX_LENGTH`] long; gives a unit vector of length 384 for each. An empty sequence gives
    /// the zero vector.
    #[allow(
        clippy::expect_used,
        reason = "ids come from the vocabulary and shapes were checked on loading"
    )]
    pub fn embed_ids(&self, sequences: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut vectors = vec![vec![0.0; HIDDEN]; sequences.len()];
        let mut order: Vec<usize> = (0..sequences.len())
            .filter(|&i| !sequences[i].is_empty())
            .collect();
        order.sort_by_key(|&i| sequences[i].len());
        for same in order.chunk_by(|&a, &b| sequences[a].len() == sequences[b].len()) {
            let length = sequences[same[0]].len().min(MAX_LENGTH);
            for batch in same.chunks((BATCH_TOKENS / length).max(1)) {
                let ids: Vec<u32> = batch
                    .iter()
                    .flat_map(|&i| &sequences[i][..length])
                    .copied()
                    .collect();
                let pooled = self
                    .forward(&ids, length)
                    .expect("shapes were checked on loading");
                for (&i, mut vector) in batch.iter().zip(pooled) {
                    super::normalise(&mut vector);
                    vectors[i] = vector;
                }
            }
        }
        vectors
    }

    /// Mean of the last layer over the tokens of each sequence of the given length.
    fn forward(&self, ids: &[u32], length: usize) -> Result<Vec<Vec<f32>>> {
        let batch = ids.len() / length;
        let ids = Tensor::from_slice(ids, ids.len(), &Device::Cpu)?;
        let words = self
            .words
            .index_select(&ids, 0)?
            .reshape((batch, length, HIDDEN))?;
        let sum = words.broadcast_add(&self.positions.narrow(0, 0, length)?)?;
        let mut hidden = self.norm.forward(&sum.reshape((batch * length, HIDDEN))?)?;
        for layer in &self.layers {
            hidden = layer.forward(&hidden, batch, length)?;
        }
        hidden.reshape((batch, length, HIDDEN))?.mean(1)?.to_vec2()
    }

    /// Token ids as the model expects them, and the number of tokens of the whole text.
    fn prepare(&self, text: &str) -> (Vec<u32>, usize) {
        let mut ids = vec![self.tokenizer.start()];
        let mut tokens = 0;
        self.tokenizer.for_each(text, |id| {
            tokens += 1;
            if ids.len() < MAX_LENGTH - 1 {
                ids.push(id);
            }
        });
        ids.push(self.tokenizer.end());
        (ids, tokens)
    }
}

impl Embed for MiniLm {
    fn id(&self) -> &str {
        MINILM_ID
    }

    fn dim(&self) -> usize {
        HIDDEN
    }

    fn familiarity(&self, text: &str) -> f32 {
        self.tokenizer().familiarity(text)
    }

    fn embed(&self, text: &str) -> Embedded {
        let (ids, tokens) = self.prepare(text);
        let vector = self.embed_ids(&[ids]).swap_remove(0);
        Embedded { vector, tokens }
    }

    fn count(&self, text: &str) -> usize {
        self.prepare(text).1
    }

    fn embed_batch(&self, texts: &[&str]) -> Vec<Embedded> {
        let (ids, tokens): (Vec<_>, Vec<_>) = texts.iter().map(|t| self.prepare(t)).unzip();
        let vectors = self.embed_ids(&ids);
        vectors
            .into_iter()
            .zip(tokens)
            .map(|(vector, tokens)| Embedded { vector, tokens })
            .collect()
    }
}

impl Layer {
    /// (batch · length, 384) to the same shape.
    fn forward(&self, hidden: &Tensor, batch: usize, length: usize) -> Result<Tensor> {
        let parts = self
            .attention
            .forward(hidden)?
            .reshape((batch, length, 3, HEADS, HEAD))?;
        // (batch, heads, length, 32) each.
        let part = |i| {
            parts
                .narrow(2, i, 1)?
                .squeeze(2)?
                .transpose(1, 2)?
                .contiguous()
        };
        let (query, key, value): (Tensor, Tensor, Tensor) = (part(0)?, part(1)?, part(2)?);
        let scores = (query.matmul(&key.t()?)? * (1.0 / (HEAD as f64).sqrt()))?;
        let context = softmax(&scores)?.matmul(&value)?;
        let context = context.transpose(1, 2)?.reshape((batch * length, HIDDEN))?;
        let attended = (hidden + self.attention_output.forward(&context)?)?;
        let attended = self.attention_norm.forward(&attended)?;
        let wide = self.intermediate.forward(&attended)?.gelu_erf()?;
        self.output_norm
            .forward(&(attended + self.output.forward(&wide)?)?)
    }
}

impl Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

impl Norm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let scaled = centred.broadcast_div(&(variance + EPSILON)?.sqrt()?)?;
        scaled
            .broadcast_mul(&self.weight)?
            .broadcast_add(&self.bias)
    }
}

fn softmax(x: &Tensor) -> Result<Tensor> {
    let powers = x.broadcast_sub(&x.max_keepdim(D::Minus1)?)?.exp()?;
    powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)
}

/// Checked access to the tensors of a weights file.
struct Weights<'a>(SafeTensors<'a>);

type Loaded<T> = std::result::Result<T, EmbedError>;

impl Weights<'_> {
    /// A tensor of exactly this shape, in f32, without infinities.
    fn tensor(&self, name: &str, shape: &[usize]) -> Loaded<Tensor> {
        let view = self
            .0
            .tensor(name)
            .or_else(|_| self.0.tensor(&format!("bert.{name}")));
        let view = view.map_err(|_| EmbedError::MissingTensor(name.to_owned()))?;
        if view.dtype() != Dtype::F32 {
            return Err(EmbedError::TensorType {
                tensor: name.to_owned(),
                expected: Dtype::F32,
            });
        }
        if view.shape() != shape {
            return Err(EmbedError::TensorShape {
                tensor: name.to_owned(),
                found: view.shape().to_vec(),
                expected: shape.to_vec(),
            });
        }
        let (numbers, _) = view.data().as_chunks::<4>();
        let values: Vec<f32> = numbers.iter().map(|&b| f32::from_le_bytes(b)).collect();
        if !values.iter().all(|v| v.is_finite()) {
            return Err(EmbedError::NotFinite(name.to_owned()));
        }
        Tensor::from_vec(values, shape, &Device::Cpu)
            .map_err(|e| EmbedError::Weights(e.to_string()))
    }

    fn norm(&self, name: &str) -> Loaded<Norm> {
        Ok(Norm {
            weight: self.tensor(&format!("{name}.weight"), &[HIDDEN])?,
            bias: self.tensor(&format!("{name}.bias"), &[HIDDEN])?,
        })
    }

    /// One or several linear layers over the same input, side by side.
    fn linear(&self, names: &[String], inputs: usize, outputs: usize) -> Loaded<Linear> {
        let all = |suffix: &str, shape: &[usize]| {
            names
                .iter()
                .map(|n| self.tensor(&format!("{n}.{suffix}"), shape))
                .collect::<Loaded<Vec<_>>>()
        };
        let (weights, biases) = (all("weight", &[outputs, inputs])?, all("bias", &[outputs])?);
        let joined = || {
            Ok(Linear {
                weight: Tensor::cat(&weights, 0)?.t()?.contiguous()?,
                bias: Tensor::cat(&biases, 0)?,
            })
        };
        joined().map_err(|e: candle_core::Error| EmbedError::Weights(e.to_string()))
    }

    fn layer(&self, layer: usize) -> Loaded<Layer> {
        let at = |rest: &str| format!("encoder.layer.{layer}.{rest}");
        let heads = ["query", "key", "value"].map(|part| at(&format!("attention.self.{part}")));
        Ok(Layer {
            attention: self.linear(&heads, HIDDEN, HIDDEN)?,
            attention_output: self.linear(&[at("attention.output.dense")], HIDDEN, HIDDEN)?,
            attention_norm: self.norm(&at("attention.output.LayerNorm"))?,
            intermediate: self.linear(&[at("intermediate.dense")], HIDDEN, INTERMEDIATE)?,
            output: self.linear(&[at("output.dense")], INTERMEDIATE, HIDDEN)?,
            output_norm: self.norm(&at("output.LayerNorm"))?,
        })
    }
}

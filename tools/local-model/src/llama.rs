//! The Llama architecture: attention with rotary positions and shared keys, and gated layers.
//!
//! Sizes in comments: t tokens, d numbers a token, h heads of s numbers each.

use std::io::{Read, Seek};

use anyhow::{Context, Result, bail};
use candle_core::{D, Device, Tensor, quantized::gguf_file::Content};

/// Weights of a model, in f32.
pub struct Llama {
    /// [vocabulary, d]: also the weights of the last layer.
    embedding: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    heads: usize,
    /// Heads of keys and values, each shared by several heads of queries.
    shared: usize,
    /// Added to the mean square before its root is taken.
    epsilon: f64,
    /// [positions, s / 2] each: cosines and sines of the rotations.
    rotations: (Tensor, Tensor),
    /// Most tokens of a conversation.
    pub positions: usize,
}

/// Matrices are [input, output].
struct Layer {
    norm: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attended: Tensor,
    second_norm: Tensor,
    gate: Tensor,
    up: Tensor,
    down: Tensor,
}

/// Keys and values of the tokens so far, for each layer: [shared, t, s].
pub struct Cache(Vec<Option<(Tensor, Tensor)>>);

impl Llama {
    /// The model of a file.
    pub fn read(content: &Content, file: &mut (impl Read + Seek)) -> Result<Self> {
        let architecture = field(content, "general.architecture")?.to_string()?;
        if architecture != "llama" {
            bail!("its architecture is {architecture}, only llama is known");
        }
        let size = |name: &str| -> Result<usize> {
            Ok(field(content, &format!("llama.{name}"))?.to_u32()? as usize)
        };
        let number = |name: &str| -> Result<f64> {
            Ok(f64::from(
                field(content, &format!("llama.{name}"))?.to_f32()?,
            ))
        };
        let (heads, shared) = (
            size("attention.head_count")?,
            size("attention.head_count_kv")?,
        );
        let width = size("embedding_length")?;
        if heads == 0 || shared == 0 || heads % shared != 0 || width % (2 * heads) != 0 {
            bail!("{heads} heads of queries and {shared} of keys do not fit {width} numbers");
        }
        let mut weights = |name: &str| -> Result<Tensor> {
            let tensor = content.tensor(file, name, &Device::Cpu)?;
            Ok(tensor.dequantize(&Device::Cpu)?)
        };
        let embedding = weights("token_embd.weight")?;
        let layers = (0..size("block_count")?)
            .map(|layer| {
                let mut weights = |name: &str| weights(&format!("blk.{layer}.{name}.weight"));
                let mut matrix = |name: &str| Ok::<_, anyhow::Error>(weights(name)?.t()?);
                Ok(Layer {
                    query: matrix("attn_q")?,
                    key: matrix("attn_k")?,
                    value: matrix("attn_v")?,
                    attended: matrix("attn_output")?,
                    gate: matrix("ffn_gate")?,
                    up: matrix("ffn_up")?,
                    down: matrix("ffn_down")?,
                    norm: weights("attn_norm")?,
                    second_norm: weights("ffn_norm")?,
                })
            })
            .collect::<Result<_>>()?;
        let positions = size("context_length")?;
        Ok(Self {
            norm: weights("output_norm.weight")?,
            rotations: rotations(number("rope.freq_base")?, width / heads, positions)?,
            epsilon: number("attention.layer_norm_rms_epsilon")?,
            embedding,
            layers,
            heads,
            shared,
            positions,
        })
    }

    /// A conversation without tokens.
    pub fn cache(&self) -> Cache {
        Cache(self.layers.iter().map(|_| None).collect())
    }

    /// The most probable token after `tokens`, which follow those in the cache.
    pub fn next(&self, tokens: &[u32], cache: &mut Cache) -> Result<u32> {
        let mut x = self
            .embedding
            .index_select(&Tensor::new(tokens, &Device::Cpu)?, 0)?;
        for (layer, cache) in self.layers.iter().zip(&mut cache.0) {
            x = (&x + self.attention(layer, &self.normed(&x, &layer.norm)?, cache)?)?;
            let normed = self.normed(&x, &layer.second_norm)?;
            let gated = (normed.matmul(&layer.gate)?.silu()? * normed.matmul(&layer.up)?)?;
            x = (x + gated.matmul(&layer.down)?)?;
        }
        let last = self.normed(&x.narrow(0, tokens.len() - 1, 1)?, &self.norm)?;
        let scores = last.matmul(&self.embedding.t()?)?;
        Ok(scores.argmax(D::Minus1)?.squeeze(0)?.to_scalar()?)
    }

    fn normed(&self, x: &Tensor, weights: &Tensor) -> Result<Tensor> {
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        let root = (mean + self.epsilon)?.sqrt()?;
        Ok(x.broadcast_div(&root)?.broadcast_mul(weights)?)
    }

    fn attention(
        &self,
        layer: &Layer,
        x: &Tensor,
        cache: &mut Option<(Tensor, Tensor)>,
    ) -> Result<Tensor> {
        let (t, d) = x.dims2()?;
        let s = d / self.heads;
        let before = match cache.as_ref() {
            Some((keys, _)) => keys.dim(1)?,
            None => 0,
        };
        let heads = |matrix: &Tensor, heads: usize| -> Result<Tensor> {
            let all = x.matmul(matrix)?.reshape((t, heads, s))?;
            Ok(all.transpose(0, 1)?.contiguous()?)
        };
        let query = self.rotated(&heads(&layer.query, self.heads)?, before)?;
        let mut key = self.rotated(&heads(&layer.key, self.shared)?, before)?;
        let mut value = heads(&layer.value, self.shared)?;
        if let Some((keys, values)) = cache.as_ref() {
            key = Tensor::cat(&[keys, &key], 1)?;
            value = Tensor::cat(&[values, &value], 1)?;
        }
        *cache = Some((key.clone(), value.clone()));
        // Queries of the heads that share a key stand below each other: [shared, h / shared * t, s].
        let rows = self.heads / self.shared * t;
        let query = query.reshape((self.shared, rows, s))?;
        let scores = (query.matmul(&key.t()?)? / (s as f64).sqrt())?;
        let scores = match t {
            1 => scores,
            _ => scores.broadcast_add(&later_tokens(t, before, self.heads / self.shared)?)?,
        };
        let mixed = softmax(&scores)?.matmul(&value)?;
        let mixed = mixed.reshape((self.heads, t, s))?.transpose(0, 1)?;
        Ok(mixed.reshape((t, d))?.matmul(&layer.attended)?)
    }

    /// Rotates the pairs of neighbouring numbers of `x`, [h, t, s], by the angles of their positions.
    fn rotated(&self, x: &Tensor, before: usize) -> Result<Tensor> {
        let (h, t, s) = x.dims3()?;
        let of_tokens = |all: &Tensor| -> Result<Tensor> {
            Ok(all.narrow(0, before, t)?.unsqueeze(D::Minus1)?)
        };
        let (cos, sin) = (of_tokens(&self.rotations.0)?, of_tokens(&self.rotations.1)?);
        let pairs = x.reshape((h, t, s / 2, 2))?;
        let (first, second) = (pairs.narrow(3, 0, 1)?, pairs.narrow(3, 1, 1)?);
        let turned = [
            (first.broadcast_mul(&cos)? - second.broadcast_mul(&sin)?)?,
            (first.broadcast_mul(&sin)? + second.broadcast_mul(&cos)?)?,
        ];
        Ok(Tensor::cat(&turned, 3)?.reshape((h, t, s))?)
    }
}

/// Cosines and sines, [positions, s / 2]: pair i turns by base^(-2i/s) at each position.
fn rotations(base: f64, s: usize, positions: usize) -> Result<(Tensor, Tensor)> {
    let angle =
        |position: usize, pair: usize| position as f64 * base.powf(-2.0 * pair as f64 / s as f64);
    let angles = (0..positions).flat_map(|p| (0..s / 2).map(move |i| angle(p, i) as f32));
    let angles = Tensor::from_vec(
        angles.collect::<Vec<f32>>(),
        (positions, s / 2),
        &Device::Cpu,
    )?;
    Ok((angles.cos()?, angles.sin()?))
}

/// Minus infinity where a token would see a later one, [copies * t, before + t].
fn later_tokens(t: usize, before: usize, copies: usize) -> Result<Tensor> {
    let of_token = |row: usize| {
        (0..before + t).map(move |column| match column > before + row {
            true => f32::NEG_INFINITY,
            false => 0.0,
        })
    };
    let all: Vec<f32> = (0..copies * t).flat_map(|row| of_token(row % t)).collect();
    Ok(Tensor::from_vec(
        all,
        (copies * t, before + t),
        &Device::Cpu,
    )?)
}

fn softmax(x: &Tensor) -> Result<Tensor> {
    let shares = x.broadcast_sub(&x.max_keepdim(D::Minus1)?)?.exp()?;
    let sum = shares.sum_keepdim(D::Minus1)?;
    Ok(shares.broadcast_div(&sum)?)
}

fn field<'a>(
    content: &'a Content,
    name: &str,
) -> Result<&'a candle_core::quantized::gguf_file::Value> {
    let value = content.metadata.get(name);
    value.with_context(|| format!("the field {name} is missing"))
}

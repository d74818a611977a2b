//! Embeddings of texts by MiniLM. They are cached in a file whose name is a hash of what they depend
//! on.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use ndarray::Array2;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use uniroute::embed::{Embed, MiniLm};

/// Sequences that a thread embeds at a time.
const CHUNK: usize = 256;

/// The teacher with its cache.
pub struct Teacher<'a> {
    pub model: MiniLm,
    weights_sha256: String,
    cache: &'a Path,
}

impl<'a> Teacher<'a> {
    /// Loads `model.safetensors` and `vocab.txt` of a folder.
    pub fn load(folder: &Path, cache: &'a Path) -> Result<(Self, Vec<u8>)> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| {
                format!(
                    "cannot read {}; `cargo xtask minilm` fetches it",
                    path.display()
                )
            })
        };
        let (vocabulary, weights) = (read("vocab.txt")?, read("model.safetensors")?);
        let model = MiniLm::from_safetensors(&vocabulary, &weights)?;
        let weights_sha256 = hexadecimal(&Sha256::digest(&weights));
        Ok((
            Teacher {
                model,
                weights_sha256,
                cache,
            },
            vocabulary,
        ))
    }

    /// SHA-256 of the weights.
    pub fn weights_sha256(&self) -> &str {
        &self.weights_sha256
    }

    /// (texts, 384): unit vectors of token sequences without special tokens.
    pub fn encode(&self, what: &str, sequences: &[Vec<u32>]) -> Result<Array2<f32>> {
        let mut key = Sha256::new_with_prefix(&self.weights_sha256);
        for sequence in sequences {
            key.update((sequence.len() as u32).to_le_bytes());
            sequence.iter().for_each(|id| key.update(id.to_le_bytes()));
        }
        let path = self
            .cache
            .join(format!("{}.f32", &hexadecimal(&key.finalize())[..32]));
        let shape = (sequences.len(), self.model.dim());
        if let Ok(bytes) = fs::read(&path)
            && bytes.len() == 4 * shape.0 * shape.1
        {
            let (numbers, _) = bytes.as_chunks::<4>();
            let values = numbers.iter().map(|&b| f32::from_le_bytes(b)).collect();
            return Ok(Array2::from_shape_vec(shape, values)?);
        }
        let vectors = self.run(what, sequences);
        let values: Vec<f32> = vectors.into_iter().flatten().collect();
        fs::create_dir_all(self.cache)?;
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let part = path.with_extension("part");
        fs::write(&part, bytes)?;
        fs::rename(part, path)?;
        Ok(Array2::from_shape_vec(shape, values)?)
    }

    fn run(&self, what: &str, sequences: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let (start, end) = (self.model.tokenizer().start(), self.model.tokenizer().end());
        let mut order: Vec<usize> = (0..sequences.len()).collect();
        order.sort_by_key(|&i| sequences[i].len());
        let mut vectors = vec![Vec::new(); sequences.len()];
        let begun = Instant::now();
        for (done, block) in order.chunks(64 * CHUNK).enumerate() {
            let parts: Vec<Vec<Vec<f32>>> = block
                .par_chunks(CHUNK)
                .map(|chunk| {
                    let ids: Vec<Vec<u32>> = chunk
                        .iter()
                        .map(|&i| {
                            let kept = &sequences[i][..sequences[i].len().min(254)];
                            [&[start], kept, &[end]].concat()
                        })
                        .collect();
                    self.model.embed_ids(&ids)
                })
                .collect();
            for (&i, vector) in block.iter().zip(parts.into_iter().flatten()) {
                vectors[i] = vector;
            }
            eprintln!(
                "{what}: {} of {} through MiniLM, {:.0} s",
                (done * 64 * CHUNK + block.len()),
                sequences.len(),
                begun.elapsed().as_secs_f32()
            );
        }
        vectors
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

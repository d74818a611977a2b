//! A cache of embeddings that take minutes to compute.

use crate::output::file;
use anyhow::Result;
use ndarray::Array2;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use uniroute::embed::{Embed, STATIC_ID};

/// Embeddings of `texts` `(n, dim)`, from the user's cache folder if they are there; otherwise
/// computed and written to it. The static embedder has no cache because it is faster than reading a
/// file. If the cache cannot be written, the embeddings are returned all the same.
pub fn embeddings(
    embedder: &dyn Embed,
    texts: &[&str],
    compute: impl FnOnce() -> Result<Array2<f32>>,
) -> Result<Array2<f32>> {
    let Some(path) = folder().filter(|_| embedder.id() != STATIC_ID) else {
        return compute();
    };
    let path = path.join(format!("{}-{}.f32", embedder.id(), key(embedder, texts)));
    let shape = (texts.len(), embedder.dim());
    if let Some(points) = std::fs::read(&path)
        .ok()
        .and_then(|bytes| decode(&bytes, shape))
    {
        return Ok(points);
    }
    let points = compute()?;
    let bytes: Vec<u8> = points.iter().flat_map(|v| v.to_le_bytes()).collect();
    let stored = path.parent().map(std::fs::create_dir_all);
    if stored.is_some_and(|s| s.is_ok()) {
        let _ = file::write(&path, &bytes);
    }
    Ok(points)
}

fn folder() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    let base = variable("XDG_CACHE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))
        .or_else(|| variable("LOCALAPPDATA"))?;
    Some(base.join("uniroute"))
}

/// Hash of the embedder and the texts. The weights of an embedder in f32 and in eight bits share one
/// id, so that the hash includes the embedding of a fixed text, which differs.
fn key(embedder: &dyn Embed, texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for value in embedder.embed("Which weights are these?").vector {
        hash.update(value.to_le_bytes());
    }
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

fn decode(bytes: &[u8], shape: (usize, usize)) -> Option<Array2<f32>> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let whole = rest.is_empty() && numbers.iter().all(|v| v.is_finite());
    Array2::from_shape_vec(shape, numbers)
        .ok()
        .filter(|_| whole)
}

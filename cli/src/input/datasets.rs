//! Data sets and labels from the file system, and their embeddings.

use crate::input::files;
use crate::output::progress;
use anyhow::{Context, Result, bail};
use ndarray::Array2;
use rayon::prelude::*;
use std::path::Path;
use uniroute::dataset::{Dataset, FolderParts};
use uniroute::embed::Embed;

/// Reads a folder with prompts.jsonl, models.json, scores.csv and, where there are any, costs.csv;
/// each may be packed as .gz.
pub fn folder(dir: &Path) -> Result<Dataset> {
    if !dir.is_dir() {
        bail!(
            "{} is not a folder; it should hold prompts.jsonl, models.json and scores.csv",
            dir.display()
        );
    }
    let part = |file: &str| files::open_text(&dir.join(file));
    let has = |file: &str| dir.join(file).exists() || dir.join(format!("{file}.gz")).exists();
    let parts = FolderParts {
        prompts: part("prompts.jsonl")?,
        models: part("models.json")?,
        scores: part("scores.csv")?,
        costs: has("costs.csv").then(|| part("costs.csv")).transpose()?,
    };
    Dataset::from_folder(&name_of(dir), parts).with_context(|| dir.display().to_string())
}

/// What a data set is called after its folder or file: the name up to the first dot.
pub fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The texts to embed, in order.
pub fn texts(set: &Dataset) -> impl Iterator<Item = &str> {
    set.prompts.iter().map(|p| p.to_embed())
}

/// Embeds prompts on all cores, `(n, d)`, with a bar.
pub fn embed(embedder: &dyn Embed, prompts: &[&str]) -> Result<Array2<f32>> {
    let bar = progress::bar(prompts.len() as u64, "embedding prompts");
    let points = embedded(embedder, prompts, |done| bar.inc(done as u64));
    bar.finish_and_clear();
    points
}

/// Embeds prompts on all cores, `(n, d)`; `done` is told how many more are embedded.
pub fn embedded(
    embedder: &dyn Embed,
    prompts: &[&str],
    done: impl Fn(usize) + Sync,
) -> Result<Array2<f32>> {
    const BATCH: usize = 64;
    let vectors: Vec<Vec<f32>> = prompts
        .par_chunks(BATCH)
        .flat_map_iter(|batch| {
            let embedded = embedder.embed_batch(batch);
            done(batch.len());
            embedded.into_iter().map(|e| e.vector)
        })
        .collect();
    let flat: Vec<f32> = vectors.into_iter().flatten().collect();
    Ok(Array2::from_shape_vec(
        (prompts.len(), embedder.dim()),
        flat,
    )?)
}

//! Data sets and labels from the file system, and their embeddings.

use crate::{files, progress};
use anyhow::{Context, Result, bail};
use ndarray::Array2;
use rayon::prelude::*;
use std::path::Path;
use uniroute::embed::Embed;
use uniroute::eval::Dataset;

/// Reads a folder with prompts.jsonl, models.json, scores.csv and, where there are any, costs.csv;
/// each may be packed as .gz.
pub fn folder(dir: &Path) -> Result<Dataset> {
    if !dir.is_dir() {
        bail!("{} is not a folder; it should hold prompts.jsonl, models.json and scores.csv", dir.display());
    }
    let name = name_of(dir);
    let part = |file: &str| files::open_text(&dir.join(file));
    let has = |file: &str| dir.join(file).exists() || dir.join(format!("{file}.gz")).exists();
    let costs = has("costs.csv").then(|| part("costs.csv")).transpose()?;
    Dataset::from_folder(name, part("prompts.jsonl")?, part("models.json")?, part("scores.csv")?, costs)
        .with_context(|| dir.display().to_string())
}

/// Reads labels: a folder as above, a .jsonl or a .csv file.
pub fn labels(path: &Path) -> Result<Dataset> {
    if path.is_dir() {
        return folder(path);
    }
    let text = files::open_text(path)?;
    let file = path.to_string_lossy();
    let read = match file.trim_end_matches(".gz").rsplit('.').next() {
        Some("jsonl" | "ndjson") => Dataset::from_labels_jsonl(name_of(path), text),
        Some("csv") => Dataset::from_labels_csv(name_of(path), text),
        _ => bail!("{file}: labels are a folder, a .jsonl or a .csv file"),
    };
    read.with_context(|| file.to_string())
}

fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// Embeds prompts on all cores, `(n, d)`.
pub fn embed(embedder: &dyn Embed, prompts: &[&str]) -> Result<Array2<f32>> {
    const BATCH: usize = 64;
    let bar = progress::bar(prompts.len() as u64, "embedding prompts");
    let vectors: Vec<Vec<f32>> = prompts
        .par_chunks(BATCH)
        .flat_map_iter(|batch| {
            let embedded = embedder.embed_batch(batch);
            bar.inc(batch.len() as u64);
            embedded.into_iter().map(|e| e.vector)
        })
        .collect();
    bar.finish_and_clear();
    let flat: Vec<f32> = vectors.into_iter().flatten().collect();
    Ok(Array2::from_shape_vec((prompts.len(), embedder.dim()), flat)?)
}

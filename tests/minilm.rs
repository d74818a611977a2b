//! MiniLM through candle against an independent implementation in numpy (`golden/minilm.py`).
#![cfg(feature = "minilm")]

use std::path::{Path, PathBuf};

use uniroute::embed::{Embed, MiniLm};

/// Another safetensors file: it has none of the model's tensors.
const TABLE: &[u8] = include_bytes!("../assets/static-minilm-64.safetensors");
const TEXTS: &str = include_str!("golden/minilm.json");
const VECTORS: &[u8] = include_bytes!("golden/minilm.i16");

/// The model, or `None` with a message when its weights are missing.
fn model() -> Option<MiniLm> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let path = target.join("minilm/model.safetensors");
    let Ok(weights) = std::fs::read(&path) else {
        eprintln!(
            "skipped: no {} (cargo xtask minilm fetches it)",
            path.display()
        );
        return None;
    };
    let vocabulary = std::fs::read(path.with_file_name("vocab.txt")).unwrap();
    Some(MiniLm::from_safetensors(&vocabulary, &weights).unwrap())
}

fn texts() -> Vec<String> {
    serde_json::from_str(TEXTS).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn vectors_are_those_of_the_independent_implementation() {
    let Some(model) = model() else { return };
    let texts = texts();
    let (numbers, _) = VECTORS.as_chunks::<2>();
    let golden: Vec<f32> = numbers
        .iter()
        .map(|&b| f32::from(i16::from_le_bytes(b)) / 32767.0)
        .collect();
    assert_eq!(golden.len(), texts.len() * model.dim());
    for (text, expected) in texts.iter().zip(golden.chunks_exact(model.dim())) {
        let embedded = model.embed(text);
        let cosine = cosine(&embedded.vector, expected);
        assert!(cosine >= 0.9999, "{cosine} for {text:?}");
    }
}

#[test]
fn a_batch_gives_what_single_texts_give() {
    let Some(model) = model() else { return };
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).take(140).collect();
    for (text, batched) in texts.iter().zip(model.embed_batch(&texts)) {
        let single = model.embed(text);
        assert_eq!(single.tokens, batched.tokens);
        let apart = single
            .vector
            .iter()
            .zip(&batched.vector)
            .map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-6, "{text:?}");
    }
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let vocabulary = b"[UNK]\n[CLS]\n[SEP]\n";
    assert!(MiniLm::from_safetensors(vocabulary, b"nothing").is_err());
    let error = MiniLm::from_safetensors(vocabulary, TABLE)
        .unwrap_err()
        .to_string();
    assert!(error.contains("embeddings"), "{error}");
}

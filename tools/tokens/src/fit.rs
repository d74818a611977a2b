//! Fits weights that keep the relative errors small. They are at least zero, so that a longer text
//! never has fewer tokens.

use std::{fmt::Write, fs, path::Path};

use anyhow::Result;
use uniroute::cost::{FEATURES, Family, TokenFeatures};

/// The features of a text and its number of tokens.
pub struct Sample {
    pub features: TokenFeatures,
    pub tokens: f64,
}

/// One weight for each feature.
pub type Weights = [f64; FEATURES];

/// Passes of reweighting, which turn squares into absolute values.
const PASSES: usize = 12;
const SWEEPS: usize = 400;
/// Relative errors below this have the same weight.
const LEAST: f64 = 0.01;

pub fn estimate(weights: &Weights, features: &TokenFeatures) -> f64 {
    let sum: f64 = weights
        .iter()
        .zip(features.counts())
        .map(|(w, n)| w * n)
        .sum();
    sum.round()
}

/// Weights with the least absolute relative errors, then scaled so that the total of the first
/// `prompts` samples is exact.
pub fn weights(samples: &[Sample], prompts: usize) -> Weights {
    let mut weights = [0.0; FEATURES];
    let mut importance = vec![1.0; samples.len()];
    for _ in 0..PASSES {
        weights = least_squares(samples, &importance);
        for (sample, importance) in samples.iter().zip(&mut importance) {
            let error = raw(&weights, &sample.features) / sample.tokens.max(1.0) - 1.0;
            *importance = 1.0 / error.abs().max(LEAST);
        }
    }
    let prompts = &samples[..prompts];
    let estimated: f64 = prompts.iter().map(|s| raw(&weights, &s.features)).sum();
    let counted: f64 = prompts.iter().map(|s| s.tokens).sum();
    // Rounded to the four digits that are written.
    weights.map(|w| (w * counted / estimated * 1e4).round() / 1e4)
}

fn raw(weights: &Weights, features: &TokenFeatures) -> f64 {
    weights
        .iter()
        .zip(features.counts())
        .map(|(w, n)| w * n)
        .sum()
}

/// Coordinate descent on the normal equations, never below zero.
fn least_squares(samples: &[Sample], importance: &[f64]) -> Weights {
    let mut gram = [[0.0; FEATURES]; FEATURES];
    let mut target = [0.0; FEATURES];
    for (sample, importance) in samples.iter().zip(importance) {
        let scale = importance / sample.tokens.max(1.0).powi(2);
        let counts = sample.features.counts();
        for i in 0..FEATURES {
            target[i] += scale * counts[i] * sample.tokens;
            for j in 0..FEATURES {
                gram[i][j] += scale * counts[i] * counts[j];
            }
        }
    }
    let mut weights = [0.0; FEATURES];
    for _ in 0..SWEEPS {
        for i in 0..FEATURES {
            if gram[i][i] > 0.0 {
                let others: f64 = (0..FEATURES)
                    .filter(|j| *j != i)
                    .map(|j| gram[i][j] * weights[j])
                    .sum();
                weights[i] = ((target[i] - others) / gram[i][i]).max(0.0);
            }
        }
    }
    weights
}

/// Writes the weights as Rust.
pub fn write(path: &Path, all: &[(Family, Weights)]) -> Result<()> {
    let mut text =
        String::from("//! Made by `tools/tokens`; see `docs/TOKENS.md`.\n\nuse super::FEATURES;\n");
    for (family, weights) in all {
        let name = family.name().to_uppercase();
        let numbers: Vec<_> = weights.iter().map(|w| format!("{w:?}")).collect();
        write!(
            text,
            "\n#[allow(clippy::approx_constant)]\n#[rustfmt::skip]\npub const {name}: [f64; FEATURES] = [{}];\n",
            numbers.join(", ")
        )?;
    }
    fs::write(path, text)?;
    Ok(())
}

//! Fits the weights by which uniroute estimates token counts, and measures the estimates.

mod encodings;
mod fit;
mod texts;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use uniroute::cost::{Family, TokenFeatures};
use uniroute::embed::{Embed, STATIC_FILE, StaticEmbedder};

use encodings::Encoding;
use fit::Sample;

/// Fit token estimates on some texts and measure them on others.
#[derive(Parser)]
struct Args {
    /// Folders with prompts.jsonl(.gz) to measure on
    #[arg(long, num_args = 1.., required = true)]
    measure: Vec<PathBuf>,
    /// Folders with prompts.jsonl(.gz) to fit on; without any, measure uniroute's present weights
    #[arg(long, num_args = 1..)]
    fit: Vec<PathBuf>,
    /// Folders of other texts to fit on: every .json file in them that maps names to texts
    #[arg(long, num_args = 1..)]
    messages: Vec<PathBuf>,
    /// Tables other than OpenAI's: family=tokenizer.json
    #[arg(long, value_name = "FAMILY=FILE", num_args = 1..)]
    table: Vec<String>,
    /// Where to write the weights
    #[arg(long, default_value = "src/cost/tokens/weights.rs")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let embedder = StaticEmbedder::from_bytes(STATIC_FILE)?;
    let with_features = |texts: Vec<String>| -> Vec<(TokenFeatures, String)> {
        texts
            .into_iter()
            .map(|text| (TokenFeatures::of(&text, embedder.embed(&text).tokens), text))
            .collect()
    };
    let mut training = Vec::new();
    for folder in &args.fit {
        training.extend(with_features(texts::prompts(folder)?));
    }
    let prompts = training.len();
    for folder in &args.messages {
        training.extend(with_features(texts::messages(folder)?));
    }
    let mut measured = Vec::new();
    for folder in &args.measure {
        measured.push((texts::name(folder), with_features(texts::prompts(folder)?)));
    }
    let mut weights = Vec::new();
    println!(
        "family   data             prompts  error a prompt  together  within {:.0} %",
        100.0 * Family::ERROR
    );
    for encoding in encodings::all(&args.table)? {
        let estimate: Box<dyn Fn(&TokenFeatures) -> f64> = if training.is_empty() {
            let family = encoding.family;
            Box::new(move |features| family.tokens(features))
        } else {
            let fitted = fit::weights(&count(&encoding, &training), prompts);
            weights.push((encoding.family, fitted));
            Box::new(move |features| fit::estimate(&fitted, features))
        };
        report(&encoding, &measured, &estimate);
    }
    if !weights.is_empty() {
        fit::write(&args.out, &weights)?;
    }
    Ok(())
}

fn count(encoding: &Encoding, texts: &[(TokenFeatures, String)]) -> Vec<Sample> {
    texts
        .iter()
        .map(|(features, text)| Sample {
            features: *features,
            tokens: encoding.count(text) as f64,
        })
        .collect()
}

fn report(
    encoding: &Encoding,
    sets: &[(String, Vec<(TokenFeatures, String)>)],
    estimate: &dyn Fn(&TokenFeatures) -> f64,
) {
    let line = |name: &str, samples: &[&Sample]| {
        let error = |s: &&Sample| (estimate(&s.features) / s.tokens - 1.0).abs();
        let mean = samples.iter().map(error).sum::<f64>() / samples.len() as f64;
        let estimated: f64 = samples.iter().map(|s| estimate(&s.features)).sum();
        let counted: f64 = samples.iter().map(|s| s.tokens).sum();
        let within = samples.iter().filter(|s| error(s) <= Family::ERROR).count();
        println!(
            "{:8} {name:16} {:7}  {:12.2} %  {:+7.2} %  {:9.1} %",
            encoding.family.name(),
            samples.len(),
            100.0 * mean,
            100.0 * (estimated / counted - 1.0),
            100.0 * within as f64 / samples.len() as f64
        );
    };
    let sets: Vec<_> = sets
        .iter()
        .map(|(name, texts)| (name, count(encoding, texts)))
        .collect();
    for (name, samples) in &sets {
        line(name, &samples.iter().collect::<Vec<_>>());
    }
    line("all", &sets.iter().flat_map(|(_, s)| s).collect::<Vec<_>>());
}

//! Makes uniroute's static table from MiniLM and general text, and measures it on everyday prompts.

mod encode;
mod everyday;
mod fit;
mod linear;
mod quantise;
mod questions;
mod text;
mod wordnet;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use uniroute::embed::static_table::{Parts, STATIC_ID, StaticEmbedder};

use encode::Teacher;

const LICENCE: &str = "Apache-2.0 (all-MiniLM-L6-v2 and BERT's vocabulary); WordNet 3.0 licence; \
    prompts: llmrouter_mix MIT, zeroeval and reasoning_gym Apache-2.0";

#[derive(Parser)]
#[command(about, long_about = None)]
struct Args {
    /// Folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2
    #[arg(long, default_value = "target/minilm")]
    minilm: PathBuf,
    /// Folder with WordNet's data.noun, index.noun and so on (Debian's wordnet-base)
    #[arg(long, default_value = "/usr/share/wordnet")]
    wordnet: PathBuf,
    /// Folder with the evaluation data
    #[arg(long)]
    data: PathBuf,
    /// The table to write, or with --measure to read
    #[arg(long, default_value = "assets/static-minilm-64.safetensors")]
    table: PathBuf,
    /// Folder for the cache of the transformer's vectors
    #[arg(long, default_value = "target/distil")]
    cache: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only measure the existing table
    #[arg(long)]
    measure: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let (teacher, vocabulary) = Teacher::load(&args.minilm, &args.cache)?;
    if !args.measure {
        let bytes = distil(&args, &teacher, vocabulary)?.to_bytes()?;
        fs::write(&args.table, &bytes)
            .with_context(|| format!("cannot write {}", args.table.display()))?;
        println!("{}: {} bytes", args.table.display(), bytes.len());
    }
    let bytes =
        fs::read(&args.table).with_context(|| format!("cannot read {}", args.table.display()))?;
    everyday::report(&teacher, &StaticEmbedder::from_bytes(&bytes)?, &args.data)
}

/// Makes a table from texts, and checks it.
fn distil(args: &Args, teacher: &Teacher, vocabulary: Vec<u8>) -> Result<StaticEmbedder> {
    let tokenizer = teacher.model.tokenizer();
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let (texts, weights): (Vec<String>, Vec<f32>) =
        text::gather(&args.wordnet, &args.data, &mut rng)?
            .into_iter()
            .unzip();
    let texts: Vec<Vec<u32>> = texts.iter().map(|t| tokenizer.encode(t)).collect();
    let single: Vec<Vec<u32>> = (0..tokenizer.vocabulary().len() as u32)
        .map(|id| vec![id])
        .collect();
    let tokens = teacher.encode("tokens", &single)?;
    let vectors = teacher.encode("texts", &texts)?;
    let provenance = format!(
        "cargo xtask distil --seed {}: all-MiniLM-L6-v2 (sha256 {}) on {} texts (definitions and \
         examples of WordNet 3.0, our own question patterns, prompts of llmrouter_mix, zeroeval \
         and reasoning_gym)",
        args.seed,
        teacher.weights_sha256(),
        texts.len()
    );
    let rows = fit::fit(
        fit::Problem {
            texts,
            vectors,
            weights,
        },
        &tokens,
        tokenizer,
    );
    let quantised = quantise::quantise(&rows, |id| fit::is_word(tokenizer, id as u32));
    eprintln!("{:.1} % lost in rounding", 100.0 * quantised.loss);
    let parts = Parts {
        vocabulary,
        scales: quantised.scales,
        levels: quantise::LEVELS.to_vec(),
        codes: quantised.codes,
    };
    Ok(StaticEmbedder::new(parts, STATIC_ID, &provenance, LICENCE)?)
}

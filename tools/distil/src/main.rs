//! Makes uniroute's static table from MiniLM and general text, and measures it on everyday prompts.

mod encode;
mod everyday;
mod fit;
mod linear;
mod quantise;
mod questions;
mod text;
mod topics;
mod tune;
mod wordnet;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use ndarray::Axis;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use uniroute::embed::WordPiece;
use uniroute::embed::static_table::{STATIC_ID, StaticEmbedder};

use encode::Teacher;
use topics::Topics;

const LICENCE: &str = "Apache-2.0 (all-MiniLM-L6-v2 and BERT's vocabulary); WordNet 3.0 licence; \
    prompts: llmrouter_mix MIT, zeroeval and reasoning_gym Apache-2.0";

/// What the prompts of topics are called in messages.
const PROMPTS: &str = "prompts of topics";
/// Weight of a prompt of a topic, and of a word of a topic, relative to a general text.
const PROMPT_WEIGHT: f32 = 2.0;
const WORD_WEIGHT: f32 = 1.0;
/// Share of the way from a text's own vector to the mean of its topic: MiniLM does not know what
/// people ask for, the topics do.
const PULL: f32 = 0.4;

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
    #[arg(long, required_unless_present = "recode")]
    data: Option<PathBuf>,
    /// Folder with our topics
    #[arg(long, default_value = "knowledge/topics")]
    topics: PathBuf,
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
    /// Take the rows from this table in place of a fit, and only quantise them again
    #[arg(long, value_name = "TABLE", conflicts_with = "measure")]
    recode: Option<PathBuf>,
    /// Prompts of each topic that are not fitted, to choose settings on
    #[arg(long, default_value_t = 0)]
    hold_out: usize,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let topics = Topics::read(&args.topics)?;
    if let Some(old) = &args.recode {
        let old = read(old)?;
        let texts = texts_of_topics(old.tokenizer(), &topics, args.hold_out);
        let path = args.minilm.join("vocab.txt");
        let vocabulary =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let (table, loss) = quantise::again(&old, &texts, &vocabulary)?;
        eprintln!("{:.1} % lost in rounding", 100.0 * loss);
        return write(&args.table, &table);
    }
    let (teacher, vocabulary) = Teacher::load(&args.minilm, &args.cache)?;
    if !args.measure {
        write(&args.table, &distil(&args, &teacher, &topics, vocabulary)?)?;
    }
    let table = read(&args.table)?;
    everyday::report(&teacher, &table, &topics, args.hold_out)
}

fn read(path: &Path) -> Result<StaticEmbedder> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(StaticEmbedder::from_bytes(&bytes)?)
}

fn write(path: &Path, table: &StaticEmbedder) -> Result<()> {
    let bytes = table.to_bytes()?;
    fs::write(path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}

/// The prompts and words of our topics as tokens: which rows must be finer than others.
fn texts_of_topics(tokenizer: &WordPiece, topics: &Topics, hold_out: usize) -> Vec<Vec<u32>> {
    let (prompts, _) = topics.prompts(hold_out);
    let texts = prompts.texts.into_iter().chain(topics.words().texts);
    texts.map(|text| tokenizer.encode(&text)).collect()
}

/// Makes a table from texts, and checks it.
fn distil(
    args: &Args,
    teacher: &Teacher,
    topics: &Topics,
    vocabulary: Vec<u8>,
) -> Result<StaticEmbedder> {
    let data = args.data.as_deref().context("name the data with --data")?;
    let tokenizer = teacher.model.tokenizer();
    let encode =
        |texts: &[String]| -> Vec<Vec<u32>> { texts.iter().map(|t| tokenizer.encode(t)).collect() };
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let (general, mut weights): (Vec<String>, Vec<f32>) =
        text::gather(&args.wordnet, data, &mut rng)?
            .into_iter()
            .unzip();
    let single: Vec<Vec<u32>> = (0..tokenizer.vocabulary().len() as u32)
        .map(|id| vec![id])
        .collect();
    let tokens = teacher.encode("tokens", &single)?;
    let mut texts = encode(&general);
    let mut vectors = teacher.encode("texts", &texts)?;

    let (prompts, _) = topics.prompts(args.hold_out);
    let vectors_of_prompts = teacher.encode(PROMPTS, &encode(&prompts.texts))?;
    let means = topics::means(
        vectors_of_prompts.view(),
        &prompts.topics,
        topics.topics.len(),
    );
    let mut of_topics = vec![None; texts.len()];
    let parts = [
        (PROMPTS, prompts, PROMPT_WEIGHT),
        ("words of topics", topics.words(), WORD_WEIGHT),
    ];
    for (what, part, weight) in parts {
        let sequences = encode(&part.texts);
        let mut more = teacher.encode(what, &sequences)?;
        topics::pull(&mut more, &part.topics, &means, PULL);
        texts.extend(sequences);
        weights.resize(texts.len(), weight);
        let numbers = part.topics.iter();
        of_topics.extend(numbers.map(|&topic| Some((topic, what == PROMPTS))));
        vectors.append(Axis(0), more.view())?;
    }

    let provenance = format!(
        "cargo xtask distil --seed {}: all-MiniLM-L6-v2 (sha256 {}) on {} texts (definitions and \
         examples of WordNet 3.0, our own question patterns, our own prompts and words by topic, \
         prompts of llmrouter_mix, zeroeval and reasoning_gym)",
        args.seed,
        teacher.weights_sha256(),
        texts.len()
    );
    let seen: HashSet<u32> = texts.iter().flatten().copied().collect();
    let rows = fit::fit(
        fit::Problem {
            texts,
            vectors,
            weights,
            topic_means: means,
            topics: of_topics,
            fields: topics.topics.iter().map(|(field, _)| *field).collect(),
        },
        &tokens,
        tokenizer,
        &mut rng,
    );
    // MiniLM's vector of a fragment alone, which no text contains, says nothing.
    let fragment = |id| {
        let token = tokenizer.vocabulary().token(id);
        token.is_some_and(|token| token.starts_with("##"))
    };
    let keep = |id| fit::is_word(tokenizer, id) && (seen.contains(&id) || !fragment(id));
    let lines = std::str::from_utf8(&vocabulary)?;
    let texts = texts_of_topics(tokenizer, topics, args.hold_out);
    let places: Vec<usize> = (0..tokenizer.vocabulary().len()).collect();
    let needs = quantise::needs(&texts, &places);
    let quantise::Quantised { parts, loss } =
        quantise::quantise(lines, &rows, &needs, |id| keep(id as u32));
    eprintln!(
        "{} rows",
        parts.scales.iter().filter(|scale| **scale > 0).count()
    );
    eprintln!("{:.1} % lost in rounding", 100.0 * loss);
    Ok(StaticEmbedder::new(parts, STATIC_ID, &provenance, LICENCE)?)
}

//! Embeds prompts of JSON lines with model2vec-rs: `peer-model2vec MODEL_FOLDER PROMPTS.jsonl`.
//!
//! It prints the seconds of the embeddings alone, then those of the run without start.

use std::{
    env,
    error::Error,
    fs::File,
    io::{BufRead, BufReader},
    time::{Duration, Instant},
};

use model2vec_rs::model::StaticModel;
use serde_json::Value;

/// Prompts of a batch: the library's own default.
const BATCH: usize = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, prompts] = &arguments[..] else {
        return Err("usage: peer-model2vec MODEL_FOLDER PROMPTS.jsonl".into());
    };
    let model = StaticModel::from_pretrained(folder, None, None, None)?;
    let start = Instant::now();
    let mut embedding = Duration::ZERO;
    let mut batch = Vec::with_capacity(BATCH);
    let mut embed = |batch: &mut Vec<String>| {
        let start = Instant::now();
        std::hint::black_box(model.encode_with_args(batch, None, BATCH));
        embedding += start.elapsed();
        batch.clear();
    };
    for line in BufReader::with_capacity(1 << 20, File::open(prompts)?).lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let prompt = row["prompt"].as_str().ok_or("a line without a prompt")?;
        batch.push(prompt.to_owned());
        if batch.len() == BATCH {
            embed(&mut batch);
        }
    }
    if !batch.is_empty() {
        embed(&mut batch);
    }
    println!("{} {}", embedding.as_secs_f64(), start.elapsed().as_secs_f64());
    Ok(())
}

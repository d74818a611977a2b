//! A language model in a GGUF file, served on this machine with OpenAI's chat interface.
//!
//! It is a real model for the tests of `uniroute probe`: Llama's architecture with a byte-level tokenizer, greedy
//! decoding, one answer at a time. Its weights are multiplied in f32. It is not a server for other uses.

mod chat;
mod llama;
mod serve;
mod tokens;

use std::{fs::File, io::BufReader, path::PathBuf};

use anyhow::{Context, Result};
use candle_core::quantized::gguf_file::Content;
use clap::Parser;

use chat::Model;

/// Serve a small language model on this machine.
#[derive(Parser)]
struct Args {
    /// The model
    #[arg(value_name = "MODEL.gguf")]
    model: PathBuf,
    /// Port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// End after so many seconds without a request
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    idle: u64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let shown = args.model.display();
    let file = File::open(&args.model).with_context(|| format!("{shown} cannot be opened"))?;
    let mut file = BufReader::new(file);
    let content =
        Content::read(&mut file).with_context(|| format!("{shown} is not a GGUF file"))?;
    let model = Model::read(&content, &mut file)
        .with_context(|| format!("{shown} holds a model that this program cannot run"))?;
    serve::run(model, args.port, args.idle)
}

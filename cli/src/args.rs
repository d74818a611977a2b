//! Options that several commands share.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The model that turns prompts into vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EmbedderKind {
    /// A table of word vectors: under a megabyte, microseconds a prompt
    Static,
    /// The transformer all-MiniLM-L6-v2: milliseconds a prompt, needs its weights
    Minilm,
}

#[derive(Args)]
pub struct EmbedderArgs {
    /// Model that turns prompts into vectors
    #[arg(long, value_enum, default_value = "static")]
    pub embedder: EmbedderKind,
    #[command(flatten)]
    pub weights: WeightsArgs,
}

#[derive(Args, Clone)]
pub struct WeightsArgs {
    /// Weights of the transformer, for routers fitted with it; `cargo xtask minilm` fetches them
    #[arg(long, value_name = "FILE", env = "UNIROUTE_MINILM")]
    pub weights: Option<PathBuf>,
}

#[derive(Args)]
pub struct RouterArgs {
    /// Router file [default: the one that comes with uniroute]
    #[arg(long, value_name = "FILE")]
    pub router: Option<PathBuf>,
    #[command(flatten)]
    pub weights: WeightsArgs,
}

#[derive(Args)]
pub struct PoolArgs {
    /// Pool: an LLM profile JSON, or the name of one that comes with uniroute
    #[arg(long, value_name = "FILE|NAME", default_value = "models-2026")]
    pub pool: String,
}

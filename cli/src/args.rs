//! The command line, apart from what the commands do.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Decide which language model should get a prompt, why, and for how much. All on this machine.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Fit a router: cluster prompts, learn what language models have in common
    Fit(FitArgs),
    /// Turn labelled prompts into a pool of language models (LLM profile JSON)
    Profile(ProfileArgs),
    /// Decide which model of a pool should get a prompt
    Route(RouteArgs),
    /// Estimate what a prompt costs with each model of a pool
    Cost(CostArgs),
    /// Measure routers on a data set as the paper does: seeded trials, unseen models, few labels
    Eval(crate::commands::eval::EvalArgs),
    /// Show what is in a router or a pool
    Inspect(InspectArgs),
    /// Serve the page on this machine only
    Serve(crate::commands::serve::Args),
}

/// The model that turns prompts into vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EmbedderKind {
    /// A table of word vectors: under a megabyte, microseconds a prompt
    Static,
    /// The transformer all-MiniLM-L6-v2: milliseconds a prompt, needs its weights
    Minilm,
}

#[derive(Args)]
pub struct WeightsArgs {
    /// Weights of the transformer, for routers fitted with it; `cargo xtask minilm` fetches them
    #[arg(long, value_name = "FILE", env = "UNIROUTE_MINILM")]
    pub weights: Option<PathBuf>,
}

#[derive(Args)]
pub struct FitArgs {
    /// Folder with prompts.jsonl, models.json and scores.csv (each may be .gz); repeatable
    #[arg(long, value_name = "DIR", required = true, num_args = 1..)]
    pub data: Vec<PathBuf>,
    /// Model that turns prompts into vectors
    #[arg(long, value_enum, default_value = "static")]
    pub embedder: EmbedderKind,
    #[command(flatten)]
    pub weights: WeightsArgs,
    /// Number of prompt clusters [default: one for 25 prompts, from 16 to 200]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub clusters: Option<u16>,
    /// Seed: the same seed and data give the same router
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Readable name of the router [default: the embedder and the data sets]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Note on the licence of the data, carried in the file
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
    /// Router file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
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
    #[arg(long, value_name = "FILE|NAME", default_value = "open")]
    pub pool: String,
}

#[derive(Args)]
pub struct ProfileArgs {
    #[command(flatten)]
    pub router: RouterArgs,
    /// Labelled prompts: a folder (as for `fit`), a .jsonl or a .csv file
    #[arg(long, value_name = "FILE|DIR", required_unless_present = "suggest")]
    pub labels: Option<PathBuf>,
    /// Make no pool, but print the N prompts most worth labelling for a new model, the best first,
    /// of those on standard input: JSONL with {"id": …, "prompt": …} a line
    #[arg(long, value_name = "N", conflicts_with_all = ["labels", "prices", "base", "output"])]
    pub suggest: Option<NonZeroUsize>,
    /// Prices, names and providers: a models.json, or a pool from which they are taken by model id
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// Pool to add the models to; models of the same id are replaced
    #[arg(long, value_name = "POOL")]
    pub base: Option<PathBuf>,
    /// Name of the pool
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Date of the prices
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<String>,
    /// Pool to write
    #[arg(
        short,
        long,
        value_name = "POOL.json",
        required_unless_present = "suggest"
    )]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub struct RouteArgs {
    #[command(flatten)]
    pub router: RouterArgs,
    #[command(flatten)]
    pub pool: PoolArgs,
    #[command(flatten)]
    pub objective: ObjectiveArgs,
    /// Only these models
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub allow: Vec<String>,
    /// Never these models
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub deny: Vec<String>,
    /// Capabilities that a model must have, for example `vision`
    #[arg(long, value_name = "CAP", num_args = 1..)]
    pub need: Vec<String>,
    /// Tokens of the answer, if you know better than the pool
    #[arg(long, value_name = "TOKENS")]
    pub output_tokens: Option<f64>,
    /// Count the prompt's tokens exactly for models of o200k and cl100k; others stay estimated
    #[arg(long)]
    pub exact_tokens: bool,
    /// Consider models without a price, as if they were free
    #[arg(long)]
    pub allow_unpriced: bool,
    /// Print JSON: the whole decision
    #[arg(long)]
    pub json: bool,
    /// The prompt; `-` or nothing reads standard input: one prompt, or JSONL with
    /// {"id": …, "prompt": …} a line
    pub prompt: Option<String>,
}

#[derive(Args)]
#[group(multiple = false)]
pub struct ObjectiveArgs {
    /// What quality is worth: weight of cost, in quality (0 to 1) per US dollar [default: 0]
    #[arg(long, value_name = "L")]
    pub lambda: Option<f64>,
    /// Best model that costs at most this many US dollars for the prompt
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Cheapest model expected to reach this quality, from 0 to 1
    #[arg(long, value_name = "Q")]
    pub min_quality: Option<f64>,
}

#[derive(Args)]
pub struct CostArgs {
    #[command(flatten)]
    pub router: RouterArgs,
    #[command(flatten)]
    pub pool: PoolArgs,
    /// Tokens of the prompt, if you have counted them: TOKENS for all models, or NAME=TOKENS for a
    /// model or a tokenizer (o200k, cl100k, llama3, qwen, gemma, claude)
    #[arg(long, value_name = "[NAME=]TOKENS", num_args = 1.., value_parser = crate::commands::cost::counted)]
    pub input_tokens: Vec<(Option<String>, f64)>,
    /// Count the prompt's tokens exactly for models of o200k and cl100k; others stay estimated
    #[arg(long)]
    pub exact_tokens: bool,
    /// Those of the prompt's tokens that the provider has in its cache
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0)]
    pub cached_tokens: f64,
    /// Tokens of the answer, if you know better than the pool
    #[arg(long, value_name = "TOKENS")]
    pub output_tokens: Option<f64>,
    /// Hidden tokens of reasoning before the answer
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0)]
    pub reasoning_tokens: f64,
    /// Add up all prompts
    #[arg(long)]
    pub total: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The prompt; `-` or nothing reads standard input, as for `route`
    pub prompt: Option<String>,
}

#[derive(Args)]
pub struct InspectArgs {
    /// A router file or an LLM profile JSON
    pub file: PathBuf,
    /// Router that a pool is checked against [default: the one that comes with uniroute]
    #[arg(long, value_name = "FILE")]
    pub router: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

//! What the command takes.

use super::judge::JudgeArgs;
use super::limits::{LimitArgs, dollars};
use crate::args::RouterArgs;
use std::path::PathBuf;

/// Most questions of one run; more would hardly change what is known.
const MOST: u64 = 500;

#[derive(clap::Args)]
pub struct Args {
    /// Server with OpenAI's chat interface, for example http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: String,
    /// Name of the model on that server
    #[arg(long, value_name = "NAME")]
    pub(super) model: String,
    /// Effort of reasoning, sent as `reasoning_effort`
    #[arg(long, value_name = "LEVEL")]
    pub(super) effort: Option<String>,
    /// Id of the model in the pool [default: MODEL, or MODEL@EFFORT]
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
    #[command(flatten)]
    pub(super) router: RouterArgs,
    /// Pool to add the model to, a file or the name of one that comes with uniroute; a model of the same id is replaced
    #[arg(long, value_name = "FILE|NAME")]
    pub(super) pool: Option<String>,
    /// Number of questions
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=MOST))]
    pub(super) probes: u64,
    /// Seed of the questions; models that are compared should get the same ones
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Stop before all questions are asked when further ones would not change which model is selected; needs --pool
    #[arg(long, requires = "pool")]
    pub(super) until_stable: bool,
    /// Stop before more than this is spent, in US dollars; needs prices
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub(super) budget: Option<f64>,
    /// Price of a million input tokens in US dollars [default: that of the model in the pool]
    #[arg(long, value_name = "USD", value_parser = dollars, requires = "price_out")]
    pub(super) price_in: Option<f64>,
    /// Price of a million output tokens in US dollars
    #[arg(long, value_name = "USD", value_parser = dollars, requires = "price_in")]
    pub(super) price_out: Option<f64>,
    #[command(flatten)]
    pub(super) judge: JudgeArgs,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    /// Where answers are kept [default: beside the pool, named after it and the model]
    #[arg(long, value_name = "FILE.jsonl")]
    pub(super) journal: Option<PathBuf>,
    /// Go on with a run that was interrupted: no question with an answer is asked again
    #[arg(long)]
    pub(super) resume: bool,
    /// Only print how many questions there would be and what they would cost
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Name of the pool
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Pool to write
    #[arg(short, long, value_name = "POOL.json")]
    pub(super) output: PathBuf,
}

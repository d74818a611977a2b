//! `uniroute report`: what routing many prompts gives, as one page without other files.

mod html;
mod sums;
mod svg;
mod text;

use super::answers::{self, Answers, Part};
use super::route::ChoiceArgs;
use crate::args::{PoolArgs, RouterArgs};
use crate::input::artefacts;
use crate::input::prompts::{self, InputArgs, Item, Prompts};
use crate::output::file;
use crate::output::sink::OutputArgs;
use crate::output::streams::note;
use anyhow::{Context, Result, bail};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use sums::{Summary, Sums};
use uniroute::route::{decide, place_in};
use uniroute_tables::write::{Cell, Column, Kind};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    router: RouterArgs,
    #[command(flatten)]
    pool: PoolArgs,
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Model that savings are compared with [default: the best one for all prompts]
    #[arg(long, value_name = "ID")]
    reference: Option<String>,
    /// Prompts a month, to which costs are scaled [default: as many as are read]
    #[arg(long, value_name = "N")]
    monthly: Option<u64>,
    /// Threads that route [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    input: InputArgs,
    /// JSON file with the numbers of the page
    #[arg(long, value_name = "FILE.json")]
    json: Option<PathBuf>,
    /// HTML file to write
    #[arg(short, long, value_name = "FILE.html")]
    output: PathBuf,
}

pub fn run(args: Args) -> Result<()> {
    let router = artefacts::router(&args.router)?;
    let pool = artefacts::pool(&args.pool, &router)?;
    let request = args.choice.request();
    if let Some(id) = &args.reference {
        pool.model(id).context("--reference")?;
    }
    let Prompts::Many(batch) = prompts::read(None, &args.input)? else {
        bail!("a report is about many prompts; give them as JSONL or with --prompts")
    };
    let answers = Answers {
        columns: vec![Column::sparse("id", Kind::Text)],
        unreadable: vec![Cell::NONE],
        done: "routed",
    };
    let ids: Vec<&str> = pool
        .models()
        .iter()
        .map(|model| model.id.as_str())
        .collect();
    let positions = ids.iter().copied().zip(0..).collect();
    let answer = |items: &[Item]| {
        let prompts: Vec<&str> = items.iter().map(|item| item.prompt.as_str()).collect();
        let mut sums = Sums::new(ids.len());
        for placed in place_in(&router, &prompts, &request) {
            sums.add(&positions, &decide(&router, &pool, &placed, &request)?);
        }
        Ok(Part {
            answers: Vec::new(),
            sums,
        })
    };
    let mut all = Sums::new(ids.len());
    let out = OutputArgs::errors(args.threads);
    let count = answers::answer_all(batch, &out, answers, answer, |part| all.merge(&part))?;
    let names = pool
        .models()
        .iter()
        .map(|model| model.name.clone())
        .collect();
    let reference = args.reference.as_deref();
    let Some(summary) = Summary::new(&all, &ids, names, reference, args.monthly) else {
        bail!("no prompt could be routed; there is nothing to report");
    };
    if let Some(path) = &args.json {
        file::write(path, serde_json::to_string_pretty(&summary)?.as_bytes())?;
    }
    file::write(&args.output, html::page(&summary).as_bytes())?;
    note!("{}: {}", args.output.display(), html::sentence(&summary));
    count.check()
}

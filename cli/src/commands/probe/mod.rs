//! `uniroute probe`: asks a model questions of ours and writes what it knows of the model into a pool.

mod args;
mod asking;
mod attempts;
mod client;
mod estimate;
mod journal;
mod judge;
mod limits;
mod measured;
mod pool;
mod report;
mod request;

use crate::input::artefacts;
use crate::output::{file, streams::note};
use anyhow::{Result, bail};
pub use args::Args;
use journal::{Header, Journal};
use limits::Prices;
use std::path::PathBuf;
use std::time::Duration;
use uniroute::pool::Pool;
use uniroute_probe::choose::Plan;
use uniroute_probe::grade::Grader;

impl Args {
    fn id(&self) -> String {
        match (&self.id, &self.effort) {
            (Some(id), _) => id.clone(),
            (None, Some(effort)) => format!("{}@{effort}", self.model),
            (None, None) => self.model.clone(),
        }
    }

    /// Where the answers are kept.
    fn journal(&self) -> PathBuf {
        let safe = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') {
                c
            } else {
                '_'
            }
        };
        let model: String = self.id().chars().map(safe).collect();
        let beside = || PathBuf::from(format!("{}.{model}.jsonl", self.output.display()));
        self.journal.clone().unwrap_or_else(beside)
    }
}

pub fn run(args: Args) -> Result<()> {
    let router = artefacts::router(&args.router)?;
    let base = match &args.pool {
        Some(name) => Some(artefacts::pool(
            &crate::args::PoolArgs { pool: name.clone() },
            &router,
        )?),
        None => None,
    };
    let id = args.id();
    let others = base
        .iter()
        .flat_map(|pool| pool.models())
        .filter(|m| m.id != id)
        .count();
    if args.until_stable && others == 0 {
        bail!(
            "--until-stable needs another model in the pool: with one alone there is nothing to decide"
        );
    }
    let prices = Prices::of(args.price_in.zip(args.price_out), base.as_ref(), &id);
    if args.budget.is_some() && prices.is_none() {
        bail!(
            "--budget needs prices; name them with --price-in and --price-out, in US dollars per million tokens"
        );
    }
    args.judge.check(args.budget.is_some())?;
    let key = request::key(&args.limits.key_env)?;
    let server = client::Server::new(
        &args.endpoint,
        key.as_deref(),
        Duration::from_secs_f64(args.limits.timeout),
    )?;
    let count = usize::try_from(args.probes)?;
    let plan = Plan::new(&router, args.seed, count)?;
    let open = args.judge.open_questions(args.seed);
    let estimate = estimate::Estimate::of(
        &router,
        &args.model,
        &plan,
        &open,
        args.limits.max_output_tokens,
    );
    note!(
        "{}",
        estimate.words(prices, args.judge.prices(), args.judge.model.is_some())
    );
    if args.dry_run {
        return Ok(());
    }
    let header = Header {
        kind: "run".into(),
        model: args.model.clone(),
        endpoint: args.endpoint.clone(),
        effort: args.effort.clone(),
        seed: args.seed,
        judge: args.judge.model.clone(),
    };
    let journal = Journal::open(&args.journal(), &header, args.resume)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stop = asking::Stop {
        router: &router,
        base: base.as_ref(),
        model: &id,
        until_stable: args.until_stable,
    };
    let money = limits::Money::new(args.budget, prices, args.judge.prices());
    let (run, ended) = runtime.block_on(asking::ask(
        &args, &plan, &open, server, journal, money, stop,
    ))?;
    let graded = measured::Graded::of(&plan, &open, &run, &Grader::new()?);
    report::print(&plan, &open, &run, &graded, &ended, prices);
    if graded.scores.is_empty() {
        bail!(
            "no question was answered, so there is no pool to write; the reasons are above and in {}",
            args.journal().display()
        );
    }
    if ended == asking::Ended::Interrupted {
        bail!(
            "interrupted; `--resume` goes on with {}",
            args.journal().display()
        );
    }
    let made = pool::make(&args, &router, base.as_ref(), &plan, &open, &run, &graded)?;
    let pool = Pool::from_raw(made, &router)?;
    file::write(&args.output, pool.to_json().as_bytes())?;
    report::fields(&pool, &id, &router)?;
    note!("{}: {} models", args.output.display(), pool.models().len());
    match ended {
        asking::Ended::Unanswered(reason) => {
            bail!("stopped early: {reason}; `--resume` asks the rest")
        }
        _ => Ok(()),
    }
}

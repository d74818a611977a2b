//! `uniroute profile`: labelled prompts, or statistics of them, to a pool.

mod exclusion;
mod partial;

use crate::args::RouterArgs;
use crate::input::labels::{self, LabelArgs};
use crate::input::prompts::{self, InputArgs, Prompts};
use crate::input::{artefacts, datasets, files, knowledge, statistics};
use crate::output::file;
use crate::output::streams::{JsonLines, note};
use anyhow::{Context, Result, bail};
use exclusion::Exclusion;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use uniroute::Router;
use uniroute::dataset::PublishedTable;
use uniroute::pool::{self, ModelList, Pool, PoolParams};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    router: RouterArgs,
    /// Labelled prompts: a folder (as for `fit`), or files: CSV, JSONL, Parquet, samples of
    /// lm-evaluation-harness, logs of Inspect, results of promptfoo or HELM, logs of requests with scores
    #[arg(long, value_name = "FILE|DIR", num_args = 1.., required_unless_present_any = ["suggest", "published", "statistics"])]
    labels: Vec<PathBuf>,
    #[command(flatten)]
    label_args: LabelArgs,
    /// Make no pool, but write the labels of each model as sums, which `merge` adds to those of other parts of
    /// the labels and --statistics makes a pool of. Labels of any number, one file after another
    #[arg(long, requires = "labels", conflicts_with_all = ["published", "statistics", "prices", "base", "name", "as_of"])]
    partial: bool,
    /// Statistics that --partial or `merge` wrote, in place of labels. With --published, models in both rest on
    /// both
    #[arg(long, value_name = "FILE.stats", conflicts_with = "labels")]
    statistics: Option<PathBuf>,
    /// Table of published scores: a score a row, or a model a row as LiveBench and the Open LLM
    /// Leaderboard have it. With --labels, models in both rest on both
    #[arg(long, value_name = "FILE.csv")]
    published: Option<PathBuf>,
    /// Models to take from that table, as MODEL or MODEL@MODE [default: those of --prices, or all]
    #[arg(long, value_name = "ID", num_args = 1.., requires = "published")]
    models: Vec<String>,
    /// Scores of that table to leave out: a table with the same columns
    #[arg(long, value_name = "FILE.csv", requires = "published")]
    exclude: Option<PathBuf>,
    /// Labels to leave out: a table with the columns dataset, model and task. A model `*` is any, and a
    /// task that ends with `*` every task that begins so
    #[arg(long, value_name = "FILE.csv", requires = "labels")]
    exclude_labels: Option<PathBuf>,
    /// Make no pool, but print the N prompts most worth labelling for a new model, the best first,
    /// of those on standard input: JSONL with {"id": …, "prompt": …} a line, or a JSON list
    #[arg(long, value_name = "N", conflicts_with_all = ["labels", "published", "statistics", "prices", "base", "output"])]
    suggest: Option<NonZeroUsize>,
    #[command(flatten)]
    input: InputArgs,
    /// Prices, names and providers: a models.json, or a pool from which they are taken by model id
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Pool to add the models to; models of the same id are replaced
    #[arg(long, value_name = "POOL")]
    base: Option<PathBuf>,
    /// Name of the pool
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Date of the prices
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<String>,
    /// Pool to write, or with --partial statistics
    #[arg(
        short,
        long,
        value_name = "POOL.json|FILE.stats",
        required_unless_present = "suggest"
    )]
    output: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<()> {
    let router = artefacts::router(&args.router)?;
    if let Some(number) = args.suggest {
        return suggest(&router, number.get(), &args.input);
    }
    let Some(output) = &args.output else {
        bail!("--output is needed to make a pool");
    };
    if args.partial {
        let exclude = args.exclude_labels.as_deref();
        return partial::run(&router, &args.labels, &args.label_args, exclude, output);
    }
    let list = args.prices.as_deref().map(model_list).transpose()?;
    let base = args.base.as_deref();
    let base = base
        .map(|path| artefacts::pool_at(path, &router))
        .transpose()?;
    let mut pool = base;
    if let Some(path) = &args.published {
        let models = match (&list, args.models.is_empty()) {
            (Some(list), true) => list.published_names().map(str::to_owned).collect(),
            _ => args.models.clone(),
        };
        let params = params(&args, &list, pool.as_ref());
        let made = published(&router, path, &table(path, &args)?, &models, params)?;
        pool = Some(made);
    }
    if !args.labels.is_empty() {
        pool = Some(labelled(
            &router,
            &args,
            params(&args, &list, pool.as_ref()),
        )?);
    }
    if let Some(path) = &args.statistics {
        let params = params(&args, &list, pool.as_ref());
        pool = Some(added_up(&router, path, &params)?);
    }
    let Some(pool) = pool else {
        bail!("--labels, --statistics or --published is needed to make a pool");
    };
    file::write(output, pool.to_json().as_bytes())?;
    note!("{}: {} models", output.display(), pool.models().len());
    Ok(())
}

fn params<'a>(args: &Args, list: &Option<ModelList>, base: Option<&'a Pool>) -> PoolParams<'a> {
    PoolParams {
        base,
        list: list.clone().unwrap_or_default(),
        name: args.name.clone(),
        as_of: args.as_of.clone(),
        ..PoolParams::default()
    }
}

/// A pool of the models of labels.
fn labelled(router: &Router, args: &Args, params: PoolParams) -> Result<Pool> {
    let mut labels = labels::read(&args.labels, &args.label_args)?;
    note!(
        "{}: {} labels of {} models on {} prompts",
        labels.name,
        labels.observed(),
        labels.models.len(),
        labels.prompts.len()
    );
    if let Some(exclude) = &args.exclude_labels {
        let mut exclusion = Exclusion::read(exclude, &labels.name)?;
        exclusion.leave_out_of(&mut labels);
        exclusion.tell();
    }
    let prompts: Vec<&str> = datasets::texts(&labels).collect();
    let points = datasets::embed(router.embedder(), &prompts)?;
    let draft = pool::from_dataset(router, &labels, points.view(), params)?;
    for id in &draft.without_scores {
        note!("{id}: no scores, left out");
    }
    Ok(Pool::from_raw(draft.pool, router)?)
}

/// A pool of the models of a file of statistics.
fn added_up(router: &Router, path: &Path, params: &PoolParams) -> Result<Pool> {
    let statistics = statistics::read(path, router)?;
    note!("{}: {}", path.display(), statistics::counted(&statistics));
    let models = statistics.models();
    let models = models.map(|(id, verdicts)| (id, &verdicts.information));
    let raw = pool::from_statistics(router, models, &datasets::name_of(path), params)
        .with_context(|| path.display().to_string())?;
    Ok(Pool::from_raw(raw, router)?)
}

/// The table of published scores without those that are excluded.
fn table(path: &Path, args: &Args) -> Result<PublishedTable> {
    let mut table = knowledge::published(path)?;
    if let Some(exclude) = &args.exclude {
        let excluded = knowledge::published(exclude)?;
        let (rows, found) = (excluded.scores.len(), table.leave_out(&excluded));
        note!(
            "{}: {found} scores of the table left out for {rows} rows",
            exclude.display()
        );
    }
    Ok(table)
}

/// A pool of the models of a table of published scores.
fn published(
    router: &Router,
    path: &Path,
    table: &PublishedTable,
    models: &[String],
    params: PoolParams,
) -> Result<Pool> {
    if router.benchmarks().is_empty() {
        bail!("the router knows no benchmarks; use one that was fitted with --benchmarks");
    }
    let draft = pool::from_published(router, table, models, params);
    let rows = table.scores.len();
    let unknown: usize = draft.unknown.iter().map(|(_, n)| n).sum();
    let others = rows - draft.scores - draft.repeated - unknown;
    note!(
        "{}: {rows} scores: {} used, {} repeated, {others} of other models, {unknown} on benchmarks that the router does not know",
        path.display(),
        draft.scores,
        draft.repeated
    );
    for (name, scores) in &draft.unknown {
        let nearest = router.benchmarks().nearest(name, 3).join(", ");
        note!("  {name}: {scores} not used; nearest: {nearest}");
    }
    for id in &draft.without_scores {
        note!("{id}: no scores, left out");
    }
    if draft.pool.models.is_empty() {
        bail!(
            "{}: no model has a score on a known benchmark",
            path.display()
        );
    }
    Ok(Pool::from_raw(draft.pool, router)?)
}

fn model_list(path: &Path) -> Result<ModelList> {
    let json = files::read(path, pool::MAX_BYTES)?;
    ModelList::parse(&json).with_context(|| path.display().to_string())
}

/// Prints those prompts of standard input whose labels would reduce the uncertainty about a new
/// model most.
fn suggest(router: &Router, number: usize, input: &InputArgs) -> Result<()> {
    let items = match prompts::read(None, input)? {
        Prompts::Many(batch) => batch.into_items()?,
        Prompts::One(_) => {
            bail!("--suggest chooses among prompts on standard input: JSONL with a `prompt` a line")
        }
    };
    let texts: Vec<&str> = items.iter().map(|i| i.prompt.as_str()).collect();
    let points = datasets::embed(router.embedder(), &texts)?;
    let memberships = router.clusters().memberships(points.view());
    let mut out = JsonLines::new();
    for pick in router.suggest(memberships.view(), number)? {
        if let Some(item) = items.get(pick) {
            out.write(&serde_json::json!({ "id": item.id, "prompt": item.prompt }))?;
        }
    }
    out.finish()
}

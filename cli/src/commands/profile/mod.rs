//! `uniroute profile`: labelled prompts to a pool.

use crate::args::RouterArgs;
use crate::input::labels::{self, LabelArgs};
use crate::input::prompts::{self, InputArgs, Prompts};
use crate::input::{artefacts, datasets, files, knowledge};
use crate::output::file;
use crate::output::streams::{JsonLines, note};
use anyhow::{Context, Result, bail};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use uniroute::Router;
use uniroute::dataset::{self, Dataset, PublishedTable};
use uniroute::pool::{self, ModelList, Pool, PoolParams};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    router: RouterArgs,
    /// Labelled prompts: a folder (as for `fit`), or files: CSV, JSONL, Parquet, samples of
    /// lm-evaluation-harness, logs of Inspect, results of promptfoo or HELM, logs of requests with scores
    #[arg(long, value_name = "FILE|DIR", num_args = 1.., required_unless_present_any = ["suggest", "published"])]
    labels: Vec<PathBuf>,
    #[command(flatten)]
    label_args: LabelArgs,
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
    #[arg(long, value_name = "N", conflicts_with_all = ["labels", "published", "prices", "base", "output"])]
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
    /// Pool to write
    #[arg(
        short,
        long,
        value_name = "POOL.json",
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
        let mut labels = labels::read(&args.labels, &args.label_args)?;
        note!(
            "{}: {} labels of {} models on {} prompts",
            labels.name,
            labels.observed(),
            labels.models.len(),
            labels.prompts.len()
        );
        if let Some(exclude) = &args.exclude_labels {
            leave_out(&mut labels, exclude)?;
        }
        let prompts: Vec<&str> = datasets::texts(&labels).collect();
        let points = datasets::embed(router.embedder(), &prompts)?;
        let params = params(&args, &list, pool.as_ref());
        let draft = pool::from_dataset(&router, &labels, points.view(), params)?;
        for id in &draft.without_scores {
            note!("{id}: no scores, left out");
        }
        pool = Some(Pool::from_raw(draft.pool, &router)?);
    }
    let Some(pool) = pool else {
        bail!("--labels or --published is needed to make a pool");
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

/// Removes the labels that a table of this data set's models and tasks excludes.
fn leave_out(labels: &mut Dataset, path: &Path) -> Result<()> {
    let names = ["dataset", "model", "task"];
    let rows = dataset::columns(&path.to_string_lossy(), files::open_text(path)?, names)?;
    let before = labels.observed();
    for [dataset, model, task] in &rows {
        if *dataset == labels.name && labels.leave_out(model, task) == 0 {
            note!(
                "{}: {dataset} has no score of {model} on {task}",
                path.display()
            );
        }
    }
    let left = labels.observed();
    note!(
        "{}: {} of {before} labels left out",
        path.display(),
        before - left
    );
    Ok(())
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

//! `uniroute eval`: how good routing decisions are, measured as the paper measures them.

use crate::args::{EmbedderArgs, RouterArgs};
use crate::input::{artefacts, cache, datasets, knowledge};
use crate::output::streams::{self, note};
use crate::output::{file, progress};
use anyhow::{Result, bail};
use ndarray::Array2;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uniroute::dataset::{Dataset, PublishedScore};
use uniroute::embed::Embed;
use uniroute::eval::cards::{CardModels, Cards};
use uniroute::eval::methods::{self, Method};
use uniroute::eval::published::{PublishedReport, left_out_benchmarks, left_out_scores};
use uniroute::eval::summary::MethodSummary;
use uniroute::eval::{
    self, Labels, Participation, Plan, Report, report, verdict_areas, verdict_json, verdict_report,
};
use uniroute::fit::BenchmarkKnowledge;

#[derive(clap::Args)]
pub struct Args {
    /// Folder with prompts.jsonl, models.json, scores.csv and perhaps costs.csv (each may be .gz);
    /// repeatable
    #[arg(long, value_name = "DIR", required_unless_present = "published", num_args = 1..)]
    data: Vec<PathBuf>,
    /// Table of published scores. Without --data: leave out scores and benchmarks, and predict them
    #[arg(long, value_name = "FILE.csv", requires = "benchmarks")]
    published: Option<PathBuf>,
    /// Folders with benchmarks.json, prompts/NAME.jsonl and standins/NAME.json
    #[arg(long, value_name = "DIR", num_args = 1.., requires = "published")]
    benchmarks: Vec<PathBuf>,
    /// With --data and --published: which model of a data set is which of the table, a CSV file with
    /// the columns dataset, model and published (MODEL or MODEL@MODE)
    #[arg(long, value_name = "FILE.csv", requires = "published")]
    card_models: Option<PathBuf>,
    /// Published scores whose source contains this text are not used, such as the data set's own;
    /// repeatable
    #[arg(long, value_name = "TEXT", requires = "published")]
    leave_out: Vec<String>,
    /// Router whose clusters are used with --published [default: the one that comes with uniroute]
    #[arg(long, value_name = "FILE", requires = "published")]
    router: Option<PathBuf>,
    /// Labels of each unseen model: numbers, or shares of the prompts, separated by commas
    #[arg(
        long,
        value_name = "N|P%",
        default_value = "10%",
        value_delimiter = ','
    )]
    labels: Vec<Labels>,
    /// In place of the methods: the area after so many verdicts from use, beside that of as many labels; numbers
    /// separated by commas
    #[arg(
        long,
        value_name = "N,M",
        value_delimiter = ',',
        conflicts_with_all = ["published", "labels", "methods", "variants", "plot", "curves", "folds"]
    )]
    verdicts: Vec<usize>,
    /// Models never seen in training [default: a third, at least 3]
    #[arg(long, value_name = "N")]
    unseen: Option<usize>,
    /// Trials, each with its own split of prompts and models
    #[arg(long, value_name = "T", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    trials: u32,
    /// Seed of the trials: the same seed and data give the same figures
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    embedder: EmbedderArgs,
    /// Only these methods, separated by commas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    methods: Vec<String>,
    /// Also measure uniroute with labels on suggested prompts, and without any model to learn from
    #[arg(long)]
    variants: bool,
    /// Plot of the mean deferral curves to write
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Mean deferral curves to write
    #[arg(long, value_name = "FILE.csv")]
    curves: Option<PathBuf>,
    /// Row and column numbers of every trial to write, to repeat the trials elsewhere
    #[arg(long, value_name = "FILE.jsonl")]
    folds: Option<PathBuf>,
    /// Print one JSON object for each data set and number of labels in place of tables
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> Result<()> {
    if args.data.is_empty() {
        return published(&args);
    }
    let methods = selected_methods(&args)?;
    let embedder = artefacts::embedder(&args.embedder)?;
    if !args.verdicts.is_empty() {
        return args
            .data
            .iter()
            .try_for_each(|dir| verdicts(&args, &*embedder, &datasets::folder(dir)?));
    }
    let cards = match (&args.published, &args.card_models) {
        (Some(table), Some(models)) => {
            let mut table = knowledge::published(table)?;
            let used = |s: &PublishedScore| !args.leave_out.iter().any(|t| s.source.contains(t));
            table.scores.retain(used);
            let known = knowledge::benchmarks(&args.benchmarks, table, &*embedder)?;
            Some((known, knowledge::card_models(models)?))
        }
        (Some(_), None) => bail!("--card-models is needed to use published scores with --data"),
        (None, _) => None,
    };
    let mut summaries = Vec::new();
    for dir in &args.data {
        let data = datasets::folder(dir)?;
        let cards = cards.as_ref();
        summaries.push(evaluate(&args, &methods, &*embedder, &data, cards)?);
    }
    if summaries.len() > 1 && !args.json {
        let gains = report::mean_gains(&args.labels, &names(&methods), &summaries);
        streams::print(&gains)?;
    }
    Ok(())
}

/// The summaries of all methods for each number of labels.
fn evaluate(
    args: &Args,
    methods: &[Box<dyn Method>],
    embedder: &dyn Embed,
    data: &Dataset,
    cards: Option<&(BenchmarkKnowledge, CardModels)>,
) -> Result<Vec<Vec<MethodSummary>>> {
    let participation = Participation::of(data, args.unseen);
    if let Some(note) = participation.note(data) {
        note!("{note}");
    }
    let data = &participation.select(data)?;
    let points = embed(embedder, data)?;
    let cards = cards.map(|(known, models)| Arc::new(Cards::of(data, known, models)));
    if let Some(cards) = &cards {
        let with = cards.models.iter().filter(|m| !m.is_empty()).count();
        note!(
            "{}: {with} of {} models have published scores",
            data.name,
            cards.models.len()
        );
    }
    let plan = Plan {
        cards,
        data,
        points: points.view(),
        labels: &args.labels,
        unseen: participation.unseen,
        trials: args.trials as usize,
        seed: args.seed,
    };
    for note in report::label_notes(&plan) {
        note!("{note}");
    }
    if let Some(path) = &args.folds {
        let folds = report::folds(&plan);
        file::write(&sibling(path, args, data, None), folds.as_bytes())?;
    }
    let bar = progress::bar(u64::from(args.trials), "trials");
    let results = eval::run(&plan, methods, || bar.inc(1));
    bar.finish_and_clear();
    let names = names(methods);
    let mut summaries = Vec::new();
    for (results, &labels) in results.iter().zip(&args.labels) {
        let report = Report::new(&plan, labels, embedder.id(), &names, results);
        let path = |path| sibling(path, args, data, Some(labels));
        if let Some(plot) = &args.plot {
            file::write(&path(plot), report.to_svg().as_bytes())?;
        }
        if let Some(curves) = &args.curves {
            file::write(&path(curves), report.to_csv().as_bytes())?;
        }
        match args.json {
            true => streams::print_json(&report.to_json())?,
            false => streams::print(&report.to_markdown())?,
        }
        summaries.push(report.summaries().to_vec());
    }
    Ok(summaries)
}

/// What verdicts from use are worth, on one data set.
fn verdicts(args: &Args, embedder: &dyn Embed, data: &Dataset) -> Result<()> {
    const MOST: usize = 1_000_000;
    if let Some(count) = args.verdicts.iter().find(|count| **count > MOST) {
        bail!("--verdicts {count}: at most {MOST} are simulated");
    }
    // Gains are against no verdict.
    let mut counts = vec![0];
    counts.extend(&args.verdicts);
    counts.sort_unstable();
    counts.dedup();
    let participation = Participation::of(data, args.unseen);
    if let Some(note) = participation.note(data) {
        note!("{note}");
    }
    let data = &participation.select(data)?;
    let points = embed(embedder, data)?;
    let plan = Plan {
        cards: None,
        data,
        points: points.view(),
        labels: &args.labels,
        unseen: participation.unseen,
        trials: args.trials as usize,
        seed: args.seed,
    };
    let bar = progress::bar(u64::from(args.trials), "trials");
    let trials = verdict_areas(&plan, &counts, || bar.inc(1));
    bar.finish_and_clear();
    match args.json {
        true => streams::print_json(&verdict_json(&plan, &counts, &trials)),
        false => streams::print(&verdict_report(&plan, &counts, &trials)),
    }
}

/// Leaves out published scores, and benchmarks, and predicts them.
fn published(args: &Args) -> Result<()> {
    let Some(path) = &args.published else {
        bail!("--data or --published is needed");
    };
    let router = artefacts::router(&RouterArgs {
        router: args.router.clone(),
        weights: args.embedder.weights.clone(),
    })?;
    let (table, clusters) = (knowledge::published(path)?, router.clusters());
    let knowledge = knowledge::benchmarks(&args.benchmarks, table, router.embedder())?;
    let known = knowledge.known(clusters);
    let bar = progress::bar(u64::from(args.trials), "trials");
    let scores = (0..u64::from(args.trials))
        .map(|trial| {
            bar.inc(1);
            let seed = args.seed + trial;
            left_out_scores(&knowledge, &known, clusters, seed)
        })
        .collect::<Result<Vec<_>, _>>()?;
    bar.finish_and_clear();
    let work = progress::spinner("leaving out each benchmark");
    let each = left_out_benchmarks(&knowledge, &known, clusters, false, || work.tick())?;
    let fields = left_out_benchmarks(&knowledge, &known, clusters, true, || work.tick())?;
    work.finish_and_clear();
    let report = PublishedReport {
        models: known.models.len(),
        benchmarks: known.entries.len(),
        scores,
        each,
        fields,
    };
    match args.json {
        true => streams::print_json(&report),
        false => streams::print(&report.to_markdown()),
    }
}

fn names(methods: &[Box<dyn Method>]) -> Vec<&str> {
    methods.iter().map(|m| m.name()).collect()
}

fn selected_methods(args: &Args) -> Result<Vec<Box<dyn Method>>> {
    let (mut all, mut variants) = (methods::all(), methods::variants());
    let names: Vec<_> = all.iter().chain(&variants).map(|m| m.name()).collect();
    if let Some(wrong) = args.methods.iter().find(|n| !names.contains(&n.as_str())) {
        bail!("no method {wrong:?}; there are {}", names.join(", "));
    }
    let named = |method: &dyn Method| args.methods.iter().any(|n| n == method.name());
    all.retain(|m| args.methods.is_empty() || named(&**m));
    variants.retain(|m| args.variants || named(&**m));
    all.extend(variants);
    if args.published.is_some() {
        all.extend(methods::published());
    }
    Ok(all)
}

fn embed(embedder: &dyn Embed, data: &Dataset) -> Result<Array2<f32>> {
    let texts: Vec<&str> = datasets::texts(data).collect();
    cache::embeddings(embedder, &texts, || datasets::embed(embedder, &texts))
}

/// `plot.svg`, or `plot-NAME-LABELS.svg` when there are several data sets or numbers of labels.
fn sibling(path: &Path, args: &Args, data: &Dataset, labels: Option<Labels>) -> PathBuf {
    let mut which = String::new();
    if args.data.len() > 1 {
        which = format!("-{}", data.name);
    }
    if let Some(labels) = labels.filter(|_| args.labels.len() > 1) {
        which += &format!("-{labels}").replace('%', "pc");
    }
    let part = |p: Option<&std::ffi::OsStr>| p.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (part(path.file_stem()), part(path.extension()));
    path.with_file_name(format!("{stem}{which}.{extension}"))
}

//! `uniroute eval`: how good routing decisions are, measured as the paper measures them.

use crate::args::{EmbedderKind, WeightsArgs};
use crate::input::{cache, datasets as data, files};
use crate::output::progress;
use anyhow::{Result, bail};
use clap::Args;
use ndarray::Array2;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use uniroute::dataset::Dataset;
use uniroute::embed::Embed;
use uniroute::eval::methods::{self, Method};
use uniroute::eval::summary::{self, MethodSummary};
use uniroute::eval::{self, Estimate, Guarantees, Labels, Plan, Split, TrialResult, plot};

/// Share of the prompts that a model needs scores on to take part, unless more are asked for.
const COVERAGE: f64 = 0.9;

#[derive(Args)]
pub struct EvalArgs {
    /// Folder with prompts.jsonl, models.json, scores.csv and perhaps costs.csv (each may be .gz);
    /// repeatable
    #[arg(long, value_name = "DIR", required = true, num_args = 1..)]
    pub data: Vec<PathBuf>,
    /// Labels of each unseen model: numbers, or shares of the prompts, separated by commas
    #[arg(
        long,
        value_name = "N|P%",
        default_value = "10%",
        value_delimiter = ','
    )]
    pub labels: Vec<Labels>,
    /// Models never seen in training [default: a third, at least 3]
    #[arg(long, value_name = "N")]
    pub unseen: Option<usize>,
    /// Trials, each with its own split of prompts and models
    #[arg(long, value_name = "T", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub trials: u32,
    /// Seed of the trials: the same seed and data give the same figures
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Model that turns prompts into vectors
    #[arg(long, value_enum, default_value = "static")]
    pub embedder: EmbedderKind,
    #[command(flatten)]
    pub weights: WeightsArgs,
    /// Only these methods, separated by commas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub methods: Vec<String>,
    /// Also measure uniroute with labels on suggested prompts, and without any model to learn from
    #[arg(long)]
    pub variants: bool,
    /// Plot of the mean deferral curves to write
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Mean deferral curves to write
    #[arg(long, value_name = "FILE.csv")]
    pub curves: Option<PathBuf>,
    /// Row and column numbers of every trial to write, to repeat the trials elsewhere
    #[arg(long, value_name = "FILE.jsonl")]
    pub folds: Option<PathBuf>,
    /// Print one JSON object for each data set and number of labels in place of tables
    #[arg(long)]
    pub json: bool,
}

pub fn run(args: EvalArgs) -> Result<()> {
    let methods = chosen_methods(&args)?;
    let embedder: Box<dyn Embed> = match args.embedder {
        EmbedderKind::Static => files::static_embedder()?.0,
        EmbedderKind::Minilm => files::minilm(&args.weights)?,
    };
    let mut gains = Vec::new();
    for dir in &args.data {
        let data = takes_part(data::folder(dir)?, args.unseen)?;
        gains.push(evaluate(&args, &methods, &*embedder, &data)?);
    }
    if gains.len() > 1 && !args.json {
        print_mean_gains(&args, &methods, &gains);
    }
    Ok(())
}

/// Of one data set: for each number of labels the summaries of all methods.
type Summaries = Vec<Vec<MethodSummary>>;

fn evaluate(
    args: &EvalArgs,
    methods: &[Box<dyn Method>],
    embedder: &dyn Embed,
    data: &Dataset,
) -> Result<Summaries> {
    let points = embed(embedder, data)?;
    let (prompts, models) = data.scores.dim();
    let plan = Plan {
        data,
        points: points.view(),
        labels: &args.labels,
        unseen: args.unseen.unwrap_or_else(|| Split::usual_unseen(models)),
        trials: args.trials as usize,
        seed: args.seed,
    };
    if plan.unseen + 1 > models {
        bail!(
            "{}: {} unseen of {models} models leave none to learn from",
            data.name,
            plan.unseen
        );
    }
    for labels in &args.labels {
        let most = labels.count(prompts);
        if matches!(labels, Labels::Count(n) if *n > most) {
            eprintln!(
                "{}: only {most} validation prompts, all are labelled",
                data.name
            );
        }
    }
    if let Some(path) = &args.folds {
        files::write(&beside(path, args, data, None), folds(&plan).as_bytes())?;
    }
    let bar = progress::bar(u64::from(args.trials), "trials");
    let results = eval::run(&plan, methods, || bar.inc(1));
    bar.finish_and_clear();
    let with_labels = results.iter().zip(&args.labels);
    with_labels
        .map(|(results, labels)| report(args, &plan, *labels, methods, embedder, results))
        .collect()
}

/// Writes and prints what came of one number of labels.
fn report(
    args: &EvalArgs,
    plan: &Plan,
    labels: Labels,
    methods: &[Box<dyn Method>],
    embedder: &dyn Embed,
    results: &[TrialResult],
) -> Result<Vec<MethodSummary>> {
    let data = plan.data;
    let names: Vec<&str> = methods.iter().map(|m| m.name()).collect();
    let curves = plot::mean_curves(&names, results);
    let title = format!(
        "{}: {} of {} models unseen, {labels} labels, {} trials",
        data.name,
        plan.unseen,
        data.models.len(),
        plan.trials
    );
    let file = |path| beside(path, args, data, Some(labels));
    if let Some(path) = &args.plot {
        files::write(&file(path), plot::to_svg(&title, &curves).as_bytes())?;
    }
    if let Some(path) = &args.curves {
        files::write(&file(path), plot::to_csv(&curves).as_bytes())?;
    }
    let summaries = summary::summarise(&names, results);
    let guarantees = Guarantees::of(results);
    if args.json {
        println!("{}", json(plan, labels, embedder, &summaries, guarantees));
        return Ok(summaries);
    }
    println!("### {title}, {}\n", embedder.id());
    if !has_costs(data) {
        println!("No prices: all models cost the same, and the area is the quality at λ = 0.\n");
    }
    println!("{}", summary::to_markdown(&summaries));
    if let Some(guarantees) = guarantees {
        println!("{guarantees}");
    }
    Ok(summaries)
}

fn json(
    plan: &Plan,
    labels: Labels,
    embedder: &dyn Embed,
    summaries: &[MethodSummary],
    guarantees: Option<Guarantees>,
) -> serde_json::Value {
    let labels = match labels {
        Labels::Count(n) => serde_json::json!(n),
        share => serde_json::json!(share.to_string()),
    };
    serde_json::json!({
        "dataset": plan.data.name,
        "prompts": plan.data.prompts.len(),
        "models": plan.data.models.len(),
        "unseen": plan.unseen,
        "embedder": embedder.id(),
        "labels": labels,
        "trials": plan.trials,
        "seed": plan.seed,
        "methods": summary::to_json(summaries),
        "guarantee": guarantees.map(|g| g.to_json()),
    })
}

/// Mean gain of each method over the data sets, a column for each number of labels.
fn print_mean_gains(args: &EvalArgs, methods: &[Box<dyn Method>], sets: &[Summaries]) {
    println!("### Mean gain ×10⁻⁴ over {} data sets\n", sets.len());
    let labels: Vec<String> = args
        .labels
        .iter()
        .map(|l| format!(" {l} labels |"))
        .collect();
    println!(
        "| method |{}\n|---|{}",
        labels.concat(),
        "---|".repeat(labels.len())
    );
    for (m, method) in methods.iter().enumerate() {
        let cell = |l: usize| {
            let gains: Vec<_> = sets.iter().filter_map(|s| s[l][m].gain).collect();
            match Estimate::mean(&gains) {
                Some(gain) => format!(" {:+.0} ± {:.0} |", 1e4 * gain.mean, 1e4 * gain.se),
                None => " – |".into(),
            }
        };
        let cells: Vec<String> = (0..labels.len()).map(cell).collect();
        println!("| {} |{}", method.name(), cells.concat());
    }
}

fn chosen_methods(args: &EvalArgs) -> Result<Vec<Box<dyn Method>>> {
    let (mut all, mut variants) = (methods::all(), methods::variants());
    let names: Vec<_> = all.iter().chain(&variants).map(|m| m.name()).collect();
    if let Some(wrong) = args.methods.iter().find(|n| !names.contains(&n.as_str())) {
        bail!("no method {wrong:?}; there are {}", names.join(", "));
    }
    let named = |method: &dyn Method| args.methods.iter().any(|n| n == method.name());
    all.retain(|m| args.methods.is_empty() || named(&**m));
    variants.retain(|m| args.variants || named(&**m));
    all.extend(variants);
    Ok(all)
}

fn has_costs(data: &Dataset) -> bool {
    data.costs.is_some() || data.models.iter().any(|m| m.price_in.is_some())
}

/// The data set with the models that can take part: those with a cost, where any has one, and with
/// scores on nearly all prompts. More unseen models than that leaves bring in all with a cost.
fn takes_part(data: Dataset, unseen: Option<usize>) -> Result<Dataset> {
    let (prompts, models) = data.scores.dim();
    let listed = data.models.iter().any(|m| m.price_in.is_some());
    let has_cost = |h: usize| match &data.costs {
        Some(costs) => costs.column(h).iter().any(|c| !c.is_nan()),
        None => {
            !listed || (data.models[h].price_in.is_some() && data.models[h].price_out.is_some())
        }
    };
    let observed = |h: usize| data.scores.column(h).iter().filter(|s| !s.is_nan()).count();
    let with_cost: Vec<usize> = (0..models)
        .filter(|&h| has_cost(h) && observed(h) > 0)
        .collect();
    let covering: Vec<usize> = with_cost
        .iter()
        .copied()
        .filter(|&h| observed(h) as f64 >= COVERAGE * prompts as f64)
        .collect();
    let chosen = match unseen {
        Some(n) if n >= covering.len() => with_cost.clone(),
        _ => covering,
    };
    if chosen.len() < models {
        eprintln!(
            "{}: {} of {models} models take part; {} have no price, {} others no scores on {:.0} % of the prompts",
            data.name,
            chosen.len(),
            models - with_cost.len(),
            with_cost.len() - chosen.len(),
            100.0 * COVERAGE,
        );
    }
    if chosen.len() < 2 {
        bail!(
            "{}: fewer than two models with costs and scores; there is nothing to choose",
            data.name
        );
    }
    let rows: Vec<usize> = (0..prompts).collect();
    Ok(data.select(&rows, &chosen))
}

fn embed(embedder: &dyn Embed, data: &Dataset) -> Result<Array2<f32>> {
    let texts: Vec<&str> = data::texts(data).collect();
    cache::embeddings(embedder, &texts, || data::embed(embedder, &texts))
}

/// `plot.svg`, or `plot-NAME-LABELS.svg` when there are several data sets and numbers of labels.
fn beside(path: &Path, args: &EvalArgs, data: &Dataset, labels: Option<Labels>) -> PathBuf {
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

fn folds(plan: &Plan) -> String {
    let (prompts, models) = plan.data.scores.dim();
    let mut lines = String::new();
    for trial in 0..plan.trials {
        let split = Split::draw(prompts, models, plan.unseen, plan.seed, trial as u64);
        let names = |columns: &[usize]| -> Vec<&str> {
            columns
                .iter()
                .map(|&h| plan.data.models[h].id.as_str())
                .collect()
        };
        let most = plan.labels.iter().map(|l| l.count(prompts)).max();
        let labelled = &split.validation[..most.unwrap_or(0)];
        let line = serde_json::json!({
            "trial": trial, "training": split.training, "validation": split.validation,
            "labelled": labelled, "test": split.test,
            "seen": names(&split.seen), "unseen": names(&split.unseen),
        });
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{line}");
    }
    lines
}

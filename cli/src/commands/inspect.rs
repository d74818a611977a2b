//! `uniroute inspect`: what a router file or a pool contains.

use crate::args::{RouterArgs, WeightsArgs};
use crate::input::{artefacts, files};
use crate::output::table;
use anyhow::{Context, Result};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use uniroute::Router;
use uniroute::pool::{Model, Pool, ProfileSource, RawPool};
use uniroute::router::{MAX_BYTES, Meta};

#[derive(clap::Args)]
pub struct Args {
    /// A router file or an LLM profile JSON
    file: PathBuf,
    /// Router that a pool is checked against [default: the one that comes with uniroute]
    #[arg(long, value_name = "FILE")]
    router: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> Result<()> {
    let bytes = files::read(&args.file, MAX_BYTES)?;
    let looks_like_json = bytes
        .iter()
        .find(|b| !b.is_ascii_whitespace())
        .is_some_and(|b| *b == b'{');
    match looks_like_json {
        true => pool(&args, &bytes).with_context(|| args.file.display().to_string()),
        false => {
            let meta =
                Router::read_meta(&bytes).with_context(|| args.file.display().to_string())?;
            router(&args, &meta, bytes.len())
        }
    }
}

fn router(args: &Args, meta: &Meta, bytes: usize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(meta)?)?;
        return Ok(());
    }
    let provenance = &meta.provenance;
    writeln!(out, "Router      {}  ({bytes} bytes)", meta.id)?;
    writeln!(out, "Embedder    {}", meta.embedder)?;
    writeln!(
        out,
        "Clusters    {}, temperature {}",
        meta.cluster_names.len(),
        meta.temperature
    )?;
    writeln!(
        out,
        "Prior       from {} models, mean error {:.3}, noise ratio {:.2}",
        meta.prior.training_models, meta.prior.mean_error, meta.prior.noise_ratio
    )?;
    writeln!(
        out,
        "Fitted on   {} prompts of {}, seed {}, by {}",
        provenance.prompts,
        provenance.datasets.join(", "),
        provenance.seed,
        provenance.fitted_by
    )?;
    if let Some(licence) = &provenance.licence {
        writeln!(out, "Licence     {licence}")?;
    }
    let benchmarks = meta.benchmarks.iter().map(|b| b.title.as_str());
    let benchmarks: Vec<&str> = benchmarks.collect();
    if !benchmarks.is_empty() {
        writeln!(
            out,
            "Benchmarks  {}: {}",
            benchmarks.len(),
            benchmarks.join(", ")
        )?;
    }
    let named = match meta.fields.is_empty() {
        true => "by their distinctive words",
        false => "by what people ask there, with their field",
    };
    writeln!(out, "\nClusters, {named}:")?;
    for (k, label) in meta.cluster_names.iter().enumerate() {
        match meta.topics.get(k).and_then(|t| meta.fields.get(t.field)) {
            Some(field) => writeln!(out, "{k:>5}  {label:<40}  {field}")?,
            None => writeln!(out, "{k:>5}  {label}")?,
        }
    }
    Ok(())
}

fn pool(args: &Args, bytes: &[u8]) -> Result<()> {
    let raw = RawPool::parse(bytes)?;
    let weights = WeightsArgs { weights: None };
    let router = artefacts::router(&RouterArgs {
        router: args.router.clone(),
        weights,
    })?;
    let pool = Pool::from_raw(raw, &router)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let models: Vec<_> = pool
            .models()
            .iter()
            .map(|m| {
                json!({"id": m.id, "name": m.name, "quality": m.overall_quality(&router), "source": m.evidence.source,
                "interval": quality_interval(m, &router), "scores": m.evidence.scores, "benchmarks": m.evidence.benchmarks, "labels": labels(m),
                "input": m.prices.input, "output": m.prices.output})
            })
            .collect();
        let notes = pool.notes();
        let value =
            json!({"name": pool.name(), "asOf": pool.as_of(), "models": models, "notes": notes});
        writeln!(out, "{value}")?;
        return Ok(());
    }
    writeln!(out, "Pool    {}", pool.name().unwrap_or("(no name)"))?;
    writeln!(
        out,
        "Prices  USD per million tokens, as of {}\n",
        pool.as_of().unwrap_or("(no date)")
    )?;
    let price = |p: Option<f64>| p.map_or("unknown".into(), |p| format!("{p}"));
    let rows: Vec<_> = pool
        .models()
        .iter()
        .map(|m| {
            let [low, high] = quality_interval(m, &router);
            vec![
                m.id.clone(),
                format!("{:.3}", m.overall_quality(&router)),
                format!("{low:.2} to {high:.2}"),
                price(m.prices.input),
                price(m.prices.output),
                rests_on(m),
            ]
        })
        .collect();
    table::write(
        &mut out,
        &["model", "quality", "90 %", "input", "output", "rests on"],
        &rows,
    )?;
    if !pool.notes().is_empty() {
        writeln!(out, "\nAssumed where the file has no value:")?;
        for note in pool.notes() {
            writeln!(out, "  {}: {}", note.path, note.message)?;
        }
    }
    Ok(())
}

/// 90 % interval of a model's overall quality.
fn quality_interval(model: &Model, router: &Router) -> [f32; 2] {
    let shares = router.clusters().shares();
    model.profile.predict(shares).quality_interval()
}

/// Number of labels behind a model's profile.
fn labels(model: &Model) -> f32 {
    model.profile.labels.iter().sum::<f32>().round()
}

/// What the profile of a model rests on, in words.
fn rests_on(model: &Model) -> String {
    let scores = match model.evidence.scores {
        0 => None,
        n => Some(format!(
            "{n} scores on {} benchmarks",
            model.evidence.benchmarks.len()
        )),
    };
    let labels = match model.evidence.source {
        ProfileSource::Errors | ProfileSource::Labels => Some(format!("{} labels", labels(model))),
        ProfileSource::Accuracy => Some("one accuracy".to_owned()),
        _ => None,
    };
    match (scores, labels) {
        (Some(scores), Some(labels)) => format!("{scores}, {labels}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "the prior alone".to_owned(),
    }
}

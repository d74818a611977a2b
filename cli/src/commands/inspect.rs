//! `uniroute inspect`: what a router file, a pool or a file of statistics contains.

use crate::args::{RouterArgs, WeightsArgs};
use crate::input::{artefacts, files, statistics};
use crate::output::{streams, table, visible};
use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use std::fmt::{self, Write};
use std::path::PathBuf;
use uniroute::Router;
use uniroute::feedback::{self, Feedback};
use uniroute::pool::{Model, Pool, ProfileSource, RawPool};
use uniroute::router::{MAX_BYTES, Meta};

/// Prompts to label that are listed for a model.
const NEXT_LABELS: usize = 3;

#[derive(clap::Args)]
pub struct Args {
    /// A router file, an LLM profile JSON, or a file of statistics
    file: PathBuf,
    /// Router that a pool is checked against [default: the one that comes with uniroute]
    #[arg(long, value_name = "FILE")]
    router: Option<PathBuf>,
    /// Of a pool: how sure the quality of each model is, by field, and which prompts to label next
    #[arg(long)]
    fields: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> Result<()> {
    let bytes = files::read(&args.file, MAX_BYTES.max(feedback::MAX_BYTES))?;
    let shown = match Kind::of(&bytes) {
        Kind::Json => show_pool(&args, &bytes),
        Kind::Router => show_router(&args, &bytes),
        // Its errors name the file.
        Kind::Statistics => {
            return show_statistics(&args, &statistics::of_any_router(&args.file, &bytes)?);
        }
        Kind::Unknown => Err(anyhow!(
            "neither an LLM profile JSON, which is text in UTF-8 that begins with {{, nor a router or \
             statistics, which begin with the length of their header; name a file that `profile` or `fit` wrote"
        )),
    };
    shown.with_context(|| args.file.display().to_string())
}

/// What the first bytes of a file say.
#[derive(Debug, PartialEq)]
enum Kind {
    /// JSON, perhaps after a byte order mark.
    Json,
    /// A router: a file of safetensors, whole or damaged.
    Router,
    /// Statistics or feedback: a file of safetensors, too.
    Statistics,
    /// Something else.
    Unknown,
}

impl Kind {
    fn of(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if text.trim_ascii_start().starts_with(b"{") {
            return Self::Json;
        }
        // Eight bytes with the length of the header, then the header, which is a JSON object.
        match bytes {
            [_, _, _, _, _, _, _, 0, b'{', ..] => match Feedback::is_laid_out_in(bytes) {
                true => Self::Statistics,
                false => Self::Router,
            },
            _ => Self::Unknown,
        }
    }
}

fn show_statistics(args: &Args, statistics: &Feedback) -> Result<()> {
    match args.json {
        true => streams::print_json(&statistics_json(statistics)),
        false => streams::print(&statistics_text(statistics)?),
    }
}

fn statistics_json(statistics: &Feedback) -> Value {
    let models = statistics.models();
    let models: Vec<_> = models
        .map(|(id, verdicts)| json!({"id": id, "labels": verdicts.count, "weight": verdicts.information.weight()}))
        .collect();
    json!({"router": statistics.router(), "halfLife": statistics.half_life(), "labels": statistics.verdicts(), "models": models})
}

fn statistics_text(statistics: &Feedback) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "Statistics  {}", statistics::counted(statistics))?;
    writeln!(out, "Router      {}", statistics.router())?;
    if let Some(days) = statistics.half_life() {
        writeln!(out, "Half-life   {days} days")?;
    }
    let rows: Vec<_> = statistics
        .models()
        .map(|(id, verdicts)| {
            let weight = verdicts.information.weight();
            vec![
                id.to_owned(),
                verdicts.count.to_string(),
                format!("{weight:.1}"),
            ]
        })
        .collect();
    writeln!(out)?;
    out.push_str(&table::lines(&["model", "labels", "weight"], &rows));
    Ok(out)
}

fn show_router(args: &Args, bytes: &[u8]) -> Result<()> {
    let meta = Router::read_meta(bytes)?;
    match args.json {
        true => streams::print_json(&meta),
        false => streams::print(&router(&meta, bytes.len())?),
    }
}

fn router(meta: &Meta, bytes: usize) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let provenance = &meta.provenance;
    writeln!(
        out,
        "Router      {}  ({bytes} bytes)",
        visible::line(&meta.id)
    )?;
    writeln!(out, "Embedder    {}", visible::line(&meta.embedder))?;
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
        visible::line(&provenance.datasets.join(", ")),
        provenance.seed,
        visible::line(&provenance.fitted_by)
    )?;
    if let Some(licence) = &provenance.licence {
        writeln!(out, "Licence     {}", visible::line(licence))?;
    }
    let benchmarks = meta.benchmarks.iter().map(|b| b.title.as_str());
    let benchmarks: Vec<&str> = benchmarks.collect();
    if !benchmarks.is_empty() {
        writeln!(
            out,
            "Benchmarks  {}: {}",
            benchmarks.len(),
            visible::line(&benchmarks.join(", "))
        )?;
    }
    clusters(&mut out, meta)?;
    Ok(out)
}

fn clusters(out: &mut String, meta: &Meta) -> fmt::Result {
    let named = match meta.fields.is_empty() {
        true => "by their distinctive words",
        false => "by what people ask there, with their field",
    };
    writeln!(out, "\nClusters, {named}:")?;
    for (k, label) in meta.cluster_names.iter().enumerate() {
        let label = visible::line(label);
        match meta.topics.get(k).and_then(|t| meta.fields.get(t.field)) {
            Some(field) => writeln!(out, "{k:>5}  {label:<40}  {}", visible::line(field))?,
            None => writeln!(out, "{k:>5}  {label}")?,
        }
    }
    Ok(())
}

fn show_pool(args: &Args, bytes: &[u8]) -> Result<()> {
    let raw = RawPool::parse(bytes)?;
    let weights = WeightsArgs { weights: None };
    let router = artefacts::router(&RouterArgs {
        router: args.router.clone(),
        weights,
    })?;
    let pool = Pool::from_raw(raw, &router)?;
    match args.json {
        true => streams::print_json(&pool_json(&pool, &router)),
        false => {
            let mut text = pool_text(&pool, &router)?;
            if args.fields {
                for model in pool.models() {
                    text.push_str(&certainty_text(model, &router)?);
                }
            }
            streams::print(&text)
        }
    }
}

fn pool_json(pool: &Pool, router: &Router) -> Value {
    let models: Vec<_> = pool
        .models()
        .iter()
        .map(|m| {
            json!({"id": m.id, "name": m.name, "quality": m.overall_quality(router), "source": m.evidence.source,
            "interval": quality_interval(m, router), "scores": m.evidence.scores, "benchmarks": m.evidence.benchmarks, "labels": labels(m),
            "input": m.prices.input, "output": m.prices.output, "certainty": m.certainty(router, NEXT_LABELS)})
        })
        .collect();
    let notes = pool.notes();
    json!({"name": pool.name(), "asOf": pool.as_of(), "models": models, "notes": notes})
}

fn pool_text(pool: &Pool, router: &Router) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let name = visible::line(pool.name().unwrap_or("(no name)"));
    writeln!(out, "Pool    {name}")?;
    let date = visible::line(pool.as_of().unwrap_or("(no date)"));
    writeln!(out, "Prices  USD per million tokens, as of {date}\n")?;
    let price = |p: Option<f64>| p.map_or("unknown".into(), |p| format!("{p}"));
    let rows: Vec<_> = pool
        .models()
        .iter()
        .map(|m| {
            let [low, high] = quality_interval(m, router);
            vec![
                m.id.clone(),
                format!("{:.3}", m.overall_quality(router)),
                format!("{low:.2} to {high:.2}"),
                price(m.prices.input),
                price(m.prices.output),
                rests_on(m),
            ]
        })
        .collect();
    let header = ["model", "quality", "90 %", "input", "output", "rests on"];
    out.push_str(&table::lines(&header, &rows));
    if !pool.notes().is_empty() {
        writeln!(out, "\nAssumed where the file has no value:")?;
        for note in pool.notes() {
            let message = visible::line(&note.message);
            writeln!(out, "  {}: {message}", visible::line(&note.path))?;
        }
    }
    Ok(out)
}

/// How sure the quality of a model is in each field, and which prompts to label next.
fn certainty_text(model: &Model, router: &Router) -> Result<String, fmt::Error> {
    let certainty = model.certainty(router, NEXT_LABELS);
    let rows: Vec<_> = certainty
        .fields
        .iter()
        .map(|field| {
            let [low, high] = field.interval;
            vec![
                field.field.clone(),
                format!("{:.3}", field.quality),
                format!("{low:.2} to {high:.2}"),
                format!("{:.1}", field.labels),
                format!("{:.1}", field.effective_labels),
                format!("{:.0} %", 100.0 * field.remaining),
                if field.guess { "only a guess" } else { "" }.to_owned(),
            ]
        })
        .collect();
    let header = [
        "field",
        "quality",
        "90 %",
        "labels",
        "worth labels",
        "variance left",
        "",
    ];
    let mut out = format!("\n{}\n", visible::line(&model.id));
    out.push_str(&table::lines(&header, &rows));
    if !certainty.next.is_empty() {
        writeln!(out, "Label next:")?;
    }
    for next in &certainty.next {
        let (field, prompt) = (visible::line(&next.field), visible::line(&next.prompt));
        writeln!(out, "  {field}: {prompt}")?;
    }
    Ok(out)
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

//! `uniroute profile`: labelled prompts to a pool.

use crate::args::ProfileArgs;
use crate::input::prompts::{self, Prompts};
use crate::input::{datasets as data, files};
use anyhow::{Context, Result, bail};
use ndarray::{Array2, ArrayView2};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use uniroute::dataset::{Dataset, Model};
use uniroute::pool::{Pool, RawCost, RawErrors, RawModel, RawPool, RawRouterRef};
use uniroute::profile::Profile;
use uniroute::router::Router;

/// Characters of English prose behind one token of the usual LLM tokenizers, by their makers' own
/// rule of thumb.
const CHARACTERS_PER_TOKEN: f64 = 4.0;

pub fn run(args: ProfileArgs) -> Result<()> {
    let router = files::router(&args.router)?;
    if let Some(number) = args.suggest {
        return suggest(&router, number.get());
    }
    let (Some(labels), Some(output)) = (&args.labels, &args.output) else {
        bail!("--labels and --output are needed to make a pool");
    };
    let labels = data::labels(labels)?;
    let facts = args
        .prices
        .as_deref()
        .map(facts)
        .transpose()?
        .unwrap_or_default();
    let mut pool = match &args.base {
        Some(path) => base(path, &router)?,
        None => RawPool::default(),
    };
    pool.schema_version = Some(uniroute::pool::SCHEMA_VERSION);
    pool.name = args
        .name
        .or(pool.name)
        .or_else(|| Some(labels.name.clone()));
    pool.as_of = args.as_of.or(pool.as_of);
    pool.currency = Some("USD".into());
    pool.router = Some(RawRouterRef {
        id: Some(router.id().into()),
        sha256: router.sha256().into(),
    });
    let points = data::embed(router.embedder(), &data::texts(&labels).collect::<Vec<_>>())?;
    let memberships = router.clusters().memberships(points.view());
    for (index, model) in labels.models.iter().enumerate() {
        let Some(profile) = profile(&router, memberships.view(), &labels, index)? else {
            eprintln!("{}: no scores, left out", model.id);
            continue;
        };
        let old = pool.models.iter().position(|m| m.id == model.id);
        let mut raw = old.map(|i| pool.models[i].clone()).unwrap_or_default();
        describe(&mut raw, model, facts.get(&model.id));
        raw.errors = Some(RawErrors::from(&profile));
        raw.labels = None;
        raw.accuracy = None;
        raw.labels_count = None;
        match old {
            Some(i) => pool.models[i] = raw,
            None => pool.models.push(raw),
        }
    }
    let pool = Pool::from_raw(pool, &router)?;
    files::write(output, pool.to_json().as_bytes())?;
    eprintln!("{}: {} models", output.display(), pool.models().len());
    Ok(())
}

/// Prints those prompts on standard input whose labels would say most of a new model.
fn suggest(router: &Router, number: usize) -> Result<()> {
    let items = match prompts::read(None)? {
        Prompts::Lines(lines) => lines.map(|l| l?.into_item()).collect::<Result<Vec<_>>>()?,
        Prompts::One(_) => {
            bail!("--suggest chooses among prompts on standard input: JSONL with a `prompt` a line")
        }
    };
    let texts: Vec<&str> = items.iter().map(|i| i.prompt.as_str()).collect();
    let points = data::embed(router.embedder(), &texts)?;
    let memberships = router.clusters().memberships(points.view());
    let mut out = std::io::stdout().lock();
    for pick in router.suggest(memberships.view(), number)? {
        let line = serde_json::json!({ "id": items[pick].id, "prompt": items[pick].prompt });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Ψ of one model from its labels; none without a single one.
fn profile(
    router: &Router,
    memberships: ArrayView2<f32>,
    labels: &Dataset,
    model: usize,
) -> Result<Option<Profile>> {
    let (rows, errors): (Vec<usize>, Vec<f32>) = labels
        .scores
        .column(model)
        .iter()
        .enumerate()
        .filter(|(_, score)| !score.is_nan())
        .map(|(row, score)| (row, 1.0 - score))
        .unzip();
    if rows.is_empty() {
        return Ok(None);
    }
    let seen: Array2<f32> = memberships.select(ndarray::Axis(0), &rows);
    Ok(Some(router.profile_from_errors(seen.view(), &errors)?))
}

/// Name, provider, prices and answer length of a model, where the price list or else the labels
/// know them; what a base pool says stays otherwise.
fn describe(raw: &mut RawModel, model: &Model, facts: Option<&RawModel>) {
    raw.id.clone_from(&model.id);
    if let Some(facts) = facts {
        raw.name = facts.name.clone().or(raw.name.take());
        raw.provider = facts.provider.clone().or(raw.provider.take());
    }
    raw.name.get_or_insert_with(|| model.name.clone());
    let listed = facts.and_then(|facts| facts.cost.clone());
    if let Some(cost) = listed.or(cost(model)) {
        raw.cost = Some(cost);
    }
    if raw.output_tokens.is_none()
        && let Some(characters) = model.output_chars
    {
        let tokens = (characters / CHARACTERS_PER_TOKEN).round();
        raw.output_tokens = Some(serde_json::json!({ "mean": tokens }));
    }
    if let Some(source) = &model.price_source {
        raw.extra
            .insert("price_source".into(), source.as_str().into());
    }
}

fn base(path: &Path, router: &Router) -> Result<RawPool> {
    let json = files::read(path, uniroute::pool::MAX_BYTES)?;
    let pool = Pool::from_json(&json, router);
    Ok(pool
        .with_context(|| path.display().to_string())?
        .raw()
        .clone())
}

/// The models of a pool or of a models.json, by id.
fn facts(path: &Path) -> Result<HashMap<String, RawModel>> {
    let json = files::read(path, uniroute::pool::MAX_BYTES)?;
    let place = || path.display().to_string();
    let is_list = json.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    let models = if is_list {
        let models = uniroute::dataset::read_models(&json[..]).with_context(place)?;
        models.iter().map(listed).collect()
    } else {
        RawPool::parse(&json).with_context(place)?.models
    };
    Ok(models.into_iter().map(|m| (m.id.clone(), m)).collect())
}

fn listed(model: &Model) -> RawModel {
    RawModel {
        id: model.id.clone(),
        name: Some(model.name.clone()),
        cost: cost(model),
        ..RawModel::default()
    }
}

fn cost(model: &Model) -> Option<RawCost> {
    let (input, output) = model.price_in.zip(model.price_out)?;
    Some(RawCost {
        input: Some(input),
        output: Some(output),
        ..RawCost::default()
    })
}

//! Scores of probes to a model of a pool.

use super::args::Args;
use super::journal::Kept;
use super::measured::{Graded, Run, latency, quantile};
use crate::input::datasets;
use anyhow::{Context, Result};
use ndarray::Array2;
use uniroute::Router;
use uniroute::dataset::{Dataset, Model, Prompt};
use uniroute::observation::Observations;
use uniroute::pool::{
    self, Pool, PoolParams, RawErrors, RawLatency, RawModel, RawPool, RawRouterRef,
};
use uniroute_probe::Probe;
use uniroute_probe::choose::Plan;

/// The pool with the model that was probed.
pub fn make(
    args: &Args,
    router: &Router,
    base: Option<&Pool>,
    plan: &Plan,
    open: &[Probe],
    run: &Run,
    graded: &Graded,
) -> Result<RawPool> {
    let id = args.id();
    let probes: Vec<&Probe> = plan.probes.iter().chain(open).collect();
    let mut scores = Array2::from_elem((probes.len(), 1), f32::NAN);
    for (at, score) in &graded.scores {
        if let Some(cell) = scores.get_mut([*at, 0]) {
            *cell = *score;
        }
    }
    let prompt = |probe: &&Probe| Prompt {
        id: probe.id.clone(),
        task: probe.family.to_owned(),
        text: probe.prompt.clone(),
        query: Some(probe.query.clone()),
    };
    let data = Dataset {
        name: "Probed models".into(),
        prompts: probes.iter().map(prompt).collect(),
        models: vec![Model {
            id: id.clone(),
            name: id.clone(),
            price_in: args.price_in,
            price_out: args.price_out,
            ..Model::default()
        }],
        scores,
        costs: None,
    };
    let texts: Vec<&str> = datasets::texts(&data).collect();
    let points = datasets::embed(router.embedder(), &texts)?;
    let params = PoolParams {
        base,
        name: args.name.clone(),
        right_or_wrong: true,
        ..PoolParams::default()
    };
    let mut made = pool::from_dataset(router, &data, points.view(), params)?.pool;
    let model = made
        .models
        .iter_mut()
        .find(|m| m.id == id)
        .context("the model has no score")?;
    describe(model, args, &probes, run, graded);
    Ok(made)
}

/// What was measured beside the scores.
fn describe(model: &mut RawModel, args: &Args, probes: &[&Probe], run: &Run, graded: &Graded) {
    let answers: Vec<&Kept> = probes
        .iter()
        .filter_map(|probe| run.answers.get(&probe.id))
        .collect();
    let mut tokens: Vec<f64> = answers.iter().map(|kept| kept.output_tokens).collect();
    let mean = tokens.iter().sum::<f64>() / tokens.len().max(1) as f64;
    if let Some(p90) = quantile(&mut tokens, 0.9) {
        let (mean, p90) = (mean.round(), p90.max(mean).round());
        model.output_tokens = Some(serde_json::json!({ "mean": mean, "p90": p90 }));
    }
    let (first, speed) = latency(answers.iter().copied());
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    if first.or(speed).is_some() {
        model.latency = Some(RawLatency {
            time_to_first_token_s: first.map(rounded),
            tokens_per_second: speed.map(rounded),
            ..RawLatency::default()
        });
    }
    let right: f32 = graded.scores.iter().map(|(_, score)| score).sum();
    let mut probed = serde_json::json!({
        "seed": args.seed,
        "answered": graded.scores.len(),
        "score": rounded(f64::from(right) / graded.scores.len().max(1) as f64),
    });
    if let (Some(judge), Some(object)) = (&args.judge.model, probed.as_object_mut()) {
        object.insert("judge".into(), judge.as_str().into());
    }
    model.extra.insert("probed".into(), probed);
}

/// The base with the model as it is known from observations, to look at decisions.
pub fn with_model(
    router: &Router,
    base: Option<&Pool>,
    id: &str,
    observed: &Observations,
) -> Result<Pool> {
    let mut raw = base.map(|pool| pool.raw().clone()).unwrap_or_default();
    let old = raw.models.iter().find(|m| m.id == id).cloned();
    let mut model = old.unwrap_or_else(|| RawModel {
        id: id.to_owned(),
        ..RawModel::default()
    });
    model.errors = Some(RawErrors::from(&router.profile(observed)?));
    (
        model.labels,
        model.accuracy,
        model.labels_count,
        model.benchmarks,
    ) = (None, None, None, None);
    raw.router.get_or_insert_with(|| RawRouterRef::from(router));
    match raw.models.iter_mut().find(|m| m.id == id) {
        Some(place) => *place = model,
        None => raw.models.push(model),
    }
    Ok(Pool::from_raw(raw, router)?)
}

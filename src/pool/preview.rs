//! A model as it would be in a pool.

#![allow(
    clippy::indexing_slicing,
    reason = "positions of benchmarks come from the same router"
)]

use super::check::{self, Known};
use super::error::PoolError;
use super::fields::{FieldQuality, Fields};
use super::info::{ModelInfo, model_info};
use super::model::Note;
use super::raw::RawModel;
use crate::profile::Profile;
use crate::router::Router;
use serde::Serialize;

/// Benchmarks that a preview offers.
const OFFERED: usize = 3;

/// A model as it would be in a pool, and what would tell most about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ModelPreview {
    /// The model.
    pub model: ModelInfo,
    /// Its expected quality in each field of topics; empty for a router without fields.
    pub fields: Vec<FieldQuality>,
    /// The benchmarks whose scores would make its quality most certain, the best first.
    pub next: Vec<NextBenchmark>,
    /// What was assumed, and what was not used.
    pub notes: Vec<Note>,
}

/// A benchmark of which the model has no score yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct NextBenchmark {
    /// Title of the benchmark.
    pub name: String,
    /// 90 % interval of the overall quality after a score that is as expected.
    pub interval: [f64; 2],
}

impl RawModel {
    /// What a pool would know of this model, without adding it to one.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn preview(&self, router: &Router) -> Result<ModelPreview, PoolError> {
        let (model, notes, known) = check::model(self, router)?;
        Ok(ModelPreview {
            fields: Fields::of(router).qualities(&model),
            model: model_info(&model, router.clusters().shares()),
            next: known.map_or(Vec::new(), |known| next(&known, router)),
            notes,
        })
    }
}

/// The benchmarks that model cards have and whose scores would make the overall quality most certain,
/// the best first. A score is assumed to be as expected.
fn next(known: &Known, router: &Router) -> Vec<NextBenchmark> {
    let benchmarks = router.benchmarks();
    let shares = router.clusters().shares();
    let Ok(present) = known.profile(router) else {
        return Vec::new();
    };
    let expected = |b: usize| {
        let weights: Vec<f32> = benchmarks
            .weights()
            .row(b)
            .iter()
            .map(|w| *w as f32)
            .collect();
        let error = f64::from(present.predict(&weights).mean) + benchmarks.list()[b].mean_effect;
        (1.0 - error).clamp(0.0, 1.0)
    };
    let is_given = |b: usize| known.scores.iter().any(|(given, _)| *given == b);
    // A title with a remark in brackets is a benchmark as one harness runs it, or a part of one.
    let is_usual = |b: usize| !benchmarks.list()[b].title.ends_with(')');
    let mut found: Vec<(usize, Profile)> = (0..benchmarks.len())
        .filter(|&b| !is_given(b) && is_usual(b))
        .filter_map(|b| {
            let scores = [&known.scores[..], &[(b, expected(b))]].concat();
            Some((b, known.profile_with(router, &scores).ok()?))
        })
        .collect();
    let sd = |profile: &Profile| profile.predict(shares).sd;
    found.sort_by(|(_, a), (_, b)| sd(a).total_cmp(&sd(b)));
    found
        .iter()
        .take(OFFERED)
        .map(|(b, profile)| NextBenchmark {
            name: benchmarks.list()[*b].title.clone(),
            interval: profile.predict(shares).quality_interval().map(f64::from),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::fixture;

    fn preview(json: &str) -> Result<ModelPreview, PoolError> {
        RawModel::parse(json.as_bytes())?.preview(&fixture::router_with_benchmarks())
    }

    #[test]
    fn a_preview_is_what_the_pool_would_say() {
        let router = fixture::router_with_benchmarks();
        let model = r#"{"id": "new", "accuracy": 0.6, "benchmarks": [{"name": "code bench", "score": 0.9},
            {"name": "No Bench", "score": 0.5}]}"#;
        let shown = preview(model).unwrap();
        let pool = format!(r#"{{"models": [{model}]}}"#);
        let pool = crate::pool::Pool::from_json(pool.as_bytes(), &router).unwrap();
        assert_eq!(shown.model, pool.info(&router).models[0]);
        assert!(shown.notes.iter().any(|n| n.message.contains("No Bench")));
    }

    #[test]
    fn the_next_benchmark_is_one_without_a_score_that_narrows_the_interval() {
        let shown =
            preview(r#"{"id": "new", "benchmarks": [{"name": "Code Bench", "score": 0.9}]}"#);
        let shown = shown.unwrap();
        assert_eq!(shown.next.len(), 1, "{:?}", shown.next);
        assert_eq!(shown.next[0].name, "Poem Bench");
        let width = |[low, high]: [f64; 2]| high - low;
        assert!(width(shown.next[0].interval) < width(shown.model.interval));
        assert_eq!(
            preview(r#"{"id": "new", "errors": {"mean": [0.5, 0.5]}}"#)
                .unwrap()
                .next,
            []
        );
    }

    #[test]
    fn a_wrong_score_is_named() {
        let error =
            preview(r#"{"id": "new", "benchmarks": [{"name": "Code Bench", "score": 85.7}]}"#);
        let message = error.unwrap_err().to_string();
        assert!(
            message.contains("$.benchmarks[0].score") && message.contains("0.857"),
            "{message}"
        );
    }
}

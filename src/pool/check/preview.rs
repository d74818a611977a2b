//! What is known of one model before it joins a pool, and which benchmark would tell most.

use super::checker::Checker;
use super::profile::Known;
use super::value::text;
use crate::pool::error::PoolError;
use crate::pool::preview::{ModelPreview, NextBenchmark};
use crate::pool::raw::RawModel;
use crate::profile::Profile;
use crate::router::Router;

/// Benchmarks that a preview offers.
const OFFERED: usize = 3;

impl RawModel {
    /// What a pool would know of this model, without adding it to one.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn preview(&self, router: &Router) -> Result<ModelPreview, PoolError> {
        preview(self, router)
    }
}

fn preview(raw: &RawModel, router: &Router) -> Result<ModelPreview, PoolError> {
    let mut checker = Checker::new(router);
    text("$.id", &raw.id)?;
    let model = checker.model(raw, "$")?;
    let next = match raw.errors.is_some() || router.benchmarks().is_empty() {
        true => Vec::new(),
        false => {
            let scores = Checker::new(router).scores(raw, "$")?;
            next(&checker.known(raw, "$", scores)?, router)
        }
    };
    Ok(ModelPreview::new(&model, checker.notes, next, router))
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

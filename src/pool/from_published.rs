//! Published scores to a pool.

use std::collections::HashSet;

use super::from_dataset::PoolParams;
use super::limits::SCHEMA_VERSION;
use super::raw::{RawModel, RawPool, RawScore};
use crate::dataset::{PublishedScore, PublishedTable};
use crate::router::Router;

/// A pool as [`from_published`] makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedDraft {
    /// The pool, still to be checked by [`Pool::from_raw`](super::Pool::from_raw).
    pub pool: RawPool,
    /// Number of scores that the models of the pool have.
    pub scores: usize,
    /// Benchmarks that the router does not know, and how many scores of these models were left out
    /// for it.
    pub unknown: Vec<(String, usize)>,
    /// Models that were asked for and have no score.
    pub without_scores: Vec<String>,
}

/// Makes a pool of the models of a table of published scores. A model in a thinking mode or with an
/// effort is a candidate of its own, with the id `MODEL@MODE`. `ids` are those to take, without or
/// with a mode; all if there are none. Names, prices and limits are those of `params.list`.
pub fn from_published(
    router: &Router,
    table: &PublishedTable,
    ids: &[String],
    params: PoolParams,
) -> PublishedDraft {
    let benchmarks = router.benchmarks();
    let found = benchmarks.find_all(table);
    let mut pool = params.base.map(|b| b.raw().clone()).unwrap_or_default();
    pool.schema_version = Some(SCHEMA_VERSION);
    pool.name = params.name.or(pool.name);
    pool.as_of = params.as_of.or(pool.as_of);
    pool.currency = Some("USD".into());
    let mut draft = PublishedDraft {
        pool,
        scores: 0,
        unknown: Vec::new(),
        without_scores: Vec::new(),
    };
    let mut used: HashSet<&str> = HashSet::new();
    for (score, found) in table.scores.iter().zip(found) {
        let id = candidate(score);
        let wanted = ids.iter().find(|i| **i == id || **i == score.model);
        if !ids.is_empty() && wanted.is_none() {
            continue;
        }
        used.extend(wanted.map(String::as_str));
        let Some(found) = found else {
            match draft
                .unknown
                .iter_mut()
                .find(|(name, _)| *name == score.benchmark)
            {
                Some((_, count)) => *count += 1,
                None => draft.unknown.push((score.benchmark.clone(), 1)),
            }
            continue;
        };
        draft.scores += 1;
        let at = draft.pool.models.iter().position(|m| m.id == id);
        let at = at.unwrap_or_else(|| {
            draft
                .pool
                .models
                .push(listed(&id, score, params.list.get(&id)));
            draft.pool.models.len() - 1
        });
        let title = benchmarks.list()[found].title.clone();
        let scores = draft.pool.models[at].benchmarks.get_or_insert_default();
        scores.push(raw_score(title, score));
    }
    let unused = ids.iter().filter(|id| !used.contains(id.as_str()));
    draft.without_scores = unused.cloned().collect();
    draft
}

fn candidate(score: &PublishedScore) -> String {
    match score.mode.as_str() {
        "" => score.model.clone(),
        mode => format!("{}@{mode}", score.model),
    }
}

/// The model as the list has it, or with its id alone.
fn listed(id: &str, score: &PublishedScore, listed: Option<&RawModel>) -> RawModel {
    let mut raw = listed.cloned().unwrap_or_default();
    id.clone_into(&mut raw.id);
    if !score.mode.is_empty() && !raw.extra.contains_key("base") {
        raw.extra.insert("base".into(), score.model.as_str().into());
        raw.extra
            .insert("effort".into(), score.mode.as_str().into());
    }
    // What the list knows of its errors belongs to another measurement.
    (raw.errors, raw.labels, raw.accuracy) = (None, None, None);
    raw
}

fn raw_score(name: String, score: &PublishedScore) -> RawScore {
    let text = |text: &String| Some(text.clone()).filter(|t| !t.is_empty());
    RawScore {
        name,
        score: (score.score * 1e4).round() / 1e4,
        setting: text(&score.setting),
        source: text(&score.source),
        as_of: text(&score.as_of),
        ..RawScore::default()
    }
}

//! Published scores to a pool.

#![allow(
    clippy::indexing_slicing,
    reason = "positions were found in the same lists"
)]

use std::collections::HashSet;

use super::from_dataset::PoolParams;
use super::limits::SCHEMA_VERSION;
use super::raw::{RawModel, RawPool, RawScore};
use crate::dataset::{PublishedScore, PublishedTable, candidate_id};
use crate::router::Router;

/// A pool as [`from_published`] makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedDraft {
    /// The pool, still to be checked by [`Pool::from_raw`](super::Pool::from_raw).
    pub pool: RawPool,
    /// Number of scores that the models of the pool have.
    pub scores: usize,
    /// Number of scores that repeat another of the same model and benchmark.
    pub repeated: usize,
    /// Benchmarks that the router does not know, and how many scores of these models were left out
    /// for it.
    pub unknown: Vec<(String, usize)>,
    /// Models that were asked for and have no score.
    pub without_scores: Vec<String>,
}

/// Makes a pool of the models of a table of published scores. A model in a thinking mode or with an
/// effort is a candidate of its own, with the id `MODEL@MODE`. `ids` are those to take, all if there
/// are none; one without a mode takes the model in all its modes, unless the list has it so. Ids, names, prices and limits are those of `params.list`, which
/// may say in `published_as` how the table names a model; its order is that of the pool.
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
        repeated: 0,
        unknown: Vec::new(),
        without_scores: Vec::new(),
    };
    let in_list = |name: &str| params.list.published(name).is_some();
    let mut used: HashSet<&str> = HashSet::new();
    // Position in the list of each model of the pool; models of the base come first.
    let mut order = vec![0; draft.pool.models.len()];
    for (score, found) in table.scores.iter().zip(found) {
        let id = candidate_id(&score.model, &score.mode);
        let exact = ids.iter().find(|i| **i == id);
        let any_mode = || ids.iter().find(|i| **i == score.model && !in_list(i));
        let wanted = exact.or_else(any_mode);
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
        let (position, in_list) = params.list.published(&id).unzip();
        let own_id = in_list.map_or(&id, |model| &model.id);
        let at = draft.pool.models.iter().position(|m| m.id == *own_id);
        let at = at.unwrap_or_else(|| {
            draft.pool.models.push(listed(&id, score, in_list));
            order.push(position.unwrap_or(usize::MAX));
            draft.pool.models.len() - 1
        });
        let title = benchmarks.list()[found].title.clone();
        let scores = draft.pool.models[at].benchmarks.get_or_insert_default();
        let score = raw_score(title, score);
        // Sources repeat each other's figures, and releases of a benchmark their own.
        if !scores
            .iter()
            .any(|s| s.name == score.name && s.score == score.score)
        {
            draft.scores += 1;
            scores.push(score);
        } else {
            draft.repeated += 1;
        }
    }
    let mut models: Vec<_> = order.into_iter().zip(draft.pool.models).collect();
    models.sort_by_key(|(position, _)| *position);
    draft.pool.models = models.into_iter().map(|(_, model)| model).collect();
    let unused = ids.iter().filter(|id| !used.contains(id.as_str()));
    draft.without_scores = unused.cloned().collect();
    draft
}

/// The model as the list has it, or with the id that the table gives it.
fn listed(id: &str, score: &PublishedScore, listed: Option<&RawModel>) -> RawModel {
    let mut raw = listed.cloned().unwrap_or_default();
    if raw.id.is_empty() {
        id.clone_into(&mut raw.id);
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{ModelList, Pool, ProfileSource};
    use crate::router::fixture;

    fn table(text: &str) -> PublishedTable {
        PublishedTable::read("scores.csv", text.as_bytes()).unwrap()
    }

    const ROWS: &str = "model_id,mode,benchmark,score,source\n\
        big,,Code Bench,0.9,card\n\
        big,high,code-bench,0.95,card\n\
        big,high,code bench,0.95,retold\n\
        big,,Unknown Bench,0.5,card\n\
        small,,Poem Bench,0.2,card\n";

    #[test]
    fn each_mode_is_a_candidate_and_every_row_is_counted() {
        let router = fixture::router_with_benchmarks();
        let list = br#"{"models": [{"id": "big@high", "name": "Big", "cost": {"input": 1, "output": 2}, "accuracy": 0.1}]}"#;
        let params = PoolParams {
            list: ModelList::parse(list).unwrap(),
            ..PoolParams::default()
        };
        let draft = from_published(&router, &table(ROWS), &[], params);
        assert_eq!((draft.scores, draft.repeated), (3, 1));
        assert_eq!(draft.unknown, [("Unknown Bench".to_owned(), 1)]);
        let pool = Pool::from_raw(draft.pool, &router).unwrap();
        let ids: Vec<_> = pool.models().iter().map(|m| m.id.as_str()).collect();
        // Those of the list come first.
        assert_eq!(ids, ["big@high", "big", "small"]);
        let high = &pool.models()[0];
        assert_eq!((high.name.as_str(), high.prices.output), ("Big", Some(2.0)));
        assert_eq!(high.evidence.source, ProfileSource::Benchmarks);
        assert_eq!(high.evidence.benchmarks, ["Code Bench"]);
        assert_eq!(pool.raw().models[0].extra["base"], "big");
        assert!(high.profile.mean[0] < pool.models()[2].profile.mean[0]);
    }

    #[test]
    fn a_list_gives_ids_and_the_order() {
        let router = fixture::router_with_benchmarks();
        let list = br#"{"models": [{"id": "little", "published_as": "small"},
            {"id": "great", "published_as": "big@high"}]}"#;
        let list = ModelList::parse(list).unwrap();
        let ids: Vec<String> = list.published_names().map(str::to_owned).collect();
        let params = PoolParams {
            list,
            ..PoolParams::default()
        };
        let draft = from_published(&router, &table(ROWS), &ids, params);
        let ids: Vec<_> = draft.pool.models.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids, ["little", "great"]);
        assert_eq!(draft.pool.models[1].benchmarks.as_ref().unwrap().len(), 1);
    }

    #[test]
    fn only_the_models_that_are_asked_for_are_taken() {
        let router = fixture::router_with_benchmarks();
        let ids = ["small".to_owned(), "absent".to_owned()];
        let draft = from_published(&router, &table(ROWS), &ids, PoolParams::default());
        assert_eq!(draft.pool.models.len(), 1);
        assert_eq!(draft.without_scores, ["absent"]);
    }
}

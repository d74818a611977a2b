//! Which models of a pool a price list knows.

use crate::pool::model::Model;
use crate::pool::pool::Pool;
use crate::pool::raw::RawModel;
use serde::Serialize;
use std::collections::HashMap;

/// A model of the pool that a price list knows, too.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PriceMatch {
    /// The model's id in the pool.
    pub id: String,
    /// Its position in the `models` of the imported list.
    pub listed: usize,
}

/// The listed model with the same id; else the one with the same plain name that is nearest to it, see
/// [`Distance`]. An effort mode (`gpt-5.5@low`) has the price of its model.
pub fn find(pool: &Pool, listed: &[RawModel]) -> Vec<PriceMatch> {
    let mut exact = HashMap::new();
    let mut plain: HashMap<String, Vec<(usize, &RawModel)>> = HashMap::new();
    for (at, model) in listed.iter().enumerate() {
        exact.entry(model.id.as_str()).or_insert(at);
        plain
            .entry(plain_name(&model.id))
            .or_default()
            .push((at, model));
    }
    pool.models()
        .iter()
        .filter_map(|model| {
            let base = without_effort(&model.id);
            let same = |id: &str| exact.get(id).copied();
            let nearest = || {
                let named = plain.get(&plain_name(base))?;
                let distance = |(_, found): &&(usize, &RawModel)| Distance::new(model, found);
                named.iter().min_by_key(distance).map(|(at, _)| *at)
            };
            Some(PriceMatch {
                id: model.id.clone(),
                listed: same(&model.id).or_else(|| same(base)).or_else(nearest)?,
            })
        })
        .collect()
}

/// How far a listed model of the same plain name is from a model of the pool. Many hosts offer one model, some at
/// other prices and in several regions. The maker's own entry is the nearest, then one without a host, then the
/// one with the fewest parts in its id.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    by_another_host: bool,
    parts: usize,
    letters: usize,
}

impl Distance {
    fn new(model: &Model, listed: &RawModel) -> Self {
        let path = listed.id.to_lowercase();
        let host = path.split_once('/').map(|(host, _)| host);
        let own = model.id.to_lowercase().replace("__", "/");
        let makers = [
            own.split_once('/').map(|(maker, _)| maker),
            model.provider.as_deref(),
        ];
        let mut makers = makers.into_iter().flatten();
        let by_maker = host.is_some_and(|host| makers.any(|maker| is_same_name(maker, host)));
        Self {
            by_another_host: host.is_some() && !by_maker,
            parts: path.split('/').count() + usize::from(path.contains(':')),
            letters: path.len(),
        }
    }
}

/// Whether two names of companies are the same, or one is a longer form of the other: `Mistral AI`, `mistral`.
fn is_same_name(a: &str, b: &str) -> bool {
    let letters = |name: &str| -> String {
        let lower = name.to_lowercase();
        lower.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let (a, b) = (letters(a), letters(b));
    let is_longer = |long: &str, short: &str| short.len() >= 4 && long.starts_with(short);
    !a.is_empty() && (a == b || is_longer(&a, &b) || is_longer(&b, &a))
}

/// `gpt-5.5@low` is `gpt-5.5`.
fn without_effort(id: &str) -> &str {
    id.split('@').next().unwrap_or(id)
}

/// `openai__o3-mini`, `openai/o3-mini` and `O3.mini` are `o3-mini`.
fn plain_name(id: &str) -> String {
    let lower = id.to_lowercase().replace("__", "/");
    let last = lower.rsplit('/').next().unwrap_or(&lower);
    last.split(':')
        .next()
        .unwrap_or(last)
        .replace(['.', '_', ' '], "-")
}

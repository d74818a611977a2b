//! Which models of a pool a price list knows.

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

/// The listed model with the same id; else the first one with the same plain name, whatever its
/// provider.
pub fn find(pool: &Pool, listed: &[RawModel]) -> Vec<PriceMatch> {
    let mut exact = HashMap::new();
    let mut plain = HashMap::new();
    for (at, model) in listed.iter().enumerate() {
        exact.entry(model.id.as_str()).or_insert(at);
        plain.entry(plain_name(&model.id)).or_insert(at);
    }
    pool.models()
        .iter()
        .filter_map(|model| {
            let at = exact
                .get(model.id.as_str())
                .or_else(|| plain.get(&plain_name(&model.id)))?;
            Some(PriceMatch {
                id: model.id.clone(),
                listed: *at,
            })
        })
        .collect()
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

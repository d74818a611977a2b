//! Price lists that others publish, as models of a pool.
//!
//! | list | prices | shape |
//! |---|---|---|
//! | LiteLLM, `model_prices_and_context_window.json` | USD per token | an object by model |
//! | models.dev, `api.json` | USD per million tokens | providers with models |
//! | OpenRouter, `/api/v1/models` | USD per token, decimal text | a list under `data` |
//!
//! A price that is missing, negative (OpenRouter's mark for "depends"), not a number or absurd is
//! unknown; the model stays, and a note says so. Nothing is said of quality.

use super::{MAX_BYTES, MAX_MODELS, MAX_NAME, MAX_PRICE, MAX_TOKENS, Note, Pool, PoolError};
use super::{RawCost, RawLimit, RawModel};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

#[cfg(test)]
mod tests;

/// Most models of a list that are read: ten times what a pool may have.
const MAX_LISTED: usize = 10 * MAX_MODELS;
/// Notes that are kept; a list with more is broken throughout.
const MAX_NOTES: usize = 200;
const MILLION: f64 = 1e6;

/// Whose price list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum PriceList {
    /// LiteLLM's table.
    Litellm,
    /// The models.dev catalogue.
    ModelsDev,
    /// OpenRouter's list of models.
    Openrouter,
}

/// A model of the pool that a price list knows, too.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PriceMatch {
    /// The model's id in the pool.
    pub id: String,
    /// Its position in [`ImportedPrices::models`].
    pub listed: usize,
}

/// What was read of a price list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ImportedPrices {
    /// Whose it is.
    pub list: PriceList,
    /// All text models with what the list says of them, ready for a pool.
    pub models: Vec<RawModel>,
    /// Models of the pool among them.
    pub matches: Vec<PriceMatch>,
    /// What was left out or could not be believed.
    pub notes: Vec<Note>,
}

/// Reads a price list and finds the models of the pool in it.
///
/// # Errors
/// [`PoolError`] when it is too large, not JSON, or none of the three lists.
pub fn import_prices(json: &[u8], pool: &Pool) -> Result<ImportedPrices, PoolError> {
    if json.len() > MAX_BYTES {
        return Err(PoolError::TooLarge { bytes: json.len() });
    }
    let value: Value = serde_json::from_slice(json).map_err(super::raw::syntax)?;
    let list = recognise(&value).ok_or(PoolError::PriceList)?;
    let mut reader = Reader::default();
    match list {
        PriceList::Litellm => reader.litellm(&value),
        PriceList::ModelsDev => reader.models_dev(&value),
        PriceList::Openrouter => reader.openrouter(&value),
    }
    let matches = matches(pool, &reader.models);
    Ok(ImportedPrices {
        list,
        models: reader.models,
        matches,
        notes: reader.notes,
    })
}

fn recognise(value: &Value) -> Option<PriceList> {
    let object = value.as_object()?;
    if object
        .get("data")
        .is_some_and(|d| d.as_array().is_some_and(|a| a.iter().any(has("pricing"))))
    {
        return Some(PriceList::Openrouter);
    }
    if object
        .values()
        .any(|v| v.get("models").is_some_and(Value::is_object))
    {
        return Some(PriceList::ModelsDev);
    }
    let litellm = ["input_cost_per_token", "litellm_provider"];
    object
        .values()
        .any(|v| litellm.iter().any(|key| v.get(key).is_some()))
        .then_some(PriceList::Litellm)
}

fn has(key: &'static str) -> impl Fn(&Value) -> bool {
    move |value| value.get(key).is_some()
}

/// What a list says of one model.
struct Listed<'a> {
    path: String,
    id: &'a str,
    name: Option<&'a str>,
    provider: Option<&'a str>,
    cost: RawCost,
    limit: Option<RawLimit>,
    capabilities: [(&'static str, bool); 4],
}

#[derive(Default)]
struct Reader {
    models: Vec<RawModel>,
    notes: Vec<Note>,
}

impl Reader {
    fn litellm(&mut self, value: &Value) {
        // `sample_spec` explains the fields in the shape of a model.
        for (id, entry) in entries(value).filter(|(id, _)| *id != "sample_spec") {
            let mode = entry.get("mode").and_then(Value::as_str).unwrap_or("chat");
            if !matches!(mode, "chat" | "completion" | "responses") {
                continue;
            }
            let path = format!("$[{id:?}]");
            let price = |me: &mut Self, key: &str| me.price(&path, key, entry.get(key), MILLION);
            let cost = RawCost {
                input: price(self, "input_cost_per_token"),
                output: price(self, "output_cost_per_token"),
                cache_read: price(self, "cache_read_input_token_cost"),
                reasoning: price(self, "output_cost_per_reasoning_token"),
                ..RawCost::default()
            };
            let context = entry.get("max_input_tokens").or(entry.get("max_tokens"));
            let can = |key: &str| entry.get(key).and_then(Value::as_bool).unwrap_or(false);
            let capabilities = [
                ("tools", can("supports_function_calling")),
                ("json", can("supports_response_schema")),
                ("vision", can("supports_vision")),
                ("reasoning", can("supports_reasoning")),
            ];
            let provider = entry.get("litellm_provider").and_then(Value::as_str);
            let limit = limit(context, entry.get("max_output_tokens"));
            self.push(Listed {
                path,
                id,
                name: None,
                provider,
                cost,
                limit,
                capabilities,
            });
        }
    }

    fn models_dev(&mut self, value: &Value) {
        for (provider, entry) in entries(value) {
            let provider_name = entry
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or(provider);
            for (id, model) in entry.get("models").into_iter().flat_map(entries) {
                let path = format!("$[{provider:?}].models[{id:?}]");
                let prices = model.get("cost");
                let price = |me: &mut Self, key: &str| {
                    me.price(&path, key, prices.and_then(|p| p.get(key)), 1.0)
                };
                let cost = RawCost {
                    input: price(self, "input"),
                    output: price(self, "output"),
                    cache_read: price(self, "cache_read"),
                    reasoning: price(self, "reasoning"),
                    ..RawCost::default()
                };
                let can = |key: &str| model.get(key).and_then(Value::as_bool).unwrap_or(false);
                let sees = model
                    .pointer("/modalities/input")
                    .is_some_and(lists("image"));
                let capabilities = [
                    ("tools", can("tool_call")),
                    ("json", can("structured_output")),
                    ("vision", sees),
                    ("reasoning", can("reasoning")),
                ];
                let limit = limit(
                    model.pointer("/limit/context"),
                    model.pointer("/limit/output"),
                );
                let name = model.get("name").and_then(Value::as_str);
                let id = &format!("{provider}/{id}");
                let provider = Some(provider_name);
                self.push(Listed {
                    path,
                    id,
                    name,
                    provider,
                    cost,
                    limit,
                    capabilities,
                });
            }
        }
    }

    fn openrouter(&mut self, value: &Value) {
        let data = value.get("data").and_then(Value::as_array);
        for (i, model) in data.into_iter().flatten().enumerate() {
            let path = format!("$.data[{i}]");
            let Some(id) = model.get("id").and_then(Value::as_str) else {
                self.note(path, "has no id; left out");
                continue;
            };
            let prices = model.get("pricing");
            let price = |me: &mut Self, key: &str| {
                me.price(&path, key, prices.and_then(|p| p.get(key)), MILLION)
            };
            let cost = RawCost {
                input: price(self, "prompt"),
                output: price(self, "completion"),
                cache_read: price(self, "input_cache_read"),
                reasoning: price(self, "internal_reasoning").filter(|p| *p > 0.0),
                ..RawCost::default()
            };
            let supports =
                |name: &'static str| model.get("supported_parameters").is_some_and(lists(name));
            let capabilities = [
                ("tools", supports("tools")),
                (
                    "json",
                    supports("structured_outputs") || supports("response_format"),
                ),
                (
                    "vision",
                    model
                        .pointer("/architecture/input_modalities")
                        .is_some_and(lists("image")),
                ),
                ("reasoning", supports("reasoning")),
            ];
            let limit = limit(
                model.get("context_length"),
                model.pointer("/top_provider/max_completion_tokens"),
            );
            let name = model.get("name").and_then(Value::as_str);
            let provider = id.split_once('/').map(|(provider, _)| provider);
            self.push(Listed {
                path,
                id,
                name,
                provider,
                cost,
                limit,
                capabilities,
            });
        }
    }

    /// A price in USD per million tokens, if the list has one that can be believed.
    fn price(&mut self, path: &str, key: &str, value: Option<&Value>, factor: f64) -> Option<f64> {
        let value = value.filter(|v| !v.is_null())?;
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        // Twelve digits: what is left of 0.15e-6 · 1e6 after rounding is 0.15 again.
        let price = number.map(|n: f64| format!("{:.11e}", n * factor).parse().unwrap_or(f64::NAN));
        match price.filter(|p: &f64| (0.0..=MAX_PRICE).contains(p)) {
            Some(price) => Some(price),
            None => {
                self.note(format!("{path}.{key}"), "is not a price; taken as unknown");
                None
            }
        }
    }

    fn push(&mut self, listed: Listed) {
        if self.models.len() >= MAX_LISTED {
            return;
        }
        let Listed {
            path,
            id,
            name,
            provider,
            cost,
            limit,
            capabilities,
        } = listed;
        let fits = |text: &&str| super::check::text(&path, text).is_ok();
        if !fits(&id) {
            return self.note(path, "has an id that cannot be used; left out");
        }
        let can: Vec<String> = capabilities
            .iter()
            .filter(|(_, can)| *can)
            .map(|(name, _)| (*name).into())
            .collect();
        self.models.push(RawModel {
            id: id.into(),
            name: name.filter(fits).map(Into::into),
            provider: provider.filter(fits).map(Into::into),
            cost: Some(cost),
            limit,
            capabilities: (!can.is_empty()).then_some(can),
            ..RawModel::default()
        });
    }

    fn note(&mut self, path: String, message: &str) {
        if self.notes.len() < MAX_NOTES {
            // Keys of a list are anybody's text, of any length.
            let path = path.chars().take(MAX_NAME).collect();
            self.notes.push(Note {
                path,
                message: message.into(),
            });
        }
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object: Option<&Map<String, Value>> = value.as_object();
    object
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.as_str(), v))
        .filter(|(_, v)| v.is_object())
}

fn lists(wanted: &'static str) -> impl Fn(&Value) -> bool {
    move |value| {
        value
            .as_array()
            .is_some_and(|a| a.iter().any(|v| v.as_str() == Some(wanted)))
    }
}

fn limit(context: Option<&Value>, output: Option<&Value>) -> Option<RawLimit> {
    let tokens = |value: Option<&Value>| {
        value
            .and_then(Value::as_f64)
            .filter(|v| (1.0..=MAX_TOKENS).contains(v))
    };
    let limit = RawLimit {
        context: tokens(context),
        output: tokens(output),
        ..RawLimit::default()
    };
    (limit.context.is_some() || limit.output.is_some()).then_some(limit)
}

/// The same id first; else the first entry of the same plain name, whoever serves it.
fn matches(pool: &Pool, listed: &[RawModel]) -> Vec<PriceMatch> {
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

//! models.dev, `api.json`: providers with models, USD per million tokens.

use super::format::{Format, PriceList};
use super::reader::{Listed, PER_MILLION, Reader, entries, limit, lists};
use crate::pool::raw::RawCost;
use serde_json::Value;

pub const FORMAT: Format = Format {
    list: PriceList::ModelsDev,
    recognises,
    read,
};

fn recognises(value: &Value) -> bool {
    entries(value).any(|(_, provider)| provider.get("models").is_some_and(Value::is_object))
}

fn read(value: &Value, reader: &mut Reader) {
    for (provider_id, provider) in entries(value) {
        let name = provider.get("name").and_then(Value::as_str);
        let provider_name = name.unwrap_or(provider_id);
        for (id, model) in provider.get("models").into_iter().flat_map(entries) {
            let path = format!("$[{provider_id:?}].models[{id:?}]");
            let prices = model.get("cost");
            let mut price =
                |key: &str| reader.price(&path, key, prices.and_then(|p| p.get(key)), PER_MILLION);
            let cost = RawCost {
                input: price("input"),
                output: price("output"),
                cache_read: price("cache_read"),
                cache_write: price("cache_write"),
                reasoning: price("reasoning"),
                ..RawCost::default()
            };
            let supports = |key: &str| model.get(key).and_then(Value::as_bool).unwrap_or(false);
            let inputs = model.pointer("/modalities/input");
            reader.push(Listed {
                path,
                id: &format!("{provider_id}/{id}"),
                name: model.get("name").and_then(Value::as_str),
                provider: Some(provider_name),
                cost,
                limit: limit(
                    model.pointer("/limit/context"),
                    model.pointer("/limit/output"),
                ),
                capabilities: [
                    ("tools", supports("tool_call")),
                    ("json", supports("structured_output")),
                    ("vision", inputs.is_some_and(lists("image"))),
                    ("reasoning", supports("reasoning")),
                ],
            });
        }
    }
}

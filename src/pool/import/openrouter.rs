//! OpenRouter, `/api/v1/models`: a list under `data`, USD per token as decimal text, −1 for a price
//! that depends.

use super::format::{Format, PriceList};
use super::reader::{Listed, PER_TOKEN, Reader, limit, lists};
use crate::pool::raw::RawCost;
use serde_json::Value;

pub const FORMAT: Format = Format {
    list: PriceList::Openrouter,
    recognises,
    read,
};

fn models(value: &Value) -> Option<&Vec<Value>> {
    value.get("data")?.as_array()
}

fn recognises(value: &Value) -> bool {
    models(value).is_some_and(|models| models.iter().any(|model| model.get("pricing").is_some()))
}

fn read(value: &Value, reader: &mut Reader) {
    for (i, model) in models(value).into_iter().flatten().enumerate() {
        let path = format!("$.data[{i}]");
        let Some(id) = model.get("id").and_then(Value::as_str) else {
            reader.note(path, "has no id; left out");
            continue;
        };
        let prices = model.get("pricing");
        let mut price =
            |key: &str| reader.price(&path, key, prices.and_then(|p| p.get(key)), PER_TOKEN);
        let cost = RawCost {
            input: price("prompt"),
            output: price("completion"),
            cache_read: price("input_cache_read"),
            cache_write: price("input_cache_write"),
            reasoning: price("internal_reasoning").filter(|p| *p > 0.0),
            ..RawCost::default()
        };
        let parameters = model.get("supported_parameters");
        let supports = |name: &'static str| parameters.is_some_and(lists(name));
        let inputs = model.pointer("/architecture/input_modalities");
        reader.push(Listed {
            path,
            id,
            name: model.get("name").and_then(Value::as_str),
            provider: id.split_once('/').map(|(provider, _)| provider),
            cost,
            limit: limit(
                model.get("context_length"),
                model.pointer("/top_provider/max_completion_tokens"),
            ),
            capabilities: [
                ("tools", supports("tools")),
                (
                    "json",
                    supports("structured_outputs") || supports("response_format"),
                ),
                ("vision", inputs.is_some_and(lists("image"))),
                ("reasoning", supports("reasoning")),
            ],
        });
    }
}

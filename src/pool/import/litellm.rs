//! LiteLLM, `model_prices_and_context_window.json`: an object by model, USD per token.

use super::format::{Format, PriceList};
use super::reader::{Listed, PER_TOKEN, Reader, entries, limit};
use crate::pool::raw::RawCost;
use serde_json::Value;

pub const FORMAT: Format = Format {
    list: PriceList::Litellm,
    recognises,
    read,
};

fn recognises(value: &Value) -> bool {
    let fields = ["input_cost_per_token", "litellm_provider"];
    entries(value).any(|(_, entry)| fields.iter().any(|field| entry.get(field).is_some()))
}

fn read(value: &Value, reader: &mut Reader) {
    // `sample_spec` explains the fields in the shape of a model.
    for (id, entry) in entries(value).filter(|(id, _)| *id != "sample_spec") {
        let mode = entry.get("mode").and_then(Value::as_str).unwrap_or("chat");
        if !matches!(mode, "chat" | "completion" | "responses") {
            continue;
        }
        let path = format!("$[{id:?}]");
        let mut price = |key: &str| reader.price(&path, key, entry.get(key), PER_TOKEN);
        let cost = RawCost {
            input: price("input_cost_per_token"),
            output: price("output_cost_per_token"),
            cache_read: price("cache_read_input_token_cost"),
            cache_write: price("cache_creation_input_token_cost"),
            reasoning: price("output_cost_per_reasoning_token"),
            ..RawCost::default()
        };
        let context = entry.get("max_input_tokens").or(entry.get("max_tokens"));
        let supports = |key: &str| entry.get(key).and_then(Value::as_bool).unwrap_or(false);
        reader.push(Listed {
            path,
            id,
            name: None,
            provider: entry.get("litellm_provider").and_then(Value::as_str),
            cost,
            limit: limit(context, entry.get("max_output_tokens")),
            capabilities: [
                ("tools", supports("supports_function_calling")),
                ("json", supports("supports_response_schema")),
                ("vision", supports("supports_vision")),
                ("reasoning", supports("supports_reasoning")),
            ],
        });
    }
}

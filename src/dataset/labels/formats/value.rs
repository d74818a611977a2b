//! Fields inside JSON values.

use serde_json::{Map, Value};
use std::borrow::Cow;

use crate::dataset::{chat, json};

/// Longest text that is looked into for JSON, in bytes.
const MAX_INNER: usize = 16 * 1024 * 1024;

/// The value at a path such as `vars.question`. A key may have dots itself.
pub(super) fn at_path<'v>(object: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (key, rest) = path.split_once('.')?;
    match object.get(key)? {
        Value::Object(inner) => at_path(inner, rest),
        _ => None,
    }
}

/// The text of a field: a text, or the last turn of the user of a conversation, which may be JSON in a
/// text, too. Nothing for a text of spaces.
pub(super) fn prompt_of(value: &Value) -> Option<String> {
    let unfolded = unfolded(value);
    match unfolded.as_ref() {
        Value::Array(_) => chat::text(&unfolded).or_else(|| chat::text(value)),
        Value::Object(object) => chat::find(object).and_then(|found| found.text()),
        _ => chat::text(value),
    }
}

/// A list or object that a text holds as JSON; any other value as it is.
pub(super) fn unfolded(value: &Value) -> Cow<'_, Value> {
    let Value::String(text) = value else {
        return Cow::Borrowed(value);
    };
    let may_be_json = text.trim_start().starts_with(['[', '{']) && text.len() <= MAX_INNER;
    let inner = may_be_json.then(|| json::parse(text.as_bytes()).ok());
    inner.flatten().map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The text of a field, unless it is empty.
pub(super) fn text<'v>(object: &'v Map<String, Value>, key: &str) -> Option<&'v str> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// An object in a field.
pub(super) fn object<'v>(
    object: &'v Map<String, Value>,
    key: &str,
) -> Option<&'v Map<String, Value>> {
    object.get(key)?.as_object()
}

//! Reading and writing the JSON of pools and price lists: a limit on its size, and files that people can read.

use super::error::PoolError;
use super::limits::MAX_BYTES;
use super::walk::{self, Part};
use crate::dataset::Unique;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a part of a pool, after a byte order mark if there is one.
///
/// # Errors
/// As [`read_value`], and [`PoolError::TooManyUnknown`].
pub(super) fn read_part<T: DeserializeOwned>(json: &[u8], part: Part) -> Result<T, PoolError> {
    check_size(json)?;
    walk::check(json, part)?;
    Ok(crate::json::read(json)?)
}

/// Reads any JSON, after a byte order mark if there is one.
///
/// # Errors
/// [`PoolError::TooLarge`], [`PoolError::Syntax`], and [`PoolError::Type`] with the JSON path of
/// the first value that does not fit, or of the first key that an object has twice.
pub(super) fn read_value(json: &[u8]) -> Result<Value, PoolError> {
    check_size(json)?;
    let Unique(value) = crate::json::read(json)?;
    Ok(value)
}

fn check_size(json: &[u8]) -> Result<(), PoolError> {
    match json.len() > MAX_BYTES {
        true => Err(PoolError::TooLarge { bytes: json.len() }),
        false => Ok(()),
    }
}

/// Pretty JSON in which a list of numbers or texts takes one line.
pub(super) fn write(value: &impl Serialize) -> String {
    // A raw pool holds strings, finite numbers and JSON values, all of which serialise.
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    let mut out = String::new();
    pretty(&value, 0, &mut out);
    out.push('\n');
    out
}

fn pretty(value: &Value, depth: usize, out: &mut String) {
    let pad = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Array(items) if items.iter().any(|v| v.is_object()) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                pad(out, depth + 1);
                pretty(item, depth + 1, out);
            }
            pad(out, depth);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                pad(out, depth + 1);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                pretty(item, depth + 1, out);
            }
            pad(out, depth);
            out.push('}');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::RawPool;

    #[test]
    fn a_key_that_an_object_has_twice_is_refused_with_its_path() {
        for (json, path, key) in [
            (r#"{"models": [{"id": "a"}], "models": []}"#, "$", "models"),
            (
                r#"{"models": [{"id": "a", "id": "b"}]}"#,
                "$.models[0]",
                "id",
            ),
            (
                r#"{"models": [{"id": "a", "output_tokens": {"mean": 1, "mean": 2}}]}"#,
                "$.models[0].output_tokens",
                "mean",
            ),
            (
                r#"{"models": [{"id": "a", "note": 1, "note": 2}]}"#,
                "$.models[0]",
                "note",
            ),
        ] {
            let error = RawPool::parse(json.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(path) && error.contains(key), "{error}");
        }
    }
}

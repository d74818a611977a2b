//! Reading and writing JSON: errors with the path of the value, and files that people can read.

use super::error::PoolError;
use super::limits::MAX_BYTES;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads JSON, after a byte order mark if there is one.
///
/// # Errors
/// [`PoolError::TooLarge`], [`PoolError::Syntax`], and [`PoolError::Type`] with the JSON path of
/// the first value that does not fit.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, PoolError> {
    if json.len() > MAX_BYTES {
        return Err(PoolError::TooLarge { bytes: json.len() });
    }
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(located)?;
    reader.end().map_err(syntax)?;
    Ok(value)
}

/// The parser's error with its line and column.
pub(super) fn syntax(error: serde_json::Error) -> PoolError {
    PoolError::Syntax {
        line: error.line(),
        column: error.column(),
        problem: without_position(&error.to_string()),
    }
}

fn located(error: serde_path_to_error::Error<serde_json::Error>) -> PoolError {
    let inner = error.inner();
    if inner.is_syntax() || inner.is_eof() {
        return syntax(serde_path_to_error::Error::into_inner(error));
    }
    let path = match error.path().to_string() {
        root if root == "." => "$".to_owned(),
        path if path.starts_with('[') => format!("${path}"),
        path => format!("$.{path}"),
    };
    PoolError::Type {
        path,
        problem: without_position(&inner.to_string()),
    }
}

/// The parser's message without its own "at line …", which the caller states in its own way.
fn without_position(message: &str) -> String {
    message
        .split(" at line ")
        .next()
        .unwrap_or(message)
        .to_owned()
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

//! A raw pool as a file that people read.

use super::raw::RawPool;
use serde_json::Value;

/// Pretty JSON of a raw pool; numbers stay on one line a list so that files read well.
pub(crate) fn to_json(raw: &RawPool) -> String {
    // A RawPool holds strings, finite numbers and JSON values, all of which serialise.
    let value = serde_json::to_value(raw).unwrap_or(Value::Null);
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

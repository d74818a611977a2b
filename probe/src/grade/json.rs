//! JSON in prose, and calls of tools.

use super::answer::Answer;
use super::words::normal;
use serde_json::{Deserializer, Value};

/// Most values that are looked for in one answer.
const CANDIDATES: usize = 64;

/// Whether the answer holds this value. Of several different ones with the same keys none counts.
pub fn is_json(text: &str, key: &Value) -> bool {
    let alike: Vec<Value> = values(text)
        .into_iter()
        .filter(|found| is_alike(found, key))
        .collect();
    match alike.last() {
        Some(last) => alike.iter().all(|other| same(other, last)) && same(last, key),
        None => false,
    }
}

/// Whether the only call is this one. Servers without calls of tools leave them in the text.
pub fn is_call(answer: &Answer, text: &str, name: &str, arguments: &Value) -> bool {
    let written: Vec<(String, Value)> = match answer.calls.is_empty() {
        true => values(text).into_iter().filter_map(call).collect(),
        false => answer.calls.clone(),
    };
    match written.as_slice() {
        [(called, given)] => called == name && same(given, arguments),
        _ => false,
    }
}

/// A call in the forms that models write: name and arguments, perhaps within `function`.
fn call(value: Value) -> Option<(String, Value)> {
    let value = value
        .get("function")
        .filter(|f| f.is_object())
        .unwrap_or(&value);
    let name = value.get("name")?.as_str()?.to_owned();
    let arguments = value.get("arguments").or(value.get("parameters"))?;
    let arguments = match arguments.as_str() {
        Some(text) => serde_json::from_str(text).ok()?,
        None => arguments.clone(),
    };
    Some((name, arguments))
}

/// All objects and lists of a text that are not within each other.
fn values(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = text;
    // A bracket that begins no JSON is skipped, at most so many times.
    for _ in 0..CANDIDATES {
        let Some(start) = rest.find(['{', '[']) else {
            break;
        };
        let tail = rest.get(start..).unwrap_or_default();
        let mut stream = Deserializer::from_str(tail).into_iter::<Value>();
        rest = match stream.next() {
            Some(Ok(value)) => {
                found.push(value);
                tail.get(stream.byte_offset()..).unwrap_or_default()
            }
            _ => tail.get(1..).unwrap_or_default(),
        };
    }
    found
}

/// Whether two values have the same form: objects the same keys.
fn is_alike(found: &Value, key: &Value) -> bool {
    match (found, key) {
        (Value::Object(a), Value::Object(b)) => a.keys().any(|k| b.contains_key(k)),
        (Value::Array(_), Value::Array(_)) => true,
        _ => false,
    }
}

/// Equal, where numbers may be written as texts and texts differ in spaces, case and articles.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(k, v)| b.get(k).is_some_and(|other| same(v, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Bool(_), _) | (_, Value::Bool(_)) | (Value::Null, _) | (_, Value::Null) => a == b,
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(1.0),
            _ => matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if normal(a) == normal(b)),
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().trim_start_matches('$').parse().ok(),
        _ => None,
    }
}

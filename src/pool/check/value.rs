//! Checks of single values.

use crate::pool::error::PoolError;
use crate::pool::limits::MAX_NAME;
use serde_json::Value;

/// A finite number in `[low, high]`. The hint is added to the message.
pub fn number(
    path: &str,
    value: f64,
    low: f64,
    high: f64,
    hint: &'static str,
) -> Result<f64, PoolError> {
    if value.is_finite() && (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(PoolError::Range {
        path: path.to_owned(),
        value,
        low,
        high,
        hint,
    })
}

/// A text that is not empty, not too long, and has no control characters.
pub fn text(path: &str, value: &str) -> Result<(), PoolError> {
    let problem = if value.trim().is_empty() {
        "must not be empty; write a name".to_owned()
    } else if value.chars().nth(MAX_NAME).is_some() {
        format!(
            "has {} characters, {MAX_NAME} are allowed; shorten it",
            value.chars().count()
        )
    } else if value.chars().any(char::is_control) {
        "holds control characters; remove them".to_owned()
    } else {
        return Ok(());
    };
    Err(PoolError::Text {
        path: path.to_owned(),
        problem,
    })
}

/// The error for a JSON value of another type.
pub fn expected(path: &str, what: &str, found: &Value) -> PoolError {
    let kind = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    PoolError::Type {
        path: path.to_owned(),
        problem: format!("expected {what}, found {kind}"),
    }
}

//! Checks of single values.

use crate::pool::error::PoolError;
use crate::pool::limits::MAX_NAME;
use crate::printable::is_visible;
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

/// Invisible characters that names of some languages need: joiners, and marks of direction.
const IN_NAMES: [char; 5] = ['\u{061c}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}'];

/// A text that programs compare: as [`text`], and every character is visible, so that two texts that look the
/// same are the same.
pub fn id(path: &str, value: &str) -> Result<(), PoolError> {
    text(path, value)?;
    visible(path, value, &[])
}

/// A text that is not empty, not too long, and has no characters that are invisible or turn the direction of
/// the text around it, except those that some languages need.
pub fn text(path: &str, value: &str) -> Result<(), PoolError> {
    let problem = if value.trim().is_empty() {
        "must not be empty; write a name".to_owned()
    } else if value.chars().nth(MAX_NAME).is_some() {
        format!(
            "has {} characters, {MAX_NAME} are allowed; shorten it",
            value.chars().count()
        )
    } else {
        return visible(path, value, &IN_NAMES);
    };
    Err(PoolError::Text {
        path: path.to_owned(),
        problem,
    })
}

fn visible(path: &str, value: &str, allowed: &[char]) -> Result<(), PoolError> {
    match value
        .chars()
        .find(|c| !is_visible(*c) && !allowed.contains(c))
    {
        None => Ok(()),
        Some(hidden) => Err(PoolError::Text {
            path: path.to_owned(),
            problem: format!(
                "holds the invisible character U+{:04X}; remove it",
                u32::from(hidden)
            ),
        }),
    }
}

/// A day or a month: `YYYY-MM-DD` or `YYYY-MM`.
pub fn date(path: &str, value: &str) -> Result<(), PoolError> {
    text(path, value)?;
    if is_date(value) {
        return Ok(());
    }
    Err(PoolError::Text {
        path: path.to_owned(),
        problem: format!("{value:?} is no date; write YYYY-MM-DD or YYYY-MM"),
    })
}

fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let number = |text: &str, digits: usize| {
        let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (year, month, day) = match parts[..] {
        [year, month] => (number(year, 4), number(month, 2), Some(1)),
        [year, month, day] => (number(year, 4), number(month, 2), number(day, 2)),
        _ => return false,
    };
    let (Some(year), Some(month), Some(day)) = (year, month, day) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
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

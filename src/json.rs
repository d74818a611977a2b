//! Reading JSON from outside: one error for a text that is not JSON, one for a value of another type, both
//! in words that people use.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use crate::printable::shortened;
use serde::de::{DeserializeOwned, DeserializeSeed};
use std::marker::PhantomData;

/// Longest part of a file that a message repeats, in characters.
const MOST_SHOWN: usize = 80;

/// Why a JSON text could not be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JsonError {
    /// Not JSON.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// JSON, but a value has another type, a field is missing, unknown or repeated.
    Type {
        /// JSON path from `$`.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

/// Reads JSON, after a byte order mark if there is one. Nesting is limited to 128 levels.
///
/// # Errors
/// [`JsonError`], with the place of the first problem.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, JsonError> {
    read_seed(json, PhantomData)
}

/// [`read`] for a type that is read with the help of a `seed`.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_seed<'de, S: DeserializeSeed<'de>>(
    json: &'de [u8],
    seed: S,
) -> Result<S::Value, JsonError> {
    let mut reader = serde_json::Deserializer::from_slice(without_mark(json));
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let value = seed.deserialize(tracked);
    let value = value.map_err(|error| located(&track.path(), &error))?;
    reader.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

/// A text without its byte order mark.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// The parser's error with its line and column.
pub(crate) fn syntax(error: &serde_json::Error) -> JsonError {
    let problem = without_position(&error.to_string());
    let remedy = if error.is_eof() {
        "the file ends too early; was it cut short?"
    } else if problem.contains("recursion limit") {
        "lists and objects are nested more than 128 levels deep; make it flatter"
    } else if problem.contains("trailing comma") {
        "there is a comma before a closing bracket; remove it"
    } else if problem.contains("trailing characters") {
        "something follows after the end of the JSON; remove it"
    } else if problem.contains("surrogate") || problem.contains("hex escape") {
        "half of a surrogate pair (`\\ud800` to `\\udfff`) stands alone; remove it"
    } else {
        ""
    };
    JsonError::Syntax {
        line: error.line(),
        column: error.column(),
        problem: match remedy {
            "" => format!("{problem}; correct it there"),
            _ => remedy.to_owned(),
        },
    }
}

fn located(path: &serde_path_to_error::Path, inner: &serde_json::Error) -> JsonError {
    if inner.is_syntax() || inner.is_eof() {
        return syntax(inner);
    }
    let path = match path.to_string() {
        root if root == "." => "$".to_owned(),
        path if path.starts_with('[') => format!("${path}"),
        path => format!("$.{path}"),
    };
    JsonError::Type {
        path: shown(&path),
        problem: in_plain_words(&without_position(&inner.to_string())),
    }
}

/// The parser's message without its own "at line …", which the caller states in its own way.
fn without_position(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}

/// The parser's message with the words of JSON in place of those of Rust.
fn in_plain_words(message: &str) -> String {
    let kind = ["invalid type: ", "invalid value: "]
        .into_iter()
        .find_map(|start| message.strip_prefix(start));
    match kind.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => format!(
            "expected {}, found {}",
            expected_in_words(expected),
            shown(&found_in_words(found))
        ),
        None => shown(message),
    }
}

fn expected_in_words(expected: &str) -> &str {
    match expected {
        "f64" | "f32" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

fn found_in_words(found: &str) -> String {
    let unquoted = |text: &str| text.trim_matches('`').to_owned();
    match found.split_once(' ') {
        None if found == "map" => "an object".into(),
        None if found == "sequence" => "a list".into(),
        Some(("boolean", value)) => unquoted(value),
        Some(("integer", value)) => unquoted(value),
        Some(("floating", value)) => unquoted(value.trim_start_matches("point ")),
        Some(("string", value)) => format!("the text {value}"),
        _ => found.to_owned(),
    }
}

/// A part of a file as a message may repeat it.
fn shown(text: &str) -> String {
    shortened(text, MOST_SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printable::is_visible;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only errors are looked at")]
    struct Sample {
        price: Option<f64>,
        count: Option<u32>,
        names: Option<Vec<String>>,
        limits: Option<BTreeMap<String, f64>>,
    }

    fn type_error(json: &str) -> (String, String) {
        match read::<Sample>(json.as_bytes()).unwrap_err() {
            JsonError::Type { path, problem } => (path, problem),
            other => panic!("{other:?}"),
        }
    }

    fn problem(json: &str) -> String {
        match read::<Sample>(json.as_bytes()).unwrap_err() {
            JsonError::Syntax { problem, .. } => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn wrong_types_are_named_in_the_words_of_json() {
        for (json, path, problem) in [
            (
                r#"{"price": "x, expected y"}"#,
                "$.price",
                r#"expected a number, found the text "x, expected y""#,
            ),
            (
                r#"{"count": -1}"#,
                "$.count",
                "expected a whole number of 0 or more, found -1",
            ),
            (
                r#"{"count": 1.5}"#,
                "$.count",
                "expected a whole number of 0 or more, found 1.5",
            ),
            (
                r#"{"names": {}}"#,
                "$.names",
                "expected a list, found an object",
            ),
            (
                r#"{"names": [true]}"#,
                "$.names[0]",
                "expected a string, found true",
            ),
            (
                r#"{"limits": []}"#,
                "$.limits",
                "expected an object, found a list",
            ),
            ("[[]]", "$[0]", "expected a number, found a list"),
            ("5", "$", "expected an object, found 5"),
        ] {
            assert_eq!(type_error(json), (path.into(), problem.into()), "{json}");
        }
    }

    #[test]
    fn a_misspelt_field_is_named_with_those_that_exist() {
        let (_, problem) = type_error(r#"{"prise": 1}"#);
        assert!(
            problem.contains("`prise`") && problem.contains("`price`"),
            "{problem}"
        );
    }

    #[test]
    fn a_broken_text_is_explained_by_its_cause() {
        for (json, words) in [
            (r#"{"price": 1"#, "cut short"),
            (r#"{"price": 1,}"#, "comma"),
            (r#"{"price": 1} x"#, "after the end"),
            (r#"{"names": ["\ud800"]}"#, "surrogate"),
            (r#"{"price": nope}"#, "correct it"),
        ] {
            assert!(problem(json).contains(words), "{json}: {}", problem(json));
        }
        let deep = read::<serde_json::Value>("[".repeat(200).as_bytes()).unwrap_err();
        let is_explained =
            matches!(&deep, JsonError::Syntax { problem, .. } if problem.contains("128 levels"));
        assert!(is_explained, "{deep:?}");
    }

    #[test]
    fn a_message_repeats_no_long_or_invisible_part_of_the_file() {
        let (_, long) = type_error(&format!(r#"{{"price": "{}"}}"#, "é".repeat(5000)));
        assert!(long.chars().count() < 150, "{long}");
        let (_, hidden) = type_error("{\"pri\u{202e}\\u001bce\": 1}");
        assert!(hidden.chars().all(is_visible), "{hidden}");
    }
}

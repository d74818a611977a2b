//! What a text on standard input is: one prompt, or JSON that holds several.

use anyhow::{Result, bail};
use clap::ValueEnum;
use serde_json::Value;
use uniroute::dataset::{JsonlPrompt, holds_prompt, unique_json};

/// How prompts on standard input are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// One prompt of any number of lines
    Text,
    /// An object with a `prompt` a line, or a request with `messages`
    Jsonl,
    /// A list of texts or of objects with a `prompt`
    Json,
    /// Delimited text with a header
    Csv,
    /// A stream of Arrow's IPC format
    Arrow,
}

/// A text that is not JSONL.
#[derive(Debug, PartialEq)]
pub enum Read {
    /// One prompt.
    Text,
    /// The items of a JSON list, or one object.
    Json(Vec<Value>),
}

/// How to say what was meant.
const REMEDY: &str = "correct it, or say what it is with --input text, jsonl or json";

/// What a text is whose first line is not an object with a `prompt`.
///
/// # Errors
/// If it may be JSON that is damaged or cut, so that one prompt is hardly what was meant.
pub fn of(text: &str) -> Result<Read> {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        match unique_json(text.as_bytes()) {
            Ok(value) => return of_json(value),
            Err(error) if looks_like_json(start) && names_a_prompt(text) => {
                bail!("the input begins as JSON, but: {error}; {REMEDY}")
            }
            Err(error) if is_list_of_texts(start) => {
                bail!("the input begins as a JSON list, but: {error}; {REMEDY}")
            }
            Err(_) => {}
        }
    }
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let with_prompt = lines.clone().find(|(_, line)| is_prompt(line));
    if let Some((number, _)) = with_prompt {
        bail!(
            "line {number} is a JSON object with a `prompt`, but the first line is not; {REMEDY}"
        );
    }
    let first_is_json = lines.next().is_some_and(|(_, line)| is_document(line));
    if let Some((number, _)) = lines.find(|(_, line)| first_is_json && is_document(line)) {
        bail!("lines 1 and {number} are JSON without a `prompt`; {REMEDY}");
    }
    Ok(Read::Text)
}

/// The prompts of a text that is said to be JSON.
pub fn json(text: &str) -> Result<Vec<Value>> {
    match unique_json(text.as_bytes())? {
        Value::Array(items) => Ok(items),
        object @ Value::Object(_) => Ok(vec![object]),
        _ => bail!("neither a list nor an object"),
    }
}

/// An item of a JSON list: a text, or an object with a `prompt`.
pub fn item(value: Value) -> Result<JsonlPrompt, String> {
    match value {
        Value::String(prompt) => Ok(JsonlPrompt {
            id: Value::Null,
            prompt,
        }),
        other => JsonlPrompt::of(other).map_err(|problem| problem.to_string()),
    }
}

/// Whether a line is a JSON object with a `prompt`, or a request that has one.
pub fn is_prompt(line: &str) -> bool {
    line.trim_start().starts_with('{')
        && serde_json::from_str(line).is_ok_and(|object| holds_prompt(&object))
}

fn names_a_prompt(text: &str) -> bool {
    text.contains("\"prompt\"") || text.contains("\"messages\"")
}

fn of_json(value: Value) -> Result<Read> {
    let holds_prompt =
        |value: &Value| value.is_string() || value.as_object().is_some_and(holds_prompt);
    match value {
        Value::Array(items) if items.iter().any(holds_prompt) => Ok(Read::Json(items)),
        Value::Array(_) => bail!("the input is a JSON list without prompts; {REMEDY}"),
        object if holds_prompt(&object) => Ok(Read::Json(vec![object])),
        // A document about which the prompt may be.
        _ => Ok(Read::Text),
    }
}

/// Whether a line begins as a JSON object, or is a JSON list.
fn is_document(line: &str) -> bool {
    let line = line.trim();
    match line.starts_with('[') {
        true => serde_json::from_str::<Vec<Value>>(line).is_ok(),
        false => looks_like_json(line),
    }
}

/// Whether a text begins with an object whose first key is in quotes, or with a list of such objects.
fn looks_like_json(text: &str) -> bool {
    let object = text.strip_prefix('[').unwrap_or(text).trim_start();
    object
        .strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with('"'))
}

fn is_list_of_texts(text: &str) -> bool {
    text.strip_prefix('[')
        .is_some_and(|rest| rest.trim_start().starts_with('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_prompts_even_if_they_hold_brackets_or_one_json_document() {
        for text in [
            "Write a poem\nabout the sea.",
            "{ is this json?",
            "{\"id\": 1}",
            "{\n  \"id\": 1\n}\n",
            "{\"id\": 1}\nWhat is this?",
            "[INST] Hello [/INST]",
            "[1] A. Author, a title.\n[2] B. Author, another title.\nCite these.",
            "{% if x %}\n{% endif %}",
            "1\n2\n\"three\"",
            "",
        ] {
            assert_eq!(of(text).unwrap(), Read::Text, "{text}");
        }
    }

    #[test]
    fn a_json_list_of_texts_or_objects_is_that_many_prompts() {
        for (text, prompts) in [
            ("[\"a\", \"b\"]", 2),
            (
                "\n[{\"prompt\": \"a\"},\n {\"prompt\": \"b\"}, {\"id\": 3}]\n",
                3,
            ),
            ("{\n\"prompt\": \"a\"\n}", 1),
            (
                "{\n\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]\n}",
                1,
            ),
        ] {
            match of(text).unwrap() {
                Read::Json(items) => assert_eq!(items.len(), prompts, "{text}"),
                Read::Text => panic!("{text}"),
            }
        }
    }

    #[test]
    fn json_that_is_damaged_or_cut_is_refused_with_the_remedy() {
        for text in [
            "{\"id\": 1, \"prompt\": \"cut",
            "{\"id\": 1, \"prompt\": \"cut\n{\"id\": 2, \"prompt\": \"b\"}\n",
            "mpt\": \"cut\"}\n{\"id\": 2, \"prompt\": \"b\"}\n",
            "{\"text\": \"a\"}\n{\"text\": \"b\"}\n",
            "{\"messages\": [{\"role\": \"us",
            "[\"a\"]\n[\"b\"]\n",
            "[\"a\", \"b",
            "[{\"prompt\": \"a\"}, {\"prom",
            "[1, 2]",
            "[]",
        ] {
            let error = of(text).unwrap_err().to_string();
            assert!(error.contains("--input text"), "{text}: {error}");
        }
    }
}

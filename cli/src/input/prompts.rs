//! Prompts from the command line or standard input.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Cursor, Read};
use uniroute::dataset::{DatasetError, JsonlPrompts, MAX_LINE};

const STDIN: &str = "standard input";

/// What is to be routed.
pub enum Prompts {
    /// One prompt.
    One(String),
    /// JSONL on standard input.
    Lines(Box<dyn Iterator<Item = Result<Line>>>),
}

/// One line of JSONL.
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The prompt with its id, or what is wrong with the line.
    pub item: Result<Item, String>,
}

impl Line {
    /// The prompt, or an error that names the line.
    pub fn into_item(self) -> Result<Item> {
        let number = self.number;
        self.item
            .map_err(|problem| anyhow!("line {number} of {STDIN}: {problem}"))
    }
}

/// A prompt with the id that its answer will carry.
pub use uniroute::dataset::JsonlPrompt as Item;

/// The prompt given as an argument, or what standard input holds: JSONL when its first line is
/// an object with a `prompt`, else one prompt of any number of lines.
pub fn read(argument: Option<String>) -> Result<Prompts> {
    if let Some(prompt) = argument.filter(|p| p != "-") {
        return Ok(Prompts::One(prompt));
    }
    let input = BufReader::new(std::io::stdin());
    let mut lines = JsonlPrompts::new(STDIN, input);
    let mut first = lines.next_text().map_err(explained)?.to_vec();
    if first.is_empty() {
        bail!("no prompt: give one as an argument or on standard input");
    }
    if is_jsonl(&first) {
        let number = lines.number();
        let input = Cursor::new(first).chain(lines.into_reader());
        return Ok(Prompts::Lines(Box::new(jsonl(input, number - 1))));
    }
    let mut input = lines.into_reader();
    input
        .by_ref()
        .take(MAX_LINE as u64)
        .read_to_end(&mut first)
        .context("cannot read standard input")?;
    if first.len() >= MAX_LINE {
        bail!(
            "the prompt on standard input is longer than {MAX_LINE} bytes; for many prompts send JSONL"
        );
    }
    Ok(Prompts::One(
        String::from_utf8_lossy(&first)
            .trim_end_matches(['\n', '\r'])
            .to_owned(),
    ))
}

fn is_jsonl(line: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(line).is_ok_and(|o| o.contains_key("prompt"))
}

/// The lines of an input, of which so many lines were read before.
fn jsonl(input: impl BufRead, before: u64) -> impl Iterator<Item = Result<Line>> {
    JsonlPrompts::new(STDIN, input).map(move |line| {
        let line = line.map_err(explained)?;
        Ok(Line {
            number: before + line.number,
            item: line.item.map_err(|problem| problem.to_string()),
        })
    })
}

fn explained(error: DatasetError) -> anyhow::Error {
    match error {
        DatasetError::Read { cause, .. } => {
            anyhow::Error::new(cause).context("cannot read standard input")
        }
        DatasetError::LineTooLong { limit, .. } => {
            anyhow!("a line on standard input is longer than {limit} bytes")
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_object_without_prompt_is_itself_a_prompt() {
        assert!(is_jsonl(br#"{"id": 1, "prompt": "hi"}"#));
        assert!(!is_jsonl(br#"{"id": 1}"#));
        assert!(!is_jsonl(b"{ is this json?"));
    }

    #[test]
    fn a_bad_line_is_reported_and_the_next_one_is_read() {
        let input: &[u8] = b"{\"prompt\": 5}\n\n{\"id\": \"b\", \"prompt\": \"hi\"}\n";
        let read: Vec<_> = jsonl(input, 0).collect::<Result<_>>().unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            read[0].item.as_ref().err().unwrap(),
            "`prompt` is not a string"
        );
        assert_eq!(read[1].number, 3);
        assert_eq!(read[1].item.as_ref().ok().unwrap().prompt, "hi");
    }
}

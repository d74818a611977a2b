//! Prompts from the command line or standard input, one by one, in constant memory.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};
use std::io::{BufRead, Read};

/// Longest prompt and longest JSONL line, in bytes.
const MAX_LINE: usize = 8 * 1024 * 1024;

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
    pub number: usize,
    /// The prompt with its id, or what is wrong with the line.
    pub item: Result<Item, String>,
}

impl Line {
    /// The prompt, or an error that names the line.
    pub fn into_item(self) -> Result<Item> {
        let number = self.number;
        self.item
            .map_err(|problem| anyhow!("line {number} of standard input: {problem}"))
    }
}

/// A prompt with the id that its answer will carry.
pub struct Item {
    pub id: Value,
    pub prompt: String,
}

/// The prompt given as an argument, or what standard input holds: JSONL when its first line is
/// an object with a `prompt`, else one prompt of any number of lines.
pub fn read(argument: Option<String>) -> Result<Prompts> {
    if let Some(prompt) = argument.filter(|p| p != "-") {
        return Ok(Prompts::One(prompt));
    }
    let mut input = std::io::BufReader::new(std::io::stdin());
    let mut first = Vec::new();
    let mut number = 0;
    while first.trim_ascii().is_empty() {
        first.clear();
        number += 1;
        if !next_line(&mut input, &mut first)? {
            break;
        }
    }
    if first.trim_ascii().is_empty() {
        bail!("no prompt: give one as an argument or on standard input");
    }
    if is_jsonl(&first) {
        let head = Line {
            number,
            item: item(&first),
        };
        return Ok(Prompts::Lines(Box::new(
            std::iter::once(Ok(head)).chain(lines(input, number)),
        )));
    }
    input
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

fn lines(
    mut input: impl BufRead + 'static,
    mut number: usize,
) -> impl Iterator<Item = Result<Line>> {
    let mut line = Vec::new();
    std::iter::from_fn(move || {
        loop {
            line.clear();
            number += 1;
            match next_line(&mut input, &mut line) {
                Err(error) => return Some(Err(error)),
                Ok(false) => return None,
                Ok(true) if line.trim_ascii().is_empty() => {}
                Ok(true) => {
                    return Some(Ok(Line {
                        number,
                        item: item(&line),
                    }));
                }
            }
        }
    })
}

/// Reads one line; `false` at the end of the input.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool> {
    let read = input.take(MAX_LINE as u64).read_until(b'\n', line);
    let read = read.context("cannot read standard input")?;
    if read >= MAX_LINE {
        bail!("a line on standard input is longer than {MAX_LINE} bytes");
    }
    Ok(read > 0)
}

fn item(line: &[u8]) -> Result<Item, String> {
    let object: Map<String, Value> =
        serde_json::from_slice(line).map_err(|e| format!("not a JSON object: {e}"))?;
    let id = object.get("id").cloned().unwrap_or(Value::Null);
    match object.get("prompt") {
        Some(Value::String(prompt)) => Ok(Item {
            id,
            prompt: prompt.clone(),
        }),
        Some(_) => Err("`prompt` is not a string".into()),
        None => Err("no `prompt`".into()),
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
        let read: Vec<_> = lines(input, 0).collect::<Result<_>>().unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            read[0].item.as_ref().err().unwrap(),
            "`prompt` is not a string"
        );
        assert_eq!(read[1].number, 3);
        assert_eq!(read[1].item.as_ref().ok().unwrap().prompt, "hi");
    }
}

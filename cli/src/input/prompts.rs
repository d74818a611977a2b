//! Prompts from the command line or standard input.

use super::form::{self, Form};
use crate::output::streams::note;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::io::{BufRead, BufReader, Cursor, Read};
use uniroute::dataset::{DatasetError, JsonlPrompts, MAX_LINE, utf8};

const STDIN: &str = "standard input";

/// How standard input is read.
#[derive(clap::Args)]
pub struct InputArgs {
    /// What standard input is [default: JSONL if its first line is an object with a `prompt`, JSON if
    /// all of it is a list of texts or of such objects, else one prompt]
    #[arg(long, value_enum, value_name = "FORM")]
    input: Option<Form>,
}

/// What is to be routed.
pub enum Prompts {
    /// One prompt.
    One(String),
    /// Several, on standard input.
    Many(Batch),
}

/// Prompts on standard input, read one by one.
pub struct Batch {
    /// How they are written, for messages.
    pub form: &'static str,
    /// What a prompt is in this form: a line, or an item of a list.
    pub unit: &'static str,
    /// The prompts.
    pub rows: Box<dyn Iterator<Item = Result<Row>>>,
}

/// A line or item of standard input.
pub struct Row {
    /// Its number, from 1.
    pub number: u64,
    /// The prompt with its id, or what is wrong.
    pub item: Result<Item, String>,
}

/// A prompt with the id that its answer will carry.
pub use uniroute::dataset::JsonlPrompt as Item;

impl Batch {
    /// All prompts, or an error that names the line or item.
    pub fn into_items(self) -> Result<Vec<Item>> {
        let unit = self.unit;
        let item = |row: Result<Row>| {
            let Row { number, item } = row?;
            item.map_err(|problem| anyhow!("{unit} {number} of {STDIN}: {problem}"))
        };
        self.rows.map(item).collect()
    }
}

/// The prompt given as an argument, or what standard input holds.
pub fn read(argument: Option<String>, args: &InputArgs) -> Result<Prompts> {
    if let Some(prompt) = argument.filter(|p| p != "-") {
        return Ok(Prompts::One(prompt));
    }
    from(BufReader::new(std::io::stdin()), args.input)
}

fn from(mut input: impl BufRead + 'static, form: Option<Form>) -> Result<Prompts> {
    if form == Some(Form::Jsonl) {
        return Ok(Prompts::Many(jsonl(input)));
    }
    let mut start = first_line(&mut input)?;
    if is_blank(&start) {
        bail!("no prompt: give one as an argument or on standard input");
    }
    // What is not UTF-8 is reported when all is read.
    if form.is_none() && utf8(&start).is_ok_and(form::is_prompt) {
        return Ok(Prompts::Many(jsonl(Cursor::new(start).chain(input))));
    }
    input
        .take((MAX_LINE - start.len().min(MAX_LINE)) as u64)
        .read_to_end(&mut start)
        .context("cannot read standard input")?;
    if start.len() >= MAX_LINE {
        bail!("{STDIN} is longer than {MAX_LINE} bytes; for many prompts send JSONL");
    }
    let text = utf8(&start).map_err(|problem| anyhow!("{STDIN}: {problem}"))?;
    let read = match form {
        Some(Form::Json) => form::json(text).map(form::Read::Json),
        Some(_) => Ok(form::Read::Text),
        None => form::of(text),
    };
    match read.context(STDIN)? {
        form::Read::Json(items) => Ok(Prompts::Many(json(items))),
        form::Read::Text => Ok(Prompts::One(one(text))),
    }
}

/// The first line that is not blank, with the blank ones before it.
fn first_line(input: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    let mut limited = input.take(MAX_LINE as u64);
    while is_blank(&start) {
        let read = limited.read_until(b'\n', &mut start);
        if read.context("cannot read standard input")? == 0 {
            break;
        }
    }
    Ok(start)
}

/// Whether there is nothing but white space and a byte order mark.
fn is_blank(start: &[u8]) -> bool {
    utf8(start).is_ok_and(|text| text.trim().is_empty())
}

/// The text as one prompt. Says so unless it is evident.
fn one(text: &str) -> String {
    let prompt = text.trim_end_matches(['\n', '\r']);
    let lines = prompt.lines().count();
    if lines > 1 || prompt.starts_with(['{', '[']) {
        note!("{STDIN}: read as one prompt of {lines} lines");
    }
    prompt.to_owned()
}

fn jsonl(input: impl BufRead + 'static) -> Batch {
    let rows = JsonlPrompts::new(STDIN, input).map(|line| {
        let line = line.map_err(explained)?;
        Ok(Row {
            number: line.number,
            item: line.item.map_err(|problem| problem.to_string()),
        })
    });
    Batch {
        form: "JSONL",
        unit: "line",
        rows: Box::new(rows),
    }
}

fn json(items: Vec<Value>) -> Batch {
    let rows = (1..).zip(items).map(|(number, value)| {
        Ok(Row {
            number,
            item: form::item(value),
        })
    });
    Batch {
        form: "JSON",
        unit: "item",
        rows: Box::new(rows),
    }
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

    fn read(text: &'static [u8], form: Option<Form>) -> Result<Vec<Result<String, String>>> {
        match from(text, form)? {
            Prompts::One(prompt) => Ok(vec![Ok(prompt)]),
            Prompts::Many(batch) => batch
                .rows
                .map(|row| Ok(row?.item.map(|item| item.prompt)))
                .collect(),
        }
    }

    fn prompts(text: &'static [u8], form: Option<Form>) -> Vec<String> {
        let rows = read(text, form).unwrap();
        rows.into_iter().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn the_first_line_with_a_prompt_makes_it_jsonl() {
        let two = ["a", "b"];
        assert_eq!(
            prompts(b"{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}", None),
            two
        );
        let mark = b"\xef\xbb\xbf\n{\"prompt\": \"a\"}\n\n{\"prompt\": \"b\"}\n";
        assert_eq!(prompts(mark, None), two);
        assert_eq!(
            prompts(b"\xef\xbb\xbf[\"a\", {\"prompt\": \"b\"}]", None),
            two
        );
        assert_eq!(prompts(b"\xef\xbb\xbfa\nb\n", None), ["a\nb"]);
    }

    #[test]
    fn a_form_that_is_named_is_taken() {
        let lines = b"{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}";
        assert_eq!(prompts(lines, Some(Form::Text)).len(), 1);
        assert_eq!(prompts(b"[1, 2]", Some(Form::Text)), ["[1, 2]"]);
        let cut = read(b"pt\": \"a\"}\n{\"prompt\": \"b\"}", Some(Form::Jsonl)).unwrap();
        assert!(cut[0].is_err() && cut[1].is_ok());
        assert_eq!(prompts(b"{\"prompt\": \"a\"}", Some(Form::Json)), ["a"]);
        let error = read(b"[\"a\"", Some(Form::Json)).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("standard input: EOF"),
            "{error:#}"
        );
    }

    #[test]
    fn other_encodings_are_refused_by_name_and_offset() {
        for form in [None, Some(Form::Text), Some(Form::Json)] {
            let said = |text| format!("{:#}", read(text, form).unwrap_err());
            assert!(said(b"\xff\xfe{\0\"\0").contains("in UTF-16"));
            assert!(said(b"H\0i\0\n\0").contains("a NUL byte at offset 1"));
            assert!(said(b"caf\xe9 au lait").contains("offset 3 is not UTF-8"));
        }
        let wrong = b"{\"prompt\": \"\xe9\"}\n{\"prompt\": \"b\"}";
        let error = format!("{:#}", read(wrong, None).unwrap_err());
        assert!(error.contains("offset 12 is not UTF-8"), "{error}");
    }
}

//! JSON lines: one value a line.

use super::DatasetError;
use super::error::Place;
use serde_json::{Map, Value};
use std::fmt;
use std::io::{BufRead, BufReader, Read};

/// Longest line of [`JsonlPrompts`], in bytes.
pub const MAX_LINE: usize = 8 * 1024 * 1024;

/// The lines of a file that are not blank, with their numbers from 1.
pub(super) fn lines<'a>(
    file: &'a str,
    reader: impl Read + 'a,
) -> impl Iterator<Item = Result<(u64, String), DatasetError>> + 'a {
    (1..)
        .zip(BufReader::new(reader).lines())
        .map(move |(line, text)| match text {
            Ok(text) => Ok((line, without_bom(text))),
            Err(cause) => Err(DatasetError::Read {
                at: Place::line(file, line),
                cause,
            }),
        })
        .filter(|line| !line.as_ref().is_ok_and(|(_, text)| text.trim().is_empty()))
}

/// The items of a file that is one JSON list.
pub(super) fn list(file: &str, mut reader: impl Read) -> Result<Vec<Value>, DatasetError> {
    let mut json = Vec::new();
    let read = reader.read_to_end(&mut json);
    read.map_err(|cause| DatasetError::Read {
        at: Place::whole(file),
        cause,
    })?;
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&json);
    match serde_json::from_slice(json) {
        Ok(Value::Array(list)) => Ok(list),
        Ok(_) => Err(DatasetError::NotList {
            at: Place::whole(file),
        }),
        Err(error) => {
            let at = Place::line(file, error.line() as u64);
            Err(DatasetError::json(at, &error))
        }
    }
}

fn without_bom(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Prompts with ids, one JSON object a line, read in constant memory. A line that is wrong does not
/// end the iteration; a reader that fails does.
pub struct JsonlPrompts<R> {
    file: String,
    reader: R,
    line: u64,
    text: Vec<u8>,
    failed: bool,
}

/// One line of [`JsonlPrompts`].
#[derive(Debug)]
pub struct JsonlLine {
    /// Its number, from 1.
    pub number: u64,
    /// The prompt with its id, or what is wrong with the line.
    pub item: Result<JsonlPrompt, JsonlProblem>,
}

/// A prompt with its id.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonlPrompt {
    /// The field `id`, of any type; null where there is none.
    pub id: Value,
    /// The field `prompt`.
    pub prompt: String,
}

/// What is wrong with a line of [`JsonlPrompts`].
#[derive(Debug)]
pub enum JsonlProblem {
    /// Not a JSON object.
    NotObject(serde_json::Error),
    /// `prompt` is not a string.
    NotText,
    /// There is no `prompt`.
    NoPrompt,
}

impl fmt::Display for JsonlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObject(error) => write!(f, "not a JSON object: {error}"),
            Self::NotText => f.write_str("`prompt` is not a string"),
            Self::NoPrompt => f.write_str("no `prompt`"),
        }
    }
}

impl JsonlPrompt {
    /// Reads one line.
    ///
    /// # Errors
    /// [`JsonlProblem`]; it does not name the line.
    pub fn parse(line: &[u8]) -> Result<Self, JsonlProblem> {
        let mut object: Map<String, Value> =
            serde_json::from_slice(line).map_err(JsonlProblem::NotObject)?;
        let id = object.remove("id").unwrap_or(Value::Null);
        match object.remove("prompt") {
            Some(Value::String(prompt)) => Ok(Self { id, prompt }),
            Some(_) => Err(JsonlProblem::NotText),
            None => Err(JsonlProblem::NoPrompt),
        }
    }
}

impl<R: BufRead> JsonlPrompts<R> {
    /// Reads from `reader`. `file` is its name for messages.
    pub fn new(file: &str, reader: R) -> Self {
        Self {
            file: file.to_owned(),
            reader,
            line: 0,
            text: Vec::new(),
            failed: false,
        }
    }

    /// The text of the next line that is not blank, line end included; empty at the end. The line
    /// counts as read.
    ///
    /// # Errors
    /// [`DatasetError::Read`], or [`DatasetError::LineTooLong`] for more than [`MAX_LINE`] bytes.
    pub fn next_text(&mut self) -> Result<&[u8], DatasetError> {
        loop {
            self.text.clear();
            self.line += 1;
            let at = || Place::line(&self.file, self.line);
            let limited = &mut self.reader.by_ref().take(MAX_LINE as u64);
            let read = limited
                .read_until(b'\n', &mut self.text)
                .map_err(|cause| DatasetError::Read { at: at(), cause })?;
            if read >= MAX_LINE {
                return Err(DatasetError::LineTooLong {
                    at: at(),
                    limit: MAX_LINE,
                });
            }
            if read == 0 || !self.text.trim_ascii().is_empty() {
                return Ok(&self.text);
            }
        }
    }

    /// Number of the line that was read last, from 1.
    pub fn number(&self) -> u64 {
        self.line
    }

    /// The reader, after the lines that were read.
    pub fn into_reader(self) -> R {
        self.reader
    }
}

impl<R: BufRead> Iterator for JsonlPrompts<R> {
    type Item = Result<JsonlLine, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let item = match self.next_text() {
            Ok([]) => return None,
            Ok(text) => JsonlPrompt::parse(text),
            Err(error) => {
                self.failed = true;
                return Some(Err(error));
            }
        };
        Some(Ok(JsonlLine {
            number: self.line,
            item,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<JsonlLine> {
        JsonlPrompts::new("p.jsonl", text.as_bytes())
            .collect::<Result<_, _>>()
            .unwrap()
    }

    #[test]
    fn a_bad_line_is_reported_and_the_next_one_is_read() {
        let read = read("{\"prompt\": 5}\n\n{\"id\": \"b\", \"prompt\": \"hi\"}\n{\"id\": 1}\n[]");
        let problem = |i: usize| read[i].item.as_ref().unwrap_err().to_string();
        assert_eq!(problem(0), "`prompt` is not a string");
        assert_eq!(read[1].number, 3);
        let hi = read[1].item.as_ref().unwrap();
        assert_eq!((hi.id.as_str(), hi.prompt.as_str()), (Some("b"), "hi"));
        assert_eq!(problem(2), "no `prompt`");
        assert!(problem(3).starts_with("not a JSON object: "));
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error_that_names_it() {
        let long = format!("{{\"prompt\": \"a\"}}\n{}", "x".repeat(MAX_LINE));
        let mut prompts = JsonlPrompts::new("p.jsonl", long.as_bytes());
        assert!(prompts.next().unwrap().is_ok());
        let error = prompts.next().unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "p.jsonl, line 2: longer than 8388608 bytes"
        );
        assert_eq!(error.code(), "dataset_line");
        assert!(prompts.next().is_none());
    }

    #[test]
    fn lines_are_numbered_as_editors_number_them() {
        let lines: Vec<_> = lines("f", "\u{feff}a\r\n\n b\n".as_bytes())
            .map(Result::unwrap)
            .collect();
        assert_eq!(lines, [(1, "a".to_owned()), (3, " b".to_owned())]);
    }
}

//! JSON lines: one value a line.

use super::encoding::{self, NotUtf8, Text};
use super::place::Place;
use super::{DatasetError, chat, json};
use serde_json::{Map, Value};
use std::fmt;
use std::io::{BufRead, BufReader, Read};

/// Longest line of [`JsonlPrompts`], in bytes.
pub const MAX_LINE: usize = 8 * 1024 * 1024;

/// The usual field of a prompt.
const PROMPT: &str = "prompt";

/// Longest line of a data set or of labels, in bytes. A sample of an evaluation may hold long conversations.
const MAX_SAMPLE: usize = 64 * 1024 * 1024;

/// The lines of a file that are not blank, with their numbers from 1.
pub(super) fn lines<'a>(
    file: &'a str,
    reader: impl Read + 'a,
) -> impl Iterator<Item = Result<(u64, String), DatasetError>> + 'a {
    let mut reader = BufReader::new(Text::new(reader));
    (1..)
        .map_while(move |line| match next_line(file, line, &mut reader) {
            Ok(text) => text.map(|text| Ok((line, text))),
            Err(error) => Some(Err(error)),
        })
        .filter(|line| !line.as_ref().is_ok_and(|(_, text)| text.trim().is_empty()))
}

/// The next line without its end; `None` after the last one.
fn next_line(
    file: &str,
    line: u64,
    reader: &mut impl BufRead,
) -> Result<Option<String>, DatasetError> {
    let mut text = Vec::new();
    let at = || Place::line(file, line);
    let limited = &mut reader.take(MAX_SAMPLE as u64);
    let read = limited.read_until(b'\n', &mut text);
    let read = read.map_err(|cause| DatasetError::read(at(), cause))?;
    if read >= MAX_SAMPLE {
        return Err(DatasetError::LineTooLong {
            at: at(),
            limit: MAX_SAMPLE,
        });
    }
    text.truncate(text.trim_ascii_end().len());
    // `Text` gives UTF-8 only, so that this does not fail.
    let text = String::from_utf8(text).map_err(|_| DatasetError::NotObject { at: at() })?;
    Ok((read > 0).then_some(text))
}

/// The items of a file that is one JSON list.
pub(super) fn list(file: &str, reader: impl Read) -> Result<Vec<Value>, DatasetError> {
    match json::parse(&whole(file, reader)?) {
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

/// The text of a file.
pub(super) fn whole(file: &str, reader: impl Read) -> Result<Vec<u8>, DatasetError> {
    let mut text = Vec::new();
    let read = Text::new(reader).read_to_end(&mut text);
    read.map_err(|cause| DatasetError::read(Place::whole(file), cause))?;
    Ok(text)
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
    /// The field `id` or `custom_id`, of any type; null where there is none.
    pub id: Value,
    /// The field `prompt`, or the last turn of the user of a request (`messages`, or a line of a
    /// provider's batch file).
    pub prompt: String,
}

/// What is wrong with a line of [`JsonlPrompts`].
#[derive(Debug)]
#[non_exhaustive]
pub enum JsonlProblem {
    /// Not text in UTF-8; the offset is that in the line.
    NotUtf8(NotUtf8),
    /// Not JSON.
    NotJson(serde_json::Error),
    /// JSON, but not an object.
    NotObject,
    /// An object with one key twice.
    RepeatedKey(serde_json::Error),
    /// The field of the prompt, of this name, is not a string.
    NotText(String),
    /// There is no field of this name for the prompt.
    NoPrompt(String),
    /// A request in which no turn of the user has text.
    NoUserTurn,
}

impl fmt::Display for JsonlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8(problem) => problem.fmt(f),
            Self::NotJson(error) => write!(f, "not a JSON object: {error}"),
            Self::NotObject => f.write_str("not a JSON object"),
            Self::RepeatedKey(error) => error.fmt(f),
            Self::NotText(field) => write!(f, "`{field}` is not a string"),
            Self::NoPrompt(field) => write!(f, "no `{field}`"),
            Self::NoUserTurn => f.write_str("no text of the user in this request"),
        }
    }
}

impl JsonlPrompt {
    /// Reads one line.
    ///
    /// # Errors
    /// [`JsonlProblem`]; it does not name the line.
    pub fn parse(line: &[u8]) -> Result<Self, JsonlProblem> {
        Self::parse_fields(line, None, None)
    }

    /// As [`JsonlPrompt::parse`], with the names of the fields of the prompt and of the id, if they are known. A line
    /// without the field of the id has the id null.
    ///
    /// # Errors
    /// As [`JsonlPrompt::parse`].
    pub fn parse_fields(
        line: &[u8],
        prompt: Option<&str>,
        id: Option<&str>,
    ) -> Result<Self, JsonlProblem> {
        Self::with_fields(value(line)?, prompt, id)
    }

    /// Takes the prompt from a JSON object.
    ///
    /// # Errors
    /// [`JsonlProblem`], for a value that is not an object with a `prompt`.
    pub fn of(value: Value) -> Result<Self, JsonlProblem> {
        Self::with_fields(value, None, None)
    }

    fn with_fields(
        value: Value,
        prompt: Option<&str>,
        id: Option<&str>,
    ) -> Result<Self, JsonlProblem> {
        let Value::Object(mut object) = value else {
            return Err(JsonlProblem::NotObject);
        };
        let prompt = match prompt {
            None => prompt_of(&object)?,
            Some(name) => match object.get(name) {
                Some(Value::String(prompt)) => prompt.clone(),
                Some(_) => return Err(JsonlProblem::NotText(name.to_owned())),
                None => return Err(JsonlProblem::NoPrompt(name.to_owned())),
            },
        };
        let id = match id {
            None => object.remove("id").or_else(|| object.remove("custom_id")),
            Some(name) => object.remove(name),
        };
        Ok(Self {
            id: id.unwrap_or(Value::Null),
            prompt,
        })
    }
}

/// The JSON of a line.
fn value(line: &[u8]) -> Result<Value, JsonlProblem> {
    let text = encoding::utf8(line).map_err(JsonlProblem::NotUtf8)?;
    json::parse(text.as_bytes()).map_err(|error| match error.is_data() {
        true => JsonlProblem::RepeatedKey(error),
        false => JsonlProblem::NotJson(error),
    })
}

/// The prompt of an object with a `prompt`, or of a request.
fn prompt_of(object: &Map<String, Value>) -> Result<String, JsonlProblem> {
    let field = object.get(PROMPT);
    if let Some(Value::String(prompt)) = field {
        return Ok(prompt.clone());
    }
    match chat::find(object) {
        Some(found) => found.text().ok_or(JsonlProblem::NoUserTurn),
        None if field.is_some() => Err(JsonlProblem::NotText(PROMPT.to_owned())),
        None => Err(JsonlProblem::NoPrompt(PROMPT.to_owned())),
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

    /// The next line that is not blank, not parsed yet, with its number; `None` at the end. It is for
    /// callers that parse on other threads, with [`JsonlPrompt::parse`].
    ///
    /// # Errors
    /// [`DatasetError`] of a reader that failed, for a line that is too long, and for text in UTF-16.
    pub fn next_line(&mut self) -> Result<Option<(u64, &[u8])>, DatasetError> {
        self.next_text()?;
        Ok((!self.text.is_empty()).then_some((self.line, &self.text)))
    }

    /// The text of the next line that is not blank, line end included; empty at the end.
    fn next_text(&mut self) -> Result<&[u8], DatasetError> {
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
            if self.line == 1 {
                let mark = encoding::mark(&self.text);
                let mark = mark.map_err(|problem| DatasetError::Utf8 { at: at(), problem })?;
                self.text.drain(..mark);
            }
            if read == 0 || !self.text.trim_ascii().is_empty() {
                return Ok(&self.text);
            }
        }
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
        assert_eq!(problem(3), "not a JSON object");
    }

    #[test]
    fn fields_that_are_named_are_read_in_place_of_the_usual_ones() {
        let line = br#"{"prompt": "a", "id": 1, "asked": "b", "lang": "de", "tags": [2]}"#;
        let read = |prompt, id| {
            let item = JsonlPrompt::parse_fields(line, prompt, id);
            item.map(|item| (item.prompt, item.id))
                .map_err(|problem| problem.to_string())
        };
        let both = |prompt: &str, id| Ok((prompt.to_owned(), id));
        assert_eq!(read(None, None), both("a", 1.into()));
        assert_eq!(read(Some("asked"), None), both("b", 1.into()));
        assert_eq!(read(None, Some("lang")), both("a", "de".into()));
        assert_eq!(read(Some("asked"), Some("none")), both("b", Value::Null));
        let problem = |name| read(Some(name), None).unwrap_err();
        assert_eq!(problem("tags"), "`tags` is not a string");
        assert_eq!(problem("none"), "no `none`");
    }

    #[test]
    fn lines_of_batch_files_and_conversations_are_read_with_their_ids() {
        let read = read(
            "{\"custom_id\": \"r-1\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": {\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}}
{\"messages\": [{\"role\": \"user\", \"content\": \"b\"}]}
{\"messages\": [{\"role\": \"system\", \"content\": \"c\"}]}",
        );
        let first = read[0].item.as_ref().unwrap();
        assert_eq!(
            (first.id.as_str(), first.prompt.as_str()),
            (Some("r-1"), "a")
        );
        assert_eq!(read[1].item.as_ref().unwrap().prompt, "b");
        let problem = read[2].item.as_ref().unwrap_err().to_string();
        assert_eq!(problem, "no text of the user in this request");
    }

    #[test]
    fn a_repeated_key_and_bytes_that_are_not_utf8_are_problems_of_their_line() {
        let bytes = b"\xef\xbb\xbf{\"prompt\": \"a\"}\n{\"prompt\": \"b\", \"prompt\": \"c\"}\n{\"prompt\": \"\xe9\"}\noops\n";
        let read: Vec<_> = JsonlPrompts::new("p.jsonl", &bytes[..])
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(read[0].item.as_ref().unwrap().prompt, "a");
        for (line, problem) in [
            (
                1,
                "the key \"prompt\" occurs twice; keep one at line 1 column 24",
            ),
            (2, "the byte at offset 12 is not UTF-8; save it as UTF-8"),
            (3, "not a JSON object: expected value at line 1 column 1"),
        ] {
            assert_eq!(read[line].item.as_ref().unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn utf16_is_an_error_that_names_it() {
        for text in [&b"\xff\xfe{\0"[..], b"\xfe\xff\0{"] {
            let mut prompts = JsonlPrompts::new("p.jsonl", text);
            let error = prompts.next().unwrap().unwrap_err();
            assert_eq!(
                error.to_string(),
                "p.jsonl, line 1: the text is in UTF-16; save it as UTF-8"
            );
        }
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

//! A row that was read, and what it holds.

use serde_json::Value;
use uniroute::dataset::{JsonlProblem, JsonlPrompt, unique_json, utf8};

use super::columns::Columns;

/// Longest prompt or id, and longest row of delimited text, in bytes; as for JSON lines.
pub const LONGEST: usize = uniroute::dataset::MAX_LINE;

/// A row that was read, and may have to be parsed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Number of its line or row, from 1.
    pub number: u64,
    content: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Line(Vec<u8>),
    Cells { id: Value, prompt: Option<String> },
}

impl Row {
    /// Bytes of the content, about.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::Line(line) => line.len(),
            Content::Cells { prompt, .. } => prompt.as_ref().map_or(0, String::len),
        }
    }

    /// The prompt with its id. This takes most of the time of reading JSON lines, and may be done on any
    /// thread.
    ///
    /// # Errors
    /// What is wrong with the row, in words; the row's number is not named.
    pub fn parse(self, columns: &Columns) -> Result<JsonlPrompt, String> {
        match self.content {
            Content::Line(line) => parse(&line, columns),
            Content::Cells { prompt: None, .. } => Err("the prompt is empty".to_owned()),
            Content::Cells {
                prompt: Some(prompt),
                ..
            } if prompt.len() > LONGEST => {
                Err(format!("the prompt is longer than {LONGEST} bytes"))
            }
            Content::Cells {
                id,
                prompt: Some(prompt),
            } => Ok(JsonlPrompt { id, prompt }),
        }
    }

    pub(super) fn line(number: u64, line: Vec<u8>) -> Self {
        let content = Content::Line(line);
        Self { number, content }
    }

    pub(super) fn cells(number: u64, id: Value, prompt: Option<String>) -> Self {
        let content = Content::Cells { id, prompt };
        Self { number, content }
    }
}

/// The prompt of a line, in the fields that are named, or in the usual ones.
fn parse(line: &[u8], columns: &Columns) -> Result<JsonlPrompt, String> {
    let said = |problem: JsonlProblem| problem.to_string();
    if *columns == Columns::default() {
        return JsonlPrompt::parse(line).map_err(said);
    }
    let text = utf8(line).map_err(|problem| problem.to_string())?;
    let value = unique_json(text.as_bytes()).map_err(|error| match error.is_data() {
        true => error.to_string(),
        false => format!("not a JSON object: {error}"),
    })?;
    let Value::Object(object) = &value else {
        return Err("not a JSON object".to_owned());
    };
    let id = columns.id.as_ref().map(|name| object.get(name).cloned());
    let mut item = match &columns.prompt {
        None => JsonlPrompt::of(value).map_err(said)?,
        Some(name) => match object.get(name) {
            Some(Value::String(prompt)) => JsonlPrompt {
                id: object
                    .get("id")
                    .or_else(|| object.get("custom_id"))
                    .cloned()
                    .unwrap_or_default(),
                prompt: prompt.clone(),
            },
            Some(_) => return Err(format!("`{name}` is not a string")),
            None => return Err(format!("no `{name}`")),
        },
    };
    if let Some(id) = id {
        item.id = id.unwrap_or_default();
    }
    Ok(item)
}

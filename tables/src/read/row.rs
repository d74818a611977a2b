//! A row that was read, and what it holds.

use serde_json::Value;
use uniroute::dataset::JsonlPrompt;

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
            Content::Line(line) => {
                let (prompt, id) = (columns.prompt.as_deref(), columns.id.as_deref());
                let parsed = JsonlPrompt::parse_fields(&line, prompt, id);
                parsed.map_err(|problem| problem.to_string())
            }
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

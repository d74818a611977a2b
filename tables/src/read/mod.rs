//! Rows with a prompt and perhaps an id, of any form.

mod arrow;
mod cells;
mod delimited;
mod lines;
mod parquet;

use std::io::{Read, Seek};

use serde_json::Value;
use uniroute::dataset::{JsonlPrompt, PROMPT_NAMES};

use crate::unpack::unpacked;
use crate::{Form, Packing, TableError};

/// Names of the column of ids, the most likely one first.
pub const ID_NAMES: [&str; 2] = ["id", "custom_id"];
/// Most columns that a message lists.
pub const SHOWN: usize = 20;
/// Longest prompt or id, and longest row of delimited text, in bytes; as for JSON lines.
pub const LONGEST: usize = uniroute::dataset::MAX_LINE;

/// The columns to read. By default that of the prompts is the first that there is of
/// [`PROMPT_NAMES`], and that of the ids of [`ID_NAMES`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Name of the column, or the field of JSON lines, of the prompts.
    pub prompt: Option<String>,
    /// Name of that of the ids.
    pub id: Option<String>,
}

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
            Content::Line(line) => lines::parse(&line, columns),
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

    fn cells(number: u64, id: Value, prompt: Option<String>) -> Self {
        let content = Content::Cells { id, prompt };
        Self { number, content }
    }
}

/// Calls `each` with every row of a stream. `file` is its name for messages.
///
/// # Errors
/// [`TableError`] for a stream that is damaged or has no column of prompts, and what `each` returns. Rows
/// before what is damaged have been given to `each`. Parquet is no stream: see [`file`].
pub fn stream(
    file: &str,
    (form, packing): (Form, Packing),
    reader: impl Read + Send,
    columns: &Columns,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let reader = unpacked(packing, reader);
    match form {
        Form::JsonLines => lines::read(file, reader, each),
        Form::Csv => delimited::read(file, reader, None, columns, each),
        Form::Tsv => delimited::read(file, reader, Some(b'\t'), columns, each),
        Form::ArrowFile | Form::ArrowStream => arrow::read(file, reader, columns, each),
        Form::Parquet => Err(TableError::damaged(
            file,
            "Parquet is not read from a stream, since its index is at the end; name the file",
        )),
    }
}

/// As [`stream`], for a file, which may be Parquet.
///
/// # Errors
/// As [`stream`].
pub fn file(
    file: &str,
    (form, packing): (Form, Packing),
    reader: impl Read + Seek + Send + 'static,
    columns: &Columns,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    match form {
        Form::Parquet => parquet::read(file, reader, columns, each),
        _ => stream(file, (form, packing), reader, columns, each),
    }
}

/// Positions of the columns of prompts and of ids. `usable` says which columns have texts or numbers.
fn find(
    file: &str,
    names: &[String],
    usable: impl Fn(usize) -> bool,
    columns: &Columns,
) -> Result<(usize, Option<usize>), TableError> {
    let shown = || {
        let usable = (0..).zip(names).filter(|(i, _)| usable(*i));
        usable.map(|(_, name)| name.clone()).take(SHOWN).collect()
    };
    let named = |wanted: &str| {
        let mut same = (0..).zip(names).filter(|(_, name)| *name == wanted);
        same.find(|(i, _)| usable(*i)).map(|(i, _)| i)
    };
    let known = |known: &[&str]| {
        let fits = |name: &str| (0..names.len()).find(|i| is_named(names, *i, name) && usable(*i));
        known.iter().find_map(|name| fits(name))
    };
    let wanted = |wanted: &Option<String>, usual: &[&str]| match wanted {
        None => Ok(known(usual)),
        Some(name) => named(name).map(Some).ok_or_else(|| TableError::NoColumn {
            file: file.to_owned(),
            column: name.clone(),
            columns: shown(),
        }),
    };
    let prompt = wanted(&columns.prompt, &PROMPT_NAMES)?.ok_or_else(|| TableError::NoPrompts {
        file: file.to_owned(),
        columns: shown(),
    })?;
    let id = wanted(&columns.id, &ID_NAMES)?.filter(|id| *id != prompt);
    Ok((prompt, id))
}

fn is_named(names: &[String], at: usize, name: &str) -> bool {
    let found = names.get(at).map(|found| found.trim().to_lowercase());
    found.as_deref() == Some(name)
}

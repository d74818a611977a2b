//! JSON lines.

use std::io::{BufReader, Read};

use serde_json::Value;
use uniroute::dataset::{JsonlProblem, JsonlPrompt, JsonlPrompts, unique_json, utf8};

use super::{Columns, Content, Row};
use crate::TableError;

const BUFFER: usize = 256 * 1024;

pub(super) fn read(
    file: &str,
    reader: impl Read,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut lines = JsonlPrompts::new(file, BufReader::with_capacity(BUFFER, reader));
    while let Some((number, line)) = lines.next_line()? {
        let content = Content::Line(line.to_owned());
        each(Row { number, content })?;
    }
    Ok(())
}

/// The prompt of a line, in the fields that are named, or in the usual ones.
pub(super) fn parse(line: &[u8], columns: &Columns) -> Result<JsonlPrompt, String> {
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

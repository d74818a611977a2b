//! JSON lines.

use serde::Serialize;

use super::column::{Cell, Column, Kind, Shown};
use crate::TableError;

/// About the bytes of a row.
const ROW: usize = 160;

pub(super) fn encode(
    columns: &[Column],
    rows: &[Vec<Cell>],
    shown: Shown,
) -> Result<Vec<u8>, TableError> {
    let mut text = Vec::with_capacity(rows.len() * ROW);
    let mut line = Vec::with_capacity(ROW);
    for row in rows {
        line.clear();
        object(columns, row, &mut line)?;
        // serde_json writes UTF-8 only.
        let json = std::str::from_utf8(&line).map_err(failed)?;
        text.extend_from_slice(shown(json).as_bytes());
        text.push(b'\n');
    }
    Ok(text)
}

fn object(columns: &[Column], row: &[Cell], to: &mut Vec<u8>) -> Result<(), TableError> {
    to.push(b'{');
    let start = to.len();
    for (column, cell) in columns.iter().zip(row) {
        if column.is_sparse && cell.is_none() {
            continue;
        }
        if to.len() > start {
            to.push(b',');
        }
        if let (Kind::Object, Cell::Json(object)) = (column.kind, cell) {
            let fields = object.strip_prefix('{').and_then(|o| o.strip_suffix('}'));
            match fields {
                Some("") | None => {
                    to.pop_if(|last| *last == b',');
                }
                Some(fields) => to.extend_from_slice(fields.as_bytes()),
            }
            continue;
        }
        json(&column.name, to)?;
        to.push(b':');
        match cell {
            Cell::Value(value) => json(value, to)?,
            Cell::Number(number) if column.kind == Kind::Whole => json(&(*number as i64), to)?,
            Cell::Number(number) => json(number, to)?,
            Cell::Json(text) => to.extend_from_slice(text.as_bytes()),
        }
    }
    to.push(b'}');
    Ok(())
}

fn json(value: &(impl Serialize + ?Sized), to: &mut Vec<u8>) -> Result<(), TableError> {
    serde_json::to_writer(to, value).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> TableError {
    TableError::Encode(error.to_string())
}

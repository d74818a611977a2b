//! Parquet files, through the reader of the library.

use std::io::{Read, Seek};

use serde_json::Value;
use uniroute::dataset::parquet::{Cell, ParquetTable};

use super::columns::{Columns, find};
use super::row::Row;
use crate::TableError;

pub(super) fn read(
    file: &str,
    reader: impl Read + Seek + Send + 'static,
    columns: &Columns,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let table = ParquetTable::open(file, reader)?;
    let names = table.columns();
    let (prompt, id) = find(file, &names, |column| table.has_cells(column), columns)?;
    let wanted: Vec<usize> = [Some(prompt), id].into_iter().flatten().collect();
    table.read(&wanted, |number, cells| {
        let mut cells = cells.into_iter();
        let prompt = cells.next().and_then(text);
        let id = cells.next().map_or(Value::Null, value);
        each(Row::cells(number, id, prompt))
    })
}

fn text(cell: Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => (!text.trim().is_empty()).then_some(text),
        Cell::Null => None,
        Cell::Bool(truth) => Some(truth.to_string()),
        Cell::Int(number) => Some(number.to_string()),
        Cell::Float(number) => Some(number.to_string()),
    }
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(truth) => truth.into(),
        Cell::Int(number) => number.into(),
        Cell::Float(number) => number.into(),
        Cell::Text(text) => text.into(),
    }
}

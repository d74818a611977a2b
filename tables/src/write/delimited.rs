//! Delimited text.

use csv::{Writer, WriterBuilder};

use super::column::{self, Cell, Column};
use crate::TableError;

pub(super) fn header(columns: &[Column], separator: u8) -> Result<Vec<u8>, TableError> {
    let mut text = writer(separator);
    let names = columns.iter().map(|column| column.name.as_str());
    text.write_record(names).map_err(failed)?;
    text.into_inner().map_err(failed)
}

pub(super) fn encode(rows: &[Vec<Cell>], separator: u8) -> Result<Vec<u8>, TableError> {
    let mut text = writer(separator);
    for row in rows {
        for cell in row {
            let written = match cell {
                Cell::Value(value) => {
                    text.write_field(column::text(value).as_deref().unwrap_or_default())
                }
                Cell::Number(number) => text.write_field(number.to_string()),
                Cell::Json(json) => text.write_field(json),
            };
            written.map_err(failed)?;
        }
        text.write_record(None::<&[u8]>).map_err(failed)?;
    }
    text.into_inner().map_err(failed)
}

fn writer(separator: u8) -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .delimiter(separator)
        .from_writer(Vec::new())
}

fn failed(error: impl std::fmt::Display) -> TableError {
    TableError::Encode(error.to_string())
}

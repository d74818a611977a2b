//! Rows as columns, for Arrow and Parquet.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::column::{self, Cell, Column, Kind};
use crate::TableError;

/// Rows of a row group of Parquet; a group is in memory until it is full.
const GROUP: usize = 64 * 1024;

pub(super) fn batch(columns: &[Column], rows: &[Vec<Cell>]) -> Result<RecordBatch, TableError> {
    let arrays = columns.iter().enumerate().map(|(at, column)| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        array(column, cells)
    });
    let arrays: Vec<ArrayRef> = arrays.collect::<Result<_, _>>()?;
    RecordBatch::try_new(schema(columns), arrays).map_err(|e| TableError::Encode(e.to_string()))
}

fn array<'a>(
    column: &Column,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<ArrayRef, TableError> {
    let wrong = || TableError::Encode(format!("a cell of {} is of another kind", column.name));
    Ok(match column.kind {
        Kind::Text | Kind::Object => {
            let mut array = StringBuilder::new();
            for cell in cells {
                match cell {
                    Cell::Value(value) => array.append_option(column::text(value)),
                    Cell::Json(json) => array.append_value(json),
                    Cell::Number(number) => array.append_value(number.to_string()),
                }
            }
            Arc::new(array.finish())
        }
        Kind::Number => {
            let mut array = Float64Builder::new();
            for cell in cells {
                match cell {
                    Cell::Number(number) => array.append_value(*number),
                    cell if cell.is_none() => array.append_null(),
                    _ => return Err(wrong()),
                }
            }
            Arc::new(array.finish())
        }
        Kind::Whole => {
            let mut array = Int64Builder::new();
            for cell in cells {
                match cell {
                    Cell::Number(number) => array.append_value(*number as i64),
                    cell if cell.is_none() => array.append_null(),
                    _ => return Err(wrong()),
                }
            }
            Arc::new(array.finish())
        }
    })
}

fn schema(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| {
        let kind = match column.kind {
            Kind::Text | Kind::Object => DataType::Utf8,
            Kind::Number => DataType::Float64,
            Kind::Whole => DataType::Int64,
        };
        Field::new(&column.name, kind, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

pub(super) fn parquet_writer<W: Write + Send>(
    out: W,
    columns: &[Column],
) -> Result<ArrowWriter<W>, TableError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP))
        .set_created_by(format!("uniroute {}", env!("CARGO_PKG_VERSION")))
        .build();
    ArrowWriter::try_new(out, schema(columns), Some(properties)).map_err(parquet_failed)
}

pub(super) fn file_writer<W: Write>(
    out: W,
    columns: &[Column],
) -> Result<FileWriter<W>, TableError> {
    FileWriter::try_new(out, &schema(columns)).map_err(failed)
}

pub(super) fn stream_writer<W: Write>(
    out: W,
    columns: &[Column],
) -> Result<StreamWriter<W>, TableError> {
    StreamWriter::try_new(out, &schema(columns)).map_err(failed)
}

pub(super) fn failed(error: ArrowError) -> TableError {
    match error {
        ArrowError::IoError(_, cause) => TableError::Write(cause),
        error => TableError::Write(std::io::Error::other(error.to_string())),
    }
}

pub(super) fn parquet_failed(error: ParquetError) -> TableError {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => TableError::Write(*cause),
            Err(cause) => TableError::Write(std::io::Error::other(cause.to_string())),
        },
        error => TableError::Write(std::io::Error::other(error.to_string())),
    }
}

//! Rows with a prompt and perhaps an id, of any form.

mod arrow;
mod cells;
mod columns;
mod delimited;
mod lines;
mod parquet;
mod row;

use std::io::{Read, Seek};

use crate::unpack::unpacked;
use crate::{Form, Packing, TableError};
pub use columns::{Columns, ID_NAMES, SHOWN};
pub use row::{LONGEST, Row};

/// Calls `each` with every row of a stream. `file` is its name for messages.
///
/// # Errors
/// [`TableError`] for a stream that is damaged or has no column of prompts, and what `each` returns. Rows
/// before what is damaged have been given to `each`. Parquet is no stream: see [`file()`].
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

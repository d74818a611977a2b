//! Rows over the same columns, in any form.

mod arrow;
mod column;
mod delimited;
mod lines;
mod pack;

use std::io::Write;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;

use crate::{Form, Packing, TableError};
pub use column::{Cell, Column, Kind, Shown};
use pack::Packed;

/// Turns rows into what [`Writer`] writes. It may be used on several threads at once.
#[derive(Clone)]
pub struct Encoder {
    form: Form,
    columns: Arc<[Column]>,
    shown: Shown,
}

/// Rows that were encoded.
pub struct Chunk(Content);

enum Content {
    Text(Vec<u8>),
    Batch(RecordBatch),
}

impl Encoder {
    /// For rows with a cell for each of these columns.
    pub fn new(form: Form, columns: Vec<Column>, shown: Shown) -> Self {
        Self {
            form,
            columns: columns.into(),
            shown,
        }
    }

    /// Encodes rows.
    ///
    /// # Errors
    /// [`TableError::Encode`] for a row with another number of cells than there are columns, or with cells
    /// of other kinds.
    pub fn encode(&self, rows: &[Vec<Cell>]) -> Result<Chunk, TableError> {
        if rows.iter().any(|row| row.len() != self.columns.len()) {
            return Err(TableError::Encode(
                "its cells are not as many as the columns".into(),
            ));
        }
        let content = match self.form {
            Form::JsonLines => Content::Text(lines::encode(&self.columns, rows, self.shown)?),
            Form::Csv => Content::Text(delimited::encode(rows, b',')?),
            Form::Tsv => Content::Text(delimited::encode(rows, b'\t')?),
            Form::Parquet | Form::ArrowFile | Form::ArrowStream => {
                Content::Batch(arrow::batch(&self.columns, rows)?)
            }
        };
        Ok(Chunk(content))
    }
}

/// Writes encoded rows.
pub struct Writer<W: Write + Send>(Target<W>);

enum Target<W: Write + Send> {
    Text(Packed<W>),
    Parquet(Box<ArrowWriter<W>>),
    File(FileWriter<W>),
    Stream(StreamWriter<Packed<W>>),
}

impl<W: Write + Send> Writer<W> {
    /// Writes what comes before the rows.
    ///
    /// # Errors
    /// [`TableError::Write`] where `out` cannot be written.
    pub fn new(encoder: &Encoder, packing: Packing, out: W) -> Result<Self, TableError> {
        let columns = &encoder.columns;
        let target = match encoder.form {
            Form::JsonLines => Target::Text(Packed::new(packing, out)),
            Form::Csv | Form::Tsv => {
                let separator = if encoder.form == Form::Csv {
                    b','
                } else {
                    b'\t'
                };
                let mut out = Packed::new(packing, out);
                out.write_all(&delimited::header(columns, separator)?)
                    .map_err(TableError::Write)?;
                Target::Text(out)
            }
            Form::Parquet => Target::Parquet(Box::new(arrow::parquet_writer(out, columns)?)),
            Form::ArrowFile => Target::File(arrow::file_writer(out, columns)?),
            Form::ArrowStream => {
                Target::Stream(arrow::stream_writer(Packed::new(packing, out), columns)?)
            }
        };
        Ok(Self(target))
    }

    /// Writes encoded rows.
    ///
    /// # Errors
    /// [`TableError::Write`], and [`TableError::Encode`] for rows that were encoded in another form.
    pub fn write(&mut self, chunk: Chunk) -> Result<(), TableError> {
        match (&mut self.0, chunk.0) {
            (Target::Text(out), Content::Text(text)) => {
                out.write_all(&text).map_err(TableError::Write)
            }
            (Target::Parquet(out), Content::Batch(batch)) => {
                out.write(&batch).map_err(arrow::parquet_failed)
            }
            (Target::File(out), Content::Batch(batch)) => out.write(&batch).map_err(arrow::failed),
            (Target::Stream(out), Content::Batch(batch)) => {
                out.write(&batch).map_err(arrow::failed)
            }
            _ => Err(TableError::Encode("it is in another form".into())),
        }
    }

    /// Writes what comes after the rows, and gives back what was written to.
    ///
    /// # Errors
    /// [`TableError::Write`].
    pub fn finish(self) -> Result<W, TableError> {
        let mut out = match self.0 {
            Target::Text(out) => out.finish().map_err(TableError::Write)?,
            Target::Parquet(out) => out.into_inner().map_err(arrow::parquet_failed)?,
            Target::File(mut out) => {
                out.finish().map_err(arrow::failed)?;
                out.into_inner().map_err(arrow::failed)?
            }
            Target::Stream(mut out) => {
                out.finish().map_err(arrow::failed)?;
                let out = out.into_inner().map_err(arrow::failed)?;
                out.finish().map_err(TableError::Write)?
            }
        };
        out.flush().map_err(TableError::Write)?;
        Ok(out)
    }
}

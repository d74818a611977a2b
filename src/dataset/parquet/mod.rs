//! Parquet files: their columns of numbers and texts, row by row.
//!
//! The `parquet` crate reads the footer and decodes values; `pages` unpacks them within limits. Columns of
//! lists, dates and bytes are there by name, but have no cells. Memory is that of one page of each column
//! that is read.

mod cells;
mod delta;
mod header;
mod pages;
#[cfg(test)]
mod tests;

use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use parquet::column::reader::get_column_reader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::DatasetError;
use super::place::Place;
pub use cells::Cell;
use cells::{Column, Kind};
use pages::Pages;

/// Bytes before the end of a file: the length of the footer, and `PAR1`.
const TAIL: u64 = 8;
const MAGIC: &[u8] = b"PAR1";
/// Largest footer, in bytes.
const MAX_FOOTER: u64 = 64 * 1024 * 1024;
/// Rows that are decoded at a time.
const BATCH: usize = 1024;

/// An open Parquet file.
pub struct ParquetTable<R> {
    file: String,
    source: Arc<Mutex<R>>,
    length: u64,
    metadata: ParquetMetaData,
}

impl<R: Read + Seek + Send + 'static> ParquetTable<R> {
    /// Reads the footer. `file` is the file's name, for messages.
    ///
    /// # Errors
    /// [`DatasetError::Packed`] for a file that is not Parquet or whose footer is damaged, and
    /// [`DatasetError::Read`].
    pub fn open(file: &str, mut reader: R) -> Result<Self, DatasetError> {
        let read = |cause| DatasetError::read(Place::whole(file), cause);
        let length = reader.seek(SeekFrom::End(0)).map_err(read)?;
        let not_parquet = || packed(file, "not a Parquet file, or cut short; write it again");
        if length < TAIL {
            return Err(not_parquet());
        }
        let mut tail = [0; TAIL as usize];
        reader.seek(SeekFrom::Start(length - TAIL)).map_err(read)?;
        reader.read_exact(&mut tail).map_err(read)?;
        let [a, b, c, d, magic @ ..] = tail;
        if magic == *b"PARE" {
            return Err(packed(
                file,
                "the footer is encrypted; write the file without encryption",
            ));
        }
        let footer = u64::from(u32::from_le_bytes([a, b, c, d]));
        if magic != MAGIC || footer > length - TAIL {
            return Err(not_parquet());
        }
        if footer > MAX_FOOTER {
            return Err(packed(
                file,
                "the footer is too large; write fewer row groups",
            ));
        }
        let start = length - TAIL - footer;
        reader.seek(SeekFrom::Start(start)).map_err(read)?;
        let mut bytes = Vec::new();
        reader
            .by_ref()
            .take(footer)
            .read_to_end(&mut bytes)
            .map_err(read)?;
        header::check_footer(&bytes)
            .map_err(|_| packed(file, "the footer is damaged; write the file again"))?;
        let metadata = ParquetMetaDataReader::decode_metadata(&bytes);
        let metadata = metadata
            .map_err(|error| packed(file, &format!("the footer is damaged: {}", said(&error))))?;
        Ok(Self {
            file: file.to_owned(),
            source: Arc::new(Mutex::new(reader)),
            length,
            metadata,
        })
    }

    /// Names of all columns; those inside others have their path, such as `metadata.score`.
    pub fn columns(&self) -> Vec<String> {
        let columns = self.metadata.file_metadata().schema_descr().columns();
        columns
            .iter()
            .map(|column| column.path().string())
            .collect()
    }

    /// Whether the column at a position of [`ParquetTable::columns`] has numbers or texts.
    pub fn has_cells(&self, column: usize) -> bool {
        let columns = self.metadata.file_metadata().schema_descr().columns();
        columns
            .get(column)
            .is_some_and(|column| Kind::of(column).is_some())
    }

    /// Number of rows, as the footer says.
    pub fn rows(&self) -> u64 {
        let groups = self.metadata.row_groups().iter();
        groups
            .map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
            .fold(0, u64::saturating_add)
    }

    /// Size of the file, in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Calls `each` with the number of each row, from 1, and its cells of these columns.
    ///
    /// # Errors
    /// [`DatasetError::Packed`] with row group and column of what is damaged, or what `each` returns.
    pub fn read<E: From<DatasetError>>(
        &self,
        columns: &[usize],
        mut each: impl FnMut(u64, Vec<Cell>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut number = 0;
        for group in 0..self.metadata.num_row_groups() {
            let mut readers = columns
                .iter()
                .map(|column| self.column(group, *column))
                .collect::<Result<Vec<_>, _>>()?;
            let rows = self.metadata.row_group(group).num_rows();
            let mut left = usize::try_from(rows).unwrap_or(0);
            while left > 0 {
                let batch = left.min(BATCH);
                let mut read = Vec::with_capacity(readers.len());
                for (reader, column) in readers.iter_mut().zip(columns) {
                    let wrong = |problem: &str| self.wrong(group, *column, problem);
                    let cells = reader.read(batch).map_err(|error| wrong(&said(&error)))?;
                    if cells.len() != batch {
                        return Err(wrong("it has fewer rows than the row group").into());
                    }
                    read.push(cells.into_iter());
                }
                for _ in 0..batch {
                    number += 1;
                    let cells = read
                        .iter_mut()
                        .map(|cells| cells.next().unwrap_or_default());
                    each(number, cells.collect())?;
                }
                left -= batch;
            }
        }
        Ok(())
    }

    fn column(&self, group: usize, column: usize) -> Result<Column, DatasetError> {
        let wrong = |problem: &str| self.wrong(group, column, problem);
        let descriptor = self
            .metadata
            .file_metadata()
            .schema_descr()
            .columns()
            .get(column);
        let chunk = self.metadata.row_group(group).columns().get(column);
        let (Some(descriptor), Some(chunk)) = (descriptor, chunk) else {
            return Err(wrong("no such column"));
        };
        let Some(kind) = Kind::of(descriptor) else {
            return Err(wrong("neither numbers nor texts; write it as one of these"));
        };
        let start = chunk.dictionary_page_offset().filter(|at| *at > 0);
        let start = u64::try_from(start.unwrap_or(chunk.data_page_offset()));
        let size = u64::try_from(chunk.compressed_size());
        let end = start
            .iter()
            .zip(&size)
            .find_map(|(start, size)| start.checked_add(*size));
        let (Ok(start), Some(end)) = (start, end.filter(|end| *end <= self.length)) else {
            return Err(wrong("it lies outside the file, which may be cut short"));
        };
        let codec = chunk.compression_codec();
        let has_levels = descriptor.max_def_level() > 0;
        let pages = Pages::new(self.source.clone(), (start, end), codec, has_levels);
        let pages = pages.map_err(|error| wrong(&said(&error)))?;
        let reader = get_column_reader(descriptor.clone(), Box::new(pages));
        Ok(Column::new(reader, kind, descriptor.max_def_level()))
    }

    fn wrong(&self, group: usize, column: usize, problem: &str) -> DatasetError {
        let names = self.columns();
        let name = names.get(column).map_or("", String::as_str);
        let problem = format!("row group {}, column {name}: {problem}", group + 1);
        packed(&self.file, &problem)
    }
}

fn packed(file: &str, problem: &str) -> DatasetError {
    DatasetError::Packed {
        at: Place::whole(file),
        problem: crate::printable::printable(problem),
    }
}

/// What the crate says, without the name of its kind of error.
fn said(error: &ParquetError) -> String {
    match error {
        ParquetError::General(text) | ParquetError::NYI(text) | ParquetError::EOF(text) => {
            text.clone()
        }
        error => error.to_string(),
    }
}

//! Labels in binary files: Parquet, and packed logs of Inspect.

use std::borrow::Cow;
use std::io::{Read, Seek};

use serde_json::{Map, Number, Value};
use zip::{CompressionMethod, ZipArchive};

use super::formats::Inspect;
use super::reading::Reading;
use super::visit::{Items, item, parse};
use crate::dataset::parquet::{Cell, ParquetTable};
use crate::dataset::place::Place;
use crate::dataset::unpack::{Packing, Unpacked, allowance, unpack};
use crate::dataset::{DatasetError, encoding};

/// Most columns of a table of labels.
const MAX_COLUMNS: usize = 1000;
/// Rows that a file may have however short it is, and how many more a byte may stand for: rows of labels
/// have prompts of their own, so that more of them are a file that was made to take memory.
const FREE_ROWS: u64 = 1000;
const ROWS_A_BYTE: u64 = 16;
/// Most packed bytes of one sample.
const MAX_SAMPLE: u64 = 64 * 1024 * 1024;
/// Most files in an archive.
const MAX_ENTRIES: usize = 1_000_000;

/// Reads the rows of a Parquet file as objects.
pub(super) fn parquet<R: Read + Seek + Send + 'static>(
    reading: &mut Reading,
    reader: R,
) -> Result<(), DatasetError> {
    let file = reading.file;
    let table = ParquetTable::open(file, reader)?;
    let at = || Place::whole(file);
    let most = FREE_ROWS.saturating_add(ROWS_A_BYTE.saturating_mul(table.length()));
    if table.rows() > most {
        let limit = usize::try_from(most).unwrap_or(usize::MAX);
        return Err(DatasetError::TooManyRows { at: at(), limit });
    }
    let names = table.columns();
    let readable: Vec<usize> = (0..names.len()).filter(|i| table.has_cells(*i)).collect();
    if readable.len() > MAX_COLUMNS {
        let problem = format!("more than {MAX_COLUMNS} columns; write only those of the labels");
        return Err(DatasetError::Packed { at: at(), problem });
    }
    let mut items = Items::default();
    table.read(&readable, |row, cells| {
        let titles = readable.iter().filter_map(|column| names.get(*column));
        let fields = titles.cloned().zip(cells.into_iter().map(value));
        let object: Map<String, Value> = fields.collect();
        items.read(reading, &Place::row(file, row), Value::Object(object))
    })
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Bool(value),
        Cell::Int(value) => value.into(),
        Cell::Float(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Cell::Text(text) => Value::String(text),
    }
}

/// Reads the samples of a packed log of Inspect.
pub(super) fn archive(reading: &mut Reading, reader: impl Read + Seek) -> Result<(), DatasetError> {
    let file = reading.file;
    let damaged = |problem: String| DatasetError::Packed {
        at: Place::whole(file),
        problem,
    };
    let mut archive = ZipArchive::new(reader)
        .map_err(|error| damaged(format!("not a packed log, or cut short: {error}")))?;
    if archive.len() > MAX_ENTRIES {
        return Err(damaged(format!("more than {MAX_ENTRIES} files inside")));
    }
    let header = ["header.json", "_journal/start.json"];
    let header = header.iter().find_map(|name| archive.index_for_name(name));
    let header = header
        .map(|index| entry(&mut archive, file, index))
        .transpose()?;
    let header = header.as_ref().and_then(|(_, value)| value.as_object());
    let form = header.and_then(|header| Inspect::new(header, &reading.options));
    let Some(mut form) = form else {
        return Err(damaged(
            "no log of Inspect: its header.json is not there".to_owned(),
        ));
    };
    reading.taken_for("a packed log of Inspect", Vec::new());
    for index in 0..archive.len() {
        let name = name_of(&archive, index);
        let is_sample = name.starts_with("samples/") && name.ends_with(".json");
        if is_sample {
            match entry(&mut archive, file, index) {
                Ok((at, sample)) => item(reading, &mut form, &at, &sample)?,
                Err(error) => reading.row(Err(error))?,
            }
        }
    }
    Ok(())
}

/// The name of a file in the archive; empty if it is none.
fn name_of(archive: &ZipArchive<impl Read + Seek>, index: usize) -> String {
    let name = archive.name_for_index(index).and_then(Result::ok);
    name.map(Cow::into_owned).unwrap_or_default()
}

/// A file of the archive, as JSON.
fn entry(
    archive: &mut ZipArchive<impl Read + Seek>,
    file: &str,
    index: usize,
) -> Result<(Place, Value), DatasetError> {
    let name = name_of(archive, index);
    let at = Place::whole(&format!("{file}/{name}"));
    let damaged = |problem: String| DatasetError::Packed {
        at: at.clone(),
        problem,
    };
    let too_large = |limit: u64| DatasetError::TooLarge {
        at: at.clone(),
        limit,
        remedy: "leave this sample out of the log",
    };
    let entry = archive
        .by_index_raw(index)
        .map_err(|error| damaged(error.to_string()))?;
    let packing = match entry.compression() {
        CompressionMethod::STORE => Packing::Stored,
        CompressionMethod::DEFLATE => Packing::Deflate,
        CompressionMethod::ZSTD => Packing::Zstd,
        other => return Err(damaged(format!("packed as {other}, which is not read"))),
    };
    let mut packed = Vec::new();
    let read = entry.take(MAX_SAMPLE + 1).read_to_end(&mut packed);
    read.map_err(|error| damaged(error.to_string()))?;
    if packed.len() as u64 > MAX_SAMPLE {
        return Err(too_large(MAX_SAMPLE));
    }
    let limit = allowance(packed.len());
    let text = unpack(packing, &packed, limit).map_err(|error| match error {
        Unpacked::TooLarge => too_large(limit as u64),
        Unpacked::Damaged(problem) => damaged(problem),
    })?;
    let text = encoding::utf8(&text).map_err(|problem| DatasetError::Utf8 {
        at: at.clone(),
        problem,
    })?;
    let value = parse(text.as_bytes()).map_err(|error| damaged(format!("not JSON: {error}")))?;
    Ok((at, value))
}

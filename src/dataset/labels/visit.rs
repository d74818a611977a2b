//! The records of a file of labels, whatever its format.

use std::io::Read;

use super::super::place::Place;
use super::super::{DatasetError, Format, json, jsonl};
use super::record::{Needed, Record};
use super::{object, table};

/// Calls `each` with the records of a file, in their order. The file's name gives the format.
pub(super) fn visit(
    file: &str,
    reader: impl Read,
    needed: Needed,
    each: &mut dyn FnMut(Record),
) -> Result<(), DatasetError> {
    match Format::of(file) {
        Format::Csv => table::read(file, reader, b',', needed, each),
        Format::Tsv => table::read(file, reader, b'\t', needed, each),
        Format::JsonLines => {
            for line in jsonl::lines(file, reader) {
                let (line, text) = line?;
                let at = Place::line(file, line);
                match json::parse(text.as_bytes()) {
                    Ok(value) => each(object::read(&at, value, needed)?),
                    Err(error) => return Err(DatasetError::json(at, &error)),
                }
            }
            Ok(())
        }
        Format::JsonList => {
            for (i, value) in jsonl::list(file, reader)?.into_iter().enumerate() {
                each(object::read(&Place::item(file, i), value, needed)?);
            }
            Ok(())
        }
        Format::Lines => Err(DatasetError::LabelsFormat {
            at: Place::whole(file),
        }),
    }
}

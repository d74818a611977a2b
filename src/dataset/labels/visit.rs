//! The records of a file of labels, whatever its format.

use std::io::Read;

use serde_json::{Map, Value};

use super::formats::{self, Document, Form};
use super::reading::Reading;
use super::scores::without_constants;
use super::{object, table};
use crate::dataset::label_error::LabelsError;
use crate::dataset::place::Place;
use crate::dataset::{DatasetError, Format, json, jsonl};

/// Largest JSON document, in bytes: unlike lines, it is in memory as a whole.
const MAX_DOCUMENT: u64 = 256 * 1024 * 1024;
/// Parts of logs that hold no label and may be long. They are not kept.
const LEFT_OUT: [&str; 5] = ["events", "events_data", "store", "timelines", "table"];

/// Reads the rows of a file, in their order. The file's name gives the format, and the fields of its first
/// item the form.
pub(super) fn visit(reading: &mut Reading, reader: impl Read) -> Result<(), DatasetError> {
    match Format::of(reading.file) {
        Format::Csv => table::read(reading, reader, b','),
        Format::Tsv => table::read(reading, reader, b'\t'),
        Format::JsonLines => lines(reading, reader),
        Format::JsonList => document(reading, reader),
        Format::Lines => Err(DatasetError::LabelsFormat {
            at: Place::whole(reading.file),
        }),
    }
}

fn lines(reading: &mut Reading, reader: impl Read) -> Result<(), DatasetError> {
    let file = reading.file;
    let mut items = Items::default();
    for line in jsonl::lines(file, reader) {
        let (line, text) = line?;
        let at = Place::line(file, line);
        match parse(text.as_bytes()) {
            Ok(value) => items.read(reading, &at, value)?,
            Err(error) => reading.row(Err(DatasetError::json(at, &error)))?,
        }
    }
    Ok(())
}

fn document(reading: &mut Reading, reader: impl Read) -> Result<(), DatasetError> {
    let file = reading.file;
    let text = jsonl::whole(file, reader.take(MAX_DOCUMENT + 1))?;
    if text.len() as u64 > MAX_DOCUMENT {
        return Err(DatasetError::TooLarge {
            at: Place::whole(file),
            limit: MAX_DOCUMENT,
            remedy: "write an object a line into a .jsonl file",
        });
    }
    let value = parse(&text)
        .map_err(|error| DatasetError::json(Place::line(file, error.line() as u64), &error))?;
    drop(text);
    match value {
        Value::Array(list) => {
            let mut items = Items::default();
            for (i, value) in list.into_iter().enumerate() {
                items.read(reading, &Place::item(file, i), value)?;
            }
            Ok(())
        }
        Value::Object(object) => match formats::of_document(object, &reading.options) {
            Ok(document) => entries(reading, document),
            Err(object) => Err(unknown(file, &object)),
        },
        _ => Err(DatasetError::NotList {
            at: Place::whole(file),
        }),
    }
}

fn entries(reading: &mut Reading, document: Document) -> Result<(), DatasetError> {
    let Document {
        mut form,
        list,
        items,
    } = document;
    reading.taken_for(form.name(), Vec::new());
    for (i, value) in items.iter().enumerate() {
        let at = Place::entry(reading.file, list, i);
        item(reading, form.as_mut(), &at, value)?;
    }
    Ok(())
}

/// Reads one item of a form.
pub(super) fn item(
    reading: &mut Reading,
    form: &mut dyn Form,
    at: &Place,
    value: &Value,
) -> Result<(), DatasetError> {
    let row = match value.as_object() {
        Some(object) => form.read(at, object, &mut reading.scores),
        None => Err(DatasetError::NotObject { at: at.clone() }),
    };
    reading.row(row)
}

/// JSON as evaluation programs write it, without long parts that hold no labels.
pub(super) fn parse(text: &[u8]) -> serde_json::Result<Value> {
    let read = json::parse_without(text, &LEFT_OUT);
    read.or_else(|error| match without_constants(text) {
        Some(plain) => json::parse_without(&plain, &LEFT_OUT),
        None => Err(error),
    })
}

/// The items of a list or of lines; the first object says what they are.
#[derive(Default)]
pub(super) struct Items<'a> {
    form: Option<Option<Box<dyn Form + 'a>>>,
}

impl<'a> Items<'a> {
    pub fn read(
        &mut self,
        reading: &mut Reading<'a>,
        at: &Place,
        value: Value,
    ) -> Result<(), DatasetError> {
        if self.form.is_none()
            && let Value::Object(first) = &value
        {
            let form = formats::of_items(reading.file, first, &reading.options)?;
            match &form {
                Some(form) => reading.taken_for(form.name(), Vec::new()),
                None => {
                    let unused = object::unused(first, &reading.options);
                    reading.taken_for("a list of labels", unused);
                }
            }
            self.form = Some(form);
        }
        match self.form.as_mut().and_then(Option::as_mut) {
            Some(form) => item(reading, form.as_mut(), at, &value),
            None => {
                let (options, needed) = (reading.options, reading.needed);
                let row = object::read(at, value, &options, needed, &mut reading.scores);
                reading.row(row)
            }
        }
    }
}

fn unknown(file: &str, object: &Map<String, Value>) -> DatasetError {
    LabelsError::UnknownDocument {
        at: Place::whole(file),
        keys: object.keys().cloned().collect(),
    }
    .into()
}

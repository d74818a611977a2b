//! Arrow's IPC format: a stream, or a file, which is a stream between a mark and an index.
//!
//! Source: Apache Arrow, Columnar format, "Serialization and interprocess communication".

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_schema::{ArrowError, Schema};
use serde_json::Value;

use super::cells::Cells;
use super::columns::{Columns, find};
use super::row::Row;
use crate::TableError;

/// Start of a file. Zeros after it align what follows.
const FILE: &[u8; 8] = b"ARROW1\0\0";
/// Most zeros after the start of a file, in steps of four: those of the largest alignment in use.
const MOST_ZEROS: usize = 64 / 4;
/// Before the length of each message.
const CONTINUES: [u8; 4] = [0xff; 4];
/// Largest head of a message, in bytes.
const LARGEST_HEAD: u32 = 16 * 1024 * 1024;
/// Largest batch of rows, in bytes.
const LARGEST_BATCH: u64 = 256 * 1024 * 1024;

pub(super) fn read(
    file: &str,
    reader: impl Read,
    columns: &Columns,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut messages = Messages {
        file,
        reader,
        started: false,
    };
    let mut decoder = StreamDecoder::new();
    let mut found = None;
    let mut number = 0;
    while let Some(message) = messages.next()? {
        let batch = decode(&mut decoder, message);
        let batch = batch.map_err(|problem| {
            let place = match found {
                None => "the schema".to_owned(),
                Some(_) => format!("the batch after row {number}"),
            };
            TableError::damaged(file, &format!("{place}: {problem}"))
        })?;
        let position = match (found, decoder.schema()) {
            (Some(position), _) => position,
            (None, None) => continue,
            (None, Some(schema)) => *found.insert(positions(file, &schema, columns)?),
        };
        if let Some(batch) = batch {
            rows(&batch, position, &mut number, each)?;
        }
    }
    match found {
        Some(_) => Ok(()),
        None => Err(TableError::damaged(
            file,
            "no schema; write the table again",
        )),
    }
}

fn positions(
    file: &str,
    schema: &Schema,
    columns: &Columns,
) -> Result<(usize, Option<usize>), TableError> {
    let names: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    let usable = |i: usize| {
        let field = schema.fields().get(i);
        field.is_some_and(|field| Cells::are_of(field.data_type()))
    };
    find(file, &names, usable, columns)
}

fn rows(
    batch: &RecordBatch,
    (prompt, id): (usize, Option<usize>),
    number: &mut u64,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let cells = |column: usize| batch.columns().get(column).and_then(Cells::of);
    let (prompts, ids) = (cells(prompt), id.and_then(cells));
    for row in 0..batch.num_rows() {
        *number += 1;
        let text = prompts.as_ref().and_then(|cells| cells.text(row));
        let text = text.filter(|text| !text.trim().is_empty());
        let id = ids.as_ref().map_or(Value::Null, |cells| cells.value(row));
        each(Row::cells(*number, id, text))?;
    }
    Ok(())
}

/// Decodes one message; the batch of rows, if it is one.
fn decode(decoder: &mut StreamDecoder, message: Vec<u8>) -> Result<Option<RecordBatch>, String> {
    let mut buffer = Buffer::from(message);
    // The crate panics at some damages. Nothing is decoded after that.
    let decoded = catch_unwind(AssertUnwindSafe(|| decoder.decode(&mut buffer)));
    match decoded {
        Ok(Ok(batch)) => Ok(batch),
        Ok(Err(error)) => Err(said(error)),
        Err(_) => Err("its values are damaged".to_owned()),
    }
}

fn said(error: ArrowError) -> String {
    match error {
        ArrowError::IpcError(text)
        | ArrowError::ParseError(text)
        | ArrowError::InvalidArgumentError(text)
        | ArrowError::NotYetImplemented(text) => text,
        error => error.to_string(),
    }
}

/// The messages of a stream, each with its head and body as they were written.
struct Messages<'a, R> {
    file: &'a str,
    reader: R,
    started: bool,
}

impl<R: Read> Messages<'_, R> {
    /// The next message; `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, TableError> {
        let mut message = self.take(4, Vec::new())?;
        if !self.started {
            self.started = true;
            if message == FILE[..4] {
                let mark = self.take(4, message)?;
                if mark != FILE {
                    return Err(self.wrong("not an Arrow table; write it again"));
                }
                message = self.take(4, Vec::new())?;
                for _ in 0..MOST_ZEROS {
                    if message == [0; 4] {
                        message = self.take(4, Vec::new())?;
                    }
                }
            } else if message.len() == 4 && message != CONTINUES {
                return Err(self.wrong("not an Arrow stream; write it again"));
            }
        }
        if message.is_empty() {
            return Ok(None);
        }
        if message == CONTINUES {
            message = self.take(4, message)?;
        }
        let length = message.last_chunk::<4>().map(|b| u32::from_le_bytes(*b));
        let length = match length {
            Some(0) => return Ok(None),
            Some(length) if length <= LARGEST_HEAD => length as usize,
            Some(_) => return Err(self.wrong("the head of a message is too large")),
            None => return Err(self.wrong("cut short; write it again")),
        };
        let start = message.len();
        let message = self.whole(length, message)?;
        let head = message.get(start..).unwrap_or_default();
        let body = arrow_ipc::root_as_message(head)
            .map(|head| u64::try_from(head.bodyLength()).unwrap_or(u64::MAX));
        let Ok(body) = body else {
            return Err(self.wrong("the head of a message is damaged"));
        };
        if body > LARGEST_BATCH {
            let most = LARGEST_BATCH / (1024 * 1024);
            let problem = format!("a batch has more than {most} MB; write smaller batches");
            return Err(self.wrong(&problem));
        }
        self.whole(usize::try_from(body).unwrap_or(usize::MAX), message)
            .map(Some)
    }

    /// Appends so many bytes, or fewer at the end.
    fn take(&mut self, bytes: usize, mut to: Vec<u8>) -> Result<Vec<u8>, TableError> {
        let mut limited = self.reader.by_ref().take(bytes as u64);
        match limited.read_to_end(&mut to) {
            Ok(_) => Ok(to),
            Err(error) => Err(self.wrong(&format!("cannot read: {error}"))),
        }
    }

    /// Appends so many bytes; fewer are an error.
    fn whole(&mut self, bytes: usize, to: Vec<u8>) -> Result<Vec<u8>, TableError> {
        let wanted = to.len().saturating_add(bytes);
        let taken = self.take(bytes, to)?;
        match taken.len() == wanted {
            true => Ok(taken),
            false => Err(self.wrong("cut short; write it again")),
        }
    }

    fn wrong(&self, problem: &str) -> TableError {
        TableError::damaged(self.file, problem)
    }
}

//! Delimited text with a header.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Error, Read};
use std::rc::Rc;

use serde_json::Value;
use uniroute::dataset::CsvTable;

use super::columns::{Columns, find};
use super::row::{LONGEST, Row};
use crate::TableError;

const BUFFER: usize = 64 * 1024;
/// The separators that are looked for in the header; of equally many the first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub(super) fn read(
    file: &str,
    reader: impl Read,
    separator: Option<u8>,
    columns: &Columns,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let left = Rc::new(Cell::new(LONGEST));
    let mut reader = BufReader::with_capacity(BUFFER, reader);
    let separator = match separator {
        Some(separator) => separator,
        None => most_frequent(reader.fill_buf().unwrap_or_default()),
    };
    let limited = Limited {
        reader,
        left: left.clone(),
    };
    let mut table = CsvTable::new(file, limited, separator)?;
    let (prompt, id) = find(file, table.header(), |_| true, columns)?;
    loop {
        left.set(LONGEST);
        let Some(row) = table.next()? else {
            return Ok(());
        };
        let id = id.map_or(Value::Null, |id| row.cell(id).into());
        let text = row.cell(prompt);
        let text = (!text.trim().is_empty()).then(|| text.to_owned());
        each(Row::cells(row.line, id, text))?;
    }
}

/// The separator that the first line has most often, outside of quotes.
fn most_frequent(start: &[u8]) -> u8 {
    let mut counts = [0; SEPARATORS.len()];
    let mut quoted = false;
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                let counts = SEPARATORS.iter().zip(&mut counts);
                counts.for_each(|(separator, count)| *count += u32::from(separator == byte));
            }
            _ => {}
        }
    }
    let counts = SEPARATORS.iter().zip(counts);
    let most = counts.reduce(|best, next| if next.1 > best.1 { next } else { best });
    most.map_or(b',', |(separator, _)| *separator)
}

/// Ends with an error when a row takes more bytes than it may: a quote that is not closed would take the
/// rest of the file into memory.
struct Limited<R> {
    reader: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let Some(left) = self.left.get().checked_sub(1) else {
            let text = format!("a row is longer than {LONGEST} bytes; is a quote not closed?");
            return Err(Error::other(text));
        };
        let read = self.reader.read(to)?;
        self.left.set((left + 1).saturating_sub(read));
        Ok(read)
    }
}

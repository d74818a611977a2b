//! JSON lines.

use std::io::{BufReader, Read};

use uniroute::dataset::JsonlPrompts;

use super::row::Row;
use crate::TableError;

const BUFFER: usize = 256 * 1024;

pub(super) fn read(
    file: &str,
    reader: impl Read,
    each: &mut dyn FnMut(Row) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut lines = JsonlPrompts::new(file, BufReader::with_capacity(BUFFER, reader));
    while let Some((number, line)) = lines.next_line()? {
        each(Row::line(number, line.to_owned()))?;
    }
    Ok(())
}

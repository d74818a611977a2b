//! Delimited text: rows of cells, where quotes protect separators, line ends and doubled quotes.

use super::error::Place;
use super::{DatasetError, column_named};
use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};
use std::io::Read;

/// Most rows of a table that is kept whole.
pub(super) const MAX_ROWS: usize = 200_000;

/// A table with a header; every row has as many cells as it.
pub(super) struct Table<'a, R> {
    file: &'a str,
    header: Vec<String>,
    reader: Reader<R>,
}

/// A row with the line that it starts on.
pub(super) struct Row {
    pub line: u64,
    cells: StringRecord,
}

impl Row {
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

impl<'a, R: Read> Table<'a, R> {
    /// Reads the header.
    pub fn new(file: &'a str, reader: R, delimiter: u8) -> Result<Self, DatasetError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(reader);
        let header = reader.headers().map_err(|e| error(file, e))?;
        let header = header
            .iter()
            .map(|title| title.trim_start_matches('\u{feff}').to_owned())
            .collect();
        Ok(Self {
            file,
            header,
            reader,
        })
    }

    /// Titles of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Row>, DatasetError> {
        let mut cells = StringRecord::new();
        let found = self.reader.read_record(&mut cells);
        Ok(found.map_err(|e| error(self.file, e))?.then(|| Row {
            line: cells.position().map_or(0, Position::line),
            cells,
        }))
    }
}

/// The cells of these columns, a row at a time. Further columns are not read.
///
/// # Errors
/// [`DatasetError`] for a file that is not a table, or without one of the columns.
pub fn columns<const N: usize>(
    file: &str,
    reader: impl Read,
    names: [&'static str; N],
) -> Result<Vec<[String; N]>, DatasetError> {
    let mut table = Table::new(file, reader, b',')?;
    let mut at = [0; N];
    for (at, name) in at.iter_mut().zip(names) {
        *at = column_named(table.header(), &[name]).ok_or_else(|| DatasetError::MissingColumn {
            at: Place::line(file, 1),
            column: name.to_owned(),
            remedy: "the first line must name it",
        })?;
    }
    let mut rows = Vec::new();
    while let Some(row) = table.next()? {
        if rows.len() == MAX_ROWS {
            return Err(DatasetError::PublishedRows {
                at: Place::whole(file),
                limit: MAX_ROWS,
            });
        }
        rows.push(at.map(|column| row.cell(column).trim().to_owned()));
    }
    Ok(rows)
}

/// All rows, of any lengths; empty ones are left out. A quote that is not closed protects the rest
/// of the text.
pub(super) fn rows(
    file: &str,
    text: &str,
    delimiter: u8,
) -> Result<Vec<Vec<String>>, DatasetError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut cells = StringRecord::new();
    while reader.read_record(&mut cells).map_err(|e| error(file, e))? {
        if cells.iter().any(|cell| !cell.is_empty()) || cells.len() > 1 {
            rows.push(cells.iter().map(str::to_owned).collect());
        }
    }
    Ok(rows)
}

fn error(file: &str, error: csv::Error) -> DatasetError {
    let line = error.position().map_or(0, Position::line);
    let at = match line {
        0 => Place::whole(file),
        line => Place::line(file, line),
    };
    match error.into_kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => DatasetError::Columns {
            at,
            found: len,
            expected: expected_len,
        },
        ErrorKind::Utf8 { .. } => DatasetError::Utf8 { at },
        ErrorKind::Io(cause) => DatasetError::Read { at, cause },
        // The rest is about seeking and serde, which nothing here uses.
        _ => DatasetError::Read {
            at,
            cause: std::io::Error::other("not a table"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        rows("t.csv", text, b',').unwrap()
    }

    #[test]
    fn quotes_protect_separators_line_ends_and_doubled_quotes() {
        assert_eq!(
            read("id,q\n1,\"a, b\"\n2,\"say \"\"hi\"\"\nand bye\"\n"),
            [["id", "q"], ["1", "a, b"], ["2", "say \"hi\"\nand bye"]]
        );
        assert_eq!(read("a\"b,\"c\"d\n"), [["a\"b", "cd"]]);
    }

    #[test]
    fn rows_end_at_any_line_end_and_empty_ones_are_left_out() {
        assert_eq!(
            read("a,b\r\nc,d\re,f\n\n\"\"\n,\n"),
            [["a", "b"], ["c", "d"], ["e", "f"], ["", ""]]
        );
        assert!(read("").is_empty());
    }

    #[test]
    fn rows_may_differ_in_length_and_a_last_separator_has_a_cell_after_it() {
        let rows = read("a,b,c\nd\ne,f,");
        assert_eq!(rows, [vec!["a", "b", "c"], vec!["d"], vec!["e", "f", ""]]);
    }

    #[test]
    fn a_quote_that_is_not_closed_protects_the_rest() {
        assert_eq!(read("a,\"b\nc,d"), [["a", "b\nc,d"]]);
    }
}

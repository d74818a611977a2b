//! Delimited text: rows of cells, where quotes protect separators, line ends and doubled quotes.

use super::encoding::Text;
use super::place::Place;
use super::quotes::Quotes;
use super::{DatasetError, column_named};
use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};
use std::collections::HashSet;
use std::io::Read;

/// Most rows of a table that is kept whole.
pub(super) const MAX_ROWS: usize = 200_000;
/// Most cells of a file of prompts, which is kept whole.
pub(super) const MAX_CELLS: usize = 2_000_000;

/// A table with a header; every row has as many cells as it. It is read row by row: memory is that of one row.
pub struct Table<'a, R> {
    file: &'a str,
    header: Vec<String>,
    reader: Reader<Quotes<Text<R>>>,
}

/// A row with the line that it starts on.
pub struct Row {
    /// Number of the line, from 1.
    pub line: u64,
    cells: StringRecord,
}

impl Row {
    /// The text of a cell; empty for a column that there is not.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

impl<'a, R: Read> Table<'a, R> {
    /// Reads the header. `delimiter` separates cells; `file` is the name for messages.
    ///
    /// # Errors
    /// [`DatasetError`] for text that is not UTF-8, quotes that do not fit, and two columns of one name.
    pub fn new(file: &'a str, reader: R, delimiter: u8) -> Result<Self, DatasetError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(Quotes::new(Text::new(reader), delimiter));
        let header = reader.headers().cloned();
        reader.get_ref().check(file)?;
        let header = header.map_err(|e| error(file, e))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if let Some(column) = repeated(&header) {
            let at = Place::line(file, 1);
            return Err(DatasetError::RepeatedColumn { at, column });
        }
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

    /// The position of the column with the first of these names, in whatever case.
    ///
    /// # Errors
    /// [`DatasetError::RepeatedColumn`] if two columns have it.
    pub fn column(&self, names: &[&str]) -> Result<Option<usize>, DatasetError> {
        column_named(&self.header, names).map_err(|column| DatasetError::RepeatedColumn {
            at: Place::line(self.file, 1),
            column,
        })
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// [`DatasetError`] for a row of another length than the header, for quotes that do not fit, and of a
    /// reader that failed.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator has no errors of its own"
    )]
    pub fn next(&mut self) -> Result<Option<Row>, DatasetError> {
        let mut cells = StringRecord::new();
        let found = self.reader.read_record(&mut cells);
        self.reader.get_ref().check(self.file)?;
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
        let column = table.column(&[name])?;
        *at = column.ok_or_else(|| DatasetError::MissingColumn {
            at: Place::line(file, 1),
            column: name.to_owned(),
            remedy: "the first line must name it",
        })?;
    }
    let mut rows = Vec::new();
    while let Some(row) = table.next()? {
        if rows.len() == MAX_ROWS {
            return Err(DatasetError::TooManyRows {
                at: Place::whole(file),
                limit: MAX_ROWS,
            });
        }
        rows.push(at.map(|column| row.cell(column).trim().to_owned()));
    }
    Ok(rows)
}

/// A title that two columns have, not counting spaces around it. Columns without a title may be
/// several.
fn repeated(header: &[String]) -> Option<String> {
    let mut seen = HashSet::new();
    let mut titles = header.iter().map(|title| title.trim());
    titles
        .find(|title| !title.is_empty() && !seen.insert(*title))
        .map(str::to_owned)
}

/// All rows, of any lengths, each with the line that it starts on; empty ones are left out.
///
/// # Errors
/// [`DatasetError`] for quotes that do not fit, and for more than [`MAX_CELLS`] cells.
pub(super) fn rows(
    file: &str,
    text: &str,
    delimiter: u8,
) -> Result<Vec<(u64, Vec<String>)>, DatasetError> {
    let mut reader = flexible(Quotes::new(text.as_bytes(), delimiter), delimiter);
    let mut rows = Vec::new();
    let mut cells = StringRecord::new();
    let mut count = 0;
    while reader.read_record(&mut cells).map_err(|e| error(file, e))? {
        count += cells.len().max(1);
        if count > MAX_CELLS {
            return Err(DatasetError::TooManyCells {
                at: Place::whole(file),
                limit: MAX_CELLS,
            });
        }
        if has_content(&cells) {
            rows.push((first_line(text, &cells), owned(&cells)));
        }
    }
    reader.get_ref().check(file)?;
    Ok(rows)
}

/// The line on which the first cell starts. The position that the reader gives is before the line ends that
/// it skips.
fn first_line(text: &str, cells: &StringRecord) -> u64 {
    let Some(position) = cells.position() else {
        return 0;
    };
    let rest = text.as_bytes().iter().skip(position.byte() as usize);
    let skipped = rest.take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + skipped.filter(|byte| **byte == b'\n').count() as u64
}

/// The first rows as a reader with this separator sees them, whether its quotes fit or not.
pub(super) fn sample(text: &str, delimiter: u8, most: usize) -> Vec<Vec<String>> {
    let mut reader = flexible(text.as_bytes(), delimiter);
    let mut rows = Vec::new();
    let mut cells = StringRecord::new();
    while rows.len() < most && reader.read_record(&mut cells).unwrap_or(false) {
        if has_content(&cells) {
            rows.push(owned(&cells));
        }
    }
    rows
}

fn flexible<R: Read>(reader: R, delimiter: u8) -> Reader<R> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(reader)
}

fn has_content(cells: &StringRecord) -> bool {
    cells.iter().any(|cell| !cell.is_empty()) || cells.len() > 1
}

fn owned(cells: &StringRecord) -> Vec<String> {
    cells.iter().map(str::to_owned).collect()
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
        ErrorKind::Io(cause) => DatasetError::read(at, cause),
        // The rest is about seeking and serde, which nothing here uses, and about UTF-8, which was
        // checked before.
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
        let rows = rows("t.csv", text, b',').unwrap();
        rows.into_iter().map(|(_, cells)| cells).collect()
    }

    #[test]
    fn rows_have_the_line_that_they_start_on_and_cells_are_limited() {
        let rows = |text| rows("t.csv", text, b',');
        let lines = rows("a\n\n\"b\nc\",d\ne\n").unwrap();
        assert_eq!(
            lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [1, 3, 5]
        );
        let error = rows(&",".repeat(MAX_CELLS)).unwrap_err();
        assert_eq!(error.code(), "dataset_rows");
        assert!(
            error
                .to_string()
                .starts_with("t.csv: more than 2000000 cells; split")
        );
    }

    #[test]
    fn quotes_protect_separators_line_ends_and_doubled_quotes() {
        assert_eq!(
            read("id,q\n1,\"a, b\"\n2,\"say \"\"hi\"\"\nand bye\"\n"),
            [["id", "q"], ["1", "a, b"], ["2", "say \"hi\"\nand bye"]]
        );
        assert_eq!(read("a\"b,c\n"), [["a\"b", "c"]]);
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
    fn quotes_that_do_not_fit_are_refused_in_place_of_rows_being_lost() {
        for text in ["a,\"b\nc,d", "a,b\n1,\"x\n2,\"y\"\n"] {
            let error = rows("t.csv", text, b',').unwrap_err();
            assert_eq!(error.code(), "dataset_quote");
            let table = |text: &'static str| {
                let mut table = Table::new("t.csv", text.as_bytes(), b',')?;
                while table.next()?.is_some() {}
                Ok(())
            };
            let same: Result<(), DatasetError> = table(text);
            assert_eq!(same.unwrap_err().to_string(), error.to_string());
        }
    }

    #[test]
    fn two_columns_of_one_name_are_refused_and_columns_without_names_are_not() {
        let said = |text: &str| {
            let read = columns("t.csv", text.as_bytes(), ["a"]);
            read.map_err(|e| e.to_string())
        };
        for text in ["a,b, a\n1,2,3\n", "b,A,a\n1,2,3\n"] {
            let error = said(text).unwrap_err();
            assert!(
                error.starts_with("t.csv, line 1, a: this name occurs twice"),
                "{error}"
            );
        }
        assert_eq!(said("a,,\n1,2,3\n").unwrap(), [["1"]]);
    }

    #[test]
    fn too_many_rows_of_a_table_are_not_called_scores() {
        let text = format!("a\n{}", "1\n".repeat(MAX_ROWS + 1));
        let error = columns("t.csv", text.as_bytes(), ["a"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "t.csv: more than 200000 rows; split the table"
        );
    }
}

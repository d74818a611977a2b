//! Labels in a table: one a row.

use std::io::Read;

use super::columns::{Columns, lacks, unused};
use super::reading::Reading;
use super::record::{Needed, Row};
use super::scores::text_score;
use crate::dataset::DatasetError;
use crate::dataset::csv::{self, Table};
use crate::dataset::label_error::Choice;
use crate::dataset::place::Place;
use crate::dataset::score::in_range;

/// Reads the label of each row.
pub(super) fn read(
    reading: &mut Reading,
    reader: impl Read,
    delimiter: u8,
) -> Result<(), DatasetError> {
    let file = reading.file;
    let mut table = Table::new(file, reader, delimiter)?;
    let at = Place::line(file, 1);
    let columns = Columns::find(reading, &at, table.header())?;
    if columns.model.is_none() && reading.needed == Needed::ModelToo {
        return Err(lacks(&at, Choice::Model, table.header()));
    }
    let used = [Some(columns.prompt), Some(columns.score), columns.model];
    reading.taken_for("a table of labels", unused(table.header(), &used));
    let titles = table.header().iter();
    let title = titles.map(|title| title.trim()).nth(columns.score);
    let title = title.unwrap_or_default().to_owned();
    loop {
        let row = match table.next() {
            Ok(None) => return Ok(()),
            Ok(Some(row)) => label(reading, &row, &columns, &title),
            // The next row can be read; after any other error it cannot.
            Err(error @ DatasetError::Columns { .. }) => Err(error),
            Err(error) => return Err(error),
        };
        reading.row(row)?;
    }
}

fn label(
    reading: &Reading,
    row: &csv::Row,
    columns: &Columns,
    title: &str,
) -> Result<Row, DatasetError> {
    let at = || Place::line(reading.file, row.line);
    let text = row.cell(columns.score).trim();
    let score = text_score(text).ok_or_else(|| DatasetError::NotNumber {
        at: at(),
        column: title.to_owned(),
        text: text.to_owned(),
    })?;
    let score = in_range(score, at(), title)?;
    let model = columns.model.map(|model| row.cell(model));
    // An empty cell names no model, unless each label must name one.
    let model = model.filter(|m| reading.needed == Needed::ModelToo || !m.is_empty());
    let prompt = row.cell(columns.prompt).to_owned();
    Ok(Row::of(prompt, "", model.map(str::to_owned), Some(score)))
}

//! Labels in a table: one a row.

#![allow(
    clippy::indexing_slicing,
    reason = "columns were found in the same header"
)]

use std::io::Read;

use super::super::csv::{Row, Table};
use super::super::place::Place;
use super::super::score::in_range;
use super::super::{DatasetError, PROMPT_NAMES};
use super::record::{MODEL_NAMES, Needed, Record, SCORE_NAMES};

/// Calls `each` with the label of each row.
pub(super) fn read(
    file: &str,
    reader: impl Read,
    delimiter: u8,
    needed: Needed,
    each: &mut dyn FnMut(Record),
) -> Result<(), DatasetError> {
    let mut table = Table::new(file, reader, delimiter)?;
    let column = |names: &[&str]| {
        table
            .column(names)?
            .ok_or_else(|| DatasetError::MissingColumn {
                at: Place::line(file, 1),
                column: names[0].to_owned(),
                remedy: match needed {
                    Needed::PromptAndScore => "needed: prompt,score",
                    Needed::ModelToo => "needed: prompt,model,score",
                },
            })
    };
    let prompt = column(&PROMPT_NAMES)?;
    let model = match needed {
        Needed::PromptAndScore => table.column(&MODEL_NAMES)?,
        Needed::ModelToo => Some(column(&MODEL_NAMES)?),
    };
    let score = column(&SCORE_NAMES)?;
    let title = table.header()[score].trim().to_owned();
    while let Some(row) = table.next()? {
        let value = cell_score(file, &row, score, &title)?;
        let model = model.map(|model| row.cell(model).to_owned());
        each(Record {
            prompt: row.cell(prompt).to_owned(),
            task: String::new(),
            // An empty cell names no model, unless each label must name one.
            scores: vec![(
                model.filter(|m| needed == Needed::ModelToo || !m.is_empty()),
                value,
            )],
        });
    }
    Ok(())
}

fn cell_score(file: &str, row: &Row, column: usize, title: &str) -> Result<f64, DatasetError> {
    let at = || Place::line(file, row.line);
    let text = row.cell(column).trim();
    text_score(text).map_or_else(
        || {
            Err(DatasetError::NotNumber {
                at: at(),
                column: title.to_owned(),
                text: text.to_owned(),
            })
        },
        |score| in_range(score, at(), title),
    )
}

fn text_score(text: &str) -> Option<f64> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(1.0),
        _ if text.eq_ignore_ascii_case("false") => Some(0.0),
        number => number.parse().ok(),
    }
}

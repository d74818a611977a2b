//! Labels: a prompt, a model and the score of its answer, one or several a row.
//!
//! The one reader of label files, for the command line, the page and the package. The file's ending
//! gives the format:
//!
//! | ending | content |
//! |---|---|
//! | `.csv`, `.tsv` | a header with the columns `prompt`, `model` and `score`, then one label a row |
//! | `.jsonl`, `.ndjson` | `{"prompt", "model", "score"}` or `{"prompt", "scores": {model: score}}` a line |
//! | `.json` | a list of such objects |
//! | `.parquet` | a column for each of these fields (feature `packed`) |
//!
//! JSON may also be what evaluation programs write, or a log of requests (feature `forms`); see `formats`. A packed log of
//! Inspect is `.eval` (feature `packed`).
//!
//! A column of prompts may have any name of [`PROMPT_NAMES`](super::PROMPT_NAMES), one of scores any name of
//! [`SCORE_NAMES`]; a column `score` is used before the others, of which there must be one only. Other columns are
//! ignored and reported. A score is a number in `[0, 1]`, true or false. The column `model` may be absent where
//! all labels are of one model. [`LabelOptions`] say what a file does not.
//!
//! `visit` selects the reader by file name, `table` and `object` read a row and a JSON object, `reading` counts
//! rows and decides what is an error, and what comes of the records is in `rows` where each is used at once, in `matrix` for
//! the labels of all models and here for those of one.

#![cfg_attr(
    not(feature = "forms"),
    allow(dead_code, reason = "only files of evaluation programs need it all")
)]

mod columns;
mod formats;
mod matrix;
mod object;
mod options;
#[cfg(feature = "packed")]
mod packed;
mod reading;
mod record;
mod rows;
mod scores;
mod table;
#[cfg(test)]
mod tests;
mod visit;

use std::collections::HashMap;
use std::io::Read;

use serde::Serialize;

use super::DatasetError;
pub use super::label_error::{Choice, LabelsError};
use super::place::Place;
pub use matrix::LabelFiles;
pub use options::{Beside, LabelOptions, LabelsReport};
use reading::Reading;
pub use record::SCORE_NAMES;
use record::{Needed, Record};
pub use rows::{LabelRow, LabelRows};
use visit::visit;

/// How good one model's answer to a prompt is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Label {
    /// The prompt.
    pub prompt: String,
    /// In `[0, 1]`; 1 is fully right.
    pub score: f64,
}

/// The labels of one model in a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Labels {
    /// Prompts with scores, in the order of the file.
    pub labels: Vec<Label>,
    /// The model that the labels name; `None` if they name none.
    pub model: Option<String>,
    /// What the file is, and its rows.
    pub report: LabelsReport,
}

/// Reads the labels of one model, in the order of the file. Several labels of one prompt are averaged.
///
/// With a `model` in the options, these are the labels that name it and the labels that name no model.
/// Without one, they are all labels, which must be of the same model. `file` is the file's name, for its
/// format and for messages.
///
/// # Errors
/// [`DatasetError`] with line and column of the first thing that is wrong; also where no label is
/// of the model, and where labels are of several models and the options name none. Where a person must
/// decide, [`DatasetError::choice`] says what.
pub fn read(file: &str, reader: impl Read, options: &LabelOptions) -> Result<Labels, DatasetError> {
    let mut prompts: HashMap<String, usize> = HashMap::new();
    let mut sums: Vec<(f64, f64)> = Vec::new();
    let mut each = |record: Record| {
        let new = prompts.len();
        let row = *prompts.entry(record.prompt).or_insert(new);
        if row == sums.len() {
            sums.push((0.0, 0.0));
        }
        if let Some((sum, count)) = sums.get_mut(row) {
            for (_, score) in record.scores {
                *sum += score;
                *count += 1.0;
            }
        }
    };
    let mut reading = Reading::new(file, options, Needed::PromptAndScore, &mut each);
    visit(&mut reading, reader)?;
    let found = reading.finish()?;
    if options.model.is_none() && found.models.len() > 1 {
        let (at, found) = (Place::whole(file), found.models);
        return Err(DatasetError::SeveralModels { at, found });
    }
    let mut labels: Vec<(usize, Label)> = prompts
        .into_iter()
        .filter_map(|(prompt, row)| {
            let (sum, count) = sums.get(row)?;
            let score = sum / count;
            Some((row, Label { prompt, score }))
        })
        .collect();
    labels.sort_unstable_by_key(|(row, _)| *row);
    Ok(Labels {
        labels: labels.into_iter().map(|(_, label)| label).collect(),
        model: found.models.into_iter().next(),
        report: found.report,
    })
}

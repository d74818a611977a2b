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
//!
//! A column of prompts may have any name of [`PROMPT_NAMES`](super::PROMPT_NAMES), one of scores any name of
//! [`SCORE_NAMES`]; of several, the first in that list is used. Other columns are ignored. A score
//! is a number in `[0, 1]`, true or false. The column `model` may be absent where all labels are of
//! one model.
//!
//! `visit` selects the reader by file name, `table` and `object` read a row and a JSON object, and
//! what comes of the records is in `matrix` for all models and here for one.

mod matrix;
mod object;
mod record;
mod table;
#[cfg(test)]
mod tests;
mod visit;

use std::io::Read;

use super::DatasetError;
use super::place::Place;
use record::Needed;
pub use record::SCORE_NAMES;
use visit::visit;

/// How good one model's answer to a prompt is.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The prompt.
    pub prompt: String,
    /// In `[0, 1]`; 1 is fully right.
    pub score: f64,
}

/// Reads the labels of one model, in the order of the file.
///
/// With a `model`, these are the labels that name it and the labels that name no model. Without
/// one, they are all labels, which must be of the same model. `file` is the file's name, for its
/// format and for messages.
///
/// # Errors
/// [`DatasetError`] with line and column of the first thing that is wrong; also where no label is
/// of the `model`, and where labels are of several models and there is no `model`.
pub fn read(
    file: &str,
    reader: impl Read,
    model: Option<&str>,
) -> Result<Vec<Label>, DatasetError> {
    let mut labels = Vec::new();
    let mut found: Vec<String> = Vec::new();
    visit(file, reader, Needed::PromptAndScore, &mut |record| {
        for (of, score) in record.scores {
            if let Some(of) = &of
                && !found.contains(of)
            {
                found.push(of.clone());
            }
            if model.is_none() || of.is_none() || of.as_deref() == model {
                let prompt = record.prompt.clone();
                labels.push(Label { prompt, score });
            }
        }
    })?;
    let at = Place::whole(file);
    match model {
        None if found.len() > 1 => Err(DatasetError::SeveralModels { at, found }),
        Some(model) if labels.is_empty() && !found.is_empty() => {
            let model = model.to_owned();
            Err(DatasetError::NoLabelsOfModel { at, model, found })
        }
        _ if labels.is_empty() => Err(DatasetError::Empty {
            at,
            missing: "labels",
        }),
        _ => Ok(labels),
    }
}

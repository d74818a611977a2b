//! Which columns of a table, or fields of an object, hold the prompts, the models and the scores.

use super::reading::Reading;
use super::record::{MODEL_NAMES, SCORE_NAMES};
use crate::dataset::label_error::{Choice, LabelsError};
use crate::dataset::place::Place;
use crate::dataset::{DatasetError, PROMPT_NAMES, column_named};
use crate::printable::printable;

/// Titles less alike than this are not offered.
const ALIKE: f64 = 0.75;
/// Other names that people give to a column of scores, or of prompts.
const HINTS: [(&str, Choice); 14] = [
    ("points", Choice::Score),
    ("rating", Choice::Score),
    ("grade", Choice::Score),
    ("reward", Choice::Score),
    ("result", Choice::Score),
    ("is_correct", Choice::Score),
    ("passed", Choice::Score),
    ("pass", Choice::Score),
    ("success", Choice::Score),
    ("acc", Choice::Score),
    ("exact_match", Choice::Score),
    ("problem", Choice::Prompt),
    ("user_prompt", Choice::Prompt),
    ("request", Choice::Prompt),
];

/// Positions of the columns that matter.
pub(super) struct Columns {
    pub prompt: usize,
    pub model: Option<usize>,
    pub score: usize,
}

impl Columns {
    /// Finds the columns of a header.
    pub fn find(
        reading: &mut Reading,
        at: &Place,
        titles: &[String],
    ) -> Result<Self, DatasetError> {
        let repeated = |column| DatasetError::RepeatedColumn {
            at: at.clone(),
            column,
        };
        let named = |names: &[&str]| column_named(titles, names).map_err(repeated);
        let lacks = |choice| lacks(at, choice, titles);
        let prompt = match reading.options.prompt {
            Some(name) => named(&[&name.to_lowercase()])?,
            None => named(&PROMPT_NAMES)?,
        };
        let score = score(reading, at, titles)?;
        Ok(Self {
            prompt: prompt.ok_or_else(|| lacks(Choice::Prompt))?,
            score: score.ok_or_else(|| lacks(Choice::Score))?,
            model: named(&MODEL_NAMES)?,
        })
    }
}

/// The column of scores. A column `score` is clear; of the other names there must be one only.
fn score(
    reading: &mut Reading,
    at: &Place,
    titles: &[String],
) -> Result<Option<usize>, DatasetError> {
    let repeated = |column| DatasetError::RepeatedColumn {
        at: at.clone(),
        column,
    };
    let named = |name: &str| column_named(titles, &[&name.to_lowercase()]).map_err(repeated);
    let mut found = Vec::new();
    match reading.options.scores {
        [] => {
            for name in SCORE_NAMES {
                found.extend(named(name)?.map(|column| (name.to_owned(), column)));
                if name == SCORE_NAMES[0] && !found.is_empty() {
                    break;
                }
            }
        }
        wanted => {
            for name in wanted {
                found.extend(named(name)?.map(|column| (name.clone(), column)));
            }
        }
    }
    let chosen = reading.scores.choose(found);
    reading.scores.check(at.clone())?;
    Ok(chosen.map(|(_, column)| column))
}

/// The error for a column that is not there, with the one that may be meant.
pub(super) fn lacks(at: &Place, choice: Choice, titles: &[String]) -> DatasetError {
    let known = HINTS.iter().filter(|(_, of)| *of == choice);
    let names: &[&str] = match choice {
        Choice::Score => &SCORE_NAMES,
        Choice::Model => &MODEL_NAMES,
        Choice::Prompt => &PROMPT_NAMES,
        Choice::Rows => &[],
    };
    let names = names.iter().copied().chain(known.map(|(name, _)| *name));
    let likeness = |title: &str| {
        let title = title.trim().to_lowercase();
        let alike = names.clone().map(|name| strsim::jaro_winkler(&title, name));
        alike.fold(0.0, f64::max)
    };
    let best = titles.iter().map(|title| (likeness(title), title));
    let best = best.fold((ALIKE, None), |best, (alike, title)| match alike > best.0 {
        true => (alike, Some(title)),
        false => best,
    });
    let hint = best.1.map_or(String::new(), |title| {
        format!(". Perhaps {}?", printable(title.trim()))
    });
    LabelsError::NoColumn {
        at: at.clone(),
        choice,
        found: titles.iter().map(|title| title.trim().to_owned()).collect(),
        hint,
    }
    .into()
}

/// The titles that are at none of these positions.
pub(super) fn unused(titles: &[String], used: &[Option<usize>]) -> Vec<String> {
    let titles = titles.iter().enumerate();
    let unused = titles.filter(|(i, _)| !used.contains(&Some(*i)));
    unused.map(|(_, title)| title.trim().to_owned()).collect()
}

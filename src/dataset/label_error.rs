//! Why a file of labels cannot be read as it is, beside what is said of every file.

use super::listed::Listed;
use super::place::Place;

/// What a person must decide about a file of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Which of several scores counts.
    Score,
    /// Which model the labels are of.
    Model,
    /// Which column has the prompts.
    Prompt,
    /// Whether rows that are wrong are left out.
    Rows,
}

impl Choice {
    /// Its name: `score`, `model`, `prompt` or `rows`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Model => "model",
            Self::Prompt => "prompt",
            Self::Rows => "rows",
        }
    }
}

/// Why a file of labels cannot be read as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// Several columns, metrics or scorers may be the score.
    #[error("{at}: several scores: {}; choose the one that counts", Listed(.found))]
    SeveralScores {
        /// The file, or its header.
        at: Place,
        /// Their names.
        found: Vec<String>,
    },
    /// None of the scores that were asked for is in the file.
    #[error("{at}: no score of that name; the file has {}", Listed(.found))]
    NoSuchScore {
        /// The file, or its header.
        at: Place,
        /// Names of the scores that the file has.
        found: Vec<String>,
    },
    /// No column has a known name.
    #[error("{at}: no column of {what}s; choose one of {}{hint}", Listed(.found), what = .choice.name())]
    NoColumn {
        /// The header, line or item.
        at: Place,
        /// What is missing.
        choice: Choice,
        /// The columns that there are.
        found: Vec<String>,
        /// The column that is most likely meant, in words; empty if none is.
        hint: String,
    },
    /// The file does not say which model answered.
    #[error("{at}: the file names no model; say which one answered")]
    NoModel {
        /// The file.
        at: Place,
    },
    /// A row without a prompt.
    #[error("{at}: no prompt; looked for it in {places}")]
    NoPrompt {
        /// The row.
        at: Place,
        /// The fields that may have it.
        places: &'static str,
    },
    /// A file that must be beside this one is missing or has other content.
    #[error("{at}: needs {needed} in the same folder")]
    Beside {
        /// The file.
        at: Place,
        /// Names of the files, of which one is enough.
        needed: &'static str,
    },
    /// A JSON object that is none of the known files.
    #[error(
        "{at}: this JSON object has {}, which is none of the known files of labels; give a list of \
         objects, or one object a line in a .jsonl file", Listed(.keys)
    )]
    UnknownDocument {
        /// The file.
        at: Place,
        /// Its keys.
        keys: Vec<String>,
    },
}

impl LabelsError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SeveralScores { .. } | Self::NoSuchScore { .. } => "labels_score",
            Self::NoColumn { .. } | Self::NoPrompt { .. } => "labels_columns",
            Self::NoModel { .. } => "labels_model",
            Self::Beside { .. } => "labels_beside",
            Self::UnknownDocument { .. } => "labels_format",
        }
    }

    /// What a person must decide so that the file can be read, and what there is to choose from.
    pub(super) fn choice(&self) -> Option<(Choice, &[String])> {
        match self {
            Self::SeveralScores { found, .. } | Self::NoSuchScore { found, .. } => {
                Some((Choice::Score, found))
            }
            Self::NoColumn { choice, found, .. } => Some((*choice, found)),
            Self::NoModel { .. } => Some((Choice::Model, &[])),
            Self::NoPrompt { .. } => Some((Choice::Rows, &[])),
            _ => None,
        }
    }
}

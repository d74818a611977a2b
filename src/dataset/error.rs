//! Why a file of prompts, labels or scores was rejected.

use crate::printable::printable;
use std::io;

use super::encoding::NotUtf8;
use super::label_error::{Choice, LabelsError};
use super::listed::Listed;
use super::place::{Part, Place};

/// Why a file of prompts, labels or scores was rejected. The message names the file, then the line
/// or item, then the column or field.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The reader failed.
    #[error("{at}: {cause}")]
    Read {
        /// Where reading stopped.
        at: Place,
        /// What the reader reports.
        cause: io::Error,
    },
    /// A line that is longer than any prompt.
    #[error("{at}: longer than {limit} bytes")]
    LineTooLong {
        /// The line.
        at: Place,
        /// Most bytes of a line.
        limit: usize,
    },
    /// Bytes that are not text in UTF-8.
    #[error("{at}: {problem}")]
    Utf8 {
        /// The file, or the line where reading stopped.
        at: Place,
        /// The encoding, or the first offset in the file that is wrong.
        problem: NotUtf8,
    },
    /// A quote in a table that is not closed, so that all further rows would be part of one cell.
    #[error(
        "{at}: a quote opens here and is never closed; close it, or remove it if it is part of the text"
    )]
    OpenQuote {
        /// The line where the quote opens.
        at: Place,
    },
    /// A quote in a table that is closed before the end of its cell.
    #[error(
        "{at}: text follows the quote that closes the one opened here; close the cell with its quote, \
         and write each quote inside a cell twice"
    )]
    TextAfterQuote {
        /// The line where the quote opens.
        at: Place,
    },
    /// A name that two columns of a table, or two fields of a JSON object, have.
    #[error("{at}, {named}: this name occurs twice; rename or remove one of the two", named = printable(.column))]
    RepeatedColumn {
        /// The header, or the line or item.
        at: Place,
        /// The name.
        column: String,
    },
    /// Text that is not JSON, JSON without a field that must be there, or with a key twice in one
    /// object.
    #[error("{at}, character {character}: {problem}")]
    Json {
        /// The line.
        at: Place,
        /// Character of the line, from 1.
        character: usize,
        /// What the parser reports.
        problem: String,
    },
    /// An item of a list, or a line, that is JSON but not an object.
    #[error("{at}: not a JSON object")]
    NotObject {
        /// The line or item.
        at: Place,
    },
    /// A JSON field that should be text.
    #[error("{at}, {named}: not a text; put it in quotes", named = printable(.field))]
    NotText {
        /// The line or item.
        at: Place,
        /// Name of the field.
        field: String,
    },
    /// A row that is shorter or longer than the header.
    #[error("{at}: {found} columns, but the header has {expected}")]
    Columns {
        /// The line.
        at: Place,
        /// Number of columns of this row.
        found: u64,
        /// Number of columns of the header.
        expected: u64,
    },
    /// A file without any row.
    #[error("{at}: no {missing}")]
    Empty {
        /// The file.
        at: Place,
        /// What is missing: `prompts`, `models` or `labels`.
        missing: &'static str,
    },
    /// A header without a column that is needed.
    #[error("{at}, {named}: no such column; {remedy}", named = printable(.column))]
    MissingColumn {
        /// The header.
        at: Place,
        /// Name of the column.
        column: String,
        /// What the header must name.
        remedy: &'static str,
    },
    /// A column of a score matrix that belongs to no model.
    #[error("{at}, {named}: not a model of {models}; add it there or drop the column", named = printable(.column))]
    ExtraColumn {
        /// The header.
        at: Place,
        /// Name of the column.
        column: String,
        /// The file that names the models.
        models: &'static str,
    },
    /// A cell that should be a number.
    #[error("{at}, {named}: {text:?} is not a number", named = printable(.column))]
    NotNumber {
        /// The line or item.
        at: Place,
        /// Name of the column.
        column: String,
        /// What the cell contains.
        text: String,
    },
    /// A score outside [0, 1].
    #[error(
        "{at}, {named}: score {score} is not in [0, 1]; scale scores so that 1 is fully right", named = printable(.column))]
    Score {
        /// The line or item.
        at: Place,
        /// Name of the column or, where a line has scores of several models, of the model.
        column: String,
        /// The score.
        score: f64,
    },
    /// A score of a wrong JSON type.
    #[error("{at}, {named}: score {given} is not a number in [0, 1]", named = printable(.column), given = printable(.value))]
    ScoreType {
        /// The line or item.
        at: Place,
        /// Name of the field or, where a line has scores of several models, of the model.
        column: String,
        /// The value, as JSON.
        value: String,
    },
    /// A measured cost that is negative or not finite.
    #[error("{at}, {named}: cost {cost} is not a number from 0", named = printable(.column))]
    Cost {
        /// The line.
        at: Place,
        /// Id of the model.
        column: String,
        /// The cost.
        cost: f64,
    },
    /// A matrix that does not have one row for each prompt.
    #[error("{at}: {found} rows, but {prompts} has {expected} prompts")]
    Rows {
        /// The file of the matrix.
        at: Place,
        /// Number of its rows.
        found: usize,
        /// The file of the prompts.
        prompts: &'static str,
        /// Number of prompts.
        expected: usize,
    },
    /// A price that is negative or not finite.
    #[error(
        "{file}, [{item}].{named}: {price} is not a price; give US dollars per million tokens, or null", named = printable(.field))]
    Price {
        /// The file of the models.
        file: String,
        /// The model, from 0.
        item: usize,
        /// Name of the field.
        field: &'static str,
        /// The price.
        price: f64,
    },
    /// A model that is listed twice.
    #[error("{file}, [{item}].id: id {id:?} occurs twice; ids must be unique")]
    DuplicateModel {
        /// The file of the models.
        file: String,
        /// The second one, from 0.
        item: usize,
        /// Its id.
        id: String,
    },
    /// A label without its prompt, model or score.
    #[error("{at}: a label needs {needed}")]
    IncompleteLabel {
        /// The line or item.
        at: Place,
        /// The fields that are needed.
        needed: &'static str,
    },
    /// No label is of the model that was asked for.
    #[error("{at}: no labels of {model:?}; the file has labels of {}", Listed(.found))]
    NoLabelsOfModel {
        /// The file.
        at: Place,
        /// Id of the model.
        model: String,
        /// Models that the file has labels of.
        found: Vec<String>,
    },
    /// Labels of several models, where those of one are needed.
    #[error("{at}: labels of {}; name the one model to read", Listed(.found))]
    SeveralModels {
        /// The file.
        at: Place,
        /// Models that the file has labels of.
        found: Vec<String>,
    },
    /// A file of labels whose name has an unknown ending.
    #[error("{at}: labels are a folder or a .csv, .tsv, .jsonl, .ndjson or .json file")]
    LabelsFormat {
        /// The file.
        at: Place,
    },
    /// A file of prompts in which no field holds text.
    #[error(
        "{at}: No field of this file holds text. Give each line a field “prompt”, or “messages” with a turn of the user."
    )]
    PromptsNoText {
        /// The file.
        at: Place,
    },
    /// A line of a file of prompts that is not JSON.
    #[error(
        "{file}: Line {line} is not JSON. Correct it, or name the file .txt to read one prompt a line."
    )]
    PromptsLine {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
    },
    /// A JSON file of prompts or labels that is not a list.
    #[error(
        "{at}: This JSON is not a list. Give a list of texts or objects, or one object a line in a .jsonl file."
    )]
    NotList {
        /// The file.
        at: Place,
    },
    /// A table of published scores without the columns that it needs.
    #[error(
        "{at}: needs the columns model, benchmark and score, or a column model and one for each benchmark"
    )]
    PublishedColumns {
        /// The line.
        at: Place,
    },
    /// A published score that is not a share.
    #[error(
        "{at}: score {score} is not in [0, 1]; write 0.857 rather than 85.7, or add a column scale"
    )]
    PublishedScore {
        /// The line.
        at: Place,
        /// The score, as written.
        score: f64,
    },
    /// A cell that should hold a number.
    #[error("{at}: {found:?} is not a number; leave the cell empty if there is no score")]
    PublishedNumber {
        /// The line.
        at: Place,
        /// The beginning of the cell.
        found: String,
    },
    /// More rows than are read.
    #[error("{at}: more than {limit} rows; split the table")]
    TooManyRows {
        /// The file.
        at: Place,
        /// Most rows of a table.
        limit: usize,
    },
    /// More cells than are read.
    #[error("{at}: more than {limit} cells; split the file")]
    TooManyCells {
        /// The file.
        at: Place,
        /// Most cells of a file.
        limit: usize,
    },
    /// A separator of cells that is none.
    #[error(
        "{at}: {found:?} does not separate cells; choose a comma, a semicolon, a tab, a bar, or nothing"
    )]
    Separator {
        /// The file.
        at: Place,
        /// What was named.
        found: String,
    },
    /// More published scores than are read.
    #[error("{at}: more than {limit} scores; split the table")]
    PublishedRows {
        /// The file.
        at: Place,
        /// Most scores of a table.
        limit: usize,
    },
    /// A file, row or page that takes more memory than is given to it.
    #[error("{at}: larger than {limit} bytes when unpacked; {remedy}")]
    TooLarge {
        /// The file or its part.
        at: Place,
        /// Most bytes.
        limit: u64,
        /// What to do.
        remedy: &'static str,
    },
    /// A packed file that is damaged, or packed in a way that is not read.
    #[error("{at}: {named}", named = printable(.problem))]
    Packed {
        /// The file or its part.
        at: Place,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// Several rows that are wrong.
    #[error("{first} (and {more} more bad rows: {})", Listed(.others))]
    BadRows {
        /// What is wrong with the first one.
        first: Box<Self>,
        /// How many others there are.
        more: usize,
        /// Places of the first of these.
        others: Vec<String>,
    },
    /// A file of labels that cannot be read as it is.
    #[error(transparent)]
    Labels(#[from] LabelsError),
}

impl DatasetError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "dataset_read",
            Self::LineTooLong { .. } => "dataset_line",
            Self::Utf8 { .. } => "dataset_utf8",
            Self::Json { .. } => "dataset_json",
            Self::NotObject { .. } | Self::NotText { .. } => "dataset_type",
            Self::Columns { .. } | Self::ExtraColumn { .. } | Self::RepeatedColumn { .. } => {
                "dataset_columns"
            }
            Self::OpenQuote { .. } | Self::TextAfterQuote { .. } => "dataset_quote",
            Self::Rows { .. } | Self::TooManyRows { .. } | Self::TooManyCells { .. } => {
                "dataset_rows"
            }
            Self::Separator { .. } => "batch_separator",
            Self::Empty { .. } => "dataset_empty",
            Self::Cost { .. } => "dataset_cost",
            Self::Price { .. } | Self::DuplicateModel { .. } => "dataset_models",
            Self::MissingColumn { .. } | Self::IncompleteLabel { .. } => "labels_columns",
            Self::NotNumber { .. } | Self::Score { .. } | Self::ScoreType { .. } => "labels_score",
            Self::NoLabelsOfModel { .. } | Self::SeveralModels { .. } => "labels_model",
            Self::LabelsFormat { .. } => "labels_format",
            Self::PromptsNoText { .. } => "batch_columns",
            Self::PromptsLine { .. } => "batch_line",
            Self::NotList { .. } => "batch_type",
            Self::PublishedColumns { .. } | Self::PublishedRows { .. } => "published_columns",
            Self::PublishedScore { .. } | Self::PublishedNumber { .. } => "published_score",
            Self::TooLarge { .. } => "dataset_rows",
            Self::Packed { .. } => "dataset_packed",
            Self::BadRows { first, .. } => first.code(),
            Self::Labels(error) => error.code(),
        }
    }

    /// What a person must decide so that a file of labels can be read, and what there is to choose from.
    pub fn choice(&self) -> Option<(Choice, &[String])> {
        match self {
            Self::BadRows { first, .. } => first.choice(),
            Self::Labels(error) => error.choice(),
            Self::SeveralModels { found, .. } | Self::NoLabelsOfModel { found, .. } => {
                Some((Choice::Model, found))
            }
            error => {
                let part = error.place()?.part;
                // The first line of a table names its columns.
                let is_of_header =
                    part == Part::Line(1) && matches!(error, Self::RepeatedColumn { .. });
                let is_of_a_row = part != Part::Whole && !is_of_header;
                is_of_a_row.then_some((Choice::Rows, &[]))
            }
        }
    }

    /// The row of a file of labels that is wrong.
    pub(super) fn place(&self) -> Option<&Place> {
        match self {
            Self::RepeatedColumn { at, .. }
            | Self::Json { at, .. }
            | Self::NotObject { at }
            | Self::NotText { at, .. }
            | Self::Columns { at, .. }
            | Self::NotNumber { at, .. }
            | Self::Score { at, .. }
            | Self::ScoreType { at, .. }
            | Self::IncompleteLabel { at, .. }
            | Self::Labels(LabelsError::NoPrompt { at, .. } | LabelsError::NoColumn { at, .. }) => {
                Some(at)
            }
            _ => None,
        }
    }

    /// A failure of a reader, which may be that of [`Text`](super::encoding::Text).
    pub(super) fn read(at: Place, cause: io::Error) -> Self {
        let problem = cause.get_ref().and_then(|inner| inner.downcast_ref());
        match problem {
            Some(&problem) => Self::Utf8 { at, problem },
            None => Self::Read { at, cause },
        }
    }

    /// A JSON error at a place of its own; serde counts lines within what it was given.
    pub(super) fn json(at: Place, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        Self::Json {
            at,
            character: error.column(),
            problem: text.split(" at line ").next().unwrap_or(&text).to_owned(),
        }
    }
}

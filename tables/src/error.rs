use thiserror::Error;
use uniroute::dataset::DatasetError;
use uniroute::printable::printable;

/// Why a table was not read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// What the readers of data sets say.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A file cannot be opened.
    #[error("cannot open {file}: {cause}")]
    Open {
        /// Name of the file.
        file: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The table is damaged, or has what is not read.
    #[error("{file}: {problem}")]
    Damaged {
        /// Name of the file or stream.
        file: String,
        /// What is wrong, with the place and the remedy.
        problem: String,
    },
    /// No column has a known name of prompts.
    #[error("{file}: no column is named as one of prompts; there are: {}", .columns.join(", "))]
    NoPrompts {
        /// Name of the file or stream.
        file: String,
        /// The columns that may be named, at most [`SHOWN`](crate::read::SHOWN).
        columns: Vec<String>,
    },
    /// A column that was named is not there.
    #[error("{file}: no column {column:?} with texts or numbers; there are: {}", .columns.join(", "))]
    NoColumn {
        /// Name of the file or stream.
        file: String,
        /// The column.
        column: String,
        /// The columns that there are, at most [`SHOWN`](crate::read::SHOWN).
        columns: Vec<String>,
    },
    /// The rows cannot be written.
    #[error("the table cannot be written: {0}")]
    Write(#[source] std::io::Error),
    /// The rows are not wanted any more: what a caller says that stops reading.
    #[error("reading was stopped")]
    Stopped,
    /// The rows cannot be put into the form.
    #[error("a row cannot be encoded: {0}")]
    Encode(String),
}

impl TableError {
    pub(crate) fn damaged(file: &str, problem: &str) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            problem: printable(problem),
        }
    }
}

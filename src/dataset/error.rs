//! Why a data set was refused.

use std::fmt;

/// Why a data set was refused: where, and what is wrong there.
#[derive(Debug)]
pub struct DatasetError {
    /// File name, as given.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u64,
    /// Column name, JSON field or character position.
    pub column: Option<String>,
    /// What is wrong, and the remedy.
    pub problem: String,
}

impl DatasetError {
    pub(super) fn whole(file: &str, problem: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: None,
            problem: problem.into(),
        }
    }

    pub(super) fn line(file: &str, line: u64, problem: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line,
            column: None,
            problem: problem.into(),
        }
    }

    pub(super) fn cell(
        file: &str,
        line: u64,
        column: impl Into<String>,
        problem: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            line,
            column: Some(column.into()),
            problem: problem.into(),
        }
    }

    /// A JSON error on a line of its own; serde counts lines within what it was given.
    pub(super) fn json(file: &str, line: u64, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or(&text).to_owned();
        Self::cell(file, line, format!("character {}", error.column()), problem)
    }

    pub(super) fn csv(file: &str, error: csv::Error) -> Self {
        let line = error.position().map_or(0, csv::Position::line);
        let problem = match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                format!("{len} columns, but the header has {expected_len}")
            }
            csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Self::line(file, line, problem)
    }
}

impl fmt::Display for DatasetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for DatasetError {}

/// A score: a number in `[0, 1]`.
pub(super) fn check_score(score: f64) -> Result<f32, String> {
    if (0.0..=1.0).contains(&score) {
        Ok(score as f32)
    } else {
        Err(format!(
            "score {score} is not in [0, 1]; scale scores so that 1 is fully right"
        ))
    }
}

//! Files of prompts and of scores, read from readers or bytes.
//!
//! * tables in Parquet, with the feature `packed` (`parquet`);
//! * a folder of `prompts.jsonl`, `models.json`, `scores.csv` and perhaps `costs.csv`
//!   ([`Dataset::from_folder`]): the score of every model on every prompt, empty where missing;
//! * [`labels`], a label a row: of all models ([`Dataset::from_labels`]) or of one
//!   ([`labels::read`]);
//! * published scores of models on benchmarks: [`PublishedTable`], and those of one model as people
//!   paste them: [`PastedScores`];
//! * prompts alone: [`PromptTable`] and [`JsonlPrompts`].
//!
//! All are text in UTF-8 (`encoding`). Each format has its module (`csv`, `json`, `jsonl`), and what the rows mean is read in `folder`,
//! `labels`, `prompts`, `published` and `card`.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod card;
mod chat;
mod csv;
mod delimited;
mod encoding;
mod error;
mod folder;
mod json;
mod jsonl;
mod label_error;
pub mod labels;
mod listed;
#[cfg(feature = "packed")]
pub mod parquet;
mod place;
mod prompts;
mod published;
mod quotes;
mod score;
mod topics;
#[cfg(feature = "packed")]
mod unpack;

use ndarray::Array2;

pub use card::{PastedScore, PastedScores, SkippedLine};
pub use chat::holds_prompt;
pub use csv::{Row as CsvRow, Table as CsvTable, columns};
pub use delimited::PromptOptions;
pub use encoding::{NotUtf8, utf8};
pub use error::DatasetError;
pub use folder::{FolderParts, read_models};
pub use json::parse as unique_json;
pub(crate) use json::{Unique, repeated_key};
pub use jsonl::{JsonlLine, JsonlProblem, JsonlPrompt, JsonlPrompts, MAX_LINE};
pub use place::{Part, Place};
pub use prompts::{PromptForm, PromptTable};
pub use published::{PublishedScore, PublishedTable, candidate_id};
pub use topics::{TopicField, TopicPrompts};

/// Names of the column of prompts, the most likely one first.
pub const PROMPT_NAMES: [&str; 8] = [
    "prompt",
    "question",
    "query",
    "instruction",
    "input",
    "text",
    "content",
    "message",
];

/// The position of the column with the first of these names; case and spaces around do not count.
///
/// # Errors
/// The name, if two columns have it.
fn column_named(columns: &[impl AsRef<str>], names: &[&str]) -> Result<Option<usize>, String> {
    let has = |name: &str, column: &str| column.trim().to_lowercase() == name;
    for name in names {
        let mut found = (0..).zip(columns).filter(|(_, c)| has(name, c.as_ref()));
        match (found.next(), found.next()) {
            (None, _) => {}
            (Some((position, _)), None) => return Ok(Some(position)),
            (Some(_), Some(_)) => return Err((*name).to_owned()),
        }
    }
    Ok(None)
}

/// How a file is written.
enum Format {
    Csv,
    Tsv,
    JsonLines,
    JsonList,
    /// Plain text, or anything else.
    Lines,
}

impl Format {
    /// What the ending of a file's name says; a `.gz` after it does not count.
    fn of(file: &str) -> Self {
        let name = file.to_ascii_lowercase();
        match name.trim_end_matches(".gz").rsplit_once('.') {
            Some((_, "csv")) => Self::Csv,
            Some((_, "tsv")) => Self::Tsv,
            Some((_, "jsonl" | "ndjson")) => Self::JsonLines,
            Some((_, "json")) => Self::JsonList,
            _ => Self::Lines,
        }
    }
}

/// A prompt of a data set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompt {
    /// Identifier in its source; empty if there is none.
    pub id: String,
    /// What it was collected for, for example `gsm8k`; empty if unknown.
    pub task: String,
    /// The whole text that a model gets.
    pub text: String,
    /// The text without the worked examples that all prompts of the task share, if it has any.
    pub query: Option<String>,
}

impl Prompt {
    /// The text to embed: the query where there is one, since shared examples say nothing about
    /// this prompt and would fill a small encoder's window.
    pub fn to_embed(&self) -> &str {
        self.query.as_deref().unwrap_or(&self.text)
    }
}

/// A model of a data set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// Unique identifier, the column name of its scores.
    pub id: String,
    /// Readable name.
    pub name: String,
    /// US dollars per million input tokens.
    pub price_in: Option<f64>,
    /// US dollars per million output tokens.
    pub price_out: Option<f64>,
    /// Parameters in billions.
    pub params_b: Option<f64>,
    /// Mean length of its answers, in characters.
    pub output_chars: Option<f64>,
    /// Where the prices were taken from.
    pub price_source: Option<String>,
}

/// Whether a pattern means a model: `*` is any model.
fn model_fits(pattern: &str, id: &str) -> bool {
    pattern == "*" || pattern == id
}

/// Whether a pattern means a task: one that ends with `*` is every task that begins so.
fn task_fits(pattern: &str, task: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => task.starts_with(beginning),
        None => pattern == task,
    }
}

/// Scores of models on prompts.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Name, for example of its folder.
    pub name: String,
    /// Prompts, one a row of the scores.
    pub prompts: Vec<Prompt>,
    /// Models, one a column of the scores.
    pub models: Vec<Model>,
    /// `(prompts, models)`, in `[0, 1]`; NaN where a score is missing.
    pub scores: Array2<f32>,
    /// Measured US dollars, shape of the scores; NaN where not measured.
    pub costs: Option<Array2<f32>>,
}

impl Dataset {
    /// The data set with only these rows and columns, in this order.
    ///
    /// # Panics
    /// When an index is out of range.
    #[allow(
        clippy::indexing_slicing,
        reason = "indices are of the caller's code, not of a file"
    )]
    pub fn select(&self, prompts: &[usize], models: &[usize]) -> Self {
        let cut = |m: &Array2<f32>| {
            m.select(ndarray::Axis(0), prompts)
                .select(ndarray::Axis(1), models)
        };
        Self {
            name: self.name.clone(),
            prompts: prompts.iter().map(|&i| self.prompts[i].clone()).collect(),
            models: models.iter().map(|&h| self.models[h].clone()).collect(),
            scores: cut(&self.scores),
            costs: self.costs.as_ref().map(cut),
        }
    }

    /// Removes the scores of a model on a task, and returns their number. `*` is any model, and a task
    /// that ends with `*` every task that begins so.
    pub fn leave_out(&mut self, model: &str, task: &str) -> usize {
        let mut removed = 0;
        for (prompt, mut row) in self.prompts.iter().zip(self.scores.outer_iter_mut()) {
            if !task_fits(task, &prompt.task) {
                continue;
            }
            for (known, score) in self.models.iter().zip(row.iter_mut()) {
                if model_fits(model, &known.id) && !score.is_nan() {
                    *score = f32::NAN;
                    removed += 1;
                }
            }
        }
        removed
    }

    /// Number of scores that are not missing.
    pub fn observed(&self) -> usize {
        self.scores.iter().filter(|s| !s.is_nan()).count()
    }
}

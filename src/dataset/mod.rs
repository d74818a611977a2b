//! Scores of language models on prompts, read from files.
//!
//! Two families of formats, both parsed from readers:
//! * a folder of `prompts.jsonl`, `models.json`, `scores.csv` and perhaps `costs.csv`
//!   ([`Dataset::from_folder`]): every language model on every prompt, empty where missing;
//! * labels, one outcome a line ([`Dataset::from_labels_jsonl`], [`Dataset::from_labels_csv`]).

mod error;
mod folder;
mod labels;

use ndarray::Array2;

pub use error::DatasetError;
pub use folder::{FolderParts, read_models};

/// A prompt of a data set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompt {
    /// Identifier in its source; empty if there is none.
    pub id: String,
    /// What it was collected for, for example `gsm8k`; empty if unknown.
    pub task: String,
    /// The whole text a language model gets.
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

/// A language model of a data set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// Unique identifier, the column name of its scores.
    pub id: String,
    /// Readable name.
    pub name: String,
    /// US dollars per million tokens read.
    pub price_in: Option<f64>,
    /// US dollars per million tokens written.
    pub price_out: Option<f64>,
    /// Parameters in billions.
    pub params_b: Option<f64>,
    /// Mean length of its answers, in characters.
    pub output_chars: Option<f64>,
    /// Where the prices were taken from.
    pub price_source: Option<String>,
}

/// Scores of language models on prompts.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Name, for example of its folder.
    pub name: String,
    /// Prompts, one a row of the scores.
    pub prompts: Vec<Prompt>,
    /// Language models, one a column of the scores.
    pub models: Vec<Model>,
    /// `(prompts, models)`, in `[0, 1]`; NaN where a language model was not asked.
    pub scores: Array2<f32>,
    /// Measured US dollars, shape of the scores; NaN where not measured.
    pub costs: Option<Array2<f32>>,
}

impl Dataset {
    /// The data set with only these rows and columns, in this order.
    ///
    /// # Panics
    /// When an index is out of range.
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

    /// Number of scores that are not missing.
    pub fn observed(&self) -> usize {
        self.scores.iter().filter(|s| !s.is_nan()).count()
    }
}

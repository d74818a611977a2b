//! What a person says of a file of labels, and what reading it gave.

use serde::Serialize;

/// Reads a file that is beside the one of the labels, by its name. `None` if there is none.
pub type Beside<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What a person says of a file of labels, where that is not to be found out.
#[derive(Clone, Copy, Default)]
pub struct LabelOptions<'a> {
    /// Id of the model whose labels are read: those that name it, and those that name no model.
    pub model: Option<&'a str>,
    /// Names of scores, the preferred one first; a file without the first may have the second.
    pub scores: &'a [String],
    /// The column or field of the prompts, such as `question` or `vars.question`.
    pub prompt: Option<&'a str>,
    /// Leaves out rows that are wrong, and counts them.
    pub skip_bad: bool,
    /// The files beside this one, which may name the model or hold the prompts.
    pub beside: Option<Beside<'a>>,
}

impl LabelOptions<'_> {
    /// The content of a file beside the one of the labels.
    pub(super) fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.beside.and_then(|beside| beside(name))
    }
}

/// What reading a file of labels gave. Each row is counted once: `rows` is the sum of `used`, `unscored`,
/// `others` and `bad`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct LabelsReport {
    /// What the file was taken for, such as `samples of lm-evaluation-harness`.
    pub taken_for: String,
    /// Name of the score that was read; `null` if the file has one score a model.
    pub score: Option<String>,
    /// Rows of the file: lines, samples or instances.
    pub rows: usize,
    /// Rows that gave labels.
    pub used: usize,
    /// Rows without a score.
    pub unscored: usize,
    /// Rows of another model or score, or of a changed prompt.
    pub others: usize,
    /// Rows that are wrong and were left out.
    pub bad: usize,
    /// What is wrong with the first of these.
    pub problems: Vec<String>,
    /// Columns or fields that mean nothing here.
    pub unused: Vec<String>,
}

//! What every format of labels has in common.

/// Names of the column of scores, the most likely one first.
pub const SCORE_NAMES: [&str; 4] = ["score", "correct", "label", "accuracy"];
/// Name of the column of models.
pub(super) const MODEL_NAMES: [&str; 1] = ["model"];

/// A row, line or item of a file of labels.
pub(super) struct Record {
    pub prompt: String,
    pub task: String,
    /// Scores in `[0, 1]`, with the models where they are named.
    pub scores: Vec<(Option<String>, f64)>,
}

/// What a label must have.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Needed {
    /// The model may be absent.
    PromptAndScore,
    ModelToo,
}

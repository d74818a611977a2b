//! What every format of labels has in common.

/// Names of the column of scores, the most likely one first.
pub const SCORE_NAMES: [&str; 4] = ["score", "correct", "label", "accuracy"];
/// Name of the column of models.
pub(super) const MODEL_NAMES: [&str; 1] = ["model"];

/// A row, line or item of a file of labels.
#[derive(Default)]
pub(super) struct Record {
    pub prompt: String,
    pub task: String,
    /// Scores in `[0, 1]`, with the models where they are named.
    pub scores: Vec<(Option<String>, f64)>,
}

/// What a row of a file gives.
pub(super) enum Row {
    /// Labels of a prompt.
    Labels(Record),
    /// A prompt without a score.
    Unscored,
    /// A row that is not asked for, such as one of another score.
    Other,
}

impl Row {
    /// The label of one model, if it has a score.
    pub fn of(prompt: String, task: &str, model: Option<String>, score: Option<f64>) -> Self {
        match score {
            None => Self::Unscored,
            Some(score) => Self::Labels(Record {
                prompt,
                task: task.to_owned(),
                scores: vec![(model, score)],
            }),
        }
    }
}

/// What a label must have.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Needed {
    /// The model may be absent.
    PromptAndScore,
    ModelToo,
}

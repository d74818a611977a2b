//! Logs of Inspect: one JSON object with the evaluation in `eval` and its samples in `samples`. A packed log
//! (`.eval`) has the same parts in files of their own.
//!
//! Source: UKGovernmentBEIS/inspect_ai 0.3.285, `inspect_ai/log/_log.py` (`EvalLog`, `EvalSpec`,
//! `EvalSample`), `inspect_ai/scorer/_metric.py` (`Score`, and `value_to_float` for the meaning of C, P, I
//! and N) and `inspect_ai/log/_condense.py` (`attachment://`). A sample has one score a scorer, and is
//! repeated for each epoch; the labels of one prompt are averaged.

use serde_json::{Map, Value};

use super::form::{Document, Form};
use super::value::{at_path, object, prompt_of, text};
use crate::dataset::DatasetError;
use crate::dataset::label_error::LabelsError;
use crate::dataset::labels::options::LabelOptions;
use crate::dataset::labels::record::Row;
use crate::dataset::labels::scores::{Scores, score_of};
use crate::dataset::place::Place;

/// How a long text is written that is kept in the `attachments` of its sample.
const ATTACHMENT: &str = "attachment://";

/// The samples inside a log, if it is one of Inspect.
pub(super) fn document<'a>(
    mut log: Map<String, Value>,
    options: &LabelOptions<'a>,
) -> Result<Document<'a>, Map<String, Value>> {
    let Some(form) = Inspect::new(&log, options) else {
        return Err(log);
    };
    match log.get_mut("samples").map(Value::take) {
        Some(Value::Array(items)) => Ok(Document {
            form: Box::new(form),
            list: "samples",
            items,
        }),
        _ => Err(log),
    }
}

/// Reads samples.
pub(in crate::dataset::labels) struct Inspect<'a> {
    prompt: Option<&'a str>,
    task: String,
    model: Option<String>,
}

impl<'a> Inspect<'a> {
    /// From the header of a log; `None` if it is not one of Inspect.
    pub fn new(log: &Map<String, Value>, options: &LabelOptions<'a>) -> Option<Self> {
        let eval = object(log, "eval")?;
        let task = text(eval, "task")?;
        Some(Self {
            prompt: options.prompt,
            task: task.to_owned(),
            model: text(eval, "model").map(str::to_owned),
        })
    }
}

impl Form for Inspect<'_> {
    fn name(&self) -> &'static str {
        "a log of Inspect"
    }

    fn read(
        &mut self,
        at: &Place,
        sample: &Map<String, Value>,
        scores: &mut Scores,
    ) -> Result<Row, DatasetError> {
        let Some((name, value)) = scores.choose(scorers(sample)) else {
            return Ok(Row::Unscored);
        };
        let score = match value.as_str().and_then(letter) {
            Some(score) => Some(score),
            None => score_of(at, &name, value)?,
        };
        let input = match self.prompt {
            Some(path) => at_path(sample, path),
            None => sample.get("input"),
        };
        let prompt = input.and_then(prompt_of);
        let prompt = prompt.and_then(|text| attached(sample, text));
        let prompt = prompt.ok_or_else(|| LabelsError::NoPrompt {
            at: at.clone(),
            places: "`input`",
        })?;
        Ok(Row::of(prompt, &self.task, self.model.clone(), score))
    }
}

/// The scores of a sample by scorer; a scorer with several values as `SCORER/VALUE`.
fn scorers(sample: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (scorer, score) in object(sample, "scores").into_iter().flatten() {
        match score.get("value") {
            Some(Value::Object(values)) => {
                found.extend(
                    values
                        .iter()
                        .map(|(key, one)| (format!("{scorer}/{key}"), one)),
                );
            }
            Some(Value::Array(_)) | None => {}
            Some(value) => found.push((scorer.clone(), value)),
        }
    }
    // Logs of 2024 have the score of the one scorer here.
    if let (true, Some(value)) = (
        found.is_empty(),
        object(sample, "score").and_then(|score| score.get("value")),
    ) {
        found.push(("score".to_owned(), value));
    }
    found
}

/// Correct, partly correct, incorrect, no answer; and the words that count as right and wrong.
fn letter(value: &str) -> Option<f64> {
    match value {
        "C" => Some(1.0),
        "P" => Some(0.5),
        "I" | "N" => Some(0.0),
        yes if yes.eq_ignore_ascii_case("yes") => Some(1.0),
        no if no.eq_ignore_ascii_case("no") => Some(0.0),
        _ => None,
    }
}

/// The text itself, or the attachment that it names.
fn attached(sample: &Map<String, Value>, text: String) -> Option<String> {
    match text.strip_prefix(ATTACHMENT) {
        None => Some(text),
        Some(hash) => Some(
            object(sample, "attachments")?
                .get(hash)?
                .as_str()?
                .to_owned(),
        ),
    }
}

//! Results of promptfoo: the file of `promptfoo eval -o results.json` with the evaluation in `results`, the
//! evaluation alone, and `.jsonl` with a result a line.
//!
//! Source: promptfoo 0.121, the types `OutputFile`, `EvaluateSummaryV2`, `EvaluateSummaryV3` and
//! `EvaluateResult`. A result has the rendered prompt, the provider, `success`, the `score` in [0, 1] of all
//! its assertions, and `namedScores` of single ones.

use serde_json::{Map, Value};

use super::form::{Document, Form};
use super::value::{at_path, object, prompt_of, text};
use crate::dataset::DatasetError;
use crate::dataset::label_error::LabelsError;
use crate::dataset::labels::options::LabelOptions;
use crate::dataset::labels::record::Row;
use crate::dataset::labels::scores::{Scores, may_be_score, score_of};
use crate::dataset::place::Place;

/// `failureReason` of a result without an answer: the provider failed, not the model.
const PROVIDER_FAILED: u64 = 2;

/// Whether an object is a result.
pub(super) fn is_result(item: &Map<String, Value>) -> bool {
    item.contains_key("provider")
        && item.contains_key("vars")
        && item.contains_key("success")
        && item.contains_key("score")
}

/// The results inside a file, if it is one of promptfoo.
pub(super) fn document<'a>(
    mut object: Map<String, Value>,
    options: &LabelOptions<'a>,
) -> Result<Document<'a>, Map<String, Value>> {
    let is_list = |value: Option<&Value>| {
        let items = value.and_then(Value::as_array);
        items.is_some_and(|items| {
            items
                .iter()
                .all(|item| item.as_object().is_some_and(is_result))
        })
    };
    let (list, holder) = match object.get_mut("results") {
        Some(Value::Object(inner)) => ("results.results", inner),
        _ => ("results", &mut object),
    };
    if !is_list(holder.get("results")) {
        return Err(object);
    }
    match holder.remove("results") {
        Some(Value::Array(items)) => Ok(Document {
            form: Box::new(Promptfoo::new(options)),
            list,
            items,
        }),
        _ => Err(object),
    }
}

/// Reads results.
pub(super) struct Promptfoo<'a> {
    prompt: Option<&'a str>,
}

impl<'a> Promptfoo<'a> {
    pub fn new(options: &LabelOptions<'a>) -> Self {
        Self {
            prompt: options.prompt,
        }
    }
}

impl Form for Promptfoo<'_> {
    fn name(&self) -> &'static str {
        "results of promptfoo"
    }

    fn read(
        &mut self,
        at: &Place,
        item: &Map<String, Value>,
        scores: &mut Scores,
    ) -> Result<Row, DatasetError> {
        let failed = item.get("failureReason").and_then(Value::as_u64);
        if failed == Some(PROVIDER_FAILED) {
            return Ok(Row::Unscored);
        }
        // `score` is of all assertions; another one only if somebody asks for it.
        let mut found = vec![("score".to_owned(), item.get("score"))];
        if !scores.is_open() {
            found.push(("success".to_owned(), item.get("success")));
            let named = object(item, "namedScores").into_iter().flatten();
            found.extend(named.map(|(name, value)| (name.clone(), Some(value))));
        }
        found.retain(|(_, value)| value.is_some_and(may_be_score));
        let Some((name, Some(value))) = scores.choose(found) else {
            return Ok(Row::Unscored);
        };
        let score = score_of(at, &name, value)?;
        let prompt = match self.prompt {
            Some(path) => at_path(item, path),
            None => match item.get("prompt") {
                Some(Value::Object(prompt)) => prompt.get("raw"),
                prompt => prompt,
            },
        };
        let prompt = prompt.and_then(prompt_of);
        let prompt = prompt.ok_or_else(|| LabelsError::NoPrompt {
            at: at.clone(),
            places: "`prompt.raw`",
        })?;
        Ok(Row::of(prompt, "", model(item), score))
    }
}

/// The label of a provider, or else its id.
fn model(item: &Map<String, Value>) -> Option<String> {
    let name = match item.get("provider")? {
        Value::Object(provider) => text(provider, "label").or(text(provider, "id"))?,
        provider => provider.as_str()?,
    };
    Some(name.to_owned())
}

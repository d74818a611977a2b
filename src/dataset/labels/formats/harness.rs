//! Samples of lm-evaluation-harness, which `--log_samples` writes as `samples_TASK_DATE.jsonl`, a line for
//! each document and filter.
//!
//! Source: EleutherAI/lm-evaluation-harness 0.4.13, `lm_eval/evaluator.py` (fields of a sample) and
//! `lm_eval/loggers/evaluation_tracker.py` (names of the files, and the form of `arguments`). Older
//! releases write `arguments` as a list of lists and no `metrics`.

use serde_json::{Map, Value};

use super::form::Form;
use super::value::{at_path, object, prompt_of, text};
use crate::dataset::label_error::LabelsError;
use crate::dataset::labels::options::LabelOptions;
use crate::dataset::labels::record::Row;
use crate::dataset::labels::scores::{Scores, may_be_score, score_of};
use crate::dataset::place::Place;
use crate::dataset::{DatasetError, json};

/// Fields of a document that hold the question without the worked examples, the most likely one first.
const QUESTIONS: [&str; 9] = [
    "question",
    "query",
    "problem",
    "prompt",
    "instruction",
    "input",
    "ctx",
    "goal",
    "text",
];
/// Fields of a sample that are no metrics.
const NO_METRICS: [&str; 13] = [
    "doc_id",
    "doc",
    "target",
    "arguments",
    "resps",
    "filtered_resps",
    "filter",
    "metrics",
    "doc_hash",
    "prompt_hash",
    "target_hash",
    "schema_id",
    "task",
];
/// The filter of a task that has no others.
const NO_FILTER: &str = "none";

/// Whether a line is a sample.
pub(super) fn is_sample(item: &Map<String, Value>) -> bool {
    item.contains_key("doc_id")
        && item.contains_key("doc")
        && (item.contains_key("filtered_resps") || item.contains_key("arguments"))
}

/// Reads the samples of one model on one task.
pub(super) struct Harness<'a> {
    prompt: Option<&'a str>,
    task: String,
    model: Option<String>,
}

impl<'a> Harness<'a> {
    pub fn new(file: &str, options: &LabelOptions<'a>) -> Self {
        let (task, date) = task_and_date(file);
        Self {
            prompt: options.prompt,
            task: task.to_owned(),
            model: results_model(date, options).or_else(|| folder_model(file)),
        }
    }
}

/// The task and the date in `samples_TASK_DATE.jsonl`.
fn task_and_date(file: &str) -> (&str, &str) {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = name.trim_end_matches(".gz");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.strip_prefix("samples_").unwrap_or(stem);
    stem.rsplit_once('_').unwrap_or((stem, ""))
}

/// The model that the results of the same run name.
fn results_model(date: &str, options: &LabelOptions) -> Option<String> {
    let results = options.file(&format!("results_{date}.json"))?;
    let results = json::parse(&results).ok()?;
    Some(text(results.as_object()?, "model_name")?.to_owned())
}

/// The model that the folder is named after: an id with `__` in place of its `/`.
fn folder_model(file: &str) -> Option<String> {
    let (folder, _) = file.rsplit_once(['/', '\\'])?;
    let name = folder.rsplit(['/', '\\']).next()?;
    name.contains("__").then(|| name.replacen("__", "/", 1))
}

impl Form for Harness<'_> {
    fn name(&self) -> &'static str {
        "samples of lm-evaluation-harness"
    }

    fn read(
        &mut self,
        at: &Place,
        item: &Map<String, Value>,
        scores: &mut Scores,
    ) -> Result<Row, DatasetError> {
        let filter = text(item, "filter").unwrap_or(NO_FILTER);
        let metrics = metrics(item).filter(|(_, value)| may_be_score(value));
        let named = metrics.map(|(name, value)| (full_name(name, filter, scores), value));
        let Some((name, value)) = scores.choose(named.collect()) else {
            return Ok(Row::Other);
        };
        let score = score_of(at, &name, value)?;
        let prompt = self.prompt(item).ok_or_else(|| LabelsError::NoPrompt {
            at: at.clone(),
            places: "the question of `doc` and in `arguments`",
        })?;
        Ok(Row::of(prompt, &self.task, self.model.clone(), score))
    }
}

impl Harness<'_> {
    /// The question of the document, or else the whole text that the model got.
    fn prompt(&self, item: &Map<String, Value>) -> Option<String> {
        if let Some(path) = self.prompt {
            return match path {
                "arguments" => argument(item.get("arguments")?),
                path => {
                    prompt_of(at_path(item, path).or_else(|| at_path(object(item, "doc")?, path))?)
                }
            };
        }
        let doc = object(item, "doc");
        let mut questions = QUESTIONS
            .iter()
            .filter_map(|name| prompt_of(doc?.get(*name)?));
        questions
            .next()
            .or_else(|| argument(item.get("arguments")?))
    }
}

/// The metrics of a sample: those that it lists, or every further field.
fn metrics(item: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let listed = item.get("metrics").and_then(Value::as_array);
    item.iter().filter(move |(key, _)| match listed {
        Some(listed) => listed.iter().any(|name| name == key.as_str()),
        None => !NO_METRICS.contains(&key.as_str()),
    })
}

/// `METRIC,FILTER`, as the results name it. A person may leave out the filter if there is one only.
fn full_name(metric: &str, filter: &str, scores: &Scores) -> String {
    let is_short = scores.wanted().iter().any(|want| want == metric);
    match is_short || filter == NO_FILTER {
        true => metric.to_owned(),
        false => format!("{metric},{filter}"),
    }
}

/// The first text that the model got: `{"gen_args_0": {"arg_0": …}}`, or a list of lists.
fn argument(arguments: &Value) -> Option<String> {
    let first = |value: &Value| match value {
        Value::Object(object) => object.values().next().cloned(),
        Value::Array(list) => list.first().cloned(),
        _ => None,
    };
    prompt_of(&first(&first(arguments)?)?)
}

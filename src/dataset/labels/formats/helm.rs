//! Results of HELM for single instances: `per_instance_stats.json`, or `display_predictions.json` as its web
//! site has it. Neither has the prompts, so a file beside it is read, too.
//!
//! Source: stanford-crfm/helm 0.5.16, `helm/benchmark/metrics/metric.py` (`PerInstanceStats`),
//! `metrics/statistic.py` (`Stat`), `presentation/run_display.py` (`DisplayPrediction`, `DisplayRequest`),
//! `scenarios/scenario.py` (`Instance`), `adaptation/request_state.py` and `run_spec.py`. Several trials of
//! an instance are averaged; instances whose input was changed on purpose (`perturbation`) are left out.

use serde_json::{Map, Value};
use std::collections::HashMap;

use super::form::Form;
use super::value::{object, prompt_of, text};
use crate::dataset::label_error::LabelsError;
use crate::dataset::labels::options::LabelOptions;
use crate::dataset::labels::record::Row;
use crate::dataset::labels::scores::{Scores, may_be_score, score_of};
use crate::dataset::place::Place;
use crate::dataset::{DatasetError, json};

/// Beginnings of statistics that say nothing of the quality of an answer.
const NO_SCORES: [&str; 12] = [
    "num_",
    "finish_reason",
    "inference_",
    "training_",
    "prompt_truncated",
    "predicted_index",
    "max_prob",
    "logprob",
    "perplexity",
    "bits_per_byte",
    "batch_size",
    "stop_reason",
];
const NEEDED: &str = "instances.json, display_requests.json or scenario_state.json";

/// Whether an item is of one instance.
pub(super) fn is_instance(item: &Map<String, Value>) -> bool {
    item.contains_key("instance_id") && item.contains_key("stats")
}

/// Reads the statistics of instances.
pub(super) struct Helm {
    prompts: HashMap<String, String>,
    task: String,
    model: Option<String>,
}

impl Helm {
    /// Reads the files beside the statistics.
    pub fn new(file: &str, options: &LabelOptions) -> Result<Self, DatasetError> {
        let mut prompts = HashMap::new();
        let mut model = None;
        let parsed = |name| json::parse(&options.file(name)?).ok();
        for name in [
            "instances.json",
            "scenario_state.json",
            "display_requests.json",
        ] {
            let Some(value) = parsed(name) else {
                continue;
            };
            let list = match &value {
                Value::Object(state) => state.get("request_states"),
                list => Some(list),
            };
            for item in list.and_then(Value::as_array).into_iter().flatten() {
                if let Some((id, prompt)) = item.as_object().and_then(instance) {
                    // The first file has the prompt without worked examples.
                    prompts.entry(id).or_insert(prompt);
                }
                let requested = item.get("request").and_then(|request| request.get("model"));
                model = model.or_else(|| Some(requested?.as_str()?.to_owned()));
            }
        }
        let spec = parsed("run_spec.json");
        let adapter = spec.as_ref().and_then(|spec| spec.get("adapter_spec"));
        let named = adapter.and_then(|adapter| adapter.get("model")?.as_str());
        if prompts.is_empty() {
            let (at, needed) = (Place::whole(file), NEEDED);
            return Err(LabelsError::Beside { at, needed }.into());
        }
        Ok(Self {
            prompts,
            task: task(spec.as_ref()),
            model: model.or(named.map(str::to_owned)),
        })
    }
}

/// The scenario of a run, without its arguments: `mmlu` of `mmlu:subject=anatomy,model=…`.
fn task(spec: Option<&Value>) -> String {
    let name = spec.and_then(|spec| spec.get("name")?.as_str());
    let name = name.unwrap_or_default();
    name.split(':').next().unwrap_or_default().to_owned()
}

/// Id and prompt of an instance, of a request, or of the state of a request.
fn instance(item: &Map<String, Value>) -> Option<(String, String)> {
    let inner = object(item, "instance").unwrap_or(item);
    if is_perturbed(inner) {
        return None;
    }
    let id = text(inner, "id").or(text(item, "instance_id"))?;
    let input = object(inner, "input").and_then(input_text);
    let asked = || prompt_of(object(item, "request")?.get("prompt")?);
    Some((id.to_owned(), input.or_else(asked)?))
}

fn input_text(input: &Map<String, Value>) -> Option<String> {
    let of = |key: &str| prompt_of(input.get(key)?);
    of("text").or_else(|| of("messages"))
}

fn is_perturbed(item: &Map<String, Value>) -> bool {
    item.get("perturbation").is_some_and(|how| !how.is_null())
}

impl Form for Helm {
    fn name(&self) -> &'static str {
        "results of HELM"
    }

    fn read(
        &mut self,
        at: &Place,
        item: &Map<String, Value>,
        scores: &mut Scores,
    ) -> Result<Row, DatasetError> {
        if is_perturbed(item) {
            return Ok(Row::Other);
        }
        let mut found = stats(item.get("stats"));
        found.retain(|(name, value)| {
            may_be_score(value) && !NO_SCORES.iter().any(|no| name.starts_with(no))
        });
        let Some((name, value)) = scores.choose(found) else {
            return Ok(Row::Unscored);
        };
        let score = score_of(at, &name, &value)?;
        let id = text(item, "instance_id").unwrap_or_default();
        let prompt = self.prompts.get(id).ok_or_else(|| LabelsError::NoPrompt {
            at: at.clone(),
            places: NEEDED,
        })?;
        Ok(Row::of(
            prompt.clone(),
            &self.task,
            self.model.clone(),
            score,
        ))
    }
}

/// Names and means of statistics: a list of them, or an object of means.
fn stats(stats: Option<&Value>) -> Vec<(String, Value)> {
    match stats {
        Some(Value::Object(means)) => means
            .iter()
            .map(|(name, mean)| (name.clone(), mean.clone()))
            .collect(),
        Some(Value::Array(stats)) => stats.iter().filter_map(stat).collect(),
        _ => Vec::new(),
    }
}

fn stat(stat: &Value) -> Option<(String, Value)> {
    let name = stat.get("name")?.get("name")?.as_str()?;
    let number = |key| stat.get(key).and_then(Value::as_f64);
    let mean = number("mean").or_else(|| Some(number("sum")? / number("count")?))?;
    Some((name.to_owned(), Value::from(mean)))
}

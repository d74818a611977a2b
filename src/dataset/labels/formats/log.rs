//! Logs of requests to models, with a score: a request as it was sent (`messages`, `input`, or inside
//! `body`, `request` and the like), the model, and how good the answer was.
//!
//! Sources: BerriAI/litellm, `docs/proxy/logging_spec.md` (`StandardLoggingPayload`) and its table
//! `LiteLLM_SpendLogs`, where messages and metadata may be JSON in a text; openai/openai-openapi, the request
//! of chat completions and of responses and the lines of batch files. None of them has a field for scores, so
//! the score may be at the top, in `scores`, or in `metadata`, `feedback`, `evaluation` or `evals`.

use serde_json::{Map, Value};

use super::form::Form;
use super::value::{at_path, prompt_of, unfolded};
use crate::dataset::label_error::{Choice, LabelsError};
use crate::dataset::labels::columns::lacks;
use crate::dataset::labels::options::LabelOptions;
use crate::dataset::labels::record::{Row, SCORE_NAMES};
use crate::dataset::labels::scores::{Scores, may_be_score, score_of};
use crate::dataset::place::Place;
use crate::dataset::{DatasetError, PROMPT_NAMES, chat};

/// Fields that have the request inside, the outermost one first.
const WRAPPERS: [&str; 8] = [
    "standard_logging_object",
    "standard_logging_payload",
    "kwargs",
    "proxy_server_request",
    "request",
    "request_body",
    "body",
    "params",
];
/// Fields that may have scores inside.
const AROUND_SCORES: [&str; 7] = [
    "scores",
    "metadata",
    "requester_metadata",
    "spend_logs_metadata",
    "feedback",
    "evaluation",
    "evals",
];
/// How deep scores and requests are looked for.
const DEPTH: usize = 3;

/// Whether an object is a request to a model.
pub(super) fn is_request(item: &Map<String, Value>) -> bool {
    chat::find(item).is_some()
        || item.get("messages").is_some_and(Value::is_string)
        || WRAPPERS
            .iter()
            .any(|key| inner(item, key).is_some_and(|o| holds_request(&o)))
        || has_inner_score(item)
}

/// Whether there is a score, but not where labels have it.
fn has_inner_score(item: &Map<String, Value>) -> bool {
    let mut found = Vec::new();
    collect(item, "", DEPTH, &mut found);
    !found.is_empty()
        && !item.contains_key("scores")
        && found.iter().all(|(name, _)| name.contains('.'))
}

fn holds_request(object: &Map<String, Value>) -> bool {
    object.contains_key("messages") || object.contains_key("input") || object.contains_key("prompt")
}

/// Reads requests.
pub(super) struct Log<'a> {
    prompt: Option<&'a str>,
}

impl<'a> Log<'a> {
    pub fn new(options: &LabelOptions<'a>) -> Self {
        Self {
            prompt: options.prompt,
        }
    }
}

impl Form for Log<'_> {
    fn name(&self) -> &'static str {
        "a log of requests"
    }

    fn read(
        &mut self,
        at: &Place,
        item: &Map<String, Value>,
        scores: &mut Scores,
    ) -> Result<Row, DatasetError> {
        let mut found = Vec::new();
        collect(item, "", DEPTH, &mut found);
        for want in scores.wanted() {
            let has = found.iter().any(|(name, _)| name == want);
            found.extend(
                at_path(item, want)
                    .filter(|_| !has)
                    .map(|v| (want.clone(), v.clone())),
            );
        }
        let has_candidates = !found.is_empty();
        let Some((name, value)) = scores.choose(found) else {
            return match has_candidates {
                true => Ok(Row::Unscored),
                false if is_null_score(item) => Ok(Row::Unscored),
                false => Err(lacks(at, Choice::Score, &numbers(item))),
            };
        };
        let score = score_of(at, &name, &value)?;
        let prompt = match self.prompt {
            Some(path) => at_path(item, path).and_then(prompt_of),
            None => request_text(item, DEPTH),
        };
        let prompt = prompt.ok_or_else(|| LabelsError::NoPrompt {
            at: at.clone(),
            places: "`messages`, `input` and `prompt` of the request",
        })?;
        Ok(Row::of(prompt, "", model(item, DEPTH), score))
    }
}

/// An object in a field, which may be JSON in a text.
fn inner(item: &Map<String, Value>, key: &str) -> Option<Map<String, Value>> {
    match unfolded(item.get(key)?).into_owned() {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// The text of a request, or of one inside.
fn request_text(item: &Map<String, Value>, depth: usize) -> Option<String> {
    if let Some(found) = chat::find(item) {
        return found.text();
    }
    let own = |name: &&str| prompt_of(item.get(*name)?);
    let conversation = ["messages"].iter().find_map(own);
    let inside = || {
        let mut wrappers = WRAPPERS.iter().filter(|_| depth > 0);
        wrappers.find_map(|key| request_text(&inner(item, key)?, depth - 1))
    };
    conversation
        .or_else(inside)
        .or_else(|| PROMPT_NAMES.iter().find_map(own))
}

/// The model that was asked, or else the one that answered.
fn model(item: &Map<String, Value>, depth: usize) -> Option<String> {
    let own = item.get("model").and_then(Value::as_str);
    if let Some(model) = own.filter(|model| !model.is_empty()) {
        return Some(model.to_owned());
    }
    let mut inside = WRAPPERS.iter().chain(&["response"]).filter(|_| depth > 0);
    inside.find_map(|key| model(&inner(item, key)?, depth - 1))
}

/// Everything that may be a score, with its path. Inside `scores` any name counts.
fn collect(item: &Map<String, Value>, path: &str, depth: usize, found: &mut Vec<(String, Value)>) {
    let is_scores = path == "scores." || path.ends_with(".scores.");
    for (key, value) in item {
        let is_name = SCORE_NAMES.contains(&key.to_lowercase().as_str());
        if (is_scores || is_name) && may_be_score(value) {
            found.push((format!("{path}{key}"), value.clone()));
        } else if depth > 0
            && AROUND_SCORES.contains(&key.as_str())
            && let Some(object) = inner(item, key)
        {
            collect(&object, &format!("{path}{key}."), depth - 1, found);
        }
    }
}

/// Whether the score is there but unknown.
fn is_null_score(item: &Map<String, Value>) -> bool {
    SCORE_NAMES
        .iter()
        .any(|name| item.get(*name).is_some_and(Value::is_null))
}

/// The numbers that may be meant as the score.
fn numbers(item: &Map<String, Value>) -> Vec<String> {
    let numbers = item.iter().filter(|(_, value)| may_be_score(value));
    numbers.map(|(key, _)| key.clone()).collect()
}

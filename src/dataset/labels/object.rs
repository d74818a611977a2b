//! Labels in a JSON object: one, or one of each of several models.

use serde_json::{Map, Value};

use super::columns::lacks;
use super::options::LabelOptions;
use super::record::{MODEL_NAMES, Needed, Record, Row, SCORE_NAMES};
use super::scores::{Scores, may_be_score};
use crate::dataset::label_error::Choice;
use crate::dataset::place::Place;
use crate::dataset::score::in_range;
use crate::dataset::{DatasetError, PROMPT_NAMES, column_named};

/// Reads one object.
pub(super) fn read(
    at: &Place,
    value: Value,
    options: &LabelOptions,
    needed: Needed,
    scores: &mut Scores,
) -> Result<Row, DatasetError> {
    let Value::Object(mut object) = value else {
        return Err(DatasetError::NotObject { at: at.clone() });
    };
    let wanted = options.prompt.map(str::to_lowercase);
    let prompt = match &wanted {
        Some(name) => text(at, &mut object, &[name])?,
        None => text(at, &mut object, &PROMPT_NAMES)?,
    };
    let Some(prompt) = prompt else {
        return Err(lacks(
            at,
            Choice::Prompt,
            &titles(&object, Value::is_string),
        ));
    };
    let task = text(at, &mut object, &["task"])?.unwrap_or_default();
    let model = text(at, &mut object, &MODEL_NAMES)?;
    let of_models = match take(at, &mut object, &["scores"])? {
        Some((_, Value::Object(scores))) => Some(scores),
        _ => None,
    };
    let score = single(at, &mut object, of_models.is_some(), scores)?;
    let has_score = score.is_some()
        || of_models.is_some()
        || SCORE_NAMES.iter().any(|name| object.contains_key(*name));
    let found = match (model, score, of_models) {
        (None, Some(_), None) if needed == Needed::ModelToo => None,
        (model, Some((field, score)), None) => {
            let column = model.clone().unwrap_or(field);
            Some(vec![(model, score_of(at, column, &score)?)])
        }
        (None, None, Some(scores)) => Some(
            scores
                .into_iter()
                .map(|(model, score)| {
                    let score = score_of(at, model.clone(), &score)?;
                    Ok((Some(model), score))
                })
                .collect::<Result<Vec<_>, DatasetError>>()?,
        ),
        _ => None,
    };
    let Some(found) = found else {
        if !has_score {
            return Err(lacks(at, Choice::Score, &titles(&object, may_be_score)));
        }
        let needed = match needed {
            Needed::PromptAndScore => "`score`, or else `scores`",
            Needed::ModelToo => "`model` and `score`, or else `scores`",
        };
        return Err(DatasetError::IncompleteLabel {
            at: at.clone(),
            needed,
        });
    };
    Ok(Row::Labels(Record {
        prompt,
        task,
        scores: found,
    }))
}

/// Names of the fields that no label has.
pub(super) fn unused(object: &Map<String, Value>, options: &LabelOptions) -> Vec<String> {
    let is_known = |key: &&String| {
        let key = key.trim().to_lowercase();
        let known = PROMPT_NAMES.iter().chain(&SCORE_NAMES).chain(&MODEL_NAMES);
        known
            .chain(&["task", "scores", "id"])
            .any(|name| *name == key)
            || options
                .prompt
                .is_some_and(|name| name.eq_ignore_ascii_case(&key))
            || options
                .scores
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&key))
    };
    object
        .keys()
        .filter(|key| !is_known(key))
        .cloned()
        .collect()
}

/// The fields that may be meant; all if there are none.
fn titles(object: &Map<String, Value>, may_be: fn(&Value) -> bool) -> Vec<String> {
    let likely = object.iter().filter(|(_, value)| may_be(value));
    let likely: Vec<String> = likely.map(|(key, _)| key.clone()).collect();
    match likely.is_empty() {
        true => object.keys().cloned().collect(),
        false => likely,
    }
}

/// The one score of an object. Beside `scores`, a field `label` or the like may say anything.
fn single(
    at: &Place,
    object: &mut Map<String, Value>,
    has_scores: bool,
    scores: &mut Scores,
) -> Result<Option<(String, Value)>, DatasetError> {
    let names: &[&str] = match has_scores {
        true => &SCORE_NAMES[..1],
        false => &SCORE_NAMES,
    };
    let wanted: Vec<String> = scores
        .wanted()
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    let names: Vec<&str> = match wanted.is_empty() {
        true => names.to_vec(),
        false => wanted.iter().map(String::as_str).collect(),
    };
    // A score that is null is unknown; another field is no answer to that.
    let is_clear = scores.is_open()
        && object
            .keys()
            .any(|key| key.trim().eq_ignore_ascii_case(SCORE_NAMES[0]));
    let mut found = Vec::new();
    for name in names.iter().take(if is_clear { 1 } else { usize::MAX }) {
        if let Some((_, value)) = take(at, object, &[name])? {
            found.push(((*name).to_owned(), value));
        }
    }
    Ok(scores.choose(found))
}

/// Takes the field with the first of these names; null counts as absent.
fn take(
    at: &Place,
    object: &mut Map<String, Value>,
    names: &[&str],
) -> Result<Option<(String, Value)>, DatasetError> {
    let fields = object.iter().filter(|(_, value)| !value.is_null());
    let keys: Vec<&String> = fields.map(|(key, _)| key).collect();
    let position = column_named(&keys, names).map_err(|column| DatasetError::RepeatedColumn {
        at: at.clone(),
        column,
    })?;
    let key = position.and_then(|i| keys.get(i)).map(|key| (*key).clone());
    Ok(key.and_then(|key| {
        let value = object.get_mut(&key)?.take();
        Some((key, value))
    }))
}

fn text(
    at: &Place,
    object: &mut Map<String, Value>,
    names: &[&str],
) -> Result<Option<String>, DatasetError> {
    match take(at, object, names)? {
        None => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text)),
        Some((field, _)) => {
            let at = at.clone();
            Err(DatasetError::NotText { at, field })
        }
    }
}

fn score_of(at: &Place, column: String, value: &Value) -> Result<f64, DatasetError> {
    let score = match value {
        Value::Bool(right) => Some(f64::from(u8::from(*right))),
        Value::Number(number) => Some(number.as_f64().unwrap_or(f64::NAN)),
        _ => None,
    };
    match score {
        Some(score) => in_range(score, at.clone(), &column),
        None => Err(DatasetError::ScoreType {
            at: at.clone(),
            column,
            value: value.to_string(),
        }),
    }
}

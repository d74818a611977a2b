//! Labels in a JSON object: one, or one of each of several models.

use serde_json::{Map, Value};

use super::super::place::Place;
use super::super::score::in_range;
use super::super::{DatasetError, PROMPT_NAMES, column_named};
use super::record::{MODEL_NAMES, Needed, Record, SCORE_NAMES};

/// Reads one object.
pub(super) fn read(at: &Place, value: Value, needed: Needed) -> Result<Record, DatasetError> {
    let Value::Object(mut object) = value else {
        return Err(DatasetError::NotObject { at: at.clone() });
    };
    let Some(prompt) = text(at, &mut object, &PROMPT_NAMES)? else {
        let needed = "`prompt`";
        return Err(DatasetError::IncompleteLabel {
            at: at.clone(),
            needed,
        });
    };
    let task = text(at, &mut object, &["task"])?.unwrap_or_default();
    let model = text(at, &mut object, &MODEL_NAMES)?;
    let scores = match take(at, &mut object, &["scores"])? {
        Some((_, Value::Object(scores))) => Some(scores),
        _ => None,
    };
    // Beside `scores`, a field `label` or the like may say anything.
    let names = match scores {
        None => &SCORE_NAMES[..],
        Some(_) => &SCORE_NAMES[..1],
    };
    let score = take(at, &mut object, names)?;
    let scores = match (model, score, scores) {
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
                .collect::<Result<_, _>>()?,
        ),
        _ => None,
    };
    let Some(scores) = scores else {
        let needed = match needed {
            Needed::PromptAndScore => "`score`, or else `scores`",
            Needed::ModelToo => "`model` and `score`, or else `scores`",
        };
        return Err(DatasetError::IncompleteLabel {
            at: at.clone(),
            needed,
        });
    };
    Ok(Record {
        prompt,
        task,
        scores,
    })
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

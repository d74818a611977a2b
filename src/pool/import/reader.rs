//! What the formats have in common: models are collected, prices checked, rejected values noted.

use crate::pool::check::value;
use crate::pool::limits::{MAX_MODELS, MAX_NAME, MAX_PRICE, MAX_TOKENS};
use crate::pool::model::Note;
use crate::pool::raw::{RawCost, RawLimit, RawModel};
use serde_json::{Map, Value};

/// Most models of a list that are read: ten times what a pool may have.
const MAX_LISTED: usize = 10 * MAX_MODELS;
/// Most notes that are kept; a list with more of them is broken throughout.
const MAX_NOTES: usize = 200;

/// Factor from a price per token to a price per million tokens.
pub const PER_TOKEN: f64 = 1e6;
/// Factor for a price that is already per million tokens.
pub const PER_MILLION: f64 = 1.0;

/// What a list says of one model.
pub struct Listed<'a> {
    /// JSON path.
    pub path: String,
    pub id: &'a str,
    pub name: Option<&'a str>,
    pub provider: Option<&'a str>,
    pub cost: RawCost,
    pub limit: Option<RawLimit>,
    /// Names of capabilities, each with whether the model has it.
    pub capabilities: [(&'static str, bool); 4],
}

/// Collects the models of a list.
#[derive(Default)]
pub struct Reader {
    models: Vec<RawModel>,
    notes: Vec<Note>,
}

impl Reader {
    /// The price `key` in USD per million tokens; none where the list has none or one that is
    /// rejected.
    pub fn price(
        &mut self,
        path: &str,
        key: &str,
        value: Option<&Value>,
        factor: f64,
    ) -> Option<f64> {
        let value = value.filter(|v| !v.is_null())?;
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        // Twelve digits, so that 0.15e-6 · 1e6 is 0.15 again after rounding.
        let price = number.map(|n: f64| format!("{:.11e}", n * factor).parse().unwrap_or(f64::NAN));
        match price.filter(|p: &f64| (0.0..=MAX_PRICE).contains(p)) {
            Some(price) => Some(price),
            None => {
                self.note(
                    format!("{path}.{key}"),
                    "is not a price; treated as unknown",
                );
                None
            }
        }
    }

    /// Adds a model, unless its id cannot be used in a pool or the list is too long.
    pub fn push(&mut self, listed: Listed) {
        if self.models.len() >= MAX_LISTED {
            return;
        }
        let Listed {
            path,
            id,
            name,
            provider,
            cost,
            limit,
            capabilities,
        } = listed;
        let fits = |text: &&str| value::text(&path, text).is_ok();
        if value::id(&path, id).is_err() {
            return self.note(path, "has an id that cannot be used; left out");
        }
        let capabilities: Vec<String> = capabilities
            .iter()
            .filter(|(_, has)| *has)
            .map(|(name, _)| (*name).into())
            .collect();
        self.models.push(RawModel {
            id: id.into(),
            name: name.filter(fits).map(Into::into),
            provider: provider.filter(fits).map(Into::into),
            cost: Some(cost),
            limit,
            capabilities: (!capabilities.is_empty()).then_some(capabilities),
            ..RawModel::default()
        });
    }

    /// Notes what was left out or rejected.
    pub fn note(&mut self, path: String, message: &str) {
        if self.notes.len() < MAX_NOTES {
            // The path contains keys of the file, which may be of any length.
            let path = path.chars().take(MAX_NAME).collect();
            self.notes.push(Note {
                path,
                message: message.into(),
            });
        }
    }

    /// The models and the notes.
    pub fn finish(self) -> (Vec<RawModel>, Vec<Note>) {
        (self.models, self.notes)
    }
}

/// The entries of an object that are objects themselves.
pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object: Option<&Map<String, Value>> = value.as_object();
    object
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.as_str(), v))
        .filter(|(_, v)| v.is_object())
}

/// Whether a value is a list with this text in it.
pub fn lists(wanted: &'static str) -> impl Fn(&Value) -> bool {
    move |value| {
        value
            .as_array()
            .is_some_and(|a| a.iter().any(|v| v.as_str() == Some(wanted)))
    }
}

/// The limits that are in range; none without any.
pub fn limit(context: Option<&Value>, output: Option<&Value>) -> Option<RawLimit> {
    let tokens = |value: Option<&Value>| {
        value
            .and_then(Value::as_f64)
            .filter(|v| (1.0..=MAX_TOKENS).contains(v))
    };
    let limit = RawLimit {
        context: tokens(context),
        output: tokens(output),
        ..RawLimit::default()
    };
    (limit.context.is_some() || limit.output.is_some()).then_some(limit)
}

//! The files of evaluation programs and of logs, each with its recogniser and its reader.
//!
//! | module | files |
//! |---|---|
//! | `harness` | `samples_*.jsonl` of lm-evaluation-harness |
//! | `inspect` | logs of Inspect: `.json`, and `.eval` with the feature `packed` |
//! | `promptfoo` | results of promptfoo |
//! | `helm` | `per_instance_stats.json` or `display_predictions.json` of HELM |
//! | `log` | requests to models with a score, as LiteLLM and clients of OpenAI log them |
//!
//! A form is recognised by the fields of its first item, never by its values. Without the feature `forms` no
//! file is recognised: small builds read labels as this project has them, and nothing else.

mod form;
#[cfg(feature = "forms")]
mod harness;
#[cfg(feature = "forms")]
mod helm;
#[cfg(feature = "forms")]
mod inspect;
#[cfg(feature = "forms")]
mod log;
#[cfg(feature = "forms")]
mod promptfoo;
#[cfg(all(test, feature = "forms"))]
mod tests;
#[cfg(feature = "forms")]
mod value;

use serde_json::{Map, Value};

use super::options::LabelOptions;
use crate::dataset::DatasetError;

pub(super) use form::{Document, Form};
#[cfg(feature = "packed")]
pub(super) use inspect::Inspect;

/// The form of a list, or of lines, that begins with this item. `None` for labels as this project has them.
///
/// # Errors
/// For a file that needs another one beside it, which is not there.
pub(super) fn of_items<'a>(
    file: &str,
    first: &Map<String, Value>,
    options: &LabelOptions<'a>,
) -> Result<Option<Box<dyn Form + 'a>>, DatasetError> {
    #[cfg(not(feature = "forms"))]
    let found = {
        let _ = (file, first, options);
        None
    };
    #[cfg(feature = "forms")]
    let found: Option<Box<dyn Form + 'a>> = if harness::is_sample(first) {
        Some(Box::new(harness::Harness::new(file, options)))
    } else if promptfoo::is_result(first) {
        Some(Box::new(promptfoo::Promptfoo::new(options)))
    } else if helm::is_instance(first) {
        Some(Box::new(helm::Helm::new(file, options)?))
    } else if log::is_request(first) {
        Some(Box::new(log::Log::new(options)))
    } else {
        None
    };
    Ok(found)
}

/// The form of a JSON object that is a whole file, or the object again.
pub(super) fn of_document<'a>(
    object: Map<String, Value>,
    options: &LabelOptions<'a>,
) -> Result<Document<'a>, Map<String, Value>> {
    #[cfg(not(feature = "forms"))]
    let found = {
        let _ = options;
        Err(object)
    };
    #[cfg(feature = "forms")]
    let found =
        inspect::document(object, options).or_else(|object| promptfoo::document(object, options));
    found
}

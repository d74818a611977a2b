//! Topics: prompts by what people ask, which give clusters their names.

use serde::Deserialize;

use super::place::Place;
use super::{DatasetError, jsonl};

/// A field of topics, as read from one file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TopicField {
    /// Its name for people.
    pub title: String,
    /// Its topics.
    pub topics: Vec<TopicPrompts>,
}

/// Prompts of one topic.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TopicPrompts {
    /// What people ask here, in a few plain words.
    pub name: String,
    /// Prompts about it.
    pub prompts: Vec<String>,
}

impl TopicField {
    /// Reads a field: `{"title": …, "topics": [{"name": …, "prompts": […]}]}`. `file` is its name for
    /// messages.
    ///
    /// # Errors
    /// [`DatasetError::Json`] where the JSON does not fit, [`DatasetError::Empty`] for a topic
    /// without prompts.
    pub fn parse(file: &str, json: &[u8]) -> Result<Self, DatasetError> {
        let at = || Place::whole(file);
        let json = jsonl::whole(file, json)?;
        let field: Self =
            serde_json::from_slice(&json).map_err(|e| DatasetError::json(at(), &e))?;
        match field.topics.iter().any(|t| t.prompts.is_empty()) || field.topics.is_empty() {
            true => Err(DatasetError::Empty {
                at: at(),
                missing: "prompts",
            }),
            false => Ok(field),
        }
    }
}

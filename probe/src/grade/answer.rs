//! What is graded.

use serde_json::Value;

/// What a model replied.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Its text.
    pub text: String,
    /// The tools that it called: names and arguments.
    pub calls: Vec<(String, Value)>,
}

impl Answer {
    /// An answer without calls.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            calls: Vec::new(),
        }
    }
}

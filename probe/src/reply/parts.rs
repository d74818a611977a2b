//! What replies consist of, and what can be wrong with one.

use crate::grade::Answer;
use serde_json::Value;

/// Largest reply that is read, in bytes.
pub const MAX_REPLY: usize = 8 * 1024 * 1024;
/// Most calls of tools in one reply.
pub(super) const MAX_CALLS: usize = 64;
/// Characters of a reply that a message repeats.
pub(super) const SHOWN: usize = 160;

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The answer is complete.
    Stop,
    /// The limit of tokens cut it.
    Length,
    /// A filter of the provider cut it.
    Filter,
}

/// Tokens that the server counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input: u64,
    /// Tokens of the answer, hidden reasoning included.
    pub output: u64,
}

/// A complete reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Text and calls.
    pub answer: Answer,
    /// Why the model stopped.
    pub finish: Finish,
    /// Counted tokens, if the server says them.
    pub usage: Option<Usage>,
}

/// Why a reply cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The connection ended before the answer did.
    #[error("the reply ends before the answer is complete")]
    Truncated,
    /// Not JSON and not a stream of events.
    #[error("the reply is neither JSON nor a stream of events: {0}")]
    Form(String),
    /// JSON without an answer.
    #[error("the reply has no answer: {0}")]
    NoAnswer(String),
    /// The server reports an error.
    #[error("the server reports: {0}")]
    Server(String),
    /// More than [`MAX_REPLY`] bytes.
    #[error("the reply is longer than {MAX_REPLY} bytes")]
    TooLong,
}

/// The message of an error in the forms that servers use.
pub fn error_of(value: &Value) -> Option<String> {
    let error = value.get("error").filter(|e| !e.is_null())?;
    let message = error
        .get("message")
        .or(error.get("detail"))
        .unwrap_or(error);
    Some(shown(message.as_str().unwrap_or(&message.to_string())))
}

/// The beginning of a text, for messages.
pub fn shown(text: &str) -> String {
    let text = text.trim();
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(super) fn finish_of(reason: &str) -> Finish {
    match reason {
        "length" | "max_tokens" => Finish::Length,
        "content_filter" => Finish::Filter,
        _ => Finish::Stop,
    }
}

pub(super) fn usage_of(value: &Value) -> Option<Usage> {
    let usage = value.get("usage")?;
    Some(Usage {
        input: usage.get("prompt_tokens")?.as_u64()?,
        output: usage.get("completion_tokens")?.as_u64()?,
    })
}

/// Text of a message: a string, or a list of parts.
pub(super) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|p| p.get("text")?.as_str())
            .collect(),
        _ => String::new(),
    }
}

/// Arguments as the model wrote them: JSON in a string.
pub(super) fn arguments_of(text: &str) -> Value {
    match text.trim().is_empty() {
        true => Value::Object(serde_json::Map::new()),
        false => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    }
}

//! A reply in one piece.

use super::parts::{
    MAX_CALLS, Reply, ReplyError, arguments_of, error_of, finish_of, shown, text_of, usage_of,
};
use crate::grade::Answer;
use serde_json::Value;

/// Reads the JSON of a reply.
pub fn read(body: &[u8]) -> Result<Reply, ReplyError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        // JSON that ends too early was cut on its way.
        Err(error) if error.is_eof() => return Err(ReplyError::Truncated),
        Err(_) => return Err(ReplyError::Form(shown(&String::from_utf8_lossy(body)))),
    };
    if let Some(error) = error_of(&value) {
        return Err(ReplyError::Server(error));
    }
    let nothing = || ReplyError::NoAnswer(shown(&value.to_string()));
    let choice = value
        .get("choices")
        .and_then(|c| c.get(0))
        .ok_or_else(nothing)?;
    let message = choice
        .get("message")
        .filter(|m| m.is_object())
        .ok_or_else(nothing)?;
    let calls = message.get("tool_calls").and_then(Value::as_array);
    let call = |call: &Value| {
        let function = call.get("function")?;
        let arguments = match function.get("arguments") {
            Some(Value::String(text)) => arguments_of(text),
            Some(value) => value.clone(),
            None => arguments_of(""),
        };
        Some((function.get("name")?.as_str()?.to_owned(), arguments))
    };
    let reason = choice.get("finish_reason").and_then(Value::as_str);
    Ok(Reply {
        answer: Answer {
            text: text_of(message.get("content").unwrap_or(&Value::Null)),
            calls: calls
                .into_iter()
                .flatten()
                .filter_map(call)
                .take(MAX_CALLS)
                .collect(),
        },
        finish: finish_of(reason.unwrap_or("stop")),
        usage: usage_of(&value),
    })
}

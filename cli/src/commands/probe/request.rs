//! The body of a request, and the key that goes with it.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What differs between servers of the same interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Name of the limit of tokens: newer models of OpenAI only know `max_completion_tokens`.
    pub completion_tokens: bool,
    /// Whether the reply comes in parts.
    pub stream: bool,
    /// Whether a stream ends with the counted tokens.
    pub stream_usage: bool,
}

/// The dialect that a server is known to understand.
pub struct Known(Mutex<Dialect>);

impl Known {
    pub fn new() -> Self {
        Self(Mutex::new(Dialect {
            completion_tokens: false,
            stream: true,
            stream_usage: true,
        }))
    }

    pub fn get(&self) -> Dialect {
        *self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Learns from a refusal of a request in dialect `used`; whether asking again can help.
    pub fn learn(&self, used: Dialect, refusal: &str) -> bool {
        let refusal = refusal.to_lowercase();
        let mut known = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if refusal.contains("max_completion_tokens") && !used.completion_tokens {
            known.completion_tokens = true;
        } else if refusal.contains("stream_options") && used.stream_usage {
            known.stream_usage = false;
        } else if refusal.contains("stream") && used.stream {
            known.stream = false;
        } else {
            return false;
        }
        true
    }
}

/// What to ask.
#[derive(Clone, Debug)]
pub struct Question {
    pub model: String,
    pub effort: Option<String>,
    pub prompt: String,
    pub tools: Vec<Value>,
    pub most_tokens: u64,
}

impl Question {
    /// The request as JSON. Temperature and the like are those of the server: they are what users get.
    pub fn body(&self, dialect: Dialect) -> String {
        let mut body = json!({
            "model": self.model,
            "messages": [{"role": "user", "content": self.prompt}],
        });
        if let Some(object) = body.as_object_mut() {
            let limit = match dialect.completion_tokens {
                true => "max_completion_tokens",
                false => "max_tokens",
            };
            object.insert(limit.into(), self.most_tokens.into());
            if dialect.stream {
                object.insert("stream".into(), true.into());
                if dialect.stream_usage {
                    object.insert("stream_options".into(), json!({"include_usage": true}));
                }
            }
            if let Some(effort) = &self.effort {
                object.insert("reasoning_effort".into(), effort.as_str().into());
            }
            if !self.tools.is_empty() {
                object.insert("tools".into(), self.tools.clone().into());
            }
        }
        body.to_string()
    }
}

/// The key in an environment variable. It is never an option: options are seen by every process of the machine.
pub fn key(variable: &str) -> Result<Option<String>> {
    match std::env::var(variable) {
        Ok(key) if key.trim().is_empty() => Ok(None),
        Ok(key) => Ok(Some(key.trim().to_owned())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            bail!(
                "the environment variable {variable} is not text; set it to the key of the server"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_refuses_is_left_out_and_asked_once_more_only_if_that_helps() {
        let known = Known::new();
        let first = known.get();
        assert!(known.learn(
            first,
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        ));
        assert!(known.learn(first, "Unknown field: stream_options"));
        let second = known.get();
        assert!(second.completion_tokens && !second.stream_usage && second.stream);
        assert!(!known.learn(second, "max_completion_tokens is too large"));
        assert!(!known.learn(second, "context length exceeded"));
        let question = Question {
            model: "m".into(),
            effort: Some("low".into()),
            prompt: "p".into(),
            tools: Vec::new(),
            most_tokens: 9,
        };
        let body: Value = serde_json::from_str(&question.body(second)).unwrap();
        assert_eq!(body["max_completion_tokens"], 9);
        assert_eq!(body["reasoning_effort"], "low");
        assert_eq!(
            body.get("stream_options")
                .or(body.get("max_tokens"))
                .or(body.get("tools")),
            None
        );
    }
}

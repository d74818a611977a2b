//! A stream of server-sent events (WHATWG HTML, section 9.2), each with a part of the answer.

use super::parts::{
    Finish, MAX_CALLS, Reply, ReplyError, Usage, arguments_of, error_of, finish_of, shown, text_of,
    usage_of,
};
use crate::grade::Answer;
use serde_json::Value;

/// The events so far.
#[derive(Debug, Default)]
pub struct Events {
    /// Bytes of a line that has not ended.
    line: Vec<u8>,
    /// Data of an event that has not ended.
    data: String,
    text: String,
    calls: Vec<(String, String)>,
    begun: bool,
    finish: Option<Finish>,
    usage: Option<Usage>,
    done: bool,
}

impl Events {
    /// Adds bytes; whether the answer has begun.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, ReplyError> {
        for part in bytes.split_inclusive(|b| matches!(b, b'\n' | b'\r')) {
            match part.split_last() {
                Some((b'\n' | b'\r', start)) => {
                    self.line.extend_from_slice(start);
                    let line = std::mem::take(&mut self.line);
                    self.line(&line)?;
                }
                _ => self.line.extend_from_slice(part),
            }
        }
        Ok(self.begun)
    }

    /// One line. That `\r\n` makes two of which one is blank does no harm: a blank line without data is no event,
    /// and each piece of data is an event of its own here.
    fn line(&mut self, line: &[u8]) -> Result<(), ReplyError> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.is_empty() {
            return self.event();
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            let data = data.strip_prefix(b" ").unwrap_or(data);
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(&String::from_utf8_lossy(data));
        }
        Ok(())
    }

    fn event(&mut self) -> Result<(), ReplyError> {
        let data = std::mem::take(&mut self.data);
        match data.trim() {
            "" => Ok(()),
            "[DONE]" => {
                self.done = true;
                Ok(())
            }
            json => match serde_json::from_str::<Value>(json) {
                Ok(value) => self.part(&value),
                Err(_) => Err(ReplyError::Form(shown(json))),
            },
        }
    }

    fn part(&mut self, value: &Value) -> Result<(), ReplyError> {
        if let Some(error) = error_of(value) {
            return Err(ReplyError::Server(error));
        }
        self.usage = usage_of(value).or(self.usage);
        let Some(choice) = value.get("choices").and_then(|c| c.get(0)) else {
            return Ok(());
        };
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str) {
            self.finish = Some(finish_of(reason));
        }
        let Some(delta) = choice.get("delta").or(choice.get("message")) else {
            return Ok(());
        };
        let text = text_of(delta.get("content").unwrap_or(&Value::Null));
        self.begun |= !text.is_empty();
        self.text.push_str(&text);
        for call in delta
            .get("tool_calls")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.begun = true;
            self.call(call);
        }
        Ok(())
    }

    /// A part of a call: its name comes once, its arguments in pieces.
    fn call(&mut self, call: &Value) {
        let index = call.get("index").and_then(Value::as_u64);
        let index = index.map_or(self.calls.len(), |i| {
            usize::try_from(i).unwrap_or(MAX_CALLS)
        });
        if index >= MAX_CALLS {
            return;
        }
        if self.calls.len() <= index {
            self.calls.resize(index + 1, Default::default());
        }
        let (Some((name, arguments)), Some(function)) =
            (self.calls.get_mut(index), call.get("function"))
        else {
            return;
        };
        if let Some(part) = function.get("name").and_then(Value::as_str) {
            name.push_str(part);
        }
        match function.get("arguments") {
            Some(Value::String(part)) => arguments.push_str(part),
            Some(Value::Null) | None => {}
            Some(whole) => arguments.push_str(&whole.to_string()),
        }
    }

    /// The reply; a stream without a reason to stop and without its end mark was cut.
    pub fn finish(mut self) -> Result<Reply, ReplyError> {
        let rest = std::mem::take(&mut self.line);
        if !rest.is_empty() {
            // A last line without an end: complete JSON counts, a piece of it was cut.
            self.line(&rest)?;
        }
        self.event().map_err(|error| match error {
            ReplyError::Form(_) => ReplyError::Truncated,
            other => other,
        })?;
        if self.finish.is_none() && !self.done {
            return Err(ReplyError::Truncated);
        }
        Ok(Reply {
            answer: Answer {
                text: self.text,
                calls: self
                    .calls
                    .into_iter()
                    .filter(|(name, _)| !name.is_empty())
                    .map(|(name, arguments)| (name, arguments_of(&arguments)))
                    .collect(),
            },
            finish: self.finish.unwrap_or(Finish::Stop),
            usage: self.usage,
        })
    }
}

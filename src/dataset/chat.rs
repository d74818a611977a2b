//! Prompts inside requests to models: the turns of a conversation, as batch files of providers and
//! training data have them. The prompt is the last turn of the user.

use super::PROMPT_NAMES;
use serde_json::{Map, Value};

/// Fields in which batch files of OpenAI and of Anthropic have the request itself.
const WRAPPERS: [&str; 2] = ["body", "params"];
/// Fields of a request that hold its prompt.
const FIELDS: [&str; 3] = ["messages", "input", "prompt"];

/// The prompt of a request, not read yet.
pub(super) struct Found<'a> {
    /// Where it is, such as `body.messages`.
    pub path: String,
    /// Whether the object is a line of a provider's batch file, with the request inside.
    pub wrapped: bool,
    value: &'a Value,
}

impl Found<'_> {
    /// The text: all of it, or of the last turn of the user that has text.
    pub fn text(&self) -> Option<String> {
        text(self.value)
    }
}

/// A text, or that of the last turn of the user of a conversation that has text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Array(turns) => turns.iter().rev().find_map(users_text),
        text => content(text),
    }
}

/// The prompt of an object that is a request or has one inside. A text outside a wrapper is none:
/// such fields are columns like any others.
pub(super) fn find(object: &Map<String, Value>) -> Option<Found<'_>> {
    let inside = WRAPPERS.iter().find_map(|wrapper| {
        let request = object.get(*wrapper)?.as_object()?;
        let field = FIELDS.iter().find(|field| request.contains_key(**field))?;
        Some(Found {
            path: format!("{wrapper}.{field}"),
            wrapped: true,
            value: request.get(*field)?,
        })
    });
    inside.or_else(|| {
        FIELDS.iter().find_map(|field| {
            let value = object.get(*field)?;
            is_conversation(value).then(|| Found {
                path: (*field).to_owned(),
                wrapped: false,
                value,
            })
        })
    })
}

/// Whether an object has a `prompt`, or is a request that has one.
#[must_use]
pub fn holds_prompt(object: &Map<String, Value>) -> bool {
    object.contains_key(PROMPT_NAMES[0]) || find(object).is_some()
}

fn is_conversation(value: &Value) -> bool {
    let turns = value.as_array().map(Vec::as_slice).unwrap_or_default();
    turns.iter().any(|turn| turn.get("role").is_some())
}

fn users_text(turn: &Value) -> Option<String> {
    match turn.get("role")?.as_str()? {
        "user" => content(turn.get("content")?),
        _ => None,
    }
}

/// A text, or the texts of the parts of a content, a line each; images and the like have none.
fn content(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| match part {
                Value::String(text) => Some(text.as_str()),
                part => part.get("text")?.as_str(),
            });
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Option<(String, Option<String>)> {
        let found = find(value.as_object().unwrap())?;
        Some((found.path.clone(), found.text()))
    }

    fn at(path: &str, text: &str) -> Option<(String, Option<String>)> {
        Some((path.to_owned(), Some(text.to_owned())))
    }

    #[test]
    fn the_prompt_of_a_conversation_is_the_last_turn_of_the_user_that_has_text() {
        let turns = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"},
            {"role": "assistant", "content": "d"},
            {"role": "user", "content": [{"type": "tool_result", "content": "e"}]}]);
        assert_eq!(read(json!({"messages": turns})), at("messages", "c"));
        assert_eq!(read(json!({"prompt": turns})), at("prompt", "c"));
    }

    #[test]
    fn texts_of_several_parts_are_joined_and_images_are_left_out() {
        let parts = json!([{"type": "text", "text": "one"}, {"type": "image_url", "image_url": {}},
            {"type": "input_text", "text": "two"}, "three"]);
        let messages = json!([{"role": "user", "content": parts}]);
        assert_eq!(
            read(json!({"messages": messages})),
            at("messages", "one\ntwo\nthree")
        );
        let image = json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]});
        assert_eq!(read(image), Some(("messages".into(), None)));
    }

    #[test]
    fn requests_of_batch_files_are_read_in_each_of_their_forms() {
        let turns = json!([{"role": "user", "content": "a"}]);
        for (body, field) in [
            (json!({"model": "m", "messages": turns}), "messages"),
            (json!({"model": "m", "input": "a"}), "input"),
            (json!({"model": "m", "input": turns}), "input"),
            (json!({"model": "m", "prompt": "a"}), "prompt"),
        ] {
            let line = json!({"custom_id": "1", "method": "POST", "url": "/v1/x", "body": body});
            assert_eq!(read(line), at(&format!("body.{field}"), "a"));
        }
        let anthropic = json!({"custom_id": "1", "params": {"messages": turns}});
        assert_eq!(read(anthropic), at("params.messages", "a"));
    }

    #[test]
    fn objects_that_are_no_requests_have_no_prompt_of_this_kind() {
        for value in [
            json!({"prompt": "a"}),
            json!({"body": "a", "messages": "b"}),
            json!({"messages": []}),
            json!({"messages": ["a"]}),
            json!({"body": {"model": "m"}}),
            json!({"input": ["a", "b"]}),
        ] {
            assert_eq!(read(value.clone()), None, "{value}");
        }
    }
}

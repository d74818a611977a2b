//! Whether an answer is right: exact, with tolerant reading.
//!
//! A grader accepts every usual way to write the right answer, and no answer that leaves open what
//! it is: several different final answers, a list of all candidates, or words for the grader.

mod answer;
mod final_line;
mod json;
mod list;
mod number;
mod program;
mod rules;
mod words;

pub use answer::Answer;
pub use number::number_of;

use crate::key::Key;
use crate::sandbox::Sandbox;
use final_line::Final;

/// Longest answer that is read, in bytes; the end of a longer one counts.
pub const MAX_ANSWER: usize = 256 * 1024;

/// Grades answers.
pub struct Grader {
    sandbox: Sandbox,
}

impl Grader {
    /// A grader with its engine for programs.
    ///
    /// # Errors
    /// [`crate::sandbox::Fault::Engine`], only for a broken build.
    pub fn new() -> Result<Self, crate::sandbox::Fault> {
        Ok(Self {
            sandbox: Sandbox::new()?,
        })
    }

    /// Whether the answer is right. `None` for an open answer, which only a judge can compare.
    pub fn is_right(&self, key: &Key, answer: &Answer) -> Option<bool> {
        let text = visible(&answer.text);
        Some(match key {
            Key::Number { value, tolerance } => {
                is_one(text, |part| number::is_near(part, *value, *tolerance))
            }
            Key::Word { right, wrong } => is_one(text, |part| words::is_choice(part, right, wrong)),
            Key::Text { right, case } => is_one(text, |part| words::is_text(part, right, *case)),
            Key::List { items, ordered } => list::is_list(text, items, *ordered),
            Key::Json(value) => json::is_json(text, value),
            Key::Call { name, arguments } => json::is_call(answer, text, name, arguments),
            Key::Program { name, cases } => program::passes(&self.sandbox, text, name, cases),
            Key::Rules(kept) => rules::keeps(text, kept),
            Key::Judged(_) => return None,
        })
    }
}

/// The position of the one option that the final answer of a text is, if it is one.
pub fn choice_of(text: &str, options: &[&str]) -> Option<usize> {
    let is_it = |option: &&str| match Key::choice(option, options) {
        Key::Word { right, wrong } => {
            is_one(visible(text), |part| words::is_choice(part, &right, &wrong))
        }
        _ => false,
    };
    options.iter().position(is_it)
}

/// The text after hidden reasoning: what is between `<think>` and `</think>` is not the answer, and an
/// answer that never leaves it has none.
fn visible(text: &str) -> &str {
    let mut from = text.len().saturating_sub(MAX_ANSWER);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text.get(from..).unwrap_or_default();
    for (open, close) in [("<think>", "</think>"), ("<thinking>", "</thinking>")] {
        if let Some((_, after)) = text.rsplit_once(close) {
            return after;
        }
        if text.trim_start().starts_with(open) {
            return "";
        }
    }
    text
}

/// Whether the text has one final answer, and this is right.
fn is_one(text: &str, is_right: impl Fn(&str) -> bool) -> bool {
    match final_line::find(text) {
        Final::One(part) => is_right(&part),
        Final::None | Final::Several => false,
    }
}

//! A probe: a question and what its answer must be.

use crate::key::{Key, Rule};
use serde::Serialize;
use serde_json::Value;

/// How hard a probe is among those of its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difficulty {
    /// Most models are right.
    Easy,
    /// Between the others.
    Medium,
    /// Small models are mostly wrong.
    Hard,
}

impl Difficulty {
    /// All of them, the easiest first.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Medium, Self::Hard];

    /// The value for this difficulty.
    pub(crate) fn of<T: Copy>(self, values: [T; 3]) -> T {
        values[self as usize]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.of(["easy", "medium", "hard"])
    }
}

/// A question with the answer that a program can check.
#[derive(Debug, Clone)]
pub struct Probe {
    /// `family/difficulty/seed/number`, unique over all seeds.
    pub id: String,
    /// Name of its family.
    pub family: &'static str,
    /// Its difficulty.
    pub difficulty: Difficulty,
    /// The question without the form of its answer: what the router places among its clusters.
    pub query: String,
    /// The whole text that a model gets.
    pub prompt: String,
    /// Tools that the model may call, in OpenAI's form; mostly none.
    pub tools: Vec<Value>,
    /// Most tokens that a right answer needs, without hidden reasoning.
    pub answer_tokens: u32,
    /// What the answer must be.
    pub key: Key,
}

/// A probe as a family makes it, without its names.
pub(crate) struct Draft {
    /// The question.
    pub query: String,
    /// How to give the answer; follows the question.
    pub form: String,
    /// Tools.
    pub tools: Vec<Value>,
    /// Tokens of a right answer.
    pub answer_tokens: u32,
    /// The answer.
    pub key: Key,
}

impl Draft {
    /// A question whose answer is on a last line.
    pub fn answered(query: impl Into<String>, what: &str, key: Key) -> Self {
        Self {
            query: query.into(),
            form: format!("End with a line that is \"Answer: \" and then only {what}."),
            tools: Vec::new(),
            answer_tokens: 400,
            key,
        }
    }

    /// A question with a number as its answer.
    pub fn number(query: impl Into<String>, value: f64) -> Self {
        Self::answered(query, "the number", Key::exactly(value))
    }

    /// A question whose whole reply is the answer. A reply that repeats the question may keep its rules by that, so it
    /// must not hold the beginning of the question, nor the form of the answer.
    pub fn whole(query: impl Into<String>, form: &str, mut key: Key) -> Self {
        let query = query.into();
        if let Key::Rules(rules) = &mut key {
            let words: Vec<&str> = query.split_whitespace().take(6).collect();
            rules.push(Rule::Lacks(words.join(" ")));
            rules.push(Rule::Lacks(form.trim_end_matches('.').to_owned()));
        }
        Self {
            query,
            form: form.into(),
            tools: Vec::new(),
            answer_tokens: 300,
            key,
        }
    }

    /// The probe with its names.
    pub fn named(
        self,
        family: &'static str,
        difficulty: Difficulty,
        seed: u64,
        number: usize,
    ) -> Probe {
        let prompt = match self.form.is_empty() {
            true => self.query.clone(),
            false => format!("{}\n\n{}", self.query, self.form),
        };
        Probe {
            id: format!("{family}/{}/{seed}/{number}", difficulty.name()),
            family,
            difficulty,
            query: self.query,
            prompt,
            tools: self.tools,
            answer_tokens: self.answer_tokens,
            key: self.key,
        }
    }
}

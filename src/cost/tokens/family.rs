//! Families of tokenizers and their estimates.

use super::features::TokenFeatures;
use super::weights;
use serde::Serialize;

/// Models that split text into tokens by the same table, or by nearly the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum Family {
    /// OpenAI's models from GPT-4o on, and gpt-oss. Also used for models whose tokenizer is unknown.
    #[default]
    O200k,
    /// OpenAI's GPT-4 and GPT-3.5.
    Cl100k,
    /// Meta's Llama from version 3 on.
    Llama3,
    /// Alibaba's Qwen.
    Qwen,
    /// Google's Gemma; Gemini is assumed to be similar.
    Gemma,
    /// Anthropic's Claude, by the only table that was published.
    Claude,
}

impl Family {
    /// All families, in the order of the enum.
    pub const ALL: [Self; 6] = [
        Self::O200k,
        Self::Cl100k,
        Self::Llama3,
        Self::Qwen,
        Self::Gemma,
        Self::Claude,
    ];

    /// Relative error that 90 % of estimates stay below; see `docs/TOKENS.md`.
    pub const ERROR: f64 = 0.15;

    /// Its name in LLM profile JSON (`tokenizer`) and in decisions.
    pub fn name(self) -> &'static str {
        match self {
            Self::O200k => "o200k",
            Self::Cl100k => "cl100k",
            Self::Llama3 => "llama3",
            Self::Qwen => "qwen",
            Self::Gemma => "gemma",
            Self::Claude => "claude",
        }
    }

    /// The family of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// The family that a model's id shows, if it shows one.
    pub fn of_model(id: &str) -> Option<Self> {
        let id = id.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| id.contains(part));
        if has(&["qwen", "qwq"]) {
            Some(Self::Qwen)
        } else if has(&["llama-3", "llama3", "llama-4", "nemotron"]) {
            Some(Self::Llama3)
        } else if has(&["gemma", "gemini"]) {
            Some(Self::Gemma)
        } else if has(&["claude"]) {
            Some(Self::Claude)
        } else if has(&[
            "gpt-4o",
            "chatgpt-4o",
            "gpt-4.1",
            "gpt-4.5",
            "gpt-5",
            "gpt-oss",
        ]) || has(&["o1-", "o3-", "o4-"])
            || matches!(id.rsplit('/').next(), Some("o1" | "o3" | "o4"))
        {
            Some(Self::O200k)
        } else if has(&["gpt-4", "gpt-3.5", "gpt-35"]) {
            Some(Self::Cl100k)
        } else {
            None
        }
    }

    /// Estimated tokens of a text.
    pub fn tokens(self, features: &TokenFeatures) -> f64 {
        let weights = match self {
            Self::O200k => &weights::O200K,
            Self::Cl100k => &weights::CL100K,
            Self::Llama3 => &weights::LLAMA3,
            Self::Qwen => &weights::QWEN,
            Self::Gemma => &weights::GEMMA,
            Self::Claude => &weights::CLAUDE,
        };
        let counts = features.counts();
        let tokens: f64 = weights.iter().zip(counts).map(|(w, n)| w * n).sum();
        tokens.round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_families_are_listed_each_in_its_place() {
        for (place, family) in Family::ALL.into_iter().enumerate() {
            assert_eq!(family as usize, place);
        }
    }

    #[test]
    fn a_model_is_known_by_its_id_however_it_is_written() {
        for (id, family) in [
            ("openai/gpt-4o-mini", Some(Family::O200k)),
            ("gpt-4-turbo", Some(Family::Cl100k)),
            ("openai__o3-mini", Some(Family::O200k)),
            ("o1", Some(Family::O200k)),
            ("Qwen2.5-7B-Instruct", Some(Family::Qwen)),
            ("meta-llama/Llama-3.1-8B", Some(Family::Llama3)),
            ("llama-2-70b", None),
            ("mine", None),
        ] {
            assert_eq!(Family::of_model(id), family, "{id}");
        }
    }
}

//! A model of a pool after all checks.

use crate::cost::{Family, OutputTokens, Prices};
use crate::profile::Profile;

/// How a model's Ψ was obtained, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum ProfileSource {
    /// Per-cluster errors in the file.
    Errors,
    /// Labelled prompts in the file, perhaps beside published scores.
    Labels,
    /// Published scores on benchmarks.
    Benchmarks,
    /// One accuracy over all prompts.
    Accuracy,
    /// Nothing: what the router's prior expects of a model without observations.
    Prior,
}

/// What a model's Ψ rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The best kind of evidence.
    pub source: ProfileSource,
    /// Number of published scores that were used.
    pub scores: usize,
    /// Titles of the benchmarks they are on, each once, in the order of the file.
    pub benchmarks: Vec<String>,
}

impl Evidence {
    /// Evidence without published scores.
    pub(super) fn of(source: ProfileSource) -> Self {
        Self {
            source,
            scores: 0,
            benchmarks: Vec::new(),
        }
    }
}

/// A value that the file leaves open, and what was assumed instead.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Note {
    /// JSON path.
    pub path: String,
    /// The assumption.
    pub message: String,
}

/// How fast a model answers, as far as it was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speed {
    /// Seconds from the request to the first part of the answer.
    pub first_token: Option<f64>,
    /// Output tokens in each second after that.
    pub tokens_per_second: Option<f64>,
}

impl Speed {
    /// Seconds to the end of an answer of so many output tokens; none where it was not measured.
    pub fn seconds(&self, tokens: f64) -> Option<f64> {
        let rate = self.tokens_per_second.filter(|rate| *rate > 0.0)?;
        Some(self.first_token? + tokens / rate)
    }
}

/// One checked model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Unique in the pool.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Name of its provider.
    pub provider: Option<String>,
    /// Prices in USD per million tokens.
    pub prices: Prices,
    /// Date of these prices, where it is not that of the pool.
    pub priced: Option<String>,
    /// Most input and output tokens together.
    pub context_limit: Option<f64>,
    /// Most output tokens.
    pub output_limit: Option<f64>,
    /// What it can do beside text.
    pub capabilities: Vec<String>,
    /// What it is, for requests that allow only some kinds of models.
    pub tags: Vec<String>,
    /// How fast it answers.
    pub speed: Speed,
    /// Ψ(h) and its uncertainty.
    pub profile: Profile,
    /// What Ψ(h) rests on, as far as the file says.
    pub evidence: Evidence,
    /// Number of verdicts that Ψ(h) rests on beside the file; see [`crate::pool::Pool::observe`].
    pub verdicts: u64,
    /// Expected output tokens.
    pub output_tokens: OutputTokens,
    /// The family of tokenizers that its input tokens are estimated for.
    pub tokenizer: Family,
}

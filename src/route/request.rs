//! What a caller may require of a decision.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use crate::cost::Family;
use crate::json::JsonError;
use crate::pool::PoolError;
use std::collections::BTreeMap;

/// Largest request as JSON, in bytes; its `context` takes most of it.
pub const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// What a decision should optimise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// Least expected error plus λ times cost; λ in quality per US dollar. The paper's rule.
    Lambda(f64),
    /// Best expected quality among the models that cost at most this many US dollars for the prompt.
    MaxCost(f64),
    /// Cheapest model whose expected quality is at least this, in [0, 1].
    MinQuality(f64),
}

impl Default for Objective {
    /// The best expected quality at any price.
    fn default() -> Self {
        Self::Lambda(0.0)
    }
}

/// Input tokens that the caller has counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum InputTokens {
    /// None: they are estimated.
    #[default]
    Estimated,
    /// One count for all models.
    Counted(f64),
    /// Counts by model id or by name of a tokenizer; the tokens of other models are estimated.
    By(BTreeMap<String, f64>),
}

impl InputTokens {
    /// The count for a model, if there is one.
    pub(super) fn of(&self, id: &str, tokenizer: Family) -> Option<f64> {
        match self {
            Self::Estimated => None,
            Self::Counted(tokens) => Some(*tokens),
            Self::By(counts) => counts
                .get(id)
                .or_else(|| counts.get(tokenizer.name()))
                .copied(),
        }
    }
}

/// Seconds for which providers keep a cache if nothing else is said: the shortest time that is usual.
const CACHE_SECONDS: f64 = 300.0;

/// What the model of the last turn holds in its provider's cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Previous {
    /// Id of that model.
    pub model: String,
    /// Input tokens of this request that were also in the last one.
    pub cached_tokens: f64,
    /// Seconds since the last turn.
    pub age: f64,
    /// Seconds for which the provider keeps its cache.
    pub ttl: f64,
}

impl Previous {
    /// A cache that was just used.
    pub fn new(model: impl Into<String>, cached_tokens: f64) -> Self {
        Self {
            model: model.into(),
            cached_tokens,
            age: 0.0,
            ttl: CACHE_SECONDS,
        }
    }

    /// Whether the provider still has the tokens.
    pub fn is_warm(&self) -> bool {
        self.age <= self.ttl && self.cached_tokens > 0.0
    }
}

/// What a decision is based on beside the prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// What to optimise.
    pub objective: Objective,
    /// Only these models; all when empty.
    pub allow: Vec<String>,
    /// Never these models.
    pub deny: Vec<String>,
    /// Only models with one of these tags; all when empty.
    pub allow_tags: Vec<String>,
    /// Capabilities that a model must have.
    pub need: Vec<String>,
    /// Most seconds to the end of the answer.
    pub max_latency: Option<f64>,
    /// Consider models whose speed is unknown as if they were fast enough.
    pub allow_untimed: bool,
    /// Expected output tokens; takes precedence over those of the pool.
    pub expected_output_tokens: Option<f64>,
    /// Text that is sent along with the prompt: the system message, the conversation so far. It
    /// counts for the cost, and not for the prompt's place among the clusters. For
    /// [`route`](super::route); a placed prompt includes it.
    pub context: String,
    /// The earlier turns of the user, oldest first. They tell what the prompt is about where it does not
    /// say so itself, and count for the cost. For [`route`](super::route); a placed prompt includes them.
    pub earlier: Vec<String>,
    /// What models answered to them; it counts little for what the prompt is about, and for the cost.
    pub answers: Vec<String>,
    /// Input tokens, context included, where the caller has counted them.
    pub input_tokens: InputTokens,
    /// Input tokens that the provider has in its cache.
    pub cached_tokens: f64,
    /// The model of the last turn, whose provider may have a part of the input in its cache; all models
    /// then write to their caches what they do not read from them.
    pub previous: Option<Previous>,
    /// Hidden reasoning tokens before the answer.
    pub reasoning_tokens: f64,
    /// Consider models with an unknown price as if they were free.
    pub allow_unpriced: bool,
    /// Number of candidates to list, best first; all when absent.
    pub top: Option<usize>,
}

/// Why a request was rejected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The request is larger than [`MAX_REQUEST`].
    #[error("request: it has {bytes} bytes, {MAX_REQUEST} are allowed; shorten its context")]
    TooLarge {
        /// Size of the request in bytes.
        bytes: usize,
    },
    /// A value of another type, or a field that requests do not have.
    #[error("{path}: {problem}; correct this part of the request")]
    Type {
        /// Where in the request.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A number that is not finite, negative, or out of range.
    #[error("{field}: {value} is not {expected}")]
    Number {
        /// Name of the request's field.
        field: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },
    /// More than one of λ, budget and quality floor.
    #[error("{field}: use only one of lambda, maxCost and minQuality")]
    Objectives {
        /// Name of the first of them.
        field: &'static str,
    },
    /// Cached tokens both for all models and for the model of the last turn.
    #[error("cachedTokens: use only one of cachedTokens and previous")]
    Caches,
    /// A model that the pool does not have.
    #[error("{field}: {source}")]
    UnknownModel {
        /// Name of the request's field.
        field: &'static str,
        /// Which one, with the ids of the pool.
        source: PoolError,
    },
}

impl RouteError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "request_too_large",
            Self::Type { .. } => "request_type",
            Self::Number { .. } => "request_number",
            Self::Objectives { .. } => "request_objective",
            Self::Caches => "request_cache",
            Self::UnknownModel { .. } => "unknown_model",
        }
    }

    /// The request's field, or `request` where it is none of them.
    pub fn path(&self) -> &str {
        match self {
            Self::TooLarge { .. } => WHOLE,
            Self::Type { path, .. } => path,
            Self::Caches => "cachedTokens",
            Self::Number { field, .. }
            | Self::Objectives { field }
            | Self::UnknownModel { field, .. } => field,
        }
    }
}

/// What a message calls the request itself.
const WHOLE: &str = "request";

impl From<JsonError> for RouteError {
    fn from(error: JsonError) -> Self {
        let (path, problem) = match error {
            JsonError::Syntax { problem, .. } => (WHOLE.to_owned(), problem),
            JsonError::Type { path, problem } => match path.strip_prefix("$.") {
                Some(field) => (field.to_owned(), problem),
                None => (WHOLE.to_owned(), problem),
            },
        };
        Self::Type { path, problem }
    }
}

const NOT_NEGATIVE: &str = "a finite number of 0 or more";
const TOKENS: &str = "a number of tokens from 0 to 1,000,000,000";

fn check(
    field: &'static str,
    value: f64,
    high: f64,
    expected: &'static str,
) -> Result<(), RouteError> {
    if value.is_finite() && (0.0..=high).contains(&value) {
        Ok(())
    } else {
        Err(RouteError::Number {
            field,
            value,
            expected,
        })
    }
}

impl Objective {
    /// λ, the budget or the floor.
    pub(super) fn number(self) -> f64 {
        let (Self::Lambda(number) | Self::MaxCost(number) | Self::MinQuality(number)) = self;
        number
    }

    /// Checks the range of its number.
    pub(super) fn check(self) -> Result<(), RouteError> {
        match self {
            Self::Lambda(v) => check("lambda", v, f64::MAX, NOT_NEGATIVE),
            Self::MaxCost(v) => check("maxCost", v, f64::MAX, NOT_NEGATIVE),
            Self::MinQuality(v) => check("minQuality", v, 1.0, "a number from 0 to 1"),
        }
    }
}

impl Request {
    /// Checks the range of every number.
    pub(super) fn check(&self) -> Result<(), RouteError> {
        self.objective.check()?;
        let tokens = |field, value| check(field, value, crate::pool::MAX_TOKENS, TOKENS);
        tokens(
            "expectedOutputTokens",
            self.expected_output_tokens.unwrap_or_default(),
        )?;
        tokens("cachedTokens", self.cached_tokens)?;
        if let Some(previous) = &self.previous {
            tokens("previous.cachedTokens", previous.cached_tokens)?;
            check("previous.age", previous.age, f64::MAX, NOT_NEGATIVE)?;
            check("previous.ttl", previous.ttl, f64::MAX, NOT_NEGATIVE)?;
            if self.cached_tokens > 0.0 {
                return Err(RouteError::Caches);
            }
        }
        let seconds = self.max_latency.unwrap_or_default();
        check("maxLatency", seconds, f64::MAX, NOT_NEGATIVE)?;
        tokens("reasoningTokens", self.reasoning_tokens)?;
        match &self.input_tokens {
            InputTokens::Estimated => Ok(()),
            InputTokens::Counted(count) => tokens("inputTokens", *count),
            InputTokens::By(counts) => counts.values().try_for_each(|n| tokens("inputTokens", *n)),
        }
    }
}

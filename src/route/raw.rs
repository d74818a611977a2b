//! The request as programs write it, and its conversion to a [`Request`].

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use super::request::MAX_REQUEST;
use super::{InputTokens, Objective, Previous, Request, RouteError};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::{collections::BTreeMap, fmt};

/// What a caller may require of a decision. At most one of `lambda`, `maxCost` and `minQuality`;
/// without them the best expected quality at any price.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS),
    ts(optional_fields, rename = "RouteRequest")
)]
pub struct RawRequest {
    /// Quality that one US dollar is worth; the selected model minimises (1 − quality) + lambda · cost.
    pub lambda: Option<f64>,
    /// Most US dollars that this prompt may cost; the best quality within it is selected.
    pub max_cost: Option<f64>,
    /// Least expected quality, in [0, 1]; the cheapest model that reaches it is selected.
    pub min_quality: Option<f64>,
    /// Only these models.
    pub allow: Option<Vec<String>>,
    /// None of these models.
    pub deny: Option<Vec<String>>,
    /// Only models with one of these tags.
    pub allow_tags: Option<Vec<String>>,
    /// Capabilities that the model must have.
    pub need: Option<Vec<String>>,
    /// Most seconds to the end of the answer, by the speed that the pool has for each model.
    pub max_latency: Option<f64>,
    /// Consider models whose speed is unknown as if they were fast enough.
    pub allow_untimed: Option<bool>,
    /// Expected output tokens; takes precedence over those of the pool.
    pub expected_output_tokens: Option<f64>,
    /// Text that is sent along with the prompt: the system message, the conversation so far. It
    /// counts for the cost, and not for the kind of the prompt.
    pub context: Option<String>,
    /// The earlier turns of the user, oldest first. They tell what the prompt is about where it does not
    /// say so itself, and count for the cost.
    pub earlier: Option<Vec<String>>,
    /// What models answered to them, oldest first. It counts little for what the prompt is about, and for
    /// the cost.
    pub answers: Option<Vec<String>>,
    /// Input tokens, context included, where the caller has counted them: one number, or numbers by
    /// model id or by name of a tokenizer.
    #[cfg_attr(
        feature = "schema",
        ts(optional, type = "number | Record<string, number>")
    )]
    pub input_tokens: Option<RawInputTokens>,
    /// Input tokens that the provider has in its cache.
    pub cached_tokens: Option<f64>,
    /// The model of the last turn of a conversation, and what its provider has in its cache: that model
    /// reads those tokens at its price of cached tokens, and all models write the rest.
    pub previous: Option<RawPrevious>,
    /// Hidden reasoning tokens before the answer.
    pub reasoning_tokens: Option<f64>,
    /// Consider models with an unknown price as if they were free.
    pub allow_unpriced: Option<bool>,
    /// Number of candidates to list, best first; all when absent. With large pools, listing takes
    /// most of the time.
    pub top: Option<u32>,
}

/// The model of the last turn of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(
    feature = "schema",
    derive(ts_rs::TS),
    ts(optional_fields, rename = "PreviousTurn")
)]
pub struct RawPrevious {
    /// Its id.
    pub model: String,
    /// Input tokens of this request that its provider has in its cache: usually all of the last request.
    pub cached_tokens: f64,
    /// Seconds since the last turn; 0 when absent.
    pub age: Option<f64>,
    /// Seconds for which the provider keeps its cache; 300 when absent.
    pub ttl: Option<f64>,
}

impl From<RawPrevious> for Previous {
    fn from(raw: RawPrevious) -> Self {
        let mut previous = Self::new(raw.model, raw.cached_tokens);
        previous.age = raw.age.unwrap_or(previous.age);
        previous.ttl = raw.ttl.unwrap_or(previous.ttl);
        previous
    }
}

impl RawRequest {
    /// Reads a request from JSON of at most [`MAX_REQUEST`] bytes.
    ///
    /// # Errors
    /// [`RouteError::TooLarge`], and [`RouteError::Type`] with the place of the first value that does not
    /// fit.
    pub fn parse(json: &str) -> Result<Self, RouteError> {
        if json.len() > MAX_REQUEST {
            return Err(RouteError::TooLarge { bytes: json.len() });
        }
        // A list would be read as the fields in their order.
        if !json.trim_start().starts_with('{') {
            return Err(RouteError::Type {
                path: "request".into(),
                problem: "it is not an object".into(),
            });
        }
        crate::json::read(json.as_bytes()).map_err(RouteError::from)
    }
}

/// Counted input tokens as programs write them.
#[derive(Clone, Debug, PartialEq)]
pub enum RawInputTokens {
    /// For all models.
    One(f64),
    /// By model id or by name of a tokenizer.
    By(BTreeMap<String, f64>),
}

/// Written by hand: serde's derived choice between forms adds 15 kB to the WebAssembly module.
impl<'de> Deserialize<'de> for RawInputTokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrMap;
        impl<'de> Visitor<'de> for NumberOrMap {
            type Value = RawInputTokens;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of tokens, or numbers by model or tokenizer")
            }

            fn visit_f64<E>(self, tokens: f64) -> Result<Self::Value, E> {
                Ok(RawInputTokens::One(tokens))
            }

            fn visit_i64<E>(self, tokens: i64) -> Result<Self::Value, E> {
                Ok(RawInputTokens::One(tokens as f64))
            }

            fn visit_u64<E>(self, tokens: u64) -> Result<Self::Value, E> {
                Ok(RawInputTokens::One(tokens as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut counts = BTreeMap::new();
                while let Some((name, tokens)) = map.next_entry()? {
                    counts.insert(name, tokens);
                }
                Ok(RawInputTokens::By(counts))
            }
        }
        deserializer.deserialize_any(NumberOrMap)
    }
}

impl From<RawInputTokens> for InputTokens {
    fn from(raw: RawInputTokens) -> Self {
        match raw {
            RawInputTokens::One(tokens) => Self::Counted(tokens),
            RawInputTokens::By(counts) => Self::By(counts),
        }
    }
}

impl TryFrom<RawRequest> for Request {
    type Error = RouteError;

    fn try_from(raw: RawRequest) -> Result<Self, RouteError> {
        let objective = match (raw.lambda, raw.max_cost, raw.min_quality) {
            (None, None, None) => Objective::default(),
            (Some(lambda), None, None) => Objective::Lambda(lambda),
            (None, Some(budget), None) => Objective::MaxCost(budget),
            (None, None, Some(floor)) => Objective::MinQuality(floor),
            (lambda, ..) => {
                let field = if lambda.is_some() {
                    "lambda"
                } else {
                    "maxCost"
                };
                return Err(RouteError::Objectives { field });
            }
        };
        for (path, list) in [("allow", &raw.allow), ("allowTags", &raw.allow_tags)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                return Err(RouteError::Type {
                    path: path.into(),
                    problem: "is empty, so that no model is left; leave it out to allow all".into(),
                });
            }
        }
        Ok(Self {
            objective,
            allow: raw.allow.unwrap_or_default(),
            deny: raw.deny.unwrap_or_default(),
            allow_tags: raw.allow_tags.unwrap_or_default(),
            need: raw.need.unwrap_or_default(),
            max_latency: raw.max_latency,
            allow_untimed: raw.allow_untimed.unwrap_or_default(),
            expected_output_tokens: raw.expected_output_tokens,
            context: raw.context.unwrap_or_default(),
            earlier: raw.earlier.unwrap_or_default(),
            answers: raw.answers.unwrap_or_default(),
            input_tokens: raw.input_tokens.map(Into::into).unwrap_or_default(),
            cached_tokens: raw.cached_tokens.unwrap_or_default(),
            previous: raw.previous.map(Into::into),
            reasoning_tokens: raw.reasoning_tokens.unwrap_or_default(),
            allow_unpriced: raw.allow_unpriced.unwrap_or_default(),
            top: raw.top.map(|top| top as usize),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_objective_the_best_quality_is_selected_at_any_price() {
        assert_eq!(
            Request::try_from(RawRequest::default()),
            Ok(Request::default())
        );
    }

    #[test]
    fn two_objectives_at_once_are_rejected() {
        let raw = RawRequest {
            max_cost: Some(1.0),
            min_quality: Some(0.5),
            ..Default::default()
        };
        let rejected = Request::try_from(raw).unwrap_err();
        assert_eq!(
            (rejected.code(), rejected.path()),
            ("request_objective", "maxCost")
        );
    }

    #[test]
    fn an_empty_list_of_allowed_models_is_rejected() {
        for field in ["allow", "allowTags"] {
            let none = RawRequest::parse(&format!(r#"{{"{field}": []}}"#)).unwrap();
            let rejected = Request::try_from(none).unwrap_err();
            assert_eq!((rejected.code(), rejected.path()), ("request_type", field));
        }
    }

    #[test]
    fn counted_tokens_are_one_number_or_one_for_each() {
        let read = |json| RawRequest::parse(json).map(|r| r.input_tokens);
        let one = read(r#"{"inputTokens": 7}"#).unwrap();
        assert_eq!(one, Some(RawInputTokens::One(7.0)));
        let by = read(r#"{"inputTokens": {"o200k": 7, "mine": 8.5}}"#).unwrap();
        let counts = [("o200k".to_owned(), 7.0), ("mine".to_owned(), 8.5)].into();
        assert_eq!(by, Some(RawInputTokens::By(counts)));
        assert!(read(r#"{"inputTokens": "many"}"#).is_err());
    }

    #[test]
    fn a_misspelt_field_is_rejected_rather_than_ignored() {
        let rejected = RawRequest::parse(r#"{"minquality": 0.5}"#).unwrap_err();
        assert_eq!(rejected.code(), "request_type");
        let message = rejected.to_string();
        assert!(
            message.contains("`minquality`") && message.contains("`minQuality`"),
            "{message}"
        );
    }

    #[test]
    fn a_value_of_another_type_is_named_by_its_place() {
        for (json, path) in [
            (r#"{"lambda": "high"}"#, "lambda"),
            (r#"{"allow": ["a", 5]}"#, "allow[1]"),
            (r#"{"inputTokens": {"o200k": []}}"#, "inputTokens.o200k"),
            ("[]", "request"),
            ("", "request"),
        ] {
            let rejected = RawRequest::parse(json).unwrap_err();
            assert_eq!(
                (rejected.code(), rejected.path()),
                ("request_type", path),
                "{json}"
            );
        }
    }

    #[test]
    fn a_request_has_a_limit_on_its_size() {
        let json = format!(r#"{{"context": "{}"}}"#, "a".repeat(MAX_REQUEST));
        assert_eq!(
            RawRequest::parse(&json).unwrap_err().code(),
            "request_too_large"
        );
    }
}

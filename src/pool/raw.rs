//! The LLM profile JSON as written: every field optional that a person might leave out, unknown
//! fields kept so that an export returns them.

use super::{MAX_BYTES, PoolError};
use crate::profile::Profile;
use crate::router::Router;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A pool of language models (LLM profile JSON).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawPool {
    /// Version of this format; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub schema_version: Option<u32>,
    /// What people call this pool; at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub name: Option<String>,
    /// Date of the prices, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub as_of: Option<String>,
    /// Currency of all prices; only `USD`, which is also assumed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub currency: Option<String>,
    /// The router that per-cluster values belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub router: Option<RawRouterRef>,
    /// The models, 1 to 2,000.
    pub models: Vec<RawModel>,
    /// Fields this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// Names a router.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawRouterRef {
    /// Its readable id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub id: Option<String>,
    /// Its content hash, 64 hexadecimal digits.
    pub sha256: String,
}

/// One language model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawModel {
    /// Unique in the pool; what a decision names.
    pub id: String,
    /// Name for people; the id when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub name: Option<String>,
    /// Who serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub provider: Option<String>,
    /// Prices; unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub cost: Option<RawCost>,
    /// Limits; none assumed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub limit: Option<RawLimit>,
    /// What it can do beside text, for example `tools`, `json`, `vision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub capabilities: Option<Vec<String>>,
    /// Its tokenizer, for counting the prompt: `o200k`, `cl100k`, `llama3`, `qwen`, `gemma` or
    /// `claude`. Told by the id when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub tokenizer: Option<String>,
    /// Error in each cluster of the router.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub errors: Option<RawErrors>,
    /// Raw outcomes, turned into per-cluster errors on load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub labels: Option<Vec<RawLabel>>,
    /// Share of prompts answered well, in [0, 1], where nothing finer is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub accuracy: Option<f64>,
    /// Number of prompts that `accuracy` was measured on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub labels_count: Option<f64>,
    /// Tokens of a typical answer: a number, `{"mean", "p90"}`, or `{"per_cluster": […]}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        ts(
            optional,
            type = "number | { mean: number; p90?: number } | { per_cluster: number[] }"
        )
    )]
    pub output_tokens: Option<Value>,
    /// Fields this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// Prices in US dollars per million tokens: `null` is unknown, `0` is free.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawCost {
    /// Prompt tokens.
    pub input: Option<f64>,
    /// Answer tokens.
    pub output: Option<f64>,
    /// Prompt tokens read from the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub cache_read: Option<f64>,
    /// Hidden reasoning tokens, where they have a price of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub reasoning: Option<f64>,
    /// Fields this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// Limits in tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawLimit {
    /// Prompt and answer together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub context: Option<f64>,
    /// Answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub output: Option<f64>,
    /// Fields this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// Ψ(h): errors in each of the router's K clusters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawErrors {
    /// Expected error in each cluster, in [0, 1], K values.
    pub mean: Vec<f64>,
    /// Number of labels behind each value (soft counts), K values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub labels: Option<Vec<f64>>,
    /// Standard deviation of each value, K values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub sd: Option<Vec<f64>>,
    /// Correlation of the uncertainties of any two clusters, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub correlation: Option<f64>,
    /// Fields this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// One labelled prompt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawLabel {
    /// The prompt.
    pub prompt: String,
    /// How good the answer was, in [0, 1].
    pub score: f64,
}

impl From<&Profile> for RawErrors {
    /// Four digits: more than labels can tell, and files that stay readable.
    fn from(profile: &Profile) -> Self {
        let round = |v: &f32, digits: f64| (f64::from(*v) * digits).round() / digits;
        let all = |values: &[f32], digits| values.iter().map(|v| round(v, digits)).collect();
        Self {
            mean: all(&profile.mean, 1e4),
            labels: Some(all(&profile.labels, 1e4)),
            sd: Some(all(&profile.sd, 1e4)),
            correlation: Some(round(&profile.correlation, 1e4)),
            extra: Map::new(),
        }
    }
}

impl RawModel {
    /// The model with per-cluster errors in place of its labelled prompts, which then need not go
    /// wherever the pool goes. A model without labels stays as it is.
    ///
    /// # Errors
    /// [`PoolError::Labels`] for scores that are not in [0, 1].
    pub fn labels_to_errors(mut self, router: &Router) -> Result<Self, PoolError> {
        let Some(labels) = self.labels.take().filter(|labels| !labels.is_empty()) else {
            return Ok(self);
        };
        let labels: Vec<_> = labels
            .iter()
            .map(|l| (l.prompt.as_str(), l.score))
            .collect();
        let profile = router
            .profile_from_labels(&labels)
            .map_err(|e| PoolError::Labels {
                path: "$.labels".into(),
                problem: e.to_string(),
            })?;
        self.errors = Some(RawErrors::from(&profile));
        Ok(self)
    }

    /// Reads one model of LLM profile JSON. Fails with the JSON path of the first value that does
    /// not fit.
    pub fn parse(json: &[u8]) -> Result<Self, PoolError> {
        parse(json)
    }
}

impl RawPool {
    /// Reads LLM profile JSON. Fails with the JSON path of the first value that does not fit.
    pub fn parse(json: &[u8]) -> Result<Self, PoolError> {
        parse(json)
    }
}

fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, PoolError> {
    if json.len() > MAX_BYTES {
        return Err(PoolError::TooLarge { bytes: json.len() });
    }
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(located)?;
    reader.end().map_err(syntax)?;
    Ok(value)
}

pub(super) fn syntax(error: serde_json::Error) -> PoolError {
    PoolError::Syntax {
        line: error.line(),
        column: error.column(),
        problem: without_position(&error.to_string()),
    }
}

fn located(error: serde_path_to_error::Error<serde_json::Error>) -> PoolError {
    let inner = error.inner();
    if inner.is_syntax() || inner.is_eof() {
        return syntax(serde_path_to_error::Error::into_inner(error));
    }
    let path = match error.path().to_string() {
        root if root == "." => "$".to_owned(),
        path if path.starts_with('[') => format!("${path}"),
        path => format!("$.{path}"),
    };
    PoolError::Type {
        path,
        problem: without_position(&inner.to_string()),
    }
}

/// The parser's message without its own "at line …", which the caller states in its own way.
fn without_position(message: &str) -> String {
    message
        .split(" at line ")
        .next()
        .unwrap_or(message)
        .to_owned()
}

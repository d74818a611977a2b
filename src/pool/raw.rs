//! The LLM profile JSON as written. Every field that a person might leave out is optional, and
//! unknown fields are kept, so that an export returns them.

use super::error::PoolError;
use super::json;
use super::limits::MAX_MODELS;
use super::walk::Part;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// A pool of models (LLM profile JSON).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawPool {
    /// Version of this format; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub schema_version: Option<u32>,
    /// Name of this pool for people; at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub name: Option<String>,
    /// Date of the prices of all models without a date of their own (`priced`), `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub as_of: Option<String>,
    /// Currency of all prices; only `USD`, which is also assumed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub currency: Option<String>,
    /// The router that the per-cluster values belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub router: Option<RawRouterRef>,
    /// The models, 1 to 2,000.
    #[serde(deserialize_with = "models")]
    pub models: Vec<RawModel>,
    /// Fields that this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// A reference to a router.
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

/// One model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawModel {
    /// Unique in the pool; decisions name the model by it.
    pub id: String,
    /// Name for people; the id when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub name: Option<String>,
    /// Name of its provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub provider: Option<String>,
    /// Prices; unknown when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub cost: Option<RawCost>,
    /// Date of its prices, `YYYY-MM-DD`, where it is not that of the pool (`as_of`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub priced: Option<String>,
    /// Limits; none assumed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub limit: Option<RawLimit>,
    /// What it can do beside text, for example `tools`, `json`, `vision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub capabilities: Option<Vec<String>>,
    /// What it is, for requests that allow only some kinds of models, for example `local`, `trusted`, `eu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub tags: Option<Vec<String>>,
    /// Its tokenizer, for the number of input tokens: `o200k`, `cl100k`, `llama3`, `qwen`, `gemma` or
    /// `claude`. Guessed from the id when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub tokenizer: Option<String>,
    /// Error in each cluster of the router.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub errors: Option<RawErrors>,
    /// Labelled prompts, from which the per-cluster errors are estimated on load, together with
    /// `benchmarks` and `accuracy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub labels: Option<Vec<RawLabel>>,
    /// Published scores on benchmarks that the router knows, as on a model card. They fit every
    /// router, and may be given beside `labels` and `accuracy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub benchmarks: Option<Vec<RawScore>>,
    /// Mean score over all prompts, in [0, 1], where nothing more detailed is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub accuracy: Option<f64>,
    /// Number of prompts that `accuracy` was measured on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub labels_count: Option<f64>,
    /// Output tokens of a typical answer: a number, `{"mean", "p90"}`, or `{"per_cluster": […]}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        ts(
            optional,
            type = "number | { mean: number; p90?: number } | { per_cluster: number[] }"
        )
    )]
    pub output_tokens: Option<Value>,
    /// How fast it answered where it was measured; for requests with a limit of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub latency: Option<RawLatency>,
    /// Fields that this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// How fast a model answered, medians over the answers that were measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawLatency {
    /// Seconds from the request to the first part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub time_to_first_token_s: Option<f64>,
    /// Output tokens in each second after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub tokens_per_second: Option<f64>,
    /// Fields that this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// Prices in US dollars per million tokens: `null` is unknown, `0` is free.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawCost {
    /// Input tokens.
    pub input: Option<f64>,
    /// Output tokens, those of the answer.
    pub output: Option<f64>,
    /// Input tokens read from the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub cache_read: Option<f64>,
    /// Input tokens written to the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub cache_write: Option<f64>,
    /// Hidden reasoning tokens, where they have a separate price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub reasoning: Option<f64>,
    /// Fields that this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// Limits in tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawLimit {
    /// Most input and output tokens together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub context: Option<f64>,
    /// Most output tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub output: Option<f64>,
    /// Fields that this release does not know; returned on export.
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
    /// Fields that this release does not know; returned on export.
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
    /// How good the answer was, in [0, 1]; 1 is a perfect answer.
    pub score: f64,
}

/// The score of a model on one benchmark.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct RawScore {
    /// Name of the benchmark, for example `GPQA Diamond`; case and punctuation do not count.
    pub name: String,
    /// The score, in [0, 1]: 0.857 rather than 85.7.
    pub score: f64,
    /// How it was measured, for example `thinking, avg@10`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub setting: Option<String>,
    /// Who published it, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub source: Option<String>,
    /// When it was published, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", ts(optional))]
    pub as_of: Option<String>,
    /// Fields that this release does not know; returned on export.
    #[serde(flatten)]
    #[cfg_attr(feature = "schema", ts(skip))]
    pub extra: Map<String, Value>,
}

/// The models of a pool; of too many, only so many as show that they are too many.
fn models<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RawModel>, D::Error> {
    struct Models;
    impl<'de> Visitor<'de> for Models {
        type Value = Vec<RawModel>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of models")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut models = Vec::new();
            while models.len() <= MAX_MODELS {
                match list.next_element()? {
                    Some(model) => models.push(model),
                    None => return Ok(models),
                }
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(models)
        }
    }
    deserializer.deserialize_seq(Models)
}

impl RawModel {
    /// Reads one model of LLM profile JSON.
    ///
    /// # Errors
    /// [`PoolError`] with the JSON path of the first value that does not fit.
    pub fn parse(json: &[u8]) -> Result<Self, PoolError> {
        json::read_part(json, Part::Model)
    }
}

impl RawPool {
    /// Reads LLM profile JSON.
    ///
    /// # Errors
    /// [`PoolError`] with the JSON path of the first value that does not fit.
    pub fn parse(json: &[u8]) -> Result<Self, PoolError> {
        json::read_part(json, Part::Pool)
    }
}

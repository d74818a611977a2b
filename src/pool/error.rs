//! Why a pool or a price list was rejected.

use super::limits::{MAX_BYTES, MAX_MODELS, MAX_SCORES, MAX_UNKNOWN, SCHEMA_VERSION};
use crate::json::JsonError;

/// Why an LLM profile JSON was rejected. Every variant names the JSON path of the value
/// (`$.models[3].cost.input`) and the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// The file is larger than [`MAX_BYTES`].
    #[error(
        "$: the file has {bytes} bytes, {MAX_BYTES} are allowed; drop `labels` once they are profiles, or split the pool"
    )]
    TooLarge {
        /// Size of the file in bytes.
        bytes: usize,
    },
    /// Not JSON.
    #[error("line {line}, column {column}: not valid JSON: {problem}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// JSON, but a value has the wrong type or a required field is missing.
    #[error("{path}: {problem}; see the LLM profile schema for the expected form")]
    Type {
        /// JSON path.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A schema version that this release does not know.
    #[error(
        "$.schema_version: {found} is unknown, this release reads {SCHEMA_VERSION}; update uniroute or set it to {SCHEMA_VERSION}"
    )]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// Prices in another currency.
    #[error("$.currency: prices must be in USD, found {found:?}; convert them and set \"USD\"")]
    Currency {
        /// The currency in the file.
        found: String,
    },
    /// No model.
    #[error("$.models: the pool is empty; list at least one model")]
    Empty,
    /// More models than [`MAX_MODELS`].
    #[error("$.models: more than {MAX_MODELS} models; remove those you never route to")]
    TooManyModels,
    /// More than [`MAX_UNKNOWN`] values in fields that the format does not have.
    #[error(
        "$: more than {MAX_UNKNOWN} values are in fields that LLM profile JSON does not have; remove those fields"
    )]
    TooManyUnknown,
    /// More published scores of one model than [`MAX_SCORES`].
    #[error("{path}: {found} scores, {MAX_SCORES} are allowed for a model; keep one a benchmark")]
    TooManyScores {
        /// JSON path.
        path: String,
        /// Number of scores in the file.
        found: usize,
    },
    /// More labelled prompts than `MAX_LABELS` of one model, or than `MAX_LABELS_IN_ALL` of all.
    #[error(
        "{path}: {found} labels, at most {allowed} are allowed; keep a random sample, or make a profile of all of them with `uniroute profile --labels`"
    )]
    TooManyLabels {
        /// JSON path.
        path: String,
        /// Number of labels in the file.
        found: usize,
        /// Number of labels that are allowed.
        allowed: usize,
    },
    /// A text that is empty, too long or holds control characters.
    #[error("{path}: {problem}")]
    Text {
        /// JSON path.
        path: String,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// Two models with one id.
    #[error(
        "{path}: the id {id:?} is also that of $.models[{first}]; ids must be unique, rename one"
    )]
    DuplicateId {
        /// JSON path of the second one.
        path: String,
        /// The id.
        id: String,
        /// Index of the first model with this id.
        first: usize,
    },
    /// A number outside its range.
    #[error("{path}: {value} is not in [{low}, {high}]; correct it{hint}")]
    Range {
        /// JSON path.
        path: String,
        /// The offending number.
        value: f64,
        /// Lowest allowed value.
        low: f64,
        /// Highest allowed value.
        high: f64,
        /// What to write instead, where the range does not show it.
        hint: &'static str,
    },
    /// A per-cluster list whose length is not the router's number of clusters.
    #[error(
        "{path}: {found} values, the router has {expected} clusters; make the profile again with `uniroute profile` and this router"
    )]
    Clusters {
        /// JSON path.
        path: String,
        /// Values in the file.
        found: usize,
        /// Clusters of the router.
        expected: usize,
    },
    /// Per-cluster errors that were made for another router.
    #[error(
        "$.router.sha256: the profiles were made for router {found}, this router is {expected}; make them again with `uniroute profile`, or load the router they belong to"
    )]
    OtherRouter {
        /// The router named in the file.
        found: String,
        /// The router in use.
        expected: String,
    },
    /// Labels, accuracy or errors of a model could not be turned into a profile.
    #[error("{path}: {problem}; correct it, or leave it out")]
    Labels {
        /// JSON path.
        path: String,
        /// What went wrong.
        problem: String,
    },
    /// JSON that is not one of the price lists that are supported.
    #[error(
        "not a price list of LiteLLM, models.dev or OpenRouter; use the file as they publish it"
    )]
    PriceList,
    /// The pool has no model with this id.
    #[error("no model {id:?} in this pool; it has {known}")]
    UnknownModel {
        /// The requested id.
        id: String,
        /// The ids of the pool; only the first ones of a long list.
        known: String,
    },
}

impl From<JsonError> for PoolError {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Syntax {
                line,
                column,
                problem,
            } => Self::Syntax {
                line,
                column,
                problem,
            },
            JsonError::Type { path, problem } => Self::Type { path, problem },
        }
    }
}

impl PoolError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "pool_too_large",
            Self::Syntax { .. } => "pool_syntax",
            Self::Type { .. } => "pool_type",
            Self::Version { .. } => "pool_version",
            Self::Currency { .. } => "pool_currency",
            Self::Empty => "pool_empty",
            Self::TooManyModels => "pool_too_many_models",
            Self::TooManyUnknown => "pool_too_many_unknown",
            Self::TooManyScores { .. } => "pool_too_many_scores",
            Self::TooManyLabels { .. } => "pool_too_many_labels",
            Self::Text { .. } => "pool_text",
            Self::DuplicateId { .. } => "pool_duplicate_id",
            Self::Range { .. } => "pool_range",
            Self::Clusters { .. } => "pool_clusters",
            Self::OtherRouter { .. } => "pool_other_router",
            Self::Labels { .. } => "pool_labels",
            Self::PriceList => "price_list",
            Self::UnknownModel { .. } => "unknown_model",
        }
    }

    /// JSON path of the offending value, where there is one.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::TooLarge { .. } | Self::TooManyUnknown => Some("$".into()),
            Self::Syntax { .. } | Self::PriceList | Self::UnknownModel { .. } => None,
            Self::Version { .. } => Some("$.schema_version".into()),
            Self::Currency { .. } => Some("$.currency".into()),
            Self::Empty | Self::TooManyModels => Some("$.models".into()),
            Self::OtherRouter { .. } => Some("$.router.sha256".into()),
            Self::Type { path, .. }
            | Self::TooManyScores { path, .. }
            | Self::TooManyLabels { path, .. }
            | Self::Text { path, .. }
            | Self::DuplicateId { path, .. }
            | Self::Range { path, .. }
            | Self::Clusters { path, .. }
            | Self::Labels { path, .. } => Some(path.clone()),
        }
    }
}

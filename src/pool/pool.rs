//! A pool that the rest of the library can trust.

use super::PoolError;
use super::check::check;
use super::json::to_json;
use super::raw::{RawModel, RawPool, RawRouterRef};
use crate::cost::{Family, OutputTokens, Prices};
use crate::profile::Profile;
use crate::router::Router;

/// How a model's Ψ was obtained, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum ProfileSource {
    /// Per-cluster errors in the file.
    Errors,
    /// Labelled prompts in the file.
    Labels,
    /// One accuracy over all prompts.
    Accuracy,
    /// Nothing: what the router's prior expects of a model it knows nothing about.
    Prior,
}

/// Something the file left open, and what was assumed instead.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Note {
    /// JSON path.
    pub path: String,
    /// The assumption.
    pub message: String,
}

/// One checked language model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Unique in the pool.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who serves it.
    pub provider: Option<String>,
    /// Prices in USD per million tokens.
    pub prices: Prices,
    /// Most tokens of prompt and answer together.
    pub context_limit: Option<f64>,
    /// Most tokens of an answer.
    pub output_limit: Option<f64>,
    /// What it can do beside text.
    pub capabilities: Vec<String>,
    /// Ψ(h) and its uncertainty.
    pub profile: Profile,
    /// Where Ψ(h) comes from.
    pub source: ProfileSource,
    /// Expected tokens of an answer.
    pub output_tokens: OutputTokens,
    /// What its prompts' tokens are estimated for.
    pub tokenizer: Family,
}

/// A checked pool: at least one model, unique ids, every profile of the router's length.
#[derive(Clone, Debug)]
pub struct Pool {
    raw: RawPool,
    models: Vec<Model>,
    notes: Vec<Note>,
}

impl Pool {
    /// Reads LLM profile JSON for one router.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn from_json(json: &[u8], router: &Router) -> Result<Self, PoolError> {
        Self::from_raw(RawPool::parse(json)?, router)
    }

    /// Checks a pool that was parsed or built by the caller.
    ///
    /// # Errors
    /// As [`Pool::from_json`].
    pub fn from_raw(raw: RawPool, router: &Router) -> Result<Self, PoolError> {
        let (models, notes) = check(&raw, router)?;
        Ok(Self { raw, models, notes })
    }

    /// The models, in the order of the file.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model with this id.
    ///
    /// # Errors
    /// [`PoolError::UnknownModel`], which lists the ids there are.
    pub fn model(&self, id: &str) -> Result<&Model, PoolError> {
        self.models
            .iter()
            .find(|m| m.id == id)
            .ok_or_else(|| PoolError::UnknownModel {
                id: id.to_owned(),
                known: shortened(self.models.iter().map(|m| m.id.as_str())),
            })
    }

    /// What was assumed where the file was silent.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What people call this pool.
    pub fn name(&self) -> Option<&str> {
        self.raw.name.as_deref()
    }

    /// Date of the prices, as written.
    pub fn as_of(&self) -> Option<&str> {
        self.raw.as_of.as_deref()
    }

    /// The file as read, unknown fields included.
    pub fn raw(&self) -> &RawPool {
        &self.raw
    }

    /// LLM profile JSON with everything that was read, unknown fields included.
    pub fn to_json(&self) -> String {
        to_json(&self.raw)
    }

    /// This pool with one more model, or with the model of that id replaced.
    ///
    /// # Errors
    /// As [`Pool::from_json`]; this pool is left as it was.
    pub fn with_model(&self, model: RawModel, router: &Router) -> Result<Self, PoolError> {
        let mut raw = self.raw.clone();
        if model.errors.is_some() && raw.router.is_none() {
            raw.router = Some(reference(router));
        }
        match raw.models.iter_mut().find(|m| m.id == model.id) {
            Some(old) => *old = model,
            None => raw.models.push(model),
        }
        Self::from_raw(raw, router)
    }
}

/// The reference that a pool with per-cluster values carries.
pub(crate) fn reference(router: &Router) -> RawRouterRef {
    RawRouterRef {
        id: Some(router.id().to_owned()),
        sha256: router.sha256().to_owned(),
    }
}

fn shortened<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let total = ids.len();
    let mut list = ids.take(SHOWN).collect::<Vec<_>>().join(", ");
    if total > SHOWN {
        list.push_str(&format!(" and {} more", total - SHOWN));
    }
    list
}

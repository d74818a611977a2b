//! A pool that the rest of the library relies on.

use super::check::check;
use super::error::PoolError;
use super::json;
use super::model::{Model, Note};
use super::raw::{RawModel, RawPool, RawRouterRef};
use crate::printable;
use crate::router::Router;

/// Most characters of an id that a message repeats.
const ID: usize = 80;

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
    /// [`PoolError`] with the JSON path of the first value that is wrong.
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
    /// [`PoolError::UnknownModel`], which lists the ids of the pool.
    pub fn model(&self, id: &str) -> Result<&Model, PoolError> {
        self.models
            .iter()
            .find(|m| m.id == id)
            .ok_or_else(|| PoolError::UnknownModel {
                id: printable::shortened(id, ID),
                known: shortened(self.models.iter().map(|m| m.id.as_str())),
            })
    }

    /// A model as written, and as checked.
    pub(super) fn entry(&mut self, id: &str) -> Option<(&RawModel, &mut Model)> {
        let at = self.models.iter().position(|m| m.id == id)?;
        self.raw.models.get(at).zip(self.models.get_mut(at))
    }

    /// What was assumed where the file was silent.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Name of this pool for people.
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
        json::write(&self.raw)
    }

    /// This pool with one more model, or with the model of that id replaced.
    ///
    /// # Errors
    /// As [`Pool::from_json`]; this pool does not change.
    pub fn with_model(&self, model: RawModel, router: &Router) -> Result<Self, PoolError> {
        let mut raw = self.raw.clone();
        if model.errors.is_some() && raw.router.is_none() {
            raw.router = Some(RawRouterRef::from(router));
        }
        match raw.models.iter_mut().find(|m| m.id == model.id) {
            Some(old) => *old = model,
            None => raw.models.push(model),
        }
        Self::from_raw(raw, router)
    }
}

fn shortened<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let total = ids.len();
    let mut list = ids
        .take(SHOWN)
        .map(|id| printable::shortened(id, ID))
        .collect::<Vec<_>>()
        .join(", ");
    if total > SHOWN {
        list.push_str(&format!(" and {} more", total - SHOWN));
    }
    list
}

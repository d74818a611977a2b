//! From the raw pool to the checked one. After these checks no value of a pool can be of the wrong
//! type, out of range, not finite, or made for another router.
//!
//! `header` checks the version, names and router of a pool, `model` the prices, limits and lengths of a model,
//! `profile` what is known of its errors; `misspelt` finds fields under wrong names. `value` has the checks of
//! single values.

mod checker;
mod header;
mod misspelt;
mod model;
mod profile;
pub(super) mod value;

use super::error::PoolError;
use super::model::{Model, Note};
use super::raw::{RawModel, RawPool};
use crate::profile::Profile;
use crate::router::Router;
use checker::Checker;
pub(super) use profile::Known;
use std::collections::HashMap;

/// The profile of one model from all that is known of it.
///
/// # Errors
/// [`PoolError`] with the JSON path of the first value that is wrong.
pub(super) fn profile(raw: &RawModel, router: &Router) -> Result<Profile, PoolError> {
    let (profile, ..) = Checker::new(router).profile(raw, "$")?;
    Ok(profile)
}

/// One model, checked, with what was assumed and, unless the file gives its per-cluster errors, what it
/// says of its errors.
///
/// # Errors
/// [`PoolError`] with the JSON path of the first value that is wrong.
pub(super) fn model(
    raw: &RawModel,
    router: &Router,
) -> Result<(Model, Vec<Note>, Option<Known>), PoolError> {
    let mut checker = Checker::new(router);
    value::id("$.id", &raw.id)?;
    let (model, known) = checker.model(raw, "$")?;
    Ok((model, checker.notes, known))
}

/// The models of a pool, checked, and what was assumed where the file is silent.
///
/// # Errors
/// [`PoolError`] with the JSON path of the first value that is wrong.
pub(super) fn check(raw: &RawPool, router: &Router) -> Result<(Vec<Model>, Vec<Note>), PoolError> {
    let mut checker = Checker::new(router);
    checker.header(raw)?;
    let mut seen = HashMap::new();
    let mut models = Vec::with_capacity(raw.models.len());
    for (i, model) in raw.models.iter().enumerate() {
        let path = format!("$.models[{i}]");
        value::id(&format!("{path}.id"), &model.id)?;
        if let Some(first) = seen.insert(&model.id, i) {
            return Err(PoolError::DuplicateId {
                path: format!("{path}.id"),
                id: model.id.clone(),
                first,
            });
        }
        models.push(checker.model(model, &path)?.0);
    }
    Ok((models, checker.notes))
}

//! The models that may be selected: LLM profile JSON, from the file as written to a checked pool.
//!
//! A pool is the file that people write, download, upload and share. [`RawPool`] is that file as
//! written, with the fields that this release does not know. [`Pool::from_json`] checks every value
//! against the router that the pool is used with and gives a [`Pool`], which the rest of the
//! library relies on without further checks. Where the file is silent, a value is assumed, and
//! [`Pool::notes`] lists every assumption.
//!
//! [`import_prices`] reads the price lists that others publish, as models that can be added to a
//! pool. `RawErrors::from(&profile)` and [`RawModel::labels_to_errors`] go the other way: they
//! write what the library computed into a pool file.

mod check;
mod error;
mod export;
mod from_dataset;
mod from_published;
mod import;
mod info;
mod json;
mod limits;
mod model;
#[expect(clippy::module_inception, reason = "the file of the type `Pool`")]
mod pool;
mod raw;
#[cfg(test)]
mod tests;

pub use error::PoolError;
pub use from_dataset::{ModelList, ModelListError, PoolDraft, PoolParams, from_dataset};
pub use from_published::{PublishedDraft, from_published};
pub use import::{ImportedPrices, PriceList, PriceMatch, import_prices};
pub use info::{ModelInfo, PoolInfo};
pub use limits::{
    MAX_BYTES, MAX_MODELS, MAX_NAME, MAX_PRICE, MAX_SCORES, MAX_TOKENS, SCHEMA_VERSION,
};
pub use model::{Evidence, Model, Note, ProfileSource};
pub use pool::Pool;
pub use raw::{RawCost, RawErrors, RawLabel, RawLimit, RawModel, RawPool, RawRouterRef, RawScore};

/// The pools that come with uniroute, by name: general open models, reasoning models of 2025,
/// API models of 2024. Made with `uniroute profile` for the router that comes with it.
#[cfg(feature = "bundled")]
pub const BUNDLED: [(&str, &str); 3] = [
    ("open", include_str!("../../assets/pools/open.json")),
    (
        "reasoning",
        include_str!("../../assets/pools/reasoning.json"),
    ),
    ("api", include_str!("../../assets/pools/api.json")),
];

//! The models that may be selected: LLM profile JSON, from the file as written to a checked pool.
//!
//! A pool is the file that people write, download, upload and share. [`RawPool`] is that file as
//! written, with the fields that this release does not know. [`Pool::from_json`] checks every value
//! against the router that the pool is used with and gives a [`Pool`], which the rest of the
//! library relies on without further checks. Where the file is silent, a value is assumed, and
//! [`Pool::notes`] lists every assumption.
//!
//! [`import_prices`] reads the price lists that others publish, as models that can be added to a
//! pool. [`Pool::observe`] adds evidence from use that the file does not hold. `RawErrors::from(&profile)` and [`RawModel::labels_to_errors`] go the other way: they
//! write what the library computed into a pool file.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod certainty;
mod check;
mod error;
mod export;
mod fields;
mod from_dataset;
mod from_published;
mod from_statistics;
mod import;
mod info;
mod json;
mod limits;
mod model;
mod observe;
#[expect(clippy::module_inception, reason = "the file of the type `Pool`")]
mod pool;
mod preview;
mod raw;
#[cfg(test)]
mod tests;
mod walk;

pub use certainty::{FieldCertainty, ModelCertainty, NextLabel};
pub use error::PoolError;
pub use fields::{FieldQuality, ModelFields};
pub use from_dataset::{ModelList, ModelListError, PoolDraft, PoolParams, from_dataset};
pub use from_published::{PublishedDraft, from_published};
pub use from_statistics::from_statistics;
pub use import::{ImportedPrices, PriceList, PriceMatch, import_prices};
pub use info::{ModelInfo, PoolInfo};
pub use limits::{
    MAX_BYTES, MAX_LABELS, MAX_LABELS_IN_ALL, MAX_MODELS, MAX_NAME, MAX_PRICE, MAX_SCORES,
    MAX_TOKENS, MAX_UNKNOWN, SCHEMA_VERSION,
};
pub use model::{Evidence, Model, Note, ProfileSource};
pub use pool::Pool;
pub use preview::{ModelPreview, NextBenchmark};
pub use raw::{
    RawCost, RawErrors, RawLabel, RawLatency, RawLimit, RawModel, RawPool, RawRouterRef, RawScore,
};

/// The pools that come with uniroute, by name: models of 2026, open-weight models of 2026 and small
/// models to run at home, known from their published scores; general open models, reasoning models
/// of 2025 and API models of 2024, measured prompt by prompt for the router that comes with it. All are
/// made with `uniroute profile`.
#[cfg(feature = "bundled")]
pub const BUNDLED: [(&str, &str); 6] = [
    (
        "models-2026",
        include_str!("../../assets/pools/models-2026.json"),
    ),
    (
        "open-weight-2026",
        include_str!("../../assets/pools/open-weight-2026.json"),
    ),
    (
        "small-local",
        include_str!("../../assets/pools/small-local.json"),
    ),
    ("open", include_str!("../../assets/pools/open.json")),
    (
        "reasoning",
        include_str!("../../assets/pools/reasoning.json"),
    ),
    ("api", include_str!("../../assets/pools/api.json")),
];

//! The language models one may choose from: LLM profile JSON, raw to checked.
//!
//! A pool is the file people write, download, upload and share. [`RawPool`] is that file as
//! written; [`Pool::from_json`] checks every value against the router it will be used with and
//! gives a [`Pool`] that the rest of the library can trust. What the file leaves open is assumed,
//! and every assumption is listed in [`Pool::notes`].

mod check;
mod error;
mod from_dataset;
mod import;
mod info;
mod json;
mod pool;
mod raw;
#[cfg(test)]
mod tests;

pub use error::PoolError;
pub use from_dataset::{ModelList, ModelListError, PoolDraft, PoolParams, from_dataset};
pub use import::{ImportedPrices, PriceList, PriceMatch, import_prices};
pub use info::{ModelInfo, PoolInfo};
pub use pool::{Model, Note, Pool, ProfileSource};
pub use raw::{RawCost, RawErrors, RawLabel, RawLimit, RawModel, RawPool, RawRouterRef};

/// Largest LLM profile JSON that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most models a pool may list.
pub const MAX_MODELS: usize = 2_000;
/// Longest id, name, provider or capability, in characters.
pub const MAX_NAME: usize = 256;
/// Highest price that is believed, in US dollars per million tokens.
pub const MAX_PRICE: f64 = 1e6;
/// Most tokens that a limit or an answer length may state.
pub const MAX_TOKENS: f64 = 1e9;
/// The only schema version there is so far.
pub const SCHEMA_VERSION: u32 = 1;

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

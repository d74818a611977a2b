//! Price lists that others publish, as models that can be added to a pool.
//!
//! | list | prices | shape |
//! |---|---|---|
//! | LiteLLM, `model_prices_and_context_window.json` | USD per token | an object by model |
//! | models.dev, `api.json` | USD per million tokens | providers with models |
//! | OpenRouter, `/api/v1/models` | USD per token, decimal text | a list under `data` |
//!
//! A price that is missing, negative (OpenRouter's mark for "depends"), not a number or absurd is
//! unknown: the model stays, and a note names the price. Price lists do not contain quality.
//!
//! To support another list, add a file with its `FORMAT`, list it in `FORMATS`, and give it a name
//! in [`PriceList`].

mod format;
mod litellm;
mod matches;
mod models_dev;
mod openrouter;
mod reader;
#[cfg(test)]
mod tests;

use super::error::PoolError;
use super::json;
use super::model::Note;
use super::pool::Pool;
use super::raw::RawModel;
use format::Format;
pub use format::PriceList;
pub use matches::PriceMatch;
use reader::Reader;
use serde::Serialize;

/// The formats that are supported. The first one that recognises a file reads it, so a format with
/// a distinctive shape stands before one that only looks at names of fields.
const FORMATS: [Format; 3] = [openrouter::FORMAT, models_dev::FORMAT, litellm::FORMAT];

/// The content of a price list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ImportedPrices {
    /// Which list it is.
    pub list: PriceList,
    /// All text models with what the list says of them, ready for a pool.
    pub models: Vec<RawModel>,
    /// Models of the pool among them.
    pub matches: Vec<PriceMatch>,
    /// What was left out, and prices that were rejected.
    pub notes: Vec<Note>,
}

/// Reads a price list and finds the models of the pool in it.
///
/// # Errors
/// [`PoolError`] when it is too large, not JSON, or not one of the supported lists.
pub fn import_prices(json: &[u8], pool: &Pool) -> Result<ImportedPrices, PoolError> {
    let value = json::read_value(json)?;
    let format = FORMATS.iter().find(|format| (format.recognises)(&value));
    let format = format.ok_or(PoolError::PriceList)?;
    let mut reader = Reader::default();
    (format.read)(&value, &mut reader);
    let (models, notes) = reader.finish();
    Ok(ImportedPrices {
        list: format.list,
        matches: matches::find(pool, &models),
        models,
        notes,
    })
}

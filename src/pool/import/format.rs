//! The interface between the importer and the format of a price list.

use super::reader::Reader;
use serde::Serialize;
use serde_json::Value;

/// The publisher of a price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum PriceList {
    /// LiteLLM's table.
    Litellm,
    /// The models.dev catalogue.
    ModelsDev,
    /// OpenRouter's list of models.
    Openrouter,
}

/// One format of price lists.
pub(super) struct Format {
    /// Its name.
    pub list: PriceList,
    /// Whether a file has this format.
    pub recognises: fn(&Value) -> bool,
    /// Reads all text models of a file that was recognised.
    pub read: fn(&Value, &mut Reader),
}

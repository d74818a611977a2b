//! Tokens and prices to US dollars.
//!
//! [`TokenFeatures`] counts kinds of characters and pieces in a text; a [`Family`] of tokenizers
//! estimates the number of tokens from them. [`OutputTokens`] says how long answers are expected to
//! be. [`Prices`] turn the [`Usage`] of one prompt and its answer into a [`Cost`] with a 90 %
//! interval. [`Total`] is the same for many prompts; [`CostTotals`](crate::route::CostTotals) adds
//! them up.

mod output;
mod prices;
mod tokens;
mod total;

pub use output::OutputTokens;
pub use prices::{Cost, Prices, Usage};
pub use tokens::{FEATURES, Family, TokenFeatures};
pub(crate) use total::Sum;
pub use total::Total;

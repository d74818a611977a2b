//! How many tokens a text has for models whose tokenizers the library does not contain.
//!
//! Byte-pair encodings first split a text at the same kinds of positions (around words, numbers of
//! up to three digits, punctuation, white space) and then each piece by their own table. So the
//! number of tokens is close to a weighted sum of how often each kind occurs, where WordPiece's own
//! split of the words stands for the table. The weights of each [`Family`] were fitted by
//! `tools/tokens`, which also measures them on texts that the fit did not use; see
//! `docs/TOKENS.md`.
//!
//! `class` sorts characters, `scan` counts the [`TokenFeatures`] of a text in one pass, `family`
//! weighs them with `weights`.

mod class;
mod family;
mod features;
mod scan;
mod weights;

pub use family::Family;
pub use features::{FEATURES, TokenFeatures};

//! What a pool may hold at most. A file within these limits is checked in milliseconds.

/// Largest LLM profile JSON or price list that is read, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most models that a pool may list.
pub const MAX_MODELS: usize = 2_000;
/// Longest id, name, provider or capability, in characters.
pub const MAX_NAME: usize = 256;
/// Highest price that is accepted, in US dollars per million tokens.
pub const MAX_PRICE: f64 = 1e6;
/// Most tokens that a limit or an answer length may state.
pub const MAX_TOKENS: f64 = 1e9;
/// The only version of the format so far.
pub const SCHEMA_VERSION: u32 = 1;
/// Most labelled prompts of one model. A profile from so many is almost the one from all of them.
pub const MAX_LABELS: usize = 10_000;
/// Most labelled prompts of all models of a pool: each one is embedded when the file is read.
pub const MAX_LABELS_IN_ALL: usize = 50_000;
/// Most published scores of one model.
pub const MAX_SCORES: usize = 1000;
/// Most values in fields that the format does not have.
pub const MAX_UNKNOWN: usize = 100_000;

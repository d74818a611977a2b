//! What the commands read.

pub mod artefacts;
pub mod cache;
pub mod datasets;
pub mod exact_tokens;
pub mod files;
pub mod form;
pub mod knowledge;
pub mod labels;
pub mod prompts;
pub mod statistics;
pub mod stream;

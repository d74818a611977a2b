//! How the commands present their results.

pub mod jsonl;
pub mod progress;
pub mod table;

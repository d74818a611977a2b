//! How the commands present their results.

pub mod progress;
pub mod table;

//! How the commands present their results.

pub mod file;
pub mod progress;
pub mod sink;
pub mod streams;
pub mod table;
mod temporary;
pub mod visible;

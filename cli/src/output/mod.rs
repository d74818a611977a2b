//! How the commands present what they found.

pub mod progress;
pub mod table;

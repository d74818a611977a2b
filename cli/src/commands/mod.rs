//! One module for each command, with its options (`Args`) and what it does (`run`).

mod answers;
pub mod assign;
pub mod cost;
pub mod eval;
pub mod fit;
pub mod inspect;
pub mod merge;
pub mod probe;
pub mod profile;
pub mod report;
pub mod route;
pub mod serve;

//! What each command does.

pub mod cost;
pub mod eval;
pub mod fit;
pub mod inspect;
pub mod profile;
pub mod route;
pub mod serve;

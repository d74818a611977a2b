//! The npm package: its generated files, the tarball, and the npm packages that work on it.

mod dist;
mod modes;
pub mod npm;
mod reproducible;
pub mod tarball;

pub use dist::{DEFAULT_POOL, build};
pub use reproducible::check as check_reproducible;

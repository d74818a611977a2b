//! The npm package: its generated files, the tarball, and the npm packages that work on it.

mod dist;
pub mod npm;
pub mod tarball;

pub use dist::{DEFAULT_POOL, build};

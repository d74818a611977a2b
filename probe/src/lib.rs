//! Questions with answers that a program can check, to measure a language model.
//!
//! [`families::probes`] makes probes from a seed; [`grade::Grader`] says whether an answer is right. What a model
//! writes as a program runs in the [`sandbox`]. [`choose`] orders probes by what they tell of a new model,
//! [`stable`] says when more of them would change nothing, and [`reply`] reads what servers send.
//!
//! Nothing here opens a file or a connection.
#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod choose;
mod dice;
pub mod families;
pub mod grade;
mod key;
mod probe;
pub mod reply;
pub mod sandbox;
pub mod stable;

pub use key::{Key, Rule};
pub use probe::{Difficulty, Probe};

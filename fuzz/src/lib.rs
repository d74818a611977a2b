//! What each fuzz target does with its bytes, and what must hold for all of them.
//!
//! A target does more than wait for a panic. What is accepted must be usable: decisions with finite
//! numbers, export and import that agree. What is rejected must be explained in words that a
//! terminal can show. [`run`] also limits the memory that one input may take.

mod check;
mod fixture;
mod frame;
mod memory;
pub mod seeds;
pub mod targets;

/// Runs a target on one input, within the limit of memory.
pub fn run(target: fn(&[u8]), data: &[u8]) {
    fixture::prepare();
    memory::limited(data.len(), || target(data));
}

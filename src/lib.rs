//! uniroute decides which language model of a pool should answer a prompt, on the machine where
//! the prompt was typed.
//!
//! One direction, no way back:
//!
//! ```text
//! text ─tokenize─▶ ids ─embed─▶ x ∈ R^d ─membership─▶ Φ(x) ∈ Δ^K ─predict─▶ γ_h = Φ(x)ᵀΨ(h) ─decide─▶ argmin_h γ_h + λ·c_h
//! ```
//!
//! * [`embed`]: text to a unit vector;
//! * [`cluster`]: a unit vector to its membership of K prompt clusters;
//! * [`profile`]: labelled prompts to the error of a language model in each cluster;
//! * [`pool`]: the language models one may choose from, with prices and limits;
//! * [`cost`]: tokens and prices to US dollars;
//! * [`route`]: all of it to a [`route::Decision`];
//! * [`session`]: all of it for interactive use, without computing anything twice;
//! * `eval`: how good such decisions are, measured as the paper measures them.
//!
//! The method is that of *Universal Model Routing for Efficient LLM Inference*
//! (UniRoute, arXiv 2502.08773).
#![deny(missing_docs)]

pub mod cluster;
pub mod cost;
pub mod dataset;
pub mod embed;
#[cfg(feature = "eval")]
pub mod eval;
pub mod fit;
mod linalg;
mod parallel;
pub mod pool;
pub mod prior;
pub mod profile;
pub mod route;
pub mod router;
pub mod session;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub mod wasm;

mod error;
pub use error::Error;
pub use router::Router;

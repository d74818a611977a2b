//! uniroute selects the language model that should answer a prompt, on the machine where the prompt
//! was typed. For each model of a pool it predicts the quality of the answer and estimates its cost,
//! and it gives the reason for its decision.
//!
#![cfg_attr(feature = "bundled", doc = "```")]
#![cfg_attr(not(feature = "bundled"), doc = "```ignore")]
//! use uniroute::Router;
//! use uniroute::pool::{BUNDLED, Pool};
//! use uniroute::route::{Objective, Request, route};
//!
//! let router = Router::bundled()?;
//! let (_, json) = BUNDLED[0];
//! let pool = Pool::from_json(json.as_bytes(), &router)?;
//!
//! // The best model that costs at most a hundredth of a cent.
//! let request = Request {
//!     objective: Objective::MaxCost(0.0001),
//!     ..Request::default()
//! };
//! let decision = route(&router, &pool, "What is the derivative of x^3?", &request)?;
//! let model = decision.model.expect("some model is that cheap");
//! println!("{model}: {}", decision.reason);
//! # Ok::<(), uniroute::Error>(())
//! ```
//!
//! A decision is a chain of steps:
//!
//! ```text
//! text ─tokenize─▶ ids ─embed─▶ x ∈ R^d ─membership─▶ Φ(x) ∈ Δ^K ─predict─▶ γ_h = Φ(x)ᵀΨ(h) ─decide─▶ argmin_h γ_h + λ·c_h
//! ```
//!
//! Dependencies point one way: each of these modules uses only modules above it.
//!
//! * [`embed`]: text to a unit vector;
//! * [`cluster`]: a unit vector to its membership of K prompt clusters;
//! * [`observation`]: what is known of a model, as weights over clusters, a value and a variance;
//! * [`benchmark`]: the benchmarks that a router knows, and the scores of a model on them;
//! * [`prior`]: what the errors of training models say about those of a new model;
//! * [`profile`]: a prior and observations to the error of a model in each cluster;
//! * [`cost`]: tokens and prices to US dollars;
//! * [`dataset`]: files of prompts and scores;
//! * [`router`]: embedder, clusters and prior in one file;
//! * [`fit`]: a data set to a router;
//! * [`pool`]: the models that may be selected, with profiles, prices and limits;
//! * [`feedback`]: verdicts on answers to evidence about the models of a pool;
//! * [`route`]: a prompt, a router and a pool to a [`route::Decision`];
//! * [`session`]: a router, a pool and the latest prompts, for interactive use;
//! * `eval`: how good such decisions are, measured as the paper measures them (feature `eval`).
//!
//! The method is that of *Universal Model Routing for Efficient LLM Inference*
//! (UniRoute, arXiv 2502.08773).
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod benchmark;
pub mod cluster;
pub mod cost;
pub mod dataset;
pub mod embed;
#[cfg(feature = "eval")]
pub mod eval;
pub mod feedback;
pub mod fit;
mod json;
mod linalg;
pub mod observation;
mod parallel;
pub mod pool;
pub mod printable;
pub mod prior;
pub mod profile;
pub mod route;
pub mod router;
mod sealed;
pub mod session;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub mod wasm;

mod error;
pub use error::Error;
pub use router::Router;

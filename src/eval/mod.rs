//! How good routing decisions are, measured as the paper measures them (arXiv 2502.08773, §6).
//!
//! A [`Dataset`](crate::dataset::Dataset) holds scores of language models on prompts. A [`Split`] decides what a trial may
//! know, [`Trial`] takes it from the data, a [`methods::Method`] predicts errors, and a [`Curve`]
//! says how much quality that buys at each cost. [`run`] does so many times; [`summary`] and
//! [`plot`] present it.

mod curve;
mod fits;
mod guarantee;
pub mod methods;
mod participation;
pub mod plot;
mod protocol;
pub mod report;
mod run;
pub mod summary;
mod trial;

pub use curve::{Curve, Fixed, Outcomes};
pub use guarantee::{Guarantee, Guarantees, guarantee};
pub use participation::{COVERAGE, Participation, ParticipationError};
pub use protocol::{Labels, Split};
pub use report::Report;
pub use run::{Plan, Score, TrialResult, run};
pub use trial::{Hidden, Known, Trial};

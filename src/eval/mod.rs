//! How good routing decisions are, measured as the paper measures them (arXiv 2502.08773, §6).
//!
//! A [`Dataset`](crate::dataset::Dataset) holds scores of models on prompts. One trial goes through
//! these modules, and each depends only on those before it:
//!
//! * [`Split`] draws which prompts and models the trial trains on, labels and tests;
//! * [`Training`] and [`Trial`] select those rows and columns, and separate what a method may know
//!   from what is held back;
//! * [`TrainingFits`] and [`Context`] hold what several methods fit to the training prompts, so
//!   that methods and label budgets share it;
//! * a [`methods::Method`] predicts errors;
//! * a [`Curve`] states how much quality the predictions give at each cost;
//! * [`guarantee()`] compares the intervals and the regret of a [`FittedRouter`] with the outcome.
//!
//! [`verdict_areas`] adds verdicts from use in place of labels.
//!
//! [`published`] is apart: it leaves out scores of a table of published scores and predicts them.
//!
//! [`run()`] does this for many trials and returns one [`TrialResult`] for each; [`summary`] and
//! [`plot`] present them.

pub mod cards;
mod curve;
mod estimate;
mod fits;
mod guarantee;
mod means;
pub mod methods;
mod participation;
pub mod plot;
mod protocol;
pub mod published;
pub mod report;
mod result;
mod run;
pub mod summary;
mod trial;
mod verdicts;

pub use curve::{Curve, Fixed, Outcomes};
pub use estimate::Estimate;
pub use fits::{Context, FittedRouter, TrainingFits};
pub use guarantee::{ClusterErrors, Guarantees, guarantee};
pub use participation::{COVERAGE, Participation, ParticipationError};
pub use protocol::{Labels, Split};
pub use report::Report;
pub use result::{Guarantee, Score, TrialResult};
pub use run::{Plan, run};
pub use trial::{Hidden, Known, Training, Trial};
pub use verdicts::{FALSE_SHARE, VerdictAreas, verdict_areas, verdict_json, verdict_report};

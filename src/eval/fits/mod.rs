//! Fits that several methods share: made on first use, then remembered.
//!
//! [`TrainingFits`] depend on the training prompts only, so all label budgets of a trial share
//! them. A [`Context`] adds what depends on the labels of one budget.

mod cluster_map;
mod context;
mod memo;
mod router;
mod training;

pub(super) use cluster_map::weighted_means;
pub use context::Context;
pub use router::FittedRouter;
pub(super) use router::observed_labels;
pub use training::TrainingFits;

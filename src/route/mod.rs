//! From a prompt and a pool to a decision: which model should answer, why, and for how much.
//!
//! [`route`] is a pure function of the prompt, the router, the pool and the request. It has two
//! steps, so that a new λ does not require embedding the prompt again: [`place`] finds where the
//! prompt lies among the clusters, and [`decide`] compares the models. `decide` predicts the quality
//! and computes the cost of each model (`query`, `score`), excludes those that the request or its
//! limits rule out (`constraints`), orders the others, and puts the result into words (`reason`).
//!
//! [`choose`] gives the choice alone, for bulk routing; [`estimate`] and [`CostTotals`] give costs without a
//! decision. For people there are [`frontier`],
//! the models worth their price, [`Map`], the clusters in two dimensions, [`Batch`], the result
//! of routing many prompts, and [`Savings`], its comparison with one model.

mod batch;
mod choose;
mod constraints;
mod decide;
mod decision;
mod estimate;
mod frontier;
mod map;
mod place;
mod query;
mod raw;
mod reason;
mod request;
mod savings;
mod score;
#[cfg(test)]
mod tests;
mod totals;

pub use crate::router::Placed;
pub use batch::{Batch, BatchModel, BatchPoint, BatchReport};
pub use choose::{Choice, choose, heaviest_cluster};
pub use decide::{decide, route};
pub use decision::{CacheUse, Candidate, ClusterShare, Decision, Exclusion, ExclusionCode};
pub use estimate::{CostEstimate, estimate};
pub use frontier::{Comparison, Explanation, FrontierPoint, frontier};
pub use map::{ClusterMap, ClusterQualities, Map, MapCluster};
pub use place::{place, place_batch, place_in};
pub use raw::{RawInputTokens, RawPrevious, RawRequest};
pub use request::{InputTokens, MAX_REQUEST, Objective, Previous, Request, RouteError};
pub use savings::{Contrast, Savings, Standing, Verdict, WhatIf};
pub(crate) use savings::{savings, what_if};
pub use totals::{CostTotal, CostTotals, totals};

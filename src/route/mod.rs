//! Memberships, profiles and prices to a decision.
//!
//! [`route`] is a pure function of the prompt, the router, the pool and the request. It is two
//! steps, so that a change of λ need not look at the prompt again: [`place`] finds where the
//! prompt lies among the clusters, [`decide`] weighs the models.
//!
//! For people there are [`frontier`], the models worth their price, [`Map`], the clusters in two
//! dimensions, and [`Batch`], what routing many prompts amounts to.

mod batch;
mod decide;
mod decision;
mod estimate;
mod frontier;
mod map;
mod raw;
mod reason;
mod request;
#[cfg(test)]
mod tests;

pub use crate::router::Placed;
pub use batch::{Batch, BatchModel, BatchPoint, BatchReport};
pub use decide::{decide, place, place_batch, route};
pub use decision::{Candidate, ClusterShare, Decision, Exclusion, ExclusionCode};
pub use estimate::{CostEstimate, CostTotal, estimate, totals};
pub use frontier::{Comparison, Explanation, FrontierPoint, frontier};
pub use map::{ClusterMap, ClusterQualities, Map, MapCluster};
pub use raw::{RawInputTokens, RawRequest};
pub use request::{InputTokens, Objective, Request, RouteError};

//! Memberships, profiles and prices to a decision.
//!
//! [`route`] is a pure function of the prompt, the router, the pool and the request. It is two
//! steps, so that a change of λ need not look at the prompt again: [`place`] finds where the
//! prompt lies among the clusters, [`decide`] weighs the models.

mod decide;
mod decision;
mod explain;
mod request;
#[cfg(test)]
mod tests;

pub use decide::{decide, place, route};
pub use decision::{Candidate, ClusterShare, Decision, Exclusion, ExclusionCode, Placed};
pub use request::{Objective, Request, RouteError};

//! Observations to Ψ(h), the error of a model in each cluster.
//!
//! Averages per cluster are too noisy when labels are few: the router would then select by luck. So
//! Ψ(h) has a [`Prior`](crate::prior::Prior), Ψ ~ N(μ, Σ), learned from other models, and
//! [observations](crate::observation) make it a [`Posterior`]. A [`Profile`] is what is stored and
//! shared of the posterior: mean and standard deviation per cluster and one correlation, enough for
//! an interval around every predicted quality. [`Information`] is evidence that comes one observation after
//! another; it conditions a posterior, or what a profile says of it, without the observations themselves.

mod condition;
mod expand;
mod information;
mod posterior;
mod prediction;
mod quick;
mod summary;

pub use crate::observation::ProfileError;
pub use information::Information;
pub use posterior::Posterior;
pub use prediction::Prediction;
#[cfg(feature = "eval")]
pub(crate) use prediction::Z90;
pub use quick::{Overlap, Projection};
pub use summary::Profile;

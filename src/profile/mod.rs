//! Labelled prompts to Ψ(h), the error of a language model in each cluster.
//!
//! Per-cluster averages are too noisy when labels are few: the router then picks the luckiest
//! cell. So Ψ(h) has a [`Prior`](crate::prior::Prior), Ψ ~ N(μ, Σ), learned from other language models, and labels
//! make it a [`Posterior`]. What is stored and shared of it is a [`Profile`]: mean and standard
//! deviation per cluster and one correlation, enough for an honest interval around every
//! predicted quality.

mod posterior;
mod summary;

pub use posterior::Posterior;
pub use summary::{Prediction, Profile};

/// Why a prior, labels or a profile were refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// Two parts that describe the same clusters or labels have different lengths.
    #[error("{what}: length {got}, expected {expected}")]
    Length {
        /// The part of the wrong length.
        what: &'static str,
        /// Its length.
        got: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A number is not finite or outside its range.
    #[error("{what}[{index}] is {value}; it must be a finite number in {range}")]
    Range {
        /// The part that holds the number.
        what: &'static str,
        /// Position in that part, from 0.
        index: usize,
        /// The number.
        value: f64,
        /// What it must be in.
        range: &'static str,
    },
    /// The covariance of a prior is not symmetric positive definite.
    #[error("the prior's covariance is not symmetric and positive definite")]
    Covariance,
}

/// Refuses the first of `values` that `good` does not hold for.
pub(crate) fn check_range(
    what: &'static str,
    range: &'static str,
    values: impl IntoIterator<Item = f64>,
    good: impl Fn(f64) -> bool,
) -> Result<(), ProfileError> {
    match values
        .into_iter()
        .enumerate()
        .find(|(_, v)| !(v.is_finite() && good(*v)))
    {
        Some((index, value)) => Err(ProfileError::Range {
            what,
            index,
            value,
            range,
        }),
        None => Ok(()),
    }
}

pub(crate) fn check_length(
    what: &'static str,
    got: usize,
    expected: usize,
) -> Result<(), ProfileError> {
    if got == expected {
        Ok(())
    } else {
        Err(ProfileError::Length {
            what,
            got,
            expected,
        })
    }
}

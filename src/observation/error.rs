/// Why observations, a prior or a profile were rejected.
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
        /// The range it must be in.
        range: &'static str,
    },
    /// The covariance of a prior, or the precision of observations, is not symmetric positive definite.
    #[error("the covariance is not symmetric and positive definite")]
    Covariance,
}

/// Rejects the first of `values` that is not finite or for which `good` is false.
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

/// [`check_range`] for numbers in `[0, 1]`, such as errors and standard deviations.
pub(crate) fn check_unit(
    what: &'static str,
    values: impl IntoIterator<Item = f64>,
) -> Result<(), ProfileError> {
    check_range(what, "[0, 1]", values, |v| (0.0..=1.0).contains(&v))
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

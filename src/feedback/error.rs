use super::limits::{MAX_BYTES, MAX_HALF_LIFE, MAX_MODELS, MAX_VERDICTS, MIN_HALF_LIFE};
use crate::pool::MAX_NAME;

/// Why a verdict or a file of feedback was rejected. What was known before stays.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedbackError {
    /// A number of a verdict is out of its range.
    #[error("{field}: {value} is not in {range}; {remedy}")]
    Range {
        /// `score`, `trust`, `at` or `halfLife`.
        field: &'static str,
        /// The number.
        value: f64,
        /// The range it must be in.
        range: &'static str,
        /// What to pass.
        remedy: &'static str,
    },
    /// Feedback that is to be forgotten needs the time of each verdict.
    #[error(
        "at: the time of the verdict is missing, and this feedback is forgotten with time; pass it in milliseconds since 1970"
    )]
    NoTime,
    /// An id that no pool can have.
    #[error("model: an id has 1 to {MAX_NAME} characters; pass the id of a model of the pool")]
    Id,
    /// More models than [`MAX_MODELS`].
    #[error(
        "there are verdicts of {MAX_MODELS} models already; reset those that you no longer use"
    )]
    TooManyModels,
    /// More verdicts of one model than [`MAX_VERDICTS`].
    #[error(
        "a model has at most {MAX_VERDICTS} verdicts, more would change nothing; reset the feedback of {model:?} to begin again"
    )]
    TooManyVerdicts {
        /// Id of the model.
        model: String,
    },
    /// Larger than [`MAX_BYTES`].
    #[error(
        "the feedback has {bytes} bytes, {MAX_BYTES} are allowed; reset models that you no longer use"
    )]
    TooLarge {
        /// Size in bytes.
        bytes: usize,
    },
    /// Not a file of feedback, or cut short.
    #[error(
        "this is not a file of feedback ({problem}); pass one that was exported, or go on without it"
    )]
    Format {
        /// What the reader says.
        problem: String,
    },
    /// The content does not match its hash.
    #[error(
        "the feedback was damaged: its content does not match its hash; export it again, or go on without it"
    )]
    Damaged,
    /// Feedback over the clusters of another router.
    #[error(
        "this feedback was given with the router {found}, and the one in use is {expected}; load the router that it belongs to, or begin again"
    )]
    OtherRouter {
        /// Hash of the router that the feedback names.
        found: String,
        /// Hash of the router in use.
        expected: String,
    },
    /// Two states that forget at different rates.
    #[error(
        "half-life: {found} in one and {expected} in the other; feedback that is forgotten at different rates cannot be joined, so set the same half-life for both"
    )]
    HalfLife {
        /// Of the state that was to be joined.
        found: String,
        /// Of the present state.
        expected: String,
    },
    /// A value of the file is not possible.
    #[error("feedback, {place}: {problem}; export it again, or go on without it")]
    Value {
        /// The tensor or the field.
        place: String,
        /// What is wrong.
        problem: String,
    },
}

impl FeedbackError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Range { .. } => "feedback_range",
            Self::NoTime => "feedback_no_time",
            Self::Id => "feedback_id",
            Self::TooManyModels => "feedback_too_many_models",
            Self::TooManyVerdicts { .. } => "feedback_too_many_verdicts",
            Self::TooLarge { .. } => "feedback_too_large",
            Self::Format { .. } => "feedback_format",
            Self::Damaged => "feedback_damaged",
            Self::OtherRouter { .. } => "feedback_other_router",
            Self::HalfLife { .. } => "feedback_half_life",
            Self::Value { .. } => "feedback_value",
        }
    }

    /// The argument or the place in the file that is wrong, where there is one.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::Range { field, .. } => Some((*field).into()),
            Self::NoTime => Some("at".into()),
            Self::Id => Some("model".into()),
            Self::Value { place, .. } => Some(place.clone()),
            _ => None,
        }
    }

    /// A half-life outside its range.
    pub(super) fn half_life(value: f64) -> Self {
        debug_assert!(!(MIN_HALF_LIFE..=MAX_HALF_LIFE).contains(&value));
        Self::Range {
            field: "halfLife",
            value,
            range: "[0.01, 36500] days",
            remedy: "pass days, or nothing if feedback is never to be forgotten",
        }
    }
}

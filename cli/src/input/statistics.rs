//! Files of statistics: the labels of models as sums, or the verdicts on them.

use crate::input::files;
use anyhow::{Error, Result, anyhow};
use std::path::Path;
use uniroute::Router;
use uniroute::feedback::{Feedback, FeedbackError, MAX_BYTES, MAX_MODELS, MAX_VERDICTS};

/// Reads statistics for the router that is in use.
pub fn read(path: &Path, router: &Router) -> Result<Feedback> {
    let bytes = files::read(path, MAX_BYTES)?;
    Feedback::from_bytes(&bytes, router).map_err(|error| match error {
        FeedbackError::OtherRouter { found, expected } => anyhow!(
            "{}: its sums are over the clusters of the router {found}, and the one in use is {expected}; \
             name its router with --router, or make it again with the one in use",
            path.display()
        ),
        other => explained(path, other),
    })
}

/// Statistics that were read whole, whatever their router.
pub fn of_any_router(path: &Path, bytes: &[u8]) -> Result<Feedback> {
    Feedback::from_bytes_of_any_router(bytes).map_err(|error| explained(path, error))
}

/// Number of models and labels, in words.
pub fn counted(statistics: &Feedback) -> String {
    format!(
        "{} models, {} labels",
        statistics.models().count(),
        statistics.verdicts()
    )
}

/// Statistics as a file.
pub fn bytes(statistics: &Feedback) -> Result<Vec<u8>> {
    statistics.to_bytes().map_err(too_much)
}

/// Why there are more labels than statistics hold.
pub fn too_much(error: FeedbackError) -> Error {
    let fewer = "write files of fewer models each, with --model ID for labels of several";
    match error {
        FeedbackError::TooManyModels => {
            anyhow!("statistics are of at most {MAX_MODELS} models; {fewer}")
        }
        FeedbackError::TooLarge { bytes } => {
            anyhow!(
                "the statistics have {bytes} bytes, and a file has at most {MAX_BYTES}; {fewer}"
            )
        }
        FeedbackError::TooManyVerdicts { model } => anyhow!(
            "{model:?} has more than {MAX_VERDICTS} labels, more would change nothing; leave out the rest"
        ),
        other => other.into(),
    }
}

/// The error with the file and what to do.
fn explained(path: &Path, error: FeedbackError) -> Error {
    let path = path.display();
    let again = "make it again with `profile --partial`, or export the feedback again";
    match error {
        FeedbackError::Format { problem } => {
            anyhow!("{path}: not a file of statistics, or cut short ({problem}); {again}")
        }
        FeedbackError::Damaged => {
            anyhow!("{path}: damaged, its content does not match its hash; {again}")
        }
        FeedbackError::Value { place, problem } => anyhow!("{path}, {place}: {problem}; {again}"),
        other => too_much(other).context(path.to_string()),
    }
}

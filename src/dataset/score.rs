//! The range of scores.

use super::DatasetError;
use super::place::Place;

/// The score if it is in [0, 1]. `column` is the name of its column, field or model.
pub(super) fn in_range(score: f64, at: Place, column: &str) -> Result<f64, DatasetError> {
    if (0.0..=1.0).contains(&score) {
        return Ok(score);
    }
    let column = column.to_owned();
    Err(DatasetError::Score { at, column, score })
}

//! Means of values of which some are missing (NaN).

use ndarray::ArrayView1;

/// Mean of the values that are not NaN; `None` if there are none.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values
        .filter(|v| !v.is_nan())
        .fold((0.0, 0.0), |(s, c), v| (s + v, c + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Mean of the values that are not NaN; `fallback` if there are none.
pub(super) fn mean_or(values: ArrayView1<f32>, fallback: f32) -> f32 {
    mean(values.iter().map(|v| f64::from(*v))).map_or(fallback, |m| m as f32)
}

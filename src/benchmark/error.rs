//! Why benchmarks were rejected.

use super::description::{Benchmark, MAX_BENCHMARKS, ScoreNoise};
use crate::linalg::Cholesky;
use ndarray::ArrayView2;

/// Why the benchmarks of a router were rejected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BenchmarkError {
    /// There are too many.
    #[error("{found} benchmarks; at most {MAX_BENCHMARKS} are allowed")]
    TooMany {
        /// Their number.
        found: usize,
    },
    /// Two benchmarks have one name.
    #[error("two benchmarks are named {name:?}; give each its own name")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A part is not of the shape that the others need.
    #[error("{what}: shape {found:?}, expected {expected:?}")]
    Shape {
        /// The part.
        what: &'static str,
        /// Its shape.
        found: (usize, usize),
        /// The shape it should have.
        expected: (usize, usize),
    },
    /// A number is not finite or outside its range.
    #[error("{what} of {name:?} is {value}; it must be in {range}")]
    Range {
        /// What the number is.
        what: &'static str,
        /// The benchmark.
        name: String,
        /// The number.
        value: f64,
        /// The range it must be in.
        range: &'static str,
    },
    /// A catalogue that is not the JSON it should be.
    #[error("benchmarks.json, {path}: {problem}")]
    Json {
        /// Path of the value.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// U is not a covariance.
    #[error("the effects of benchmarks are not symmetric and positive definite")]
    Covariance,
}

/// Checks the parts of [`super::Benchmarks`].
pub(super) fn check(
    list: &[Benchmark],
    weights: ArrayView2<f64>,
    effects: ArrayView2<f64>,
    noise: ScoreNoise,
) -> Result<(), BenchmarkError> {
    let n = list.len();
    if n > MAX_BENCHMARKS {
        return Err(BenchmarkError::TooMany { found: n });
    }
    let shape = |what, found, expected| match found == expected {
        true => Ok(()),
        false => Err(BenchmarkError::Shape {
            what,
            found,
            expected,
        }),
    };
    shape("benchmarks.rows", weights.dim(), (n, weights.ncols()))?;
    shape("benchmarks.effects", effects.dim(), (n, n))?;
    for (benchmark, weights) in list.iter().zip(weights.rows()) {
        let range =
            |what, range, value: f64, low: f64, high: f64| match (low..=high).contains(&value) {
                true => Ok(()),
                false => Err(BenchmarkError::Range {
                    what,
                    name: benchmark.name.clone(),
                    value,
                    range,
                }),
            };
        range("prompts", "[1, 1e9]", benchmark.prompts, 1.0, 1e9)?;
        range("chance", "[0, 1]", benchmark.chance, 0.0, 1.0)?;
        range("mean_effect", "[-1, 1]", benchmark.mean_effect, -1.0, 1.0)?;
        for weight in weights {
            range("weight", "[0, 1]", *weight, 0.0, 1.01)?;
        }
        // Weights that sum to much less than 1 would say that a model makes few errors.
        range("sum of the weights", "[0.9, 1.1]", weights.sum(), 0.9, 1.1)?;
    }
    for (what, value) in [("score noise", noise.score), ("shared noise", noise.shared)] {
        if !(0.0..=1.0).contains(&value) {
            return Err(BenchmarkError::Range {
                what,
                name: "all benchmarks".into(),
                value,
                range: "[0, 1]",
            });
        }
    }
    let symmetric = effects
        .indexed_iter()
        .all(|((i, j), v)| v.is_finite() && v.abs() <= 1.0 && *v == effects[[j, i]]);
    match n == 0 || (symmetric && Cholesky::new(effects).is_some()) {
        true => Ok(()),
        false => Err(BenchmarkError::Covariance),
    }
}

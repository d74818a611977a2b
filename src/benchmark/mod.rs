//! Benchmarks that a router knows, and the observations that a model's scores on them are.
//!
//! A benchmark is a bundle of prompts. The mean membership r of its prompts is a row of weights over
//! the clusters, so a model's error on it is y = μ_b + r·Ψ + u + s + ε: μ_b is how much harder the
//! benchmark is than the clusters of its prompts, the same for all models; u ~ N(0, U) is how well
//! this model does on the form of the benchmark, s ~ N(0, σ_s²) how its scores were measured, which
//! all its scores share; ε is the noise of one score. Neither μ_b, u nor s reaches a user's prompt.

mod catalogue;
mod description;
mod error;
mod names;

use ndarray::{Array1, Array2, ArrayView2};
use std::collections::HashSet;

use crate::dataset::PublishedTable;
use crate::linalg::Cholesky;
use crate::observation::{BenchmarkScores, Observations, ProfileError};
pub use catalogue::{Catalogue, Entry, PromptSource, TableRows};
pub use description::{Benchmark, MAX_BENCHMARKS, ScoreNoise};
pub use error::BenchmarkError;
use names::Index;
pub use names::normalised;

/// The benchmarks of a router over its K clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmarks {
    list: Vec<Benchmark>,
    weights: Array2<f64>,
    effects: Array2<f64>,
    noise: ScoreNoise,
    names: Index,
}

impl Benchmarks {
    /// No benchmarks over `clusters` clusters.
    pub fn none(clusters: usize) -> Self {
        Self {
            list: Vec::new(),
            weights: Array2::zeros((0, clusters)),
            effects: Array2::zeros((0, 0)),
            noise: ScoreNoise::default(),
            names: Index::default(),
        }
    }

    /// Checks the parts: mean membership of each benchmark's prompts `weights` `(B, K)`, covariance
    /// `effects` U `(B, B)` of a model's effects, and the noise of scores.
    ///
    /// # Errors
    /// [`BenchmarkError`] for parts that do not fit each other, numbers out of range, and two
    /// benchmarks of one name.
    pub fn try_new(
        list: Vec<Benchmark>,
        weights: Array2<f64>,
        effects: Array2<f64>,
        noise: ScoreNoise,
    ) -> Result<Self, BenchmarkError> {
        error::check(&list, weights.view(), effects.view(), noise)?;
        let mut names = HashSet::new();
        if let Some(twice) = list.iter().find(|b| !names.insert(normalised(&b.name))) {
            let name = twice.name.clone();
            return Err(BenchmarkError::Duplicate { name });
        }
        let names = Index::new(&list);
        Ok(Self {
            list,
            weights,
            effects,
            noise,
            names,
        })
    }

    /// Only the benchmarks at these positions, in this order.
    ///
    /// # Errors
    /// As [`Benchmarks::try_new`], for a position that occurs twice.
    ///
    /// # Panics
    /// If a position is not below [`Benchmarks::len`].
    pub fn select(&self, positions: &[usize]) -> Result<Self, BenchmarkError> {
        let list = positions.iter().map(|&b| self.list[b].clone()).collect();
        let effects = self.effects.select(ndarray::Axis(0), positions);
        let effects = effects.select(ndarray::Axis(1), positions);
        let weights = self.weights.select(ndarray::Axis(0), positions);
        Self::try_new(list, weights, effects, self.noise)
    }

    /// Number of benchmarks B.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The benchmarks.
    pub fn list(&self) -> &[Benchmark] {
        &self.list
    }

    /// Mean membership of the prompts of each benchmark, `(B, K)`.
    pub fn weights(&self) -> ArrayView2<'_, f64> {
        self.weights.view()
    }

    /// U, the covariance of a model's effects, `(B, B)`.
    pub fn effects(&self) -> ArrayView2<'_, f64> {
        self.effects.view()
    }

    /// The noise of scores.
    pub fn noise(&self) -> ScoreNoise {
        self.noise
    }

    /// Position of the benchmark with this name, title or alias.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.names.find(name)
    }

    /// Position of the benchmark of each score of a table; `None` where it is not known.
    pub fn find_all(&self, table: &PublishedTable) -> Vec<Option<usize>> {
        self.names.find_all(table)
    }

    /// Titles of the benchmarks whose names are most like `name`, at most `most` of them.
    pub fn nearest(&self, name: &str, most: usize) -> Vec<&str> {
        names::nearest(&self.list, name, most)
    }

    /// The observations that these scores of one model are: pairs of a benchmark's position and a
    /// score in `[0, 1]`. Two scores of one benchmark share its effect, so the second says little.
    ///
    /// # Errors
    /// [`ProfileError::Range`] for a score that is not in `[0, 1]`.
    ///
    /// # Panics
    /// If a position is not below [`Benchmarks::len`].
    pub fn observations(&self, scores: &[(usize, f64)]) -> Result<Observations, ProfileError> {
        crate::observation::check_unit("benchmark score", scores.iter().map(|(_, s)| *s))?;
        let rows: Vec<usize> = scores.iter().map(|(b, _)| *b).collect();
        let prompts: Vec<f64> = rows.iter().map(|&b| self.list[b].prompts).collect();
        let error = |(b, score): &(usize, f64)| 1.0 - score - self.list[*b].mean_effect;
        Observations::from_benchmarks(BenchmarkScores {
            benchmarks: &rows,
            weights: self.weights.select(ndarray::Axis(0), &rows),
            values: scores.iter().map(error).collect::<Array1<f64>>(),
            prompts: &prompts,
            extra_variances: &vec![self.noise.score.powi(2); rows.len()],
            loadings: self.loadings(&rows),
        })
    }

    /// Loadings of scores on these benchmarks: one factor of U for each different benchmark, and the
    /// effect that all share.
    fn loadings(&self, rows: &[usize]) -> Array2<f64> {
        let mut different = rows.to_vec();
        different.sort_unstable();
        different.dedup();
        let effects = self.effects.select(ndarray::Axis(0), &different);
        let effects = effects.select(ndarray::Axis(1), &different);
        // U was checked to be a covariance, and so is each part of it.
        let factor = Cholesky::new(effects.view()).map(|c| c.lower());
        let factor = factor.unwrap_or_else(|| Array2::zeros(effects.dim()));
        let shared = different.len();
        let mut loadings = Array2::zeros((rows.len(), shared + 1));
        for (mut loading, row) in loadings.rows_mut().into_iter().zip(rows) {
            if let Ok(at) = different.binary_search(row) {
                let mut own = loading.slice_mut(ndarray::s![..shared]);
                own.assign(&factor.row(at));
            }
            loading[shared] = self.noise.shared;
        }
        loadings
    }
}

#[cfg(test)]
mod tests;

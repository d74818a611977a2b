//! What a router says of benchmarks.

use serde::{Deserialize, Serialize};

/// Most benchmarks that a router may know.
pub const MAX_BENCHMARKS: usize = 1024;

/// What a router says of one benchmark.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// Its name in files, for example `gpqa_diamond`.
    pub name: String,
    /// Its name as people write it, for example `GPQA Diamond`.
    pub title: String,
    /// Other spellings. Case, spaces, hyphens, underscores and dots do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Number of its prompts.
    pub prompts: f64,
    /// Score of a model that guesses, in `[0, 1)`.
    #[serde(default)]
    pub chance: f64,
    /// μ_b, its error beyond that of the clusters of its prompts, in `[-1, 1]`.
    pub mean_effect: f64,
    /// Whether like prompts stand in for its own, which were not at hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stand_in: bool,
}

/// The noise of benchmark scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreNoise {
    /// Standard deviation of one score around its prediction, in `[0, 1]`.
    pub score: f64,
    /// Standard deviation of what all scores of one model share, in `[0, 1]`.
    pub shared: f64,
}

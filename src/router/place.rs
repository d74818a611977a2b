//! The place of a prompt among the clusters, and the trust in it.

use super::Router;
use crate::cost::TokenFeatures;
use crate::embed::Embedded;

/// A prompt with less of its letters in words that the embedder knows is out of distribution. Of
/// everyday prompts and English benchmarks 0 to 3 % are below, of random letters all, of other
/// languages about 90 % (docs/RESULTS.md).
const FAMILIAR: f32 = 0.5;

/// A prompt of fewer tokens says too little of its kind: "hi there!" is near puzzles.
const ENOUGH_TOKENS: f32 = 5.0;
/// Below this share of [`ENOUGH_TOKENS`] a prompt is called out of distribution.
const TOO_SHORT: f32 = 0.7;

/// A prompt among the clusters: all that a decision needs to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Φ(x): K weights that sum to 1, already shrunk towards the shares of all clusters.
    pub membership: Vec<f32>,
    /// The trust in the prompt's own clusters, in `[0, 1]`.
    pub trust: f32,
    /// What its tokens are estimated from, including those of its context.
    pub token_features: TokenFeatures,
    /// Whether the prompt is unlike anything the router was fitted on, or too short to tell.
    pub out_of_distribution: bool,
    /// Whether that is because most of its words are unknown to the embedder, as in a language that
    /// it does not cover.
    pub unknown_words: bool,
}

impl Router {
    /// Finds the place of an embedded prompt among the clusters.
    ///
    /// The further a prompt is from what the router was fitted on, or the fewer tokens it has, the
    /// less its clusters say, and the more its membership is shrunk towards the shares of all
    /// clusters. There ΦᵀΨ is a model's overall ability.
    pub fn place(&self, embedded: &Embedded, prompt: &str) -> Placed {
        // The vector of words that the embedder does not know may be near any cluster.
        let unknown_words = self.embedder.familiarity(prompt) < FAMILIAR;
        let distance = match unknown_words {
            true => f32::INFINITY,
            false => self.clusters.distance(&embedded.vector),
        };
        let length = (embedded.tokens as f32 / ENOUGH_TOKENS).min(1.0);
        let trust = length * self.calibration.trust(distance);
        let mut membership = self.clusters.membership(&embedded.vector);
        self.clusters.shrink_to_shares(&mut membership, trust);
        Placed {
            membership,
            trust,
            token_features: TokenFeatures::of(prompt, embedded.tokens),
            out_of_distribution: length < TOO_SHORT || self.calibration.is_outlier(distance),
            unknown_words,
        }
    }
}

//! Where a prompt lies among the clusters, and how far that is to be believed.

use super::Router;
use crate::cost::TokenFeatures;
use crate::embed::Embedded;
use crate::route::Placed;

/// A prompt with less of its letters in words that the embedder knows is out of distribution. Of
/// everyday prompts and English benchmarks 0 to 3 % lie below, of random letters all, of other
/// languages nine in ten (docs/RESULTS.md).
const FAMILIAR: f32 = 0.5;

/// A prompt of fewer tokens says too little of its kind: "hi there!" lies near puzzles.
const ENOUGH_TOKENS: f32 = 5.0;
/// Below this share of [`ENOUGH_TOKENS`] a prompt is called out of distribution.
const TOO_SHORT: f32 = 0.7;

impl Router {
    /// Finds where an embedded prompt lies among the clusters.
    ///
    /// The further a prompt lies beyond what the router was fitted on, or the fewer tokens it has,
    /// the less its clusters say, and the more its membership leans towards the shares of all
    /// clusters: there Φᵀ Ψ is an LLM's overall ability.
    pub fn place(&self, embedded: &Embedded, prompt: &str) -> Placed {
        // The vector of words that the embedder does not know lies anywhere, often near a cluster.
        let distance = match self.embedder.familiarity(prompt) < FAMILIAR {
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
            shape: TokenFeatures::of(prompt, embedded.tokens),
            out_of_distribution: length < TOO_SHORT || self.calibration.is_outlier(distance),
        }
    }
}

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

/// In a conversation, turns of so many tokens or more have the full weight, shorter ones less.
const FULL_TURN: f32 = 40.0;
/// Weight of the last turn beside that of an earlier one of the same length.
const LAST_TURN: f32 = 2.0;
/// Weight of an answer beside that of a turn of the user. An answer is mostly longer, and says more of itself than
/// of what was asked.
const ANSWER: f32 = 0.2;

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
    /// Weight of the earlier turns of the conversation in the place, in `[0, 1]`.
    pub from_earlier: f32,
}

/// What was said in a conversation before a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Before {
    /// Sum of the turns' vectors, each with its weight; empty without any turn.
    sum: Vec<f32>,
    weight: f32,
    /// Tokens of the user's turns.
    tokens: usize,
    token_features: TokenFeatures,
}

impl Before {
    fn add(&mut self, embedded: &Embedded, weight: f32) {
        self.sum.resize(embedded.vector.len(), 0.0);
        for (sum, x) in self.sum.iter_mut().zip(&embedded.vector) {
            *sum += weight * x;
        }
        self.weight += weight;
    }
}

/// Weight of a turn by its length.
fn weight(tokens: usize) -> f32 {
    (tokens as f32 / FULL_TURN).min(1.0)
}

impl Router {
    /// Finds the place of an embedded prompt among the clusters.
    ///
    /// The further a prompt is from what the router was fitted on, or the fewer tokens it has, the
    /// less its clusters say, and the more its membership is shrunk towards the shares of all
    /// clusters. There ΦᵀΨ is a model's overall ability.
    pub fn place(&self, embedded: &Embedded, prompt: &str) -> Placed {
        self.place_after(embedded, prompt, &Before::default())
    }

    /// What the user said before, oldest first, and what models answered, for [`Router::place_after`].
    pub fn before(&self, earlier: &[String], answers: &[String]) -> Before {
        let mut before = Before::default();
        for (turns, each) in [(earlier, 1.0), (answers, ANSWER)] {
            let turns: Vec<&str> = turns.iter().map(String::as_str).collect();
            for (embedded, text) in self.embedder.embed_batch(&turns).iter().zip(turns) {
                before.token_features =
                    before.token_features + TokenFeatures::of(text, embedded.tokens);
                // The vector of words that the embedder does not know may be near any cluster.
                if self.embedder.familiarity(text) >= FAMILIAR {
                    before.add(embedded, each * weight(embedded.tokens));
                    before.tokens += if each == 1.0 { embedded.tokens } else { 0 };
                }
            }
        }
        before
    }

    /// Finds the place of an embedded prompt that follows others in a conversation: the place of the weighted
    /// mean of all turns' vectors, in which the prompt counts most.
    pub fn place_after(&self, embedded: &Embedded, prompt: &str, before: &Before) -> Placed {
        let is_familiar = self.embedder.familiarity(prompt) >= FAMILIAR;
        let own = match (before.weight > 0.0, is_familiar) {
            (false, _) => 1.0,
            (true, false) => 0.0,
            (true, true) => LAST_TURN * weight(embedded.tokens),
        };
        let vector = match own == 1.0 && before.weight == 0.0 {
            true => embedded.vector.clone(),
            false => mean(&embedded.vector, own, &before.sum),
        };
        let unknown_words = !is_familiar && before.weight == 0.0;
        let distance = match unknown_words {
            true => f32::INFINITY,
            false => self.clusters.distance(&vector),
        };
        let tokens = embedded.tokens + before.tokens;
        let length = (tokens as f32 / ENOUGH_TOKENS).min(1.0);
        let trust = length * self.calibration.trust(distance);
        let mut membership = self.clusters.membership(&vector);
        self.clusters.shrink_to_shares(&mut membership, trust);
        Placed {
            membership,
            trust,
            token_features: TokenFeatures::of(prompt, embedded.tokens) + before.token_features,
            out_of_distribution: length < TOO_SHORT || self.calibration.is_outlier(distance),
            unknown_words,
            from_earlier: before.weight / (own + before.weight),
        }
    }
}

/// The unit vector of `weight · x + sum`.
fn mean(x: &[f32], weight: f32, sum: &[f32]) -> Vec<f32> {
    let mut mean: Vec<f32> = x.iter().zip(sum).map(|(x, sum)| weight * x + sum).collect();
    let norm = mean.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 0.0 {
        mean.iter_mut().for_each(|v| *v /= norm);
    }
    mean
}

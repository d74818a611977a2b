//! Fits a row for each token, such that the sum over a text has the direction of MiniLM's sentence
//! vector.

use ndarray::{Array2, Axis};
use uniroute::embed::WordPiece;

use rand_chacha::ChaCha8Rng;

use crate::linear::{Bags, moments, principal_directions, ridge_towards};
use crate::tune;

/// Width of the table.
pub const DIM: usize = 64;
/// Weight of the distance from the start. A token that occurs in one text of ten tokens has a weight
/// of 0.01 in the data term.
const RIDGE: f32 = 0.01;
/// Conjugate gradient steps of the first round, and of each later round, which starts from the
/// previous solution.
const FIRST_STEPS: usize = 30;
const STEPS: usize = 15;
/// Rounds, in each of which every text's sum is scaled to length one; further rounds change nothing.
const ROUNDS: usize = 6;

/// Weight of the directions in which topics differ, relative to those in which texts differ. The
/// principal directions of texts alone lose a good part of what tells topics apart.
const TOPIC_DIRECTIONS: f64 = 1.0;

/// What is fitted: token ids of each text, its unit vector (texts, 384) and its weight, and the means
/// of topics (topics, 384).
pub struct Problem {
    pub topic_means: Array2<f32>,
    /// Topic of each text that has one, and whether it is a prompt rather than a word.
    pub topics: Vec<Option<(usize, bool)>>,
    /// Field of each topic.
    pub fields: Vec<usize>,
    pub texts: Vec<Vec<u32>>,
    pub vectors: Array2<f32>,
    pub weights: Vec<f32>,
}

/// (vocabulary, [`DIM`]) rows. `tokens` (vocabulary, 384) are the embeddings of each token alone, from
/// which the fit starts.
pub fn fit(
    problem: Problem,
    tokens: &Array2<f32>,
    tokenizer: &WordPiece,
    rng: &mut ChaCha8Rng,
) -> Array2<f32> {
    let Problem {
        mut texts,
        vectors,
        weights,
        topic_means,
        topics,
        fields,
    } = problem;
    let centre = topic_means.mean_axis(Axis(0)).unwrap_or_default();
    let apart = moments((&topic_means - &centre).view());
    let both = moments(vectors.view()) + TOPIC_DIRECTIONS * apart;
    let directions = principal_directions(both, DIM);
    let roots: Vec<f32> = weights.iter().map(|w| w.sqrt()).collect();
    let mut targets = vectors.dot(&directions);
    for (mut row, root) in targets.outer_iter_mut().zip(&roots) {
        let length = row.dot(&row).sqrt();
        row *= root / length.max(1e-12);
    }
    for text in &mut texts {
        text.retain(|&id| is_word(tokenizer, id));
        text.sort_unstable();
        text.dedup();
    }
    let mut bags = Bags::new(texts.clone(), tokens.nrows());
    bags.scale(&roots);
    let mut rows = start(tokens, &directions, tokenizer);
    let sums = bags.times(&rows);
    rows *= (&sums * &targets).sum() / (&sums * &sums).sum();
    rows = ridge_towards(&bags, &targets, &rows, RIDGE, FIRST_STEPS);
    for round in 0..ROUNDS {
        // In use only the direction of a sum matters, so that a long sum must not weigh more here.
        bags.weigh(|_| 1.0);
        let lengths: Vec<f32> = bags
            .times(&rows)
            .outer_iter()
            .map(|s| s.dot(&s).sqrt().max(1e-3))
            .collect();
        bags.weigh(|text| roots[text] / lengths[text]);
        rows = ridge_towards(&bags, &targets, &rows, RIDGE, STEPS);
        let error = (&bags.times(&rows) - &targets).mapv(|e| e * e).sum();
        let whole = targets.mapv(|t| t * t).sum();
        eprintln!(
            "round {}: {:.1} % of the squared length is left",
            round + 1,
            100.0 * error / whole
        );
    }
    for (mut row, root) in targets.outer_iter_mut().zip(&roots) {
        row /= *root;
    }
    let texts = tune::Texts {
        tokens: &texts,
        targets: targets.view(),
        weights: &weights,
        topics: &topics
            .iter()
            .map(|t| t.map(|(topic, _)| topic))
            .collect::<Vec<_>>(),
        is_prompt: &topics
            .iter()
            .map(|t| t.is_some_and(|(_, p)| p))
            .collect::<Vec<_>>(),
        fields: &fields,
    };
    tune::tune(&mut rows, &texts, rng);
    rows
}

/// The embedding of each token alone, weighted by Zipf's law: the vocabulary is ordered roughly by
/// frequency, so that the logarithm of the id approximates how much a token says.
fn start(tokens: &Array2<f32>, directions: &Array2<f32>, tokenizer: &WordPiece) -> Array2<f32> {
    let mut rows = tokens.dot(directions);
    for (id, mut row) in rows.axis_iter_mut(Axis(0)).enumerate() {
        row *= if is_word(tokenizer, id as u32) {
            (id as f32).ln_1p()
        } else {
            0.0
        };
    }
    rows
}

/// Whether a token gets a row: special tokens such as `[CLS]` and `[unused7]` occur in no text, and
/// other scripts are not covered.
pub fn is_word(tokenizer: &WordPiece, id: u32) -> bool {
    tokenizer
        .vocabulary()
        .token(id)
        .is_some_and(|t| (t.len() == 1 || !t.starts_with('[')) && t.chars().all(is_covered))
}

/// Whether the table covers this character: those of English and its neighbours, Greek letters and
/// signs as in mathematics. Without rows, a text in another script is known to be one.
fn is_covered(c: char) -> bool {
    matches!(u32::from(c), 0..=0x24f | 0x370..=0x3ff | 0x1e00..=0x1eff | 0x2000..=0x2bff)
}

//! Tunes the rows so that the topic of a text can be told from the direction of its sum, while the sums
//! of all texts keep MiniLM's directions as far as possible.
//!
//! The fit of `fit.rs` only follows MiniLM, which mixes what a text is about with how it is put. Here a
//! text is a bag of tokens, u the direction of its rows' sum, c_k the mean direction of topic k; the
//! loss is the cross entropy of softmax(s·u·c) for the text's topic and, in equal shares, its field,
//! plus a multiple of ‖u − t‖² with t the target of the fit. Gradient steps are those of Adagrad, one
//! text at a time, so that every run gives the same bits.

use ndarray::{Array2, ArrayView1, ArrayView2};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::topics;

/// s: how sharply similarities tell topics apart.
const SHARPNESS: f32 = 12.0;
/// Weight of ‖u − t‖².
const KEEP: f32 = 0.5;
/// Share of a text's tokens that a step sees.
const SEEN: f64 = 0.7;
const EPOCHS: usize = 20;
/// Step of Adagrad, relative to the usual length of a row.
const STEP: f32 = 0.05;

/// Texts with their targets, and the topic of those that have one.
pub struct Texts<'a> {
    /// Distinct tokens of each text.
    pub tokens: &'a [Vec<u32>],
    /// (texts, d): unit vectors.
    pub targets: ArrayView2<'a, f32>,
    pub weights: &'a [f32],
    /// Topic of each text, and the field of each topic.
    pub topics: &'a [Option<usize>],
    pub fields: &'a [usize],
    /// Whether a text is one of those whose mean is its topic's.
    pub is_prompt: &'a [bool],
}

/// Tunes `rows` (vocabulary, d) in place.
pub fn tune(rows: &mut Array2<f32>, texts: &Texts, rng: &mut ChaCha8Rng) {
    let d = rows.ncols();
    let used = rows.outer_iter().map(|r| r.dot(&r)).filter(|l| *l > 0.0);
    let (count, sum) = used.fold((0usize, 0.0), |(n, s), l| (n + 1, s + l));
    *rows /= (sum / count.max(1) as f32).sqrt().max(1e-12);
    let mut squares = vec![1e-3f32; rows.nrows()];
    let mut order: Vec<usize> = (0..texts.tokens.len()).collect();
    for epoch in 0..EPOCHS {
        let means = topic_means(rows, texts);
        order.shuffle(rng);
        let step = STEP * (1.0 - epoch as f32 / EPOCHS as f32);
        let (mut kept, mut crossed, mut labelled) = (0.0f64, 0.0f64, 0usize);
        for &i in &order {
            let topic = texts.topics[i];
            let all = &texts.tokens[i];
            let seen: Vec<u32> = match topic {
                Some(_) => all
                    .iter()
                    .copied()
                    .filter(|_| rng.random_bool(SEEN))
                    .collect(),
                None => all.clone(),
            };
            let tokens = if seen.is_empty() { all } else { &seen };
            let (u, length) = direction(rows, tokens);
            if length < 1e-6 {
                continue;
            }
            let weight = texts.weights[i];
            let mut slope: Vec<f32> = vec![0.0; d];
            for ((g, u), t) in slope.iter_mut().zip(&u).zip(texts.targets.row(i)) {
                *g = 2.0 * KEEP * weight * (u - t);
            }
            kept += slope.iter().map(|g| f64::from(g * g)).sum::<f64>();
            if let Some(topic) = topic {
                let (loss, by_mean) = cross_entropy(&u, means.view(), topic, texts.fields);
                crossed += f64::from(loss);
                labelled += 1;
                for (mean, g) in means.outer_iter().zip(by_mean) {
                    let g = g * weight;
                    if g != 0.0 {
                        slope.iter_mut().zip(mean).for_each(|(s, m)| *s += g * m);
                    }
                }
            }
            // Only the part of the slope across u changes its direction.
            let along: f32 = slope.iter().zip(&u).map(|(s, u)| s * u).sum();
            slope
                .iter_mut()
                .zip(&u)
                .for_each(|(s, u)| *s = (*s - along * u) / length);
            let square: f32 = slope.iter().map(|s| s * s).sum::<f32>() / d as f32;
            for &token in tokens {
                let sum = &mut squares[token as usize];
                *sum += square;
                let factor = step / sum.sqrt();
                let mut row = rows.row_mut(token as usize);
                row.iter_mut()
                    .zip(&slope)
                    .for_each(|(r, s)| *r -= factor * s);
            }
        }
        eprintln!(
            "tuning, epoch {}: cross entropy {:.3}, slope of the distance {:.3}",
            epoch + 1,
            crossed / labelled.max(1) as f64,
            kept / order.len() as f64
        );
    }
}

/// The mean direction of the prompts of each topic, (topics, d).
fn topic_means(rows: &Array2<f32>, texts: &Texts) -> Array2<f32> {
    let prompts: Vec<usize> = (0..texts.tokens.len())
        .filter(|&i| texts.is_prompt[i])
        .collect();
    let mut vectors = Array2::zeros((prompts.len(), rows.ncols()));
    for (mut vector, &i) in vectors.outer_iter_mut().zip(&prompts) {
        let (u, _) = direction(rows, &texts.tokens[i]);
        vector.assign(&ArrayView1::from(&u));
    }
    let topics: Vec<usize> = prompts.iter().filter_map(|&i| texts.topics[i]).collect();
    topics::means(vectors.view(), &topics, texts.fields.len())
}

/// The direction of the sum of these rows, and the length of the sum.
fn direction(rows: &Array2<f32>, tokens: &[u32]) -> (Vec<f32>, f32) {
    let mut sum = vec![0.0f32; rows.ncols()];
    for &token in tokens {
        sum.iter_mut()
            .zip(rows.row(token as usize))
            .for_each(|(s, r)| *s += r);
    }
    let length = sum.iter().map(|s| s * s).sum::<f32>().sqrt();
    sum.iter_mut().for_each(|s| *s /= length.max(1e-12));
    (sum, length)
}

/// The loss of a text of this topic, and its slope by the similarity to each topic's mean.
fn cross_entropy(
    u: &[f32],
    means: ArrayView2<f32>,
    topic: usize,
    fields: &[usize],
) -> (f32, Vec<f32>) {
    let mut p: Vec<f32> = means
        .outer_iter()
        .map(|mean| SHARPNESS * mean.iter().zip(u).map(|(m, u)| m * u).sum::<f32>())
        .collect();
    let top = p.iter().copied().fold(f32::MIN, f32::max);
    p.iter_mut().for_each(|p| *p = (*p - top).exp());
    let sum: f32 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= sum);
    let of_field = |k: usize| fields[k] == fields[topic];
    let field: f32 = (0..p.len()).filter(|&k| of_field(k)).map(|k| p[k]).sum();
    let loss = -0.5 * (p[topic].max(1e-12).ln() + field.max(1e-12).ln());
    let slope = (0..p.len()).map(|k| {
        let own = if k == topic { 1.0 } else { 0.0 };
        let in_field = if of_field(k) {
            p[k] / field.max(1e-12)
        } else {
            0.0
        };
        SHARPNESS * (p[k] - 0.5 * own - 0.5 * in_field)
    });
    (loss, slope.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use rand::SeedableRng;

    #[test]
    fn the_slope_of_the_cross_entropy_is_its_derivative() {
        let means = array![[1.0f32, 0.0], [0.6, 0.8], [0.0, 1.0]];
        let fields = [0, 0, 1];
        let u = [0.8f32, 0.6];
        let loss = |similarities: [f32; 3]| {
            let e: Vec<f32> = similarities.iter().map(|s| (SHARPNESS * s).exp()).collect();
            let sum: f32 = e.iter().sum();
            -0.5 * ((e[1] / sum).ln() + ((e[0] + e[1]) / sum).ln())
        };
        let similarities = [0.8f32, 0.96, 0.6];
        let (found, slope) = cross_entropy(&u, means.view(), 1, &fields);
        assert!((found - loss(similarities)).abs() < 1e-4);
        for k in 0..3 {
            let (mut above, mut below) = (similarities, similarities);
            above[k] += 1e-3;
            below[k] -= 1e-3;
            let by_difference = (loss(above) - loss(below)) / 2e-3;
            assert!((slope[k] - by_difference).abs() < 1e-2, "{k}");
        }
    }

    #[test]
    fn tuning_moves_words_to_their_topics() {
        // Two topics whose words start in the same direction, and a text that must stay.
        let mut rows = array![[1.0f32, 0.1], [1.0, -0.1], [0.0, 1.0]];
        let tokens = vec![vec![0], vec![1], vec![2]];
        let targets = array![[1.0f32, 0.0], [1.0, 0.0], [0.0, 1.0]];
        let texts = Texts {
            tokens: &tokens,
            targets: targets.view(),
            weights: &[1.0; 3],
            topics: &[Some(0), Some(1), None],
            fields: &[0, 1],
            is_prompt: &[true, true, false],
        };
        let angle = |rows: &Array2<f32>| {
            let (a, b) = (direction(rows, &[0]).0, direction(rows, &[1]).0);
            a[0] * b[0] + a[1] * b[1]
        };
        let before = angle(&rows);
        tune(&mut rows, &texts, &mut ChaCha8Rng::seed_from_u64(1));
        assert!(angle(&rows) < before - 0.05, "{rows}");
        let (kept, _) = direction(&rows, &[2]);
        assert!(kept[1] > 0.99, "{kept:?}");
    }
}

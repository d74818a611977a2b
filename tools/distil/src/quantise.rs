//! Quantises rows: whole numbers for each row, in units of a scale of its own.
//!
//! A text's vector is the direction of a sum of rows, so a row may be coarser the longer it is, and it
//! should be finer the more texts it occurs in. The numbers are coded by how often they occur
//! (`static_table::Parts`), so that a coarse scale costs few bits.

use std::collections::HashMap;

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView1};
use uniroute::embed::StaticEmbedder;
use uniroute::embed::static_table::Parts;

/// Unit of a row of median length that no text needs, in root mean squares of the row.
const COARSENESS: f32 = 2.8;
/// Power of a row's length by which its unit grows: long rows may be coarser, but not in proportion.
const LENGTH: f32 = 0.6;
/// Power of the need by which the unit falls. The error of a text is the sum of the errors of its rows, so
/// most is gained for a number of bits where error and need are in inverse proportion.
const NEED: f32 = 0.5;
/// Texts of our topics that count as one of all texts.
const TEXTS: f32 = 2.0;
/// A word of rank r in the vocabulary, which is in order of frequency, counts for this, divided by r + 100.
const FREQUENCY: f32 = 9000.0;
/// Place of the first word in the vocabulary of BERT, after placeholders and single characters.
const FIRST_WORD: usize = 1996;
/// Numbers this little nearer to the larger whole number become the smaller one: it takes fewer bits.
const DEAD_ZONE: f32 = 0.15;
/// Steps of the file's scale in which a unit doubles, and the step to which units are rounded.
const STEPS: f32 = 16.0;
const COARSE_STEP: f32 = 8.0;

/// A quantised table.
pub struct Quantised {
    pub parts: Parts,
    /// Share of the rows' squared length that was lost.
    pub loss: f64,
}

/// Quantises the rows for which `keep` holds; the others get no row. `needs` says how much each token is
/// needed ([`needs`]). Tokens that no text can contain are left out.
pub fn quantise(
    vocabulary: &str,
    rows: &Array2<f32>,
    needs: &[f32],
    keep: impl Fn(usize) -> bool,
) -> Quantised {
    let sizes: Vec<f32> = rows
        .outer_iter()
        .map(|row| (row.dot(&row) / row.len() as f32).sqrt())
        .collect();
    let usual = median(sizes.iter().copied().filter(|&size| size > 0.0).collect());
    let units: Vec<Option<i32>> = sizes
        .iter()
        .zip(needs)
        .enumerate()
        .map(|(id, (&size, &need))| {
            let is_row = keep(id) && size > 0.0;
            is_row.then(|| unit(size, usual, need))
        })
        .collect();
    let top = units.iter().flatten().max().copied().unwrap_or(0);
    let mut parts = Parts::default();
    let (mut lost, mut whole) = (0.0, 0.0);
    for ((token, row), unit) in vocabulary.lines().zip(rows.outer_iter()).zip(units) {
        if is_placeholder(token) {
            continue;
        }
        parts.vocabulary.extend(format!("{token}\n").bytes());
        let Some(unit) = unit.filter(|unit| top - unit < 255) else {
            parts.scales.push(0);
            continue;
        };
        parts.scales.push((255 - (top - unit)) as u8);
        let scale = (unit as f32 / STEPS).exp2();
        for &x in row {
            let number = whole_number(x / scale);
            parts.rows.push(number as i8);
            lost += f64::from(x - scale * number).powi(2);
            whole += f64::from(x).powi(2);
        }
    }
    Quantised {
        parts,
        loss: lost / whole,
    }
}

/// Tokens that BERT reserves. A text that contains one written out is cut at its brackets.
fn is_placeholder(token: &str) -> bool {
    token.starts_with("[unused")
}

/// The unit of a row of this size, in steps.
fn unit(size: f32, usual: f32, need: f32) -> i32 {
    let unit = COARSENESS * usual * (size / usual).powf(LENGTH) * need.powf(-NEED);
    (STEPS / COARSE_STEP * unit.log2()).round() as i32 * COARSE_STEP as i32
}

/// The whole number that stands for a number of units.
fn whole_number(x: f32) -> f32 {
    let size = (x.abs() + 0.5 - DEAD_ZONE).floor().max(0.0);
    size.min(127.0).copysign(x)
}

/// The middle one of positive numbers; 1 of none.
fn median(mut numbers: Vec<f32>) -> f32 {
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(1.0)
}

/// How much each token is needed, at least 1: for the texts of our topics that contain it, and for texts of
/// all kinds, of which its place in BERT's vocabulary tells. `texts` as in [`counts`].
pub fn needs(texts: &[Vec<u32>], places: &[usize]) -> Vec<f32> {
    let counts = counts(texts, places.len());
    let needs = counts.iter().zip(places).map(|(&count, &place)| {
        let rank = (place + 1).saturating_sub(FIRST_WORD).max(1) as f32;
        1.0 + count as f32 / TEXTS + FREQUENCY / (rank + 100.0)
    });
    needs.collect()
}

/// In how many of the texts each token of a vocabulary of `tokens` occurs.
fn counts(texts: &[Vec<u32>], tokens: usize) -> Vec<u32> {
    let mut counts = vec![0; tokens];
    for text in texts {
        let mut text = text.clone();
        text.sort_unstable();
        text.dedup();
        text.iter().for_each(|&id| counts[id as usize] += 1);
    }
    counts
}

/// The table with its rows quantised again, without a fit. `texts` as in [`counts`]; `vocabulary` is
/// BERT's, in its own order.
pub fn again(
    table: &StaticEmbedder,
    texts: &[Vec<u32>],
    vocabulary: &str,
) -> Result<(StaticEmbedder, f64)> {
    use uniroute::embed::Embed;
    let order: HashMap<&str, usize> = vocabulary.lines().zip(0..).collect();
    let tokens = table.tokenizer().vocabulary();
    let mut rows = Array2::zeros((tokens.len(), table.dim()));
    for (id, mut row) in rows.outer_iter_mut().enumerate() {
        if let Some(numbers) = table.row(id as u32) {
            row.assign(&ArrayView1::from(&numbers));
        }
    }
    let lines = std::str::from_utf8(tokens.as_bytes())?;
    let places: Option<Vec<usize>> = lines
        .lines()
        .map(|token| order.get(token).copied())
        .collect();
    let places = places.context("the table has tokens that BERT's vocabulary lacks")?;
    let needs = needs(texts, &places);
    let Quantised { parts, loss } = quantise(lines, &rows, &needs, |_| true);
    let made_from = table.metadata();
    let (id, provenance, licence) = (
        &made_from.embedder,
        &made_from.provenance,
        &made_from.licence,
    );
    Ok((StaticEmbedder::new(parts, id, provenance, licence)?, loss))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uniroute::embed::Embed;

    const VOCABULARY: &str = "[UNK]\n[CLS]\n[SEP]\n[unused1]\none\ntwo";

    fn rows() -> Array2<f32> {
        let mut rows = Array2::zeros((6, 16));
        for place in 0..16 {
            rows[[4, place]] = (place as f32 - 7.3) * 0.1;
            rows[[5, place]] = (place as f32 - 7.3) * -40.0;
        }
        rows
    }

    #[test]
    fn a_row_keeps_its_direction_whatever_its_length() {
        let quantised = quantise(VOCABULARY, &rows(), &[20.0; 6], |_| true);
        assert!(quantised.loss > 0.0 && quantised.loss < 0.4);
        let table = StaticEmbedder::new(quantised.parts, "test", "", "").unwrap();
        let (one, two) = (table.embed("one").vector, table.embed("two").vector);
        let cosine: f32 = one.iter().zip(&two).map(|(a, b)| a * b).sum();
        assert!(cosine < -0.9, "{cosine}");
    }

    #[test]
    fn a_token_that_is_needed_more_is_finer() {
        let loss = |need| quantise(VOCABULARY, &rows(), &[need; 6], |_| true).loss;
        assert!(loss(100.0) < loss(1.0) / 4.0);
    }

    #[test]
    fn tokens_of_many_texts_and_frequent_words_are_needed_more() {
        let texts = [vec![0], vec![0, 1], vec![0]];
        let needs = needs(&texts, &[29_000, 29_000, 29_000, FIRST_WORD]);
        assert!(needs[0] > needs[1] && needs[1] > needs[2] && needs[2] >= 1.0);
        assert!(needs[3] > 10.0 * needs[2]);
    }

    #[test]
    fn numbers_just_above_a_half_become_smaller() {
        assert_eq!(
            [0.6, 0.7, -1.6, -1.7, 200.0].map(whole_number),
            [0.0, 1.0, -1.0, -2.0, 127.0]
        );
    }

    #[test]
    fn tokens_that_no_text_contains_are_left_out() {
        let parts = quantise(VOCABULARY, &rows(), &[1.0; 6], |id| id == 4).parts;
        assert_eq!(parts.vocabulary, b"[UNK]\n[CLS]\n[SEP]\none\ntwo\n");
        assert_eq!(parts.scales.iter().filter(|&&scale| scale > 0).count(), 1);
        assert_eq!(parts.rows.len(), 16);
    }

    #[test]
    fn a_text_counts_once_for_each_of_its_tokens() {
        assert_eq!(counts(&[vec![1, 1, 2], vec![2]], 3), [0, 1, 2]);
    }
}

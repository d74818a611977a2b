//! Quantises rows: whole numbers for each row, in units of a scale of its own.
//!
//! A text's vector is the direction of a sum of rows, so a row may be coarser the longer it is, and it
//! should be finer the more texts it occurs in. The numbers are coded by how often they occur
//! (`static_table::Parts`), so that a coarse scale costs few bits.

use anyhow::Result;
use ndarray::{Array2, ArrayView1};
use uniroute::embed::StaticEmbedder;
use uniroute::embed::static_table::Parts;

/// Unit of a row that occurs in no text, in root mean squares of the row.
const COARSENESS: f32 = 1.3;
/// Power of the number of texts by which the unit falls. A rate in proportion to the texts alone would
/// be 0.5, and would leave nothing of rare words, which say most about a text.
const RARITY: f32 = 0.15;
/// Steps of the file's scale in which a unit doubles, and the step to which units are rounded.
const STEPS: f32 = 16.0;
const COARSE_STEP: f32 = 8.0;

/// A quantised table.
pub struct Quantised {
    pub parts: Parts,
    /// Share of the rows' squared length that was lost.
    pub loss: f64,
}

/// Quantises the rows for which `keep` holds; the others get no row. `texts` says in how many texts
/// each token occurs. Tokens that no text can contain are left out.
pub fn quantise(
    vocabulary: &str,
    rows: &Array2<f32>,
    texts: &[u32],
    keep: impl Fn(usize) -> bool,
) -> Quantised {
    let units: Vec<Option<i32>> = rows
        .outer_iter()
        .enumerate()
        .map(|(id, row)| if keep(id) { unit(row, texts[id]) } else { None })
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
            let number = (x / scale).round().clamp(-127.0, 127.0);
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

/// The unit of a row, in steps; `None` for a row of zeros.
fn unit(row: ArrayView1<f32>, texts: u32) -> Option<i32> {
    let size = (row.dot(&row) / row.len() as f32).sqrt();
    if size == 0.0 {
        return None;
    }
    let unit = COARSENESS * size * (1.0 + texts as f32).powf(-RARITY);
    Some((STEPS / COARSE_STEP * unit.log2()).round() as i32 * COARSE_STEP as i32)
}

/// In how many of the texts each token of a vocabulary of `tokens` occurs.
pub fn counts(texts: &[Vec<u32>], tokens: usize) -> Vec<u32> {
    let mut counts = vec![0; tokens];
    for text in texts {
        let mut text = text.clone();
        text.sort_unstable();
        text.dedup();
        text.iter().for_each(|&id| counts[id as usize] += 1);
    }
    counts
}

/// The table with its rows quantised again, without a fit. `texts` as in [`counts`].
pub fn again(table: &StaticEmbedder, texts: &[Vec<u32>]) -> Result<(StaticEmbedder, f64)> {
    use uniroute::embed::Embed;
    let vocabulary = table.tokenizer().vocabulary();
    let mut rows = Array2::zeros((vocabulary.len(), table.dim()));
    for (id, mut row) in rows.outer_iter_mut().enumerate() {
        if let Some(numbers) = table.row(id as u32) {
            row.assign(&ArrayView1::from(&numbers));
        }
    }
    let lines = std::str::from_utf8(vocabulary.as_bytes())?;
    let counts = counts(texts, vocabulary.len());
    let Quantised { parts, loss } = quantise(lines, &rows, &counts, |_| true);
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
        let quantised = quantise(VOCABULARY, &rows(), &[0; 6], |_| true);
        assert!(quantised.loss > 0.0 && quantised.loss < 0.4);
        let table = StaticEmbedder::new(quantised.parts, "test", "", "").unwrap();
        let (one, two) = (table.embed("one").vector, table.embed("two").vector);
        let cosine: f32 = one.iter().zip(&two).map(|(a, b)| a * b).sum();
        assert!(cosine < -0.9, "{cosine}");
    }

    #[test]
    fn a_token_of_many_texts_is_finer() {
        let loss = |texts| quantise(VOCABULARY, &rows(), &[texts; 6], |_| true).loss;
        assert!(loss(10_000) < loss(0) / 4.0);
    }

    #[test]
    fn tokens_that_no_text_contains_are_left_out() {
        let parts = quantise(VOCABULARY, &rows(), &[0; 6], |id| id == 4).parts;
        assert_eq!(parts.vocabulary, b"[UNK]\n[CLS]\n[SEP]\none\ntwo\n");
        assert_eq!(parts.scales.iter().filter(|&&scale| scale > 0).count(), 1);
        assert_eq!(parts.rows.len(), 16);
    }

    #[test]
    fn a_text_counts_once_for_each_of_its_tokens() {
        assert_eq!(counts(&[vec![1, 1, 2], vec![2]], 3), [0, 1, 2]);
    }
}

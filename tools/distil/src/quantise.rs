//! Quantises rows to three bits for each number and one byte for the scale.

use ndarray::{Array2, ArrayView1};

/// The eight levels with the least mean squared error for a normal distribution (Lloyd and Max), in
/// units of 1/127 of the largest.
pub const LEVELS: [i8; 8] = [-127, -79, -44, -14, 14, 44, 79, 127];
/// Root mean square of the levels, weighted by how often each occurs for a normal distribution.
const TYPICAL: f32 = 58.0;
/// Number of steps in which the scale doubles.
const STEPS: f32 = 16.0;
/// Steps to either side of the typical scale that are tried.
const REACH: i32 = 12;

/// Scales (vocabulary) and packed codes (rows kept, 3·d/8).
pub struct Quantised {
    pub scales: Vec<u8>,
    pub codes: Vec<u8>,
    /// Share of the rows' squared length that was lost.
    pub loss: f64,
}

/// Quantises the rows for which `keep` holds; the others get no row.
pub fn quantise(rows: &Array2<f32>, keep: impl Fn(usize) -> bool) -> Quantised {
    let fits: Vec<Option<(i32, Vec<u8>, f32)>> = rows
        .outer_iter()
        .enumerate()
        .map(|(id, row)| if keep(id) { best(row) } else { None })
        .collect();
    let top = fits.iter().flatten().map(|fit| fit.0).max().unwrap_or(0);
    let (mut scales, mut codes) = (Vec::new(), Vec::new());
    let (mut lost, mut whole) = (0.0, 0.0);
    for (fit, row) in fits.into_iter().zip(rows.outer_iter()) {
        let Some((step, row_codes, error)) = fit.filter(|fit| top - fit.0 < 255) else {
            scales.push(0);
            continue;
        };
        scales.push((255 - (top - step)) as u8);
        codes.extend(pack(&row_codes));
        lost += f64::from(error);
        whole += f64::from(row.dot(&row));
    }
    Quantised {
        scales,
        codes,
        loss: lost / whole,
    }
}

/// The scale, in steps, and the codes with the least squared error for a row, and that error; `None`
/// for a row of zeros.
fn best(row: ArrayView1<f32>) -> Option<(i32, Vec<u8>, f32)> {
    let size = (row.dot(&row) / row.len() as f32).sqrt();
    if size == 0.0 {
        return None;
    }
    let typical = (STEPS * (size / TYPICAL).log2()).round() as i32;
    (typical - REACH..=typical + REACH)
        .map(|step| {
            let scale = (step as f32 / STEPS).exp2();
            let codes: Vec<u8> = row.iter().map(|&x| nearest(x / scale)).collect();
            let error = row.iter().zip(&codes).map(|(x, &c)| {
                let e = x - scale * f32::from(LEVELS[usize::from(c)]);
                e * e
            });
            let error: f32 = error.sum();
            (step, codes, error)
        })
        .min_by(|a, b| a.2.total_cmp(&b.2))
}

fn nearest(x: f32) -> u8 {
    let middle = |i: usize| (f32::from(LEVELS[i]) + f32::from(LEVELS[i + 1])) / 2.0;
    (0..LEVELS.len() - 1).filter(|&i| x > middle(i)).count() as u8
}

/// Eight codes in three bytes, the first in the lowest bits.
fn pack(codes: &[u8]) -> impl Iterator<Item = u8> {
    codes.chunks_exact(8).flat_map(|eight| {
        let bits = eight
            .iter()
            .rev()
            .fold(0u32, |bits, &code| bits << 3 | u32::from(code));
        bits.to_le_bytes().into_iter().take(3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use uniroute::embed::Embed;
    use uniroute::embed::static_table::{Parts, StaticEmbedder};

    #[test]
    fn a_row_of_levels_comes_back_exactly() {
        let levels: Vec<f32> = LEVELS.iter().map(|&l| f32::from(l)).collect();
        let row: Vec<f32> = levels.iter().chain(levels.iter().rev()).copied().collect();
        let mut rows = Array2::zeros((5, 16));
        rows.row_mut(3).assign(&ArrayView1::from(&row));
        rows.row_mut(4).assign(&(&ArrayView1::from(&row) * -0.25));
        let quantised = quantise(&rows, |_| true);
        assert_eq!(
            (quantised.scales, quantised.loss),
            (vec![0, 0, 0, 255, 223], 0.0)
        );
        let parts = Parts {
            vocabulary: b"[UNK]\n[CLS]\n[SEP]\none\ntwo\n".to_vec(),
            scales: vec![0, 0, 0, 255, 223],
            levels: LEVELS.to_vec(),
            codes: quantised.codes,
        };
        let table = StaticEmbedder::new(parts, "test", "", "").unwrap();
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        let expected: Vec<f32> = row.iter().map(|x| x / length).collect();
        assert_eq!(table.embed("one").vector, expected);
        assert!(
            table
                .embed("two")
                .vector
                .iter()
                .zip(&expected)
                .all(|(a, b)| (a + b).abs() < 1e-6)
        );
    }
}

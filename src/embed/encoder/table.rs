//! The token embeddings: eight bits for frequent tokens, four bits for the others.
//!
//! BERT's vocabulary is ordered by frequency, so the first rows are used most. Four bits for
//! them would lose more accuracy than all codes of the linear layers together; four bits for the
//! others lose almost none and halve the size.

/// Values of a four-bit row that share a scale.
pub const GROUP: usize = 32;
const GROUP_BYTES: usize = GROUP / 2;

/// A table of embeddings.
pub struct Table {
    width: usize,
    fine: Fine,
    coarse: Coarse,
}

/// The first rows: a value is its signed code times the row's scale.
#[derive(Default)]
pub struct Fine {
    /// `(rows, width)`, two's complement.
    pub codes: Vec<u8>,
    /// `(rows)`
    pub scales: Vec<f32>,
}

/// The other rows: a value is `(nibble − 8) · group scale`, and a group's scale is its code times
/// the row's scale. Byte `i` of a group holds value `i` in its low nibble and value `i + 16` in its
/// high one.
#[derive(Default)]
pub struct Coarse {
    /// `(rows, width / 2)`
    pub codes: Vec<u8>,
    /// `(rows, width / GROUP)`
    pub groups: Vec<u8>,
    /// `(rows)`
    pub scales: Vec<f32>,
}

impl Table {
    /// Makes a table of its parts, with rows of `width` values, a multiple of [`GROUP`].
    pub fn new(width: usize, fine: Fine, coarse: Coarse) -> Self {
        assert!(width > 0 && width.is_multiple_of(GROUP));
        assert_eq!(fine.codes.len(), fine.scales.len() * width);
        assert_eq!(coarse.codes.len(), coarse.scales.len() * width / 2);
        assert_eq!(coarse.groups.len(), coarse.scales.len() * width / GROUP);
        Table {
            width,
            fine,
            coarse,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.fine.scales.len() + self.coarse.scales.len()
    }

    /// Decodes a row; zeros when there is no such row.
    #[inline(always)]
    pub fn copy_row(&self, row: usize, values: &mut [f32]) {
        if let Some(&scale) = self.fine.scales.get(row) {
            let codes = &self.fine.codes[row * self.width..][..self.width];
            for (value, &code) in values.iter_mut().zip(codes) {
                *value = f32::from(code as i8) * scale;
            }
            return;
        }
        let row = row - self.fine.scales.len();
        let Some(&scale) = self.coarse.scales.get(row) else {
            return values.fill(0.0);
        };
        let groups = &self.coarse.groups[row * self.width / GROUP..][..self.width / GROUP];
        let codes = &self.coarse.codes[row * self.width / 2..][..self.width / 2];
        let codes = codes.as_chunks::<GROUP_BYTES>().0;
        let values = values.as_chunks_mut::<GROUP>().0.iter_mut();
        for ((values, codes), &group) in values.zip(codes).zip(groups) {
            let scale = scale * f32::from(group);
            let (low, high) = values.split_at_mut(GROUP_BYTES);
            for ((low, high), &byte) in low.iter_mut().zip(high).zip(codes) {
                *low = f32::from((byte & 15) as i8 - 8) * scale;
                *high = f32::from((byte >> 4) as i8 - 8) * scale;
            }
        }
    }
}

#[cfg(any(feature = "quantise", test))]
mod write {
    use super::{Coarse, Fine, GROUP, GROUP_BYTES};

    impl Fine {
        /// Adds a row.
        pub fn push(&mut self, values: &[f32]) {
            let scale = values.iter().fold(1e-20f32, |m, v| m.max(v.abs())) / 127.0;
            let codes = values
                .iter()
                .map(|value| (value / scale).round() as i8 as u8);
            self.codes.extend(codes);
            self.scales.push(scale);
        }
    }

    impl Coarse {
        /// Adds a row. Every group's scale is the one of some candidates with the least squared
        /// error.
        pub fn push(&mut self, values: &[f32]) {
            let groups = values.as_chunks::<GROUP>().0;
            let magnitude = |group: &[f32; GROUP]| group.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            let row = groups.iter().map(magnitude).fold(1e-20, f32::max) / 7.0 / 255.0;
            for group in groups {
                let full = magnitude(group) / 7.0 / row;
                let (scale, nibbles) = (12..=22)
                    .map(|part| (full * part as f32 / 20.0).round().clamp(1.0, 255.0))
                    .map(|scale| (scale, group.map(|value| nibble(value, scale * row))))
                    .min_by(|a, b| error(group, a, row).total_cmp(&error(group, b, row)))
                    .unwrap_or((1.0, [8; GROUP]));
                self.groups.push(scale as u8);
                let bytes = (0..GROUP_BYTES).map(|i| nibbles[i] | nibbles[i + GROUP_BYTES] << 4);
                self.codes.extend(bytes);
            }
            self.scales.push(row);
        }
    }

    fn nibble(value: f32, scale: f32) -> u8 {
        (value / scale + 8.0).round().clamp(0.0, 15.0) as u8
    }

    fn error(group: &[f32; GROUP], coded: &(f32, [u8; GROUP]), row: f32) -> f32 {
        let decoded = coded
            .1
            .map(|nibble| (f32::from(nibble) - 8.0) * coded.0 * row);
        let errors = group
            .iter()
            .zip(decoded)
            .map(|(value, decoded)| (value - decoded).powi(2));
        errors.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_within_half_a_step_and_missing_ones_are_zero() {
        let values: Vec<f32> = (0..64)
            .map(|i| ((i * 37 % 64) as f32 - 32.0) * 0.01)
            .collect();
        let (mut fine, mut coarse) = (Fine::default(), Coarse::default());
        fine.push(&values);
        coarse.push(&values);
        let steps = coarse
            .groups
            .iter()
            .map(|&g| f32::from(g) * coarse.scales[0]);
        let step = steps.fold(0.0, f32::max);
        let table = Table::new(64, fine, coarse);
        let mut decoded = vec![0.0; 64];
        for (row, tolerance) in [(0, 0.32 / 127.0 * 0.51), (1, step)] {
            table.copy_row(row, &mut decoded);
            for (value, decoded) in values.iter().zip(&decoded) {
                assert!(
                    (value - decoded).abs() <= tolerance,
                    "{row}: {value} {decoded}"
                );
            }
        }
        table.copy_row(2, &mut decoded);
        assert_eq!(decoded, [0.0; 64]);
        assert_eq!(table.len(), 2);
    }
}

//! What is known of a number before it is read: how large the numbers of its row and of its column are.
//!
//! Rows of rare tokens are coarser than those of frequent ones, so their numbers are smaller. The numbers
//! of a row that were read before say how coarse it is; nothing else has to be stored. Only whole numbers
//! are used, so that every machine finds the same context.

/// What a column's mean size is stored in.
const UNIT: f64 = 64.0;
/// Number of contexts: two an octave of the expected size.
pub(super) const CONTEXTS: usize = 40;
/// Precision of the expected size.
const PRECISION: u64 = 256;

/// The mean size of the numbers of each column, in [`UNIT`]ths, 1 … 255.
pub(super) fn column_sizes(rows: &[i8], dim: usize) -> Vec<u8> {
    let count = (rows.len() / dim.max(1)).max(1) as f64;
    let sums = (0..dim).map(|column| {
        let numbers = rows.iter().skip(column).step_by(dim);
        numbers.map(|n| f64::from(n.unsigned_abs())).sum::<f64>()
    });
    sums.map(|sum| (UNIT * sum / count).round().clamp(1.0, 255.0) as u8)
        .collect()
}

/// The contexts of a table's numbers, taken column by column.
pub(super) struct Contexts<'a> {
    columns: std::slice::Iter<'a, u8>,
    /// Sum of the sizes of each row's numbers so far.
    sizes: Vec<u32>,
    /// Size of the present column, the sum of those before it, and what stands for the numbers before
    /// the first one.
    column: u64,
    before: u64,
    start: u64,
}

impl<'a> Contexts<'a> {
    /// Contexts of `rows` rows whose columns have these sizes.
    pub(super) fn new(columns: &'a [u8], rows: usize) -> Self {
        let sum: u64 = columns.iter().map(|&size| u64::from(size)).sum();
        Self {
            sizes: vec![0; rows],
            column: 0,
            before: 0,
            // Two columns of mean size.
            start: (2 * sum / columns.len().max(1) as u64).max(1),
            columns: columns.iter(),
        }
    }

    /// Goes on to the next column.
    pub(super) fn next_column(&mut self) {
        self.before += self.column;
        self.column = self.columns.next().map_or(1, |&size| u64::from(size));
    }

    /// The context of the number that a row has in the present column, less than [`CONTEXTS`].
    #[inline]
    pub(super) fn of(&self, row: usize) -> usize {
        let size = UNIT as u64 * u64::from(self.sizes[row]) + self.start;
        let expected = PRECISION * self.column * size / (self.before + self.start);
        half_octaves(expected.clamp(1, u64::from(u32::MAX))).min(CONTEXTS - 1)
    }

    /// Says what the number was.
    #[inline]
    pub(super) fn add(&mut self, row: usize, number: i8) {
        self.sizes[row] += u32::from(number.unsigned_abs());
    }
}

/// ⌊2·log₂ x⌋ of 1 ≤ x < 2^32.
fn half_octaves(x: u64) -> usize {
    (x * x).ilog2() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_octaves_are_those_of_the_logarithm() {
        for x in (1..5000u64).chain([1 << 20, (1 << 31) - 1, u64::from(u32::MAX)]) {
            // Exact powers of two may round either way in floating point.
            let exact = 2.0 * (x as f64).log2();
            assert!((half_octaves(x) as f64 - exact.floor()).abs() <= 1e-9 || x.is_power_of_two());
        }
        assert_eq!([1, 2, 3, 4, 6].map(half_octaves), [0, 2, 3, 4, 5]);
    }

    #[test]
    fn a_row_of_larger_numbers_has_a_higher_context() {
        let columns = [64, 128];
        let mut contexts = Contexts::new(&columns, 3);
        contexts.next_column();
        assert_eq!(contexts.of(0), contexts.of(1));
        contexts.add(0, 0);
        contexts.add(1, -4);
        contexts.add(2, 120);
        contexts.next_column();
        assert!(contexts.of(0) < contexts.of(1) && contexts.of(1) < contexts.of(2));
    }

    #[test]
    fn the_size_of_a_column_is_its_mean() {
        let rows = [1, -3, 0, 2, -1, 5i8];
        // |1|, |0|, |−1| and |−3|, |2|, |5|.
        assert_eq!(column_sizes(&rows, 2), [43, 213]);
        assert_eq!(column_sizes(&[0, 0, 100, 127], 2), [255, 255]);
        assert_eq!(column_sizes(&[], 2), [1, 1]);
    }
}

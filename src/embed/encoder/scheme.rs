//! The two number schemes of the linear layers, and the memory layout that their kernels read.
//!
//! Weights are codes of eight bits with one scale for each output. The schemes differ in the
//! precision of a row of activations:
//!
//! * [`Wide`]: sixteen-bit codes, symmetric. Nearly exact; two products for each instruction lane.
//! * [`Narrow`]: seven-bit codes above the row's minimum. Four products for each instruction lane
//!   where the processor has such an instruction; less accurate.
//!
//! A *step* holds as many consecutive inputs as an instruction lane multiplies ([`Scheme::GROUP`])
//! for all rows or columns of a tile: 16 bytes of activations, 32 bytes of weights in both schemes.

use super::{floats::Floats, math};

/// Rows of activations in a tile.
pub const ROWS: usize = 4;
/// Columns of weights in a tile.
pub const COLUMNS: usize = 8;

/// How a row was coded: `value = scale · code + offset`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Affine {
    pub scale: f32,
    pub offset: f32,
}

/// A number scheme.
pub trait Scheme: Copy + Send + Sync + 'static {
    /// A step of activations.
    type Rows: Copy + Send + Sync + 'static;
    /// A step of weights.
    type Columns: Copy + Send + Sync + 'static;
    /// Consecutive inputs in a step.
    const GROUP: usize;
    /// A layer with more inputs could overflow the 32-bit sums.
    const MAX_INPUTS: usize;
    /// A step of zeros.
    const NO_ROWS: Self::Rows;
    /// A step of zeros.
    const NO_COLUMNS: Self::Columns;

    /// Stores a weight's code in a step, at `input < GROUP`.
    fn place(step: &mut Self::Columns, column: usize, input: usize, code: i8);

    /// Codes four rows of `factors.len()` values, each value times its input's factor.
    fn quantise<F: Floats>(
        rows: [&[f32]; ROWS],
        factors: &[f32],
        steps: &mut [Self::Rows],
    ) -> [Affine; ROWS];
}

/// Sixteen-bit activations.
#[derive(Clone, Copy, Debug)]
pub struct Wide;

/// A step of [`Wide`] activations: two codes for each row, the first in the low half.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(16))]
pub struct WideRows(pub [u32; ROWS]);

/// A step of [`Wide`] weights, in pairs like the activations. They are widened when the file is
/// read: this uses memory but saves an instruction in the innermost loop.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(32))]
pub struct WideColumns(pub [u32; COLUMNS]);

/// Largest [`Wide`] code: the most precise one that 2,048 inputs allow without overflow.
const WIDE_MAX: f32 = 8191.0;

impl Scheme for Wide {
    type Rows = WideRows;
    type Columns = WideColumns;
    const GROUP: usize = 2;
    const MAX_INPUTS: usize = i32::MAX as usize / (127 * WIDE_MAX as usize);
    const NO_ROWS: WideRows = WideRows([0; ROWS]);
    const NO_COLUMNS: WideColumns = WideColumns([0; COLUMNS]);

    fn place(step: &mut WideColumns, column: usize, input: usize, code: i8) {
        let half = 16 * input;
        let others = step.0[column] & !(0xffff << half);
        step.0[column] = others | u32::from(i16::from(code) as u16) << half;
    }

    #[inline(always)]
    fn quantise<F: Floats>(
        rows: [&[f32]; ROWS],
        factors: &[f32],
        steps: &mut [WideRows],
    ) -> [Affine; ROWS] {
        let mut coding = [Affine::default(); ROWS];
        for (row, values) in rows.into_iter().enumerate() {
            let (least, greatest) = math::range_of_products::<F>(values, factors);
            let scale = greatest.max(-least).max(TINY) / WIDE_MAX;
            let inverse = F::splat(1.0 / scale);
            let steps = steps.as_chunks_mut::<4>().0.iter_mut();
            let factors = factors.as_chunks().0;
            for ((steps, values), factors) in steps.zip(values.as_chunks().0).zip(factors) {
                let values = F::load(values).mul(F::load(factors)).mul(inverse);
                for (step, pair) in steps.iter_mut().zip(values.pair_neighbours()) {
                    step.0[row] = pair;
                }
            }
            coding[row] = Affine { scale, offset: 0.0 };
        }
        coding
    }
}

/// Seven-bit activations.
#[derive(Clone, Copy, Debug)]
pub struct Narrow;

/// A step of [`Narrow`] activations: four codes for each row, the first in the low byte.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(16))]
pub struct NarrowRows(pub [u32; ROWS]);

/// A step of [`Narrow`] weights.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(32))]
pub struct NarrowColumns(pub [[i8; 4]; COLUMNS]);

/// Largest [`Narrow`] code: the relaxed instruction is only defined for seven bits.
const NARROW_MAX: f32 = 127.0;

impl Scheme for Narrow {
    type Rows = NarrowRows;
    type Columns = NarrowColumns;
    const GROUP: usize = 4;
    const MAX_INPUTS: usize = i32::MAX as usize / (127 * NARROW_MAX as usize);
    const NO_ROWS: NarrowRows = NarrowRows([0; ROWS]);
    const NO_COLUMNS: NarrowColumns = NarrowColumns([[0; 4]; COLUMNS]);

    fn place(step: &mut NarrowColumns, column: usize, input: usize, code: i8) {
        step.0[column][input] = code;
    }

    #[inline(always)]
    fn quantise<F: Floats>(
        rows: [&[f32]; ROWS],
        factors: &[f32],
        steps: &mut [NarrowRows],
    ) -> [Affine; ROWS] {
        let mut coding = [Affine::default(); ROWS];
        for (row, values) in rows.into_iter().enumerate() {
            let (offset, greatest) = math::range_of_products::<F>(values, factors);
            let scale = (greatest - offset).max(TINY) / NARROW_MAX;
            let (least, inverse) = (F::splat(offset), F::splat(1.0 / scale));
            let code = |values, factors| {
                let product = F::load(values).mul(F::load(factors));
                product.sub(least).mul(inverse)
            };
            let steps = steps.as_chunks_mut::<4>().0.iter_mut();
            let values = values.as_chunks().0.as_chunks::<2>().0;
            let factors = factors.as_chunks().0.as_chunks::<2>().0;
            for ((steps, values), factors) in steps.zip(values).zip(factors) {
                let next = code(&values[1], &factors[1]);
                let groups = code(&values[0], &factors[0]).group_neighbours(next);
                for (step, group) in steps.iter_mut().zip(groups) {
                    step.0[row] = group;
                }
            }
            coding[row] = Affine { scale, offset };
        }
        coding
    }
}

/// Keeps the scale of a row of zeros finite.
const TINY: f32 = 1e-20;

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seed: usize) -> Vec<f32> {
        (0..32)
            .map(|i| ((i * 7 + seed * 13) % 29) as f32 * 0.3 - 4.0)
            .collect()
    }

    /// Largest error of a decoded value, in steps of its row's scale.
    fn error<S: Scheme>(code: impl Fn(&[S::Rows], usize, usize) -> f32) -> f32 {
        let rows: Vec<Vec<f32>> = (0..ROWS).map(row).collect();
        let factors: Vec<f32> = (0..32).map(|i| 0.5 + i as f32 * 0.1).collect();
        let mut steps = vec![S::NO_ROWS; 32 / S::GROUP];
        let slices = [&rows[0][..], &rows[1], &rows[2], &rows[3]];
        let coding = S::quantise::<[f32; 8]>(slices, &factors, &mut steps);
        let mut worst = 0.0f32;
        for (r, values) in rows.iter().enumerate() {
            for (i, value) in values.iter().enumerate() {
                let decoded = code(&steps, r, i) * coding[r].scale + coding[r].offset;
                worst = worst.max((decoded - value * factors[i]).abs() / coding[r].scale);
            }
        }
        worst
    }

    #[test]
    fn codes_decode_to_within_half_a_step() {
        assert!(
            error::<Wide>(|steps, r, i| ((steps[i / 2].0[r] >> (16 * (i % 2))) as i16).into())
                < 0.51
        );
        assert!(
            error::<Narrow>(|steps, r, i| f32::from(steps[i / 4].0[r].to_le_bytes()[i % 4])) < 0.51
        );
    }

    #[test]
    fn narrow_codes_have_seven_bits() {
        let rows: Vec<Vec<f32>> = (0..ROWS).map(row).collect();
        let mut steps = vec![Narrow::NO_ROWS; 8];
        let slices = [&rows[0][..], &rows[1], &rows[2], &rows[3]];
        Narrow::quantise::<[f32; 8]>(slices, &[1.0; 32], &mut steps);
        let codes = || steps.iter().flat_map(|s| s.0).flat_map(u32::to_le_bytes);
        assert_eq!(codes().max(), Some(127));
        assert_eq!(codes().min(), Some(0));
    }

    #[test]
    fn a_row_of_zeros_stays_zero() {
        let zeros = [0.0; 32];
        let mut wide = vec![WideRows([9; ROWS]); 16];
        Wide::quantise::<[f32; 8]>([&zeros; ROWS], &[1.0; 32], &mut wide);
        assert!(wide.iter().all(|step| *step == Wide::NO_ROWS));
        let mut narrow = vec![NarrowRows([9; ROWS]); 8];
        Narrow::quantise::<[f32; 8]>([&zeros; ROWS], &[1.0; 32], &mut narrow);
        assert!(narrow.iter().all(|step| *step == Narrow::NO_ROWS));
    }
}

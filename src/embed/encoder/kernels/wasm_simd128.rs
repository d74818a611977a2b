//! Plain WebAssembly SIMD: eight columns are two vectors, and each row's pair of codes is
//! broadcast against both with `i32x4.dot_i16x8_s`.

use core::arch::wasm32::{
    f32x4_abs, f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat,
    f32x4_sub, i16x8_narrow_i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_shl, i32x4_splat, i32x4_sub,
    u8x16_narrow_i16x8, u32x4_splat, v128, v128_and, v128_load, v128_load32_splat, v128_or,
    v128_store,
};

use super::{Kernel, ROWS, Target, Tile};
use crate::embed::encoder::{
    floats::{Floats, LANES, ROUNDER},
    scheme::{Wide, WideColumns, WideRows},
};

/// Needs only simd128.
pub struct Simd128;

impl Target for Simd128 {
    type Floats = Pair;
}

impl Kernel<Wide> for Simd128 {
    #[inline(always)]
    fn multiply(rows: &[WideRows], columns: &[WideColumns], tile: &mut Tile) {
        assert_eq!(rows.len(), columns.len());
        let mut sums = [[i32x4_splat(0); 2]; ROWS];
        // Not unrolled: the compiler would sum the steps in another order, which needs more
        // vectors than there are registers.
        for (rows, columns) in rows.iter().zip(columns) {
            step(rows, columns, &mut sums);
        }
        store(sums, tile);
    }
}

#[inline(always)]
fn step(rows: &WideRows, columns: &WideColumns, sums: &mut [[v128; 2]; ROWS]) {
    let columns: *const v128 = (&raw const *columns).cast();
    // SAFETY: `WideColumns` is 32 bytes, so two vectors.
    let (left, right) = unsafe { (v128_load(columns), v128_load(columns.add(1))) };
    for (sums, row) in sums.iter_mut().zip(&rows.0) {
        // SAFETY: a row of the step is one `u32`.
        let row = unsafe { v128_load32_splat(row) };
        sums[0] = i32x4_add(sums[0], i32x4_dot_i16x8(row, left));
        sums[1] = i32x4_add(sums[1], i32x4_dot_i16x8(row, right));
    }
}

/// Spills the registers of a tile.
#[inline(always)]
pub(super) fn store(sums: [[v128; 2]; ROWS], tile: &mut Tile) {
    for (sums, row) in sums.into_iter().zip(tile) {
        let row: *mut v128 = row.as_mut_ptr().cast();
        // SAFETY: a row of the tile is 32 bytes, so two vectors.
        unsafe {
            v128_store(row, sums[0]);
            v128_store(row.add(1), sums[1]);
        }
    }
}

/// Eight floats in two vectors.
#[derive(Clone, Copy)]
pub struct Pair(v128, v128);

impl Pair {
    #[inline(always)]
    fn both(self, other: Self, op: impl Fn(v128, v128) -> v128) -> Self {
        Pair(op(self.0, other.0), op(self.1, other.1))
    }

    /// Nearest integers.
    #[inline(always)]
    fn rounded(self) -> Self {
        let base = u32x4_splat(ROUNDER.to_bits());
        let Pair(low, high) = self.add(Self::splat(ROUNDER));
        Pair(i32x4_sub(low, base), i32x4_sub(high, base))
    }
}

impl Floats for Pair {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Pair(f32x4_splat(value), f32x4_splat(value))
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        let values: *const v128 = values.as_ptr().cast();
        // SAFETY: eight floats are 32 bytes, so two vectors; loads need no alignment.
        unsafe { Pair(v128_load(values), v128_load(values.add(1))) }
    }

    #[inline(always)]
    fn from_integers(values: &[i32; LANES]) -> Self {
        let values: *const v128 = values.as_ptr().cast();
        // SAFETY: as in `load`.
        let (low, high) = unsafe { (v128_load(values), v128_load(values.add(1))) };
        Pair(f32x4_convert_i32x4(low), f32x4_convert_i32x4(high))
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        let values: *mut v128 = values.as_mut_ptr().cast();
        // SAFETY: as in `load`.
        unsafe {
            v128_store(values, self.0);
            v128_store(values.add(1), self.1);
        }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.both(other, |a, b| f32x4_add(a, b))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.both(other, |a, b| f32x4_sub(a, b))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.both(other, |a, b| f32x4_mul(a, b))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Pair(f32x4_abs(self.0), f32x4_abs(self.1))
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        // pmin(a, b) is b < a ? b : a.
        other.both(self, |a, b| f32x4_pmin(a, b))
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        other.both(self, |a, b| f32x4_pmax(a, b))
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        let power = |bits| i32x4_shl(i32x4_add(bits, i32x4_splat(127)), 23);
        Pair(power(self.0), power(self.1))
    }

    #[inline(always)]
    fn pair(self, second: Self) -> [u32; LANES] {
        let (first, second) = (
            self.add(Self::splat(ROUNDER)),
            second.add(Self::splat(ROUNDER)),
        );
        let low = u32x4_splat(0xffff);
        let Pair(left, right) =
            first.both(second, |a, b| v128_or(v128_and(a, low), i32x4_shl(b, 16)));
        let mut pairs = [0; LANES];
        let out: *mut v128 = pairs.as_mut_ptr().cast();
        // SAFETY: eight `u32` are 32 bytes, so two vectors.
        unsafe {
            v128_store(out, left);
            v128_store(out.add(1), right);
        }
        pairs
    }

    #[inline(always)]
    fn pair_neighbours(self) -> [u32; LANES / 2] {
        let Pair(low, high) = self.rounded();
        four(i16x8_narrow_i32x4(low, high))
    }

    #[inline(always)]
    fn group_neighbours(self, next: Self) -> [u32; LANES / 2] {
        let (Pair(a, b), Pair(c, d)) = (self.rounded(), next.rounded());
        four(u8x16_narrow_i16x8(
            i16x8_narrow_i32x4(a, b),
            i16x8_narrow_i32x4(c, d),
        ))
    }
}

#[inline(always)]
fn four(vector: v128) -> [u32; 4] {
    let mut lanes = [0; 4];
    // SAFETY: four `u32` are one vector.
    unsafe { v128_store(lanes.as_mut_ptr().cast(), vector) };
    lanes
}

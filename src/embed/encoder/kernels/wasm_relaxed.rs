//! Relaxed WebAssembly SIMD: `i32x4.relaxed_dot_i8x16_i7x16_add_s` multiplies and adds sixteen
//! codes in one instruction where the processor has one (VNNI, DOTPROD).
//!
//! The instruction may differ between processors only for second operands of eight bits; codes of
//! seven bits make it exact everywhere.

use core::arch::wasm32::{
    i32x4_relaxed_dot_i8x16_i7x16_add, i32x4_splat, v128, v128_load, v128_load32_splat,
};

use super::{Kernel, ROWS, Target, Tile, wasm_simd128};
use crate::embed::encoder::scheme::{
    Narrow, NarrowColumns, NarrowRows, Wide, WideColumns, WideRows,
};

/// Needs relaxed SIMD.
pub struct Relaxed;

impl Target for Relaxed {
    type Floats = wasm_simd128::Pair;
}

impl Kernel<Narrow> for Relaxed {
    #[inline(always)]
    fn multiply(rows: &[NarrowRows], columns: &[NarrowColumns], tile: &mut Tile) {
        assert_eq!(rows.len(), columns.len());
        let mut sums = [[i32x4_splat(0); 2]; ROWS];
        for (rows, columns) in rows.iter().zip(columns) {
            step(rows, columns, &mut sums);
        }
        wasm_simd128::store(sums, tile);
    }
}

#[inline(always)]
fn step(rows: &NarrowRows, columns: &NarrowColumns, sums: &mut [[v128; 2]; ROWS]) {
    let columns: *const v128 = (&raw const *columns).cast();
    // SAFETY: `NarrowColumns` is 32 bytes, so two vectors.
    let (left, right) = unsafe { (v128_load(columns), v128_load(columns.add(1))) };
    for (sums, row) in sums.iter_mut().zip(&rows.0) {
        // SAFETY: a row of the step is one `u32`.
        let row = unsafe { v128_load32_splat(row) };
        sums[0] = i32x4_relaxed_dot_i8x16_i7x16_add(left, row, sums[0]);
        sums[1] = i32x4_relaxed_dot_i8x16_i7x16_add(right, row, sums[1]);
    }
}

impl Kernel<Wide> for Relaxed {
    #[inline(always)]
    fn multiply(rows: &[WideRows], columns: &[WideColumns], tile: &mut Tile) {
        wasm_simd128::Simd128::multiply(rows, columns, tile);
    }
}

//! The definition of every kernel, in plain Rust.

use std::array::from_fn;

use super::{Kernel, Target, Tile};
use crate::embed::encoder::{
    floats::{Floats, LANES, ROUNDER},
    scheme::{Narrow, NarrowColumns, NarrowRows, Wide, WideColumns, WideRows},
};

/// Runs on every platform.
pub struct Scalar;

impl Target for Scalar {
    type Floats = [f32; LANES];
}

impl Kernel<Wide> for Scalar {
    #[inline(always)]
    fn multiply(rows: &[WideRows], columns: &[WideColumns], tile: &mut Tile) {
        assert_eq!(rows.len(), columns.len());
        *tile = Tile::default();
        for (rows, columns) in rows.iter().zip(columns) {
            for (sums, &pair) in tile.iter_mut().zip(&rows.0) {
                let row = halves(pair);
                for (sum, column) in sums.iter_mut().zip(columns.0.map(halves)) {
                    *sum += row[0] * column[0] + row[1] * column[1];
                }
            }
        }
    }
}

impl Kernel<Narrow> for Scalar {
    #[inline(always)]
    fn multiply(rows: &[NarrowRows], columns: &[NarrowColumns], tile: &mut Tile) {
        assert_eq!(rows.len(), columns.len());
        *tile = Tile::default();
        for (rows, columns) in rows.iter().zip(columns) {
            for (sums, four) in tile.iter_mut().zip(&rows.0) {
                let four = four.to_le_bytes().map(i32::from);
                for (sum, column) in sums.iter_mut().zip(&columns.0) {
                    let products = four.iter().zip(column).map(|(x, &w)| x * i32::from(w));
                    *sum += products.sum::<i32>();
                }
            }
        }
    }
}

/// The two codes of a pair.
#[inline(always)]
fn halves(pair: u32) -> [i32; 2] {
    [pair as i16, (pair >> 16) as i16].map(i32::from)
}

/// The bits of a rounded float; the low ones are the integer.
#[inline(always)]
fn rounded(value: f32) -> u32 {
    (value + ROUNDER).to_bits()
}

impl Floats for [f32; LANES] {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; LANES]
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        *values
    }

    #[inline(always)]
    fn from_integers(values: &[i32; LANES]) -> Self {
        values.map(|value| value as f32)
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        *values = self;
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        from_fn(|i| self[i] + other[i])
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        from_fn(|i| self[i] - other[i])
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        from_fn(|i| self[i] * other[i])
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f32::abs)
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        from_fn(|i| {
            if self[i] < other[i] {
                self[i]
            } else {
                other[i]
            }
        })
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        from_fn(|i| {
            if self[i] > other[i] {
                self[i]
            } else {
                other[i]
            }
        })
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        self.map(|value| f32::from_bits(value.to_bits().wrapping_add(127) << 23))
    }

    #[inline(always)]
    fn pair(self, second: Self) -> [u32; LANES] {
        from_fn(|i| rounded(self[i]) & 0xffff | rounded(second[i]) << 16)
    }

    #[inline(always)]
    fn pair_neighbours(self) -> [u32; LANES / 2] {
        from_fn(|i| rounded(self[2 * i]) & 0xffff | rounded(self[2 * i + 1]) << 16)
    }

    #[inline(always)]
    fn group_neighbours(self, next: Self) -> [u32; LANES / 2] {
        let byte = |i: usize| rounded(if i < LANES { self[i] } else { next[i - LANES] }) as u8;
        from_fn(|i| u32::from_le_bytes(from_fn(|j| byte(4 * i + j))))
    }
}

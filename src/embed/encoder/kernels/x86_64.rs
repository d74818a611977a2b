//! AVX2: eight columns are one vector, and each row's codes are broadcast against it.
//!
//! The whole forward pass is compiled with AVX2 enabled (`dispatch`), so that the functions here are
//! inlined into it.

use std::arch::x86_64::*;

use super::{Kernel, ROWS, Target, Tile};
use crate::embed::encoder::{
    floats::{Floats, LANES, ROUNDER},
    scheme::{Narrow, NarrowColumns, NarrowRows, Wide, WideColumns, WideRows},
};

/// Whether this processor has AVX2.
pub fn available() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// Used only by the functions of `dispatch` that are compiled with AVX2 and called where it is
/// [`available`].
pub struct Avx2;

impl Target for Avx2 {
    type Floats = Eight;
}

impl Kernel<Wide> for Avx2 {
    #[inline(always)]
    fn multiply(rows: &[WideRows], columns: &[WideColumns], tile: &mut Tile) {
        assert_eq!(rows.len(), columns.len());
        // SAFETY: AVX2 is available (see `Avx2`); `WideColumns` is 32 bytes aligned to 32.
        unsafe {
            let mut sums = [_mm256_setzero_si256(); ROWS];
            for (rows, columns) in rows.iter().zip(columns) {
                let columns = _mm256_load_si256((&raw const *columns).cast());
                for (sum, &pair) in sums.iter_mut().zip(&rows.0) {
                    let row = _mm256_set1_epi32(pair as i32);
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(row, columns));
                }
            }
            store(sums, tile);
        }
    }
}

impl Kernel<Narrow> for Avx2 {
    #[inline(always)]
    fn multiply(rows: &[NarrowRows], columns: &[NarrowColumns], tile: &mut Tile) {
        assert_eq!(rows.len(), columns.len());
        // SAFETY: AVX2 is available (see `Avx2`); `NarrowColumns` is 32 bytes aligned to 32. Codes of
        // seven bits keep the saturating 16-bit sums of two products below saturation.
        unsafe {
            let ones = _mm256_set1_epi16(1);
            let mut sums = [_mm256_setzero_si256(); ROWS];
            for (rows, columns) in rows.iter().zip(columns) {
                let columns = _mm256_load_si256((&raw const *columns).cast());
                for (sum, &four) in sums.iter_mut().zip(&rows.0) {
                    let row = _mm256_set1_epi32(four as i32);
                    let pairs = _mm256_maddubs_epi16(row, columns);
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
                }
            }
            store(sums, tile);
        }
    }
}

/// # Safety
/// AVX2 must be available.
#[inline(always)]
unsafe fn store(sums: [__m256i; ROWS], tile: &mut Tile) {
    for (sum, row) in sums.into_iter().zip(tile) {
        // SAFETY: a row of the tile is 32 bytes.
        unsafe { _mm256_storeu_si256(row.as_mut_ptr().cast(), sum) };
    }
}

/// Eight floats in one vector; used only by [`Avx2`].
#[derive(Clone, Copy)]
pub struct Eight(__m256);

impl Eight {
    /// Nearest integers, in the low bits.
    #[inline(always)]
    fn rounded(self) -> __m256i {
        // SAFETY: AVX2 is available (see `Avx2`).
        unsafe {
            let base = _mm256_set1_epi32(ROUNDER.to_bits() as i32);
            _mm256_sub_epi32(_mm256_castps_si256(self.add(Self::splat(ROUNDER)).0), base)
        }
    }
}

// SAFETY of all of it: AVX2 is available (see `Avx2`), and loads and stores are of eight elements and
// need no alignment.
impl Floats for Eight {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Eight(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        Eight(unsafe { _mm256_loadu_ps(values.as_ptr()) })
    }

    #[inline(always)]
    fn from_integers(values: &[i32; LANES]) -> Self {
        Eight(unsafe { _mm256_cvtepi32_ps(_mm256_loadu_si256(values.as_ptr().cast())) })
    }

    #[inline(always)]
    fn store(self, values: &mut [f32; LANES]) {
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Eight(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Eight(unsafe { _mm256_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Eight(unsafe { _mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Eight(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
    }

    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        Eight(unsafe { _mm256_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        Eight(unsafe { _mm256_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        unsafe {
            let biased = _mm256_add_epi32(_mm256_castps_si256(self.0), _mm256_set1_epi32(127));
            Eight(_mm256_castsi256_ps(_mm256_slli_epi32::<23>(biased)))
        }
    }

    #[inline(always)]
    fn pair(self, second: Self) -> [u32; LANES] {
        let mut pairs = [0; LANES];
        unsafe {
            let low = _mm256_and_si256(self.rounded(), _mm256_set1_epi32(0xffff));
            let high = _mm256_slli_epi32::<16>(second.rounded());
            _mm256_storeu_si256(pairs.as_mut_ptr().cast(), _mm256_or_si256(low, high));
        }
        pairs
    }

    #[inline(always)]
    fn pair_neighbours(self) -> [u32; LANES / 2] {
        let mut pairs = [0; LANES / 2];
        unsafe {
            let codes = self.rounded();
            let (low, high) = (
                _mm256_castsi256_si128(codes),
                _mm256_extracti128_si256::<1>(codes),
            );
            _mm_storeu_si128(pairs.as_mut_ptr().cast(), _mm_packs_epi32(low, high));
        }
        pairs
    }

    #[inline(always)]
    fn group_neighbours(self, next: Self) -> [u32; LANES / 2] {
        let mut groups = [0; LANES / 2];
        unsafe {
            let halves = |codes| {
                (
                    _mm256_castsi256_si128(codes),
                    _mm256_extracti128_si256::<1>(codes),
                )
            };
            let ((a, b), (c, d)) = (halves(self.rounded()), halves(next.rounded()));
            let bytes = _mm_packus_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
            _mm_storeu_si128(groups.as_mut_ptr().cast(), bytes);
        }
        groups
    }
}

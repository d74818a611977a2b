//! Eight floats side by side, the unit of the encoder's float work.
//!
//! Every instruction set has its own type ([`super::kernels`]). All of them round in the same way:
//! none uses a fused multiply-add, and all sum lanes in the order given here. The float parts are
//! therefore equal bit for bit on every platform.

/// Lanes of a [`Floats`]; lengths of all slices that the encoder works on are multiples of it.
pub const LANES: usize = 8;

/// Adding it to a float of at most 2²² leaves the nearest integer, ties to even, in the low bits of
/// the mantissa.
pub const ROUNDER: f32 = 12_582_912.0;

/// Eight floats.
pub trait Floats: Copy {
    fn splat(value: f32) -> Self;
    fn load(values: &[f32; LANES]) -> Self;
    fn from_integers(values: &[i32; LANES]) -> Self;
    fn store(self, values: &mut [f32; LANES]);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn abs(self) -> Self;
    /// The smaller of each pair; `other` where they do not compare.
    fn lesser(self, other: Self) -> Self;
    /// The larger of each pair; `other` where they do not compare.
    fn greater(self, other: Self) -> Self;
    /// 2ⁿ for each n that [`ROUNDER`] was added to, n in −126 ..= 127.
    fn power_of_two(self) -> Self;
    /// Rounds to 16-bit codes and pairs those of the two arguments, the first in the low half.
    fn pair(self, second: Self) -> [u32; LANES];
    /// Rounds to 16-bit codes and pairs neighbours, the first in the low half.
    fn pair_neighbours(self) -> [u32; LANES / 2];
    /// Rounds to bytes and groups four neighbours, starting with `self`, the first in the low byte.
    fn group_neighbours(self, next: Self) -> [u32; LANES / 2];

    /// The lanes, to be reduced.
    #[inline(always)]
    fn lanes(self) -> [f32; LANES] {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        lanes
    }

    /// Sum of the lanes.
    #[inline(always)]
    fn sum(self) -> f32 {
        let [a, b, c, d, e, f, g, h] = self.lanes();
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}

//! Measuring points of the browser benchmark: the linear layers alone, and the peak rate of the
//! machine's dot products.

use core::arch::wasm32::{i32x4_add, i32x4_extract_lane, i32x4_splat, v128};

use super::{
    Engine, QuantisedMiniLm, forward::Model, kernels::Kernel, linear::Codes, scheme::Scheme,
};

/// Number of multiplications and additions in a round of [`peak`].
pub const ROUND: usize = CHAINS * LANES;
/// Independent sums, enough to hide the instruction's latency and few enough for the registers.
const CHAINS: usize = 12;

#[cfg(target_feature = "relaxed-simd")]
mod fastest {
    use core::arch::wasm32::{i32x4_relaxed_dot_i8x16_i7x16_add, v128};

    pub use crate::embed::encoder::kernels::wasm_relaxed::Relaxed as Fastest;
    pub const LANES: usize = 16;

    #[inline(always)]
    pub fn dot_and_add(a: v128, b: v128, sum: v128) -> v128 {
        i32x4_relaxed_dot_i8x16_i7x16_add(a, b, sum)
    }
}

#[cfg(not(target_feature = "relaxed-simd"))]
mod fastest {
    use core::arch::wasm32::{i32x4_add, i32x4_dot_i16x8, v128};

    pub use crate::embed::encoder::kernels::wasm_simd128::Simd128 as Fastest;
    pub const LANES: usize = 8;

    #[inline(always)]
    pub fn dot_and_add(a: v128, b: v128, sum: v128) -> v128 {
        i32x4_add(sum, i32x4_dot_i16x8(a, b))
    }
}

use fastest::{Fastest, LANES, dot_and_add};

/// Dot products of registers alone; the result only prevents the compiler from removing them.
pub fn peak(rounds: usize, seed: i32) -> i32 {
    let factor = i32x4_splat(seed);
    let mut sums: [v128; CHAINS] = std::array::from_fn(|i| i32x4_splat(i as i32 + seed));
    for _ in 0..rounds {
        for sum in &mut sums {
            // Each sum depends on itself; otherwise the compiler could compute it once.
            *sum = dot_and_add(*sum, factor, *sum);
        }
    }
    let sum = sums.into_iter().fold(factor, |a, b| i32x4_add(a, b));
    i32x4_extract_lane::<0>(sum)
}

/// Runs every linear layer once over `rows` rows (a multiple of four), including their coding;
/// returns the number of multiplications.
pub fn linear_layers(model: &QuantisedMiniLm, rows: usize) -> usize {
    match &model.engine {
        #[cfg(not(target_feature = "relaxed-simd"))]
        Engine::Wide(encoder) => layers(&encoder.model, rows),
        #[cfg(target_feature = "relaxed-simd")]
        Engine::Narrow(encoder) => layers(&encoder.model, rows),
    }
}

fn layers<S: Scheme>(model: &Model<S>, rows: usize) -> usize
where
    Fastest: Kernel<S>,
{
    let (mut codes, mut inputs, mut results) = (Codes::new(), Vec::new(), Vec::new());
    let mut multiplications = 0;
    for layer in &model.layers {
        for linear in [&layer.project, &layer.output, &layer.up, &layer.down] {
            inputs.resize(rows * linear.inputs(), 0.5);
            results.resize(rows * linear.outputs(), 0.0);
            linear.apply::<Fastest>(&inputs, &mut codes, &mut results);
            multiplications += rows * linear.inputs() * linear.outputs();
        }
    }
    std::hint::black_box(results);
    multiplications
}

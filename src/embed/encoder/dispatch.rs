//! Selects the kernels of this machine for the forward pass.

#[cfg(any(test, not(target_feature = "relaxed-simd")))]
use super::kernels::scalar::Scalar;
#[cfg(target_arch = "x86_64")]
use super::kernels::x86_64::{self, Avx2};
use super::{
    forward::{Job, forward},
    scheme::{Narrow, Scheme, Wide},
};

/// Runs the forward pass with the fastest kernels that this machine has for a scheme.
pub trait Run: Scheme {
    /// Runs one job.
    fn run(job: Job<'_, Self>);
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
impl Run for Wide {
    fn run(job: Job<'_, Self>) {
        #[cfg(target_arch = "x86_64")]
        if x86_64::available() {
            // SAFETY: AVX2 is available.
            return unsafe { encode_wide(job) };
        }
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return forward::<Self, super::kernels::wasm_simd128::Simd128>(job);
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        forward::<Self, Scalar>(job)
    }
}

#[cfg(any(not(target_arch = "wasm32"), target_feature = "relaxed-simd"))]
impl Run for Narrow {
    fn run(job: Job<'_, Self>) {
        #[cfg(target_arch = "x86_64")]
        if x86_64::available() {
            // SAFETY: AVX2 is available.
            return unsafe { encode_narrow(job) };
        }
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        return forward::<Self, super::kernels::wasm_relaxed::Relaxed>(job);
        #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
        forward::<Self, Scalar>(job)
    }
}

/// The forward pass with wide activations, compiled with AVX2.
///
/// # Safety
/// The caller must have checked [`x86_64::available`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn encode_wide(job: Job<'_, Wide>) {
    forward::<Wide, Avx2>(job);
}

/// The forward pass with narrow activations, compiled with AVX2.
///
/// # Safety
/// The caller must have checked [`x86_64::available`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn encode_narrow(job: Job<'_, Narrow>) {
    forward::<Narrow, Avx2>(job);
}

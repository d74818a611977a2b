//! Integer dot products and lanes of floats: the parts of the encoder with one version for each
//! instruction set.
//!
//! Every kernel fills the same [`Tile`]: four rows of activations times eight columns of weights.
//! [`scalar`] is the definition; the others must equal it bit for bit.
//!
//! | file | runs on | activations |
//! |---|---|---|
//! | `scalar.rs` | everything; the oracle of the tests | both |
//! | `x86_64.rs` | processors with AVX2, found at run time | both |
//! | `wasm_simd128.rs` | every current browser | wide |
//! | `wasm_relaxed.rs` | browsers with relaxed SIMD | narrow (attention wide) |

// Its floats are used everywhere; a module with relaxed SIMD has faster kernels.
#[cfg_attr(target_feature = "relaxed-simd", allow(dead_code))]
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
pub mod wasm_relaxed;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod wasm_simd128;
#[cfg(target_arch = "x86_64")]
pub mod x86_64;

pub use super::scheme::{COLUMNS, ROWS};
use super::{floats::Floats, scheme::Scheme};

/// Sums of products: `tile[row][column]`.
pub type Tile = [[i32; COLUMNS]; ROWS];

/// An instruction set.
pub trait Target {
    /// Its vectors of floats.
    type Floats: Floats;
}

/// Multiplies in one number scheme on one instruction set.
pub trait Kernel<S: Scheme>: Target {
    /// Overwrites `tile` with the products of a block of four rows and a panel of eight columns.
    ///
    /// # Panics
    /// When the two differ in length.
    fn multiply(rows: &[S::Rows], columns: &[S::Columns], tile: &mut Tile);
}

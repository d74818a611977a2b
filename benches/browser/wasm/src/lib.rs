//! The transformer without its bindings, for `cargo xtask bench browser`: it accepts and returns only
//! numbers, so that only the encoder is measured.
#![cfg(target_arch = "wasm32")]

use std::{cell::RefCell, slice};

use uniroute::embed::{
    Embed, QuantisedMiniLm,
    encoder::bench_probe::{self, ROUND},
};

thread_local! {
    static MODEL: RefCell<Option<QuantisedMiniLm>> = const { RefCell::new(None) };
    static VECTOR: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Allocates `length` bytes, aligned to 16.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *mut u128 {
    let memory = vec![0u128; length.div_ceil(16)].into_boxed_slice();
    Box::into_raw(memory).cast()
}

/// Frees such an allocation.
///
/// # Safety
/// `memory` must be a result of [`reserve`] for this `length`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(memory: *mut u128, length: usize) {
    let memory = std::ptr::slice_from_raw_parts_mut(memory, length.div_ceil(16));
    // SAFETY: the caller guarantees it.
    drop(unsafe { Box::from_raw(memory) });
}

/// Loads the weights file; 1 when it was accepted.
///
/// # Safety
/// `bytes` must point to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn load(bytes: *const u8, length: usize) -> u32 {
    // SAFETY: the caller guarantees it.
    let bytes = unsafe { slice::from_raw_parts(bytes, length) };
    let model = QuantisedMiniLm::from_bytes(bytes).ok();
    let loaded = model.is_some().into();
    MODEL.set(model);
    loaded
}

fn embed(embed: impl FnOnce(&QuantisedMiniLm) -> Vec<f32>) -> *const f32 {
    let vector = MODEL.with_borrow(|model| model.as_ref().map(embed));
    VECTOR.replace(vector.unwrap_or_default());
    VECTOR.with_borrow(|vector| vector.as_ptr())
}

/// Embeds ids; the vector is valid until the next call.
///
/// # Safety
/// `ids` must point to `length` of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn embed_ids(ids: *const u32, length: usize) -> *const f32 {
    // SAFETY: the caller guarantees it.
    let ids = unsafe { slice::from_raw_parts(ids, length) };
    embed(|model| model.embed_ids(ids))
}

/// Embeds UTF-8 text; the vector is valid until the next call.
///
/// # Safety
/// `text` must point to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn embed_text(text: *const u8, length: usize) -> *const f32 {
    // SAFETY: the caller guarantees it.
    let text = unsafe { slice::from_raw_parts(text, length) };
    embed(|model| model.embed(&String::from_utf8_lossy(text)).vector)
}

/// Runs the linear layers alone over `rows` rows; returns the number of multiplications.
#[unsafe(no_mangle)]
pub extern "C" fn linear_layers(rows: usize) -> f64 {
    let run = |model: &QuantisedMiniLm| bench_probe::linear_layers(model, rows);
    MODEL.with_borrow(|model| model.as_ref().map_or(0, run)) as f64
}

/// Runs dot products of registers alone; returns the number of multiplications.
#[unsafe(no_mangle)]
pub extern "C" fn peak(rounds: usize) -> f64 {
    std::hint::black_box(bench_probe::peak(rounds, rounds as i32 | 1));
    (rounds * ROUND) as f64
}

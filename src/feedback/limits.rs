//! What feedback may hold at most.

/// Most models with verdicts.
pub const MAX_MODELS: usize = 2_000;
/// Most verdicts of one model.
pub const MAX_VERDICTS: u64 = 10_000_000;
/// Largest file of feedback, in bytes: about 300 models with 227 clusters.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Shortest half-life, in days.
pub(super) const MIN_HALF_LIFE: f64 = 0.01;
/// Longest half-life, in days.
pub(super) const MAX_HALF_LIFE: f64 = 36_500.0;

//! What feedback may hold at most.

/// Most models with verdicts.
pub const MAX_MODELS: usize = 2_000;
/// Most verdicts of one model. A file may hold the labels of a whole warehouse, so this is half of what the
/// checks of sums and of profiles allow in one cluster, 1e9: all may be in one, and memberships are rounded.
pub const MAX_VERDICTS: u64 = 500_000_000;
/// Largest file of feedback, in bytes. On a machine of 64 bits as many models as [`MAX_MODELS`] fit with 227
/// clusters, which take 424 MB. A tab of a browser has less memory, so there it is about 300 models.
pub const MAX_BYTES: usize = match cfg!(target_pointer_width = "64") {
    true => 512 * 1024 * 1024,
    false => 64 * 1024 * 1024,
};
/// Shortest half-life, in days.
pub(super) const MIN_HALF_LIFE: f64 = 0.01;
/// Longest half-life, in days.
pub(super) const MAX_HALF_LIFE: f64 = 36_500.0;

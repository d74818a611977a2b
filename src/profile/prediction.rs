//! A predicted error with its interval.

/// Two-sided 90 % point of the normal distribution.
pub(crate) const Z90: f64 = 1.645;

/// Expected error of a model on a prompt, and how certain that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Expected error, in `[0, 1]`.
    pub mean: f32,
    /// Standard deviation of the expected error (not of a single answer's).
    pub sd: f32,
}

impl Prediction {
    /// The 90 % interval of the expected error, inside `[0, 1]`.
    pub fn interval(&self) -> [f32; 2] {
        let half = Z90 as f32 * self.sd;
        [
            (self.mean - half).clamp(0.0, 1.0),
            (self.mean + half).clamp(0.0, 1.0),
        ]
    }

    /// The 90 % interval of the expected quality, 1 − error.
    pub fn quality_interval(&self) -> [f32; 2] {
        let [low, high] = self.interval();
        [1.0 - high, 1.0 - low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_stay_in_range() {
        let p = Prediction {
            mean: 0.05,
            sd: 0.1,
        };
        assert_eq!(p.interval()[0], 0.0);
        assert!((p.quality_interval()[1] - 1.0).abs() < 1e-6 && p.quality_interval()[0] < 0.95);
    }
}

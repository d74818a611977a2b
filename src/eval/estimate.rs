//! Means with their standard errors.

use serde_json::{Value, json};

/// Mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Mean over trials.
    pub mean: f64,
    /// Standard error of the mean; 0 for a single trial.
    pub se: f64,
}

impl Estimate {
    /// Mean and standard error of finite values; mean 0 if there are none.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n.max(1.0);
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let se = if n > 1.0 {
            (squares / (n - 1.0) / n).sqrt()
        } else {
            0.0
        };
        Self { mean, se }
    }

    /// Mean of independent estimates; `None` if there are none.
    pub fn mean(estimates: &[Self]) -> Option<Self> {
        let n = estimates.len() as f64;
        let variance: f64 = estimates.iter().map(|e| e.se * e.se).sum();
        (n > 0.0).then(|| Self {
            mean: estimates.iter().map(|e| e.mean).sum::<f64>() / n,
            se: variance.sqrt() / n,
        })
    }

    /// As `{"mean": …, "se": …}`.
    pub fn to_json(self) -> Value {
        json!({ "mean": self.mean, "se": self.se })
    }
}

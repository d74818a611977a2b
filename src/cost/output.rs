//! The expected length of answers.

/// Expected output tokens of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OutputTokens {
    /// Unknown; [`OutputTokens::ASSUMED`] is used.
    #[default]
    Unknown,
    /// The same for every prompt.
    Mean {
        /// Mean.
        mean: f64,
        /// 90th percentile.
        p90: Option<f64>,
    },
    /// Mean in each cluster.
    PerCluster(Vec<f64>),
}

impl OutputTokens {
    /// Output tokens that are assumed where the length is unknown. The median over the models of
    /// the default pools with measured answer lengths is of this order.
    pub const ASSUMED: f64 = 400.0;
    /// The note of a pool on such a model.
    pub(crate) const ASSUMED_NOTE: &'static str = "answer length unknown: 400 tokens assumed";

    /// Answers of one model to prompts of one cluster are mostly within this factor of their mean:
    /// their lengths have about a log-normal distribution with σ = 0.6. A given 90th percentile
    /// takes precedence.
    const SPREAD: f64 = 2.0;
    /// The same for an assumed length: models differ by the same factor once more.
    const SPREAD_UNKNOWN: f64 = 4.0;

    /// Whether the length is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Expected output tokens for a prompt with membership `phi` (K values that sum to 1).
    pub fn expected(&self, phi: &[f32]) -> f64 {
        match self {
            Self::Unknown => Self::ASSUMED,
            Self::Mean { mean, .. } => *mean,
            Self::PerCluster(values) => {
                phi.iter().zip(values).map(|(w, v)| f64::from(*w) * v).sum()
            }
        }
    }

    /// 90 % interval of the output tokens when `expected` tokens are expected.
    pub fn range(&self, expected: f64) -> [f64; 2] {
        let factor = match self {
            Self::Unknown => Self::SPREAD_UNKNOWN,
            Self::Mean {
                mean,
                p90: Some(p90),
            } if *mean > 0.0 => (p90 / mean).max(1.0),
            _ => Self::SPREAD,
        };
        [expected / factor, expected * factor]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_length_per_cluster_is_weighted_by_membership() {
        let tokens = OutputTokens::PerCluster(vec![100.0, 300.0]);
        assert_eq!(tokens.expected(&[0.25, 0.75]), 250.0);
    }

    #[test]
    fn a_known_percentile_is_the_upper_end() {
        let tokens = OutputTokens::Mean {
            mean: 200.0,
            p90: Some(600.0),
        };
        assert_eq!(tokens.range(200.0)[1], 600.0);
        assert!(OutputTokens::Unknown.range(200.0)[1] > 600.0);
    }
}

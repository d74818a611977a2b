/// Expected length of an answer, in tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OutputTokens {
    /// Not known; [`OutputTokens::ASSUMED`] is used.
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
    /// Tokens assumed where nothing is known. The median over the models of the default pools
    /// with measured answer lengths is of this order.
    pub const ASSUMED: f64 = 400.0;
    pub(crate) const ASSUMED_NOTE: &'static str = "answer length unknown: 400 tokens assumed";

    /// Answers of one model to one kind of prompt are mostly within this factor of their mean,
    /// where no 90th percentile says better: lengths spread like a log-normal of σ about 0.6.
    const SPREAD: f64 = 2.0;
    /// The same for a length that was assumed: models differ by as much again.
    const SPREAD_UNKNOWN: f64 = 4.0;

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Expected tokens for a prompt with membership `phi` (K values that sum to 1).
    pub fn expected(&self, phi: &[f32]) -> f64 {
        match self {
            Self::Unknown => Self::ASSUMED,
            Self::Mean { mean, .. } => *mean,
            Self::PerCluster(values) => {
                phi.iter().zip(values).map(|(w, v)| f64::from(*w) * v).sum()
            }
        }
    }

    /// From where to where nine of ten answers are, when `expected` tokens are expected.
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

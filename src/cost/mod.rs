//! Tokens and prices to US dollars.

/// Prices in US dollars per million tokens. `None` is unknown, `0` is free.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prices {
    /// Prompt tokens.
    pub input: Option<f64>,
    /// Answer tokens.
    pub output: Option<f64>,
    /// Prompt tokens read from the provider's cache.
    pub cache_read: Option<f64>,
    /// Hidden reasoning tokens, where they have a price of their own.
    pub reasoning: Option<f64>,
}

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
}

/// What one prompt costs with one model. Unknown prices give `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Cost {
    /// USD for the prompt.
    pub input: Option<f64>,
    /// USD for the answer.
    pub output: Option<f64>,
    /// USD in all.
    pub total: Option<f64>,
    /// Tokens of the prompt.
    pub tokens_in: f64,
    /// Expected tokens of the answer.
    pub tokens_out: f64,
    /// Whether the prompt's tokens were counted by the model's own tokenizer; an estimate if not.
    pub exact: bool,
}

impl Prices {
    /// USD for `tokens_in` prompt tokens and `tokens_out` answer tokens.
    pub fn cost(&self, tokens_in: f64, tokens_out: f64, exact: bool) -> Cost {
        const MILLION: f64 = 1e6;
        let input = self.input.map(|p| p * tokens_in / MILLION);
        let output = self.output.map(|p| p * tokens_out / MILLION);
        let total = input.zip(output).map(|(i, o)| i + o);
        Cost {
            input,
            output,
            total,
            tokens_in,
            tokens_out,
            exact,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_tokens_cost_the_list_price() {
        let prices = Prices {
            input: Some(0.05),
            output: Some(0.4),
            ..Prices::default()
        };
        let cost = prices.cost(1e6, 5e5, false);
        assert_eq!(cost.input, Some(0.05));
        assert_eq!(cost.output, Some(0.2));
        assert_eq!(cost.total, Some(0.25));
    }

    #[test]
    fn an_unknown_price_makes_the_total_unknown_and_a_free_model_costs_nothing() {
        let half = Prices {
            input: Some(1.0),
            ..Prices::default()
        };
        assert_eq!(half.cost(10.0, 10.0, false).total, None);
        let free = Prices {
            input: Some(0.0),
            output: Some(0.0),
            ..Prices::default()
        };
        assert_eq!(free.cost(10.0, 10.0, false).total, Some(0.0));
    }

    #[test]
    fn answer_length_per_cluster_is_weighted_by_membership() {
        let tokens = OutputTokens::PerCluster(vec![100.0, 300.0]);
        assert_eq!(tokens.expected(&[0.25, 0.75]), 250.0);
    }
}

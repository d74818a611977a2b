//! What the tokens of one prompt and its answer cost.

use super::tokens::Family;

/// Tokens that a price refers to.
const MILLION: f64 = 1e6;

/// Prices in US dollars per million tokens. `None` is unknown, `0` is free.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prices {
    /// Input tokens.
    pub input: Option<f64>,
    /// Output tokens, those of the answer.
    pub output: Option<f64>,
    /// Input tokens read from the provider's cache.
    pub cache_read: Option<f64>,
    /// Input tokens written to the provider's cache.
    pub cache_write: Option<f64>,
    /// Hidden reasoning tokens, where they have a separate price.
    pub reasoning: Option<f64>,
}

/// The number of tokens of one prompt and its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Input tokens, cached ones included.
    pub input: f64,
    /// Input tokens that the provider has in its cache.
    pub cached: f64,
    /// Whether the other input tokens are written to the provider's cache.
    pub writes: bool,
    /// Expected output tokens, without reasoning.
    pub output: f64,
    /// 90 % interval of the output tokens, without reasoning.
    pub output_range: [f64; 2],
    /// Hidden reasoning tokens before the answer.
    pub reasoning: f64,
    /// Whether the input tokens were counted by the model's own tokenizer.
    pub exact: bool,
    /// The family of tokenizers that the input tokens were counted or estimated for.
    pub tokenizer: Family,
}

/// What one prompt costs with one model. Unknown prices give `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Cost {
    /// USD for the input tokens.
    pub input: Option<f64>,
    /// USD for the output tokens, reasoning included.
    pub output: Option<f64>,
    /// USD for both.
    pub total: Option<f64>,
    /// 90 % interval of `total`.
    pub range: Option<[f64; 2]>,
    /// Input tokens.
    pub tokens_in: f64,
    /// Expected output tokens, reasoning included.
    pub tokens_out: f64,
    /// Whether the input tokens were counted by the model's own tokenizer; an estimate if not.
    pub exact: bool,
    /// The family of tokenizers that the input tokens were counted or estimated for.
    pub tokenizer: Family,
}

impl Prices {
    /// USD for these tokens. Without a separate price, tokens that are read from or written to a cache
    /// cost as much as other input tokens, and reasoning tokens as much as other output tokens.
    pub fn cost(&self, usage: &Usage) -> Cost {
        let error = if usage.exact { 0.0 } else { Family::ERROR };
        let [least, most] = usage.output_range;
        let low = self.sum(usage, usage.input * (1.0 - error), least);
        let high = self.sum(usage, usage.input * (1.0 + error), most);
        Cost {
            input: self.prompt(usage, usage.input),
            output: self.answer(usage, usage.output),
            total: self.total(usage),
            range: low.zip(high).map(|(low, high)| [low, high]),
            tokens_in: usage.input,
            tokens_out: usage.tokens_out(),
            exact: usage.exact,
            tokenizer: usage.tokenizer,
        }
    }

    /// Only the total of [`Prices::cost`]; USD.
    #[inline]
    pub fn total(&self, usage: &Usage) -> Option<f64> {
        self.sum(usage, usage.input, usage.output)
    }

    fn sum(&self, usage: &Usage, input: f64, output: f64) -> Option<f64> {
        Some(self.prompt(usage, input)? + self.answer(usage, output)?)
    }

    fn prompt(&self, usage: &Usage, input: f64) -> Option<f64> {
        let cached = usage.cached.min(usage.input);
        let cache_read = self.cache_read.or(self.input)?;
        let other = match usage.writes {
            true => self.cache_write.or(self.input)?,
            false => self.input?,
        };
        Some((other * (input - cached).max(0.0) + cache_read * cached) / MILLION)
    }

    fn answer(&self, usage: &Usage, output: f64) -> Option<f64> {
        let reasoning = self.reasoning.or(self.output)?;
        Some((self.output? * output + reasoning * usage.reasoning) / MILLION)
    }
}

impl Usage {
    /// Expected output tokens, reasoning included.
    #[inline]
    pub fn tokens_out(&self) -> f64 {
        self.output + self.reasoning
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: f64, output: f64) -> Usage {
        Usage {
            input,
            output,
            output_range: [output; 2],
            ..Usage::default()
        }
    }

    #[test]
    fn a_million_tokens_cost_the_list_price() {
        let prices = Prices {
            input: Some(0.05),
            output: Some(0.4),
            ..Prices::default()
        };
        let cost = prices.cost(&usage(1e6, 5e5));
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
        assert_eq!(half.cost(&usage(10.0, 10.0)).total, None);
        let free = Prices {
            input: Some(0.0),
            output: Some(0.0),
            ..Prices::default()
        };
        let cost = free.cost(&usage(10.0, 10.0));
        assert_eq!((cost.total, cost.range), (Some(0.0), Some([0.0; 2])));
    }

    #[test]
    fn cached_and_reasoning_tokens_have_their_own_price_or_that_of_their_kind() {
        let mut prices = Prices {
            input: Some(2.0),
            output: Some(8.0),
            cache_read: Some(0.5),
            cache_write: Some(1.25),
            reasoning: Some(4.0),
        };
        let usage = Usage {
            cached: 4e5,
            reasoning: 1e6,
            ..usage(1e6, 5e5)
        };
        let cost = prices.cost(&usage);
        assert_eq!((cost.input, cost.output), (Some(1.4), Some(8.0)));
        assert_eq!(cost.tokens_out, 1.5e6);
        (prices.cache_read, prices.reasoning) = (None, None);
        let cost = prices.cost(&usage);
        assert_eq!((cost.input, cost.output), (Some(2.0), Some(12.0)));
    }

    #[test]
    fn tokens_that_are_written_to_a_cache_have_their_own_price_or_that_of_input() {
        let mut prices = Prices {
            input: Some(2.0),
            output: Some(0.0),
            cache_read: Some(0.5),
            cache_write: Some(2.5),
            reasoning: None,
        };
        let usage = Usage {
            cached: 4e5,
            writes: true,
            ..usage(1e6, 0.0)
        };
        // 0.4 million tokens are read, 0.6 million written.
        assert_eq!(prices.cost(&usage).total, Some(1.7));
        prices.cache_write = None;
        assert_eq!(prices.cost(&usage).total, Some(1.4));
    }

    #[test]
    fn more_cached_tokens_than_there_are_cost_no_less_than_nothing() {
        let prices = Prices {
            input: Some(2.0),
            output: Some(0.0),
            cache_read: Some(0.5),
            ..Prices::default()
        };
        let cost = prices.cost(&Usage {
            cached: 5e6,
            ..usage(1e6, 0.0)
        });
        assert_eq!(cost.total, Some(0.5));
        assert!(cost.range.unwrap()[0] >= 0.0);
    }

    #[test]
    fn counted_tokens_leave_only_the_answer_uncertain() {
        let prices = Prices {
            input: Some(1.0),
            output: Some(1.0),
            ..Prices::default()
        };
        let exact = Usage {
            exact: true,
            ..usage(1e6, 1e6)
        };
        assert_eq!(prices.cost(&exact).range, Some([2.0, 2.0]));
        let [low, high] = prices.cost(&usage(1e6, 1e6)).range.unwrap();
        assert!(low < 2.0 && high > 2.0);
    }
}

//! What many prompts cost with one model.

use super::prices::Cost;
use serde::Serialize;

/// Mean lengths and calibrations have an error of about this share, the same for all prompts.
const SHARED_ERROR: f64 = 0.05;

/// What many prompts cost with one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Total {
    /// Number of prompts.
    pub prompts: usize,
    /// USD for all input tokens.
    pub input: Option<f64>,
    /// USD for all output tokens.
    pub output: Option<f64>,
    /// USD for both.
    pub total: Option<f64>,
    /// 90 % interval of `total`.
    pub range: Option<[f64; 2]>,
    /// Input tokens.
    pub tokens_in: f64,
    /// Expected output tokens.
    pub tokens_out: f64,
    /// Whether all input tokens were counted by the model's own tokenizer.
    pub exact: bool,
}

/// Adds up the costs of many prompts with one model, in constant memory.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    total: Total,
    below: Spread,
    above: Spread,
}

/// How far the true sum may be from the expected one, on one side.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    /// Sum of squared errors that are independent between prompts and mostly cancel.
    independent: f64,
    /// Sum of the errors that are the same for all prompts: those of an assumed answer length.
    shared: f64,
}

impl Spread {
    fn add(&mut self, usd: f64, assumed: bool) {
        match assumed {
            true => self.shared += usd,
            false => self.independent += usd * usd,
        }
    }

    fn usd(self) -> f64 {
        self.independent.sqrt() + self.shared
    }
}

impl Sum {
    /// Adds the cost of one prompt. `assumed`: the length of the model's answers is unknown.
    pub fn add(&mut self, cost: &Cost, assumed: bool) {
        let first = self.total.prompts == 0;
        let plus = |sum: Option<f64>, usd: Option<f64>| match first {
            true => usd,
            false => sum.zip(usd).map(|(a, b)| a + b),
        };
        let sum = &mut self.total;
        sum.prompts += 1;
        sum.input = plus(sum.input, cost.input);
        sum.output = plus(sum.output, cost.output);
        sum.total = plus(sum.total, cost.total);
        sum.tokens_in += cost.tokens_in;
        sum.tokens_out += cost.tokens_out;
        sum.exact = cost.exact && (first || sum.exact);
        if let (Some(usd), Some([low, high])) = (cost.total, cost.range) {
            self.below.add(usd - low, assumed);
            self.above.add(high - usd, assumed);
        }
    }

    /// The sum with its 90 % interval.
    pub fn total(&self) -> Total {
        let range = self.total.total.map(|usd| {
            let error = |spread: Spread| match spread.usd() {
                0.0 => 0.0,
                sum => sum + SHARED_ERROR * usd,
            };
            [(usd - error(self.below)).max(0.0), usd + error(self.above)]
        });
        Total {
            range,
            ..self.total.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(usd: f64) -> Cost {
        Cost {
            total: Some(usd),
            input: Some(0.0),
            output: Some(usd),
            range: Some([usd / 2.0, usd * 2.0]),
            ..Cost::default()
        }
    }

    #[test]
    fn many_prompts_are_known_better_than_one_and_assumed_lengths_are_not() {
        let sum = |n: usize, assumed| {
            let mut sum = Sum::default();
            (0..n).for_each(|_| sum.add(&cost(1.0), assumed));
            let total = sum.total();
            assert_eq!(total.total, Some(n as f64));
            total.range.unwrap().map(|usd| usd / n as f64)
        };
        let (one, many) = (sum(1, false), sum(100, false));
        assert!(many[0] > one[0] && many[1] < one[1], "{one:?} {many:?}");
        assert!(sum(100, true)[1] >= 2.0);
    }

    #[test]
    fn one_unknown_price_makes_the_sum_unknown_wherever_it_comes() {
        for unknown in 0..3 {
            let mut sum = Sum::default();
            for i in 0..3 {
                let cost = if i == unknown {
                    Cost::default()
                } else {
                    cost(1.0)
                };
                sum.add(&cost, false);
            }
            assert_eq!((sum.total().total, sum.total().range), (None, None));
        }
    }
}

//! How fast, how long and how expensive a run may be.

use std::time::Duration;
use uniroute::pool::Pool;

#[derive(clap::Args, Clone)]
pub struct LimitArgs {
    /// Requests at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub concurrency: u64,
    /// Most requests a minute [default: no limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub rate: Option<u64>,
    /// Seconds without a byte after which a request has failed
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds)]
    pub timeout: f64,
    /// Further attempts after one that failed
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(0..=20))]
    pub retries: u64,
    /// Seconds before the first further attempt; each next wait is twice as long, at most a minute
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub backoff: f64,
    /// Most output tokens of an answer, hidden reasoning included
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u64).range(16..=1_000_000))]
    pub max_output_tokens: u64,
    /// Environment variable with the key of the server; without such a variable no key is sent
    #[arg(long, value_name = "NAME", default_value = "OPENAI_API_KEY")]
    pub key_env: String,
}

/// Longest wait between attempts that is not asked for by the server.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Longest wait that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(600);

impl LimitArgs {
    /// The wait after failed attempt number `attempt`, from 0: doubled each time, and a random part off, so that
    /// requests do not come back together. What the server asks for is the least.
    pub fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        use std::hash::{BuildHasher, Hasher};
        let random = std::hash::RandomState::new().build_hasher().finish();
        let part = 0.5 + 0.5 * (random >> 11) as f64 / (1u64 << 53) as f64;
        let doubled = self.backoff * 2f64.powi(attempt.min(16) as i32);
        let own = Duration::from_secs_f64((doubled * part).min(LONGEST_WAIT.as_secs_f64()));
        own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }
}

/// Reads an amount of US dollars.
pub fn dollars(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1e6)
}

fn seconds(text: &str) -> Result<f64, String> {
    within(text, 0.001, 86_400.0)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ => Err(format!("expected a number from {least} to {most}")),
    }
}

/// Prices in US dollars per million tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    pub input: f64,
    pub output: f64,
}

impl Prices {
    /// The given prices, or those of the model in the pool.
    pub fn of(given: Option<(f64, f64)>, pool: Option<&Pool>, id: &str) -> Option<Self> {
        let of_pool = || {
            let prices = pool?.models().iter().find(|m| m.id == id)?.prices;
            prices.input.zip(prices.output)
        };
        let (input, output) = given.or_else(of_pool)?;
        Some(Self { input, output })
    }

    /// US dollars for so many tokens.
    pub fn cost(self, input: f64, output: f64) -> f64 {
        (self.input * input + self.output * output) / 1e6
    }
}

/// What a run has spent and what its open requests may spend.
#[derive(Debug)]
pub struct Money {
    budget: Option<f64>,
    pub prices: Option<Prices>,
    pub judge: Option<Prices>,
    /// US dollars so far.
    pub spent: f64,
    reserved: f64,
}

impl Money {
    pub fn new(budget: Option<f64>, prices: Option<Prices>, judge: Option<Prices>) -> Self {
        Self {
            budget,
            prices,
            judge,
            spent: 0.0,
            reserved: 0.0,
        }
    }

    /// Reserves the most that a request can cost; not if the budget could then be exceeded.
    pub fn reserve(&mut self, most: f64) -> bool {
        let total = self.spent + self.reserved + most;
        let fits = self.budget.is_none_or(|budget| total <= budget);
        if fits {
            self.reserved += most;
        }
        fits
    }

    /// A request with this reservation has ended and cost so much.
    pub fn settle(&mut self, reserved: f64, cost: f64) {
        self.reserved = (self.reserved - reserved).max(0.0);
        self.spent += cost;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_even_if_every_open_request_costs_the_most() {
        let mut money = Money::new(Some(1.0), None, None);
        assert!(money.reserve(0.4) && money.reserve(0.4));
        assert!(!money.reserve(0.4));
        money.settle(0.4, 0.1);
        assert!(money.reserve(0.4));
        assert!(!money.reserve(0.2));
    }
}

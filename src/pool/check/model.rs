//! One model: names, prices, limits, answer lengths, tokenizer.

use super::checker::Checker;
use super::profile::Known;
use super::value::{date, expected, id, number, text};
use crate::cost::{Family, OutputTokens, Prices};
use crate::pool::error::PoolError;
use crate::pool::limits::{MAX_NAME, MAX_PRICE, MAX_TOKENS};
use crate::pool::model::{Model, Speed};
use crate::pool::raw::RawModel;
use serde_json::Value;

/// A price below it, in US dollars per million tokens, is probably the price of one token: the cheapest models
/// cost ten times as much.
const PRICE_PER_TOKEN: f64 = 1e-3;

/// Most seconds to a first token, and most tokens a second.
const MAX_SPEED: f64 = 1e6;

impl Checker<'_> {
    pub fn model(
        &mut self,
        raw: &RawModel,
        path: &str,
    ) -> Result<(Model, Option<Known>), PoolError> {
        self.misspelt_in_model(raw, path);
        for (field, value) in [("name", &raw.name), ("provider", &raw.provider)] {
            if let Some(value) = value {
                text(&format!("{path}.{field}"), value)?;
            }
        }
        if let Some(given) = &raw.priced {
            date(&format!("{path}.priced"), given)?;
        }
        let names = |list: &Option<Vec<String>>, field: &str| -> Result<Vec<String>, PoolError> {
            for (i, name) in list.iter().flatten().enumerate() {
                id(&format!("{path}.{field}[{i}]"), name)?;
            }
            Ok(list.clone().unwrap_or_default())
        };
        let limit = |value: Option<f64>, field: &str| -> Result<Option<f64>, PoolError> {
            let at = format!("{path}.limit.{field}");
            value
                .map(|v| {
                    number(
                        &at,
                        v,
                        1.0,
                        MAX_TOKENS,
                        "; leave it out if there is no limit",
                    )
                })
                .transpose()
        };
        let limits = raw.limit.clone().unwrap_or_default();
        let (profile, evidence, known) = self.profile(raw, path)?;
        let model = Model {
            id: raw.id.clone(),
            name: raw.name.clone().unwrap_or_else(|| raw.id.clone()),
            provider: raw.provider.clone(),
            prices: self.prices(raw, path)?,
            priced: raw.priced.clone(),
            context_limit: limit(limits.context, "context")?,
            output_limit: limit(limits.output, "output")?,
            capabilities: names(&raw.capabilities, "capabilities")?,
            tags: names(&raw.tags, "tags")?,
            speed: speed(raw, path)?,
            profile,
            evidence,
            verdicts: 0,
            output_tokens: self.output_tokens(raw, path)?,
            tokenizer: tokenizer(raw, path)?,
        };
        Ok((model, known))
    }

    fn prices(&mut self, raw: &RawModel, path: &str) -> Result<Prices, PoolError> {
        let cost = raw.cost.clone().unwrap_or_default();
        let price = |value: Option<f64>, field: &str| {
            let at = format!("{path}.cost.{field}");
            let hint = "; prices are USD per million tokens, null if unknown";
            value
                .map(|v| number(&at, v, 0.0, MAX_PRICE, hint))
                .transpose()
        };
        let prices = Prices {
            input: price(cost.input, "input")?,
            output: price(cost.output, "output")?,
            cache_read: price(cost.cache_read, "cache_read")?,
            cache_write: price(cost.cache_write, "cache_write")?,
            reasoning: price(cost.reasoning, "reasoning")?,
        };
        let fields = [("input", prices.input), ("output", prices.output)];
        let low = |price: f64| price > 0.0 && price < PRICE_PER_TOKEN;
        let low = fields
            .iter()
            .find_map(|(field, price)| price.filter(|p| low(*p)).map(|p| (field, p)));
        if let Some((field, price)) = low {
            let message = format!(
                "{price} USD per million tokens is less than any model costs; if it is the price of one token, \
                 write {}",
                (price * 1e12).round() / 1e6
            );
            self.note(format!("{path}.cost.{field}"), message);
        }
        if prices.input.is_none() || prices.output.is_none() {
            self.note(
                format!("{path}.cost"),
                "price unknown: routed to only when a request allows unpriced models",
            );
        }
        Ok(prices)
    }

    fn output_tokens(&mut self, raw: &RawModel, path: &str) -> Result<OutputTokens, PoolError> {
        let at = format!("{path}.output_tokens");
        let tokens = |at: &str, v: &Value| match v.as_f64() {
            Some(v) => number(at, v, 0.0, MAX_TOKENS, "; tokens of a typical answer"),
            None => Err(expected(at, "a number of tokens", v)),
        };
        match &raw.output_tokens {
            None | Some(Value::Null) => {
                self.note(at, OutputTokens::ASSUMED_NOTE);
                Ok(OutputTokens::Unknown)
            }
            Some(Value::Object(map)) => {
                if let Some(list) = map.get("per_cluster") {
                    let at = format!("{at}.per_cluster");
                    let Value::Array(list) = list else {
                        return Err(expected(&at, "a list of numbers", list));
                    };
                    self.length(&at, list.len())?;
                    let values = list
                        .iter()
                        .enumerate()
                        .map(|(k, v)| tokens(&format!("{at}[{k}]"), v))
                        .collect::<Result<_, _>>()?;
                    return Ok(OutputTokens::PerCluster(values));
                }
                let Some(mean) = map.get("mean") else {
                    return Err(PoolError::Type {
                        path: at,
                        problem: "needs `mean` or `per_cluster`".into(),
                    });
                };
                let mean = tokens(&format!("{at}.mean"), mean)?;
                let at = format!("{at}.p90");
                let p90 = map.get("p90").filter(|v| !v.is_null());
                let p90 = p90.map(|v| tokens(&at, v)).transpose()?;
                if let Some(p90) = p90 {
                    let hint = "; it is the length that 90 % of the answers do not exceed, so it is not below the mean";
                    number(&at, p90, mean, MAX_TOKENS, hint)?;
                }
                Ok(OutputTokens::Mean { mean, p90 })
            }
            Some(value) => Ok(OutputTokens::Mean {
                mean: tokens(&at, value)?,
                p90: None,
            }),
        }
    }
}

/// The times that were measured.
fn speed(raw: &RawModel, path: &str) -> Result<Speed, PoolError> {
    let latency = raw.latency.clone().unwrap_or_default();
    let measured = |value: Option<f64>, field: &str| {
        let at = format!("{path}.latency.{field}");
        let hint = "; leave it out if it was not measured";
        value
            .map(|v| number(&at, v, 0.0, MAX_SPEED, hint))
            .transpose()
    };
    Ok(Speed {
        first_token: measured(latency.time_to_first_token_s, "time_to_first_token_s")?,
        tokens_per_second: measured(latency.tokens_per_second, "tokens_per_second")?,
    })
}

/// The tokenizer that is named, else the one guessed from the id.
fn tokenizer(raw: &RawModel, path: &str) -> Result<Family, PoolError> {
    let Some(name) = &raw.tokenizer else {
        return Ok(Family::of_model(&raw.id).unwrap_or_default());
    };
    Family::named(name).ok_or_else(|| PoolError::Type {
        path: format!("{path}.tokenizer"),
        problem: format!(
            "expected one of {}, found {:?}",
            Family::ALL.map(Family::name).join(", "),
            name.chars().take(MAX_NAME).collect::<String>()
        ),
    })
}

//! Raw to checked: after this, no value of a pool can surprise the decision.

mod profile;

use super::pool::{Model, Note};
use super::raw::{RawModel, RawPool};
use super::{MAX_MODELS, MAX_NAME, MAX_PRICE, MAX_TOKENS, PoolError, SCHEMA_VERSION};
use crate::cost::{Family, OutputTokens, Prices};
use crate::router::Router;
use serde_json::Value;
use std::collections::HashMap;

/// The models of a pool, checked, and what was assumed where the file is silent.
pub(super) fn check(raw: &RawPool, router: &Router) -> Result<(Vec<Model>, Vec<Note>), PoolError> {
    let mut checker = Checker {
        router,
        notes: Vec::new(),
    };
    checker.header(raw)?;
    let mut seen = HashMap::new();
    let mut models = Vec::with_capacity(raw.models.len());
    for (i, model) in raw.models.iter().enumerate() {
        let path = format!("$.models[{i}]");
        text(&format!("{path}.id"), &model.id)?;
        if let Some(first) = seen.insert(&model.id, i) {
            return Err(PoolError::DuplicateId {
                path: format!("{path}.id"),
                id: model.id.clone(),
                first,
            });
        }
        models.push(checker.model(model, &path)?);
    }
    Ok((models, checker.notes))
}

struct Checker<'a> {
    router: &'a Router,
    notes: Vec<Note>,
}

impl Checker<'_> {
    fn note(&mut self, path: String, message: impl Into<String>) {
        self.notes.push(Note {
            path,
            message: message.into(),
        });
    }

    fn header(&mut self, raw: &RawPool) -> Result<(), PoolError> {
        if let Some(found) = raw.schema_version.filter(|v| *v != SCHEMA_VERSION) {
            return Err(PoolError::Version { found });
        }
        if let Some(found) = raw
            .currency
            .as_ref()
            .filter(|c| !c.eq_ignore_ascii_case("usd"))
        {
            return Err(PoolError::Currency {
                found: found.chars().take(MAX_NAME).collect(),
            });
        }
        if let Some(name) = &raw.name {
            text("$.name", name)?;
        }
        match &raw.as_of {
            Some(date) => text("$.as_of", date)?,
            None => self.note("$.as_of".into(), "the prices carry no date"),
        }
        if raw.models.is_empty() {
            return Err(PoolError::Empty);
        }
        if raw.models.len() > MAX_MODELS {
            return Err(PoolError::TooManyModels {
                found: raw.models.len(),
            });
        }
        self.router_reference(raw)
    }

    fn router_reference(&mut self, raw: &RawPool) -> Result<(), PoolError> {
        let bound = raw
            .models
            .iter()
            .any(|m| m.errors.is_some() || per_cluster(m).is_some());
        match &raw.router {
            Some(named) => {
                text("$.router.sha256", &named.sha256)?;
                let same = named.sha256.eq_ignore_ascii_case(self.router.sha256());
                match (same, bound) {
                    (true, _) => Ok(()),
                    (false, true) => Err(PoolError::OtherRouter {
                        found: named.sha256.clone(),
                        expected: self.router.sha256().to_owned(),
                    }),
                    (false, false) => {
                        self.note(
                            "$.router".into(),
                            "names another router; harmless here, since no value is per cluster",
                        );
                        Ok(())
                    }
                }
            }
            None => {
                if bound {
                    self.note(
                        "$.router".into(),
                        "absent: the per-cluster values are assumed to belong to this router",
                    );
                }
                Ok(())
            }
        }
    }

    fn model(&mut self, raw: &RawModel, path: &str) -> Result<Model, PoolError> {
        for (field, value) in [("name", &raw.name), ("provider", &raw.provider)] {
            if let Some(value) = value {
                text(&format!("{path}.{field}"), value)?;
            }
        }
        let mut capabilities = Vec::new();
        for (i, capability) in raw.capabilities.iter().flatten().enumerate() {
            text(&format!("{path}.capabilities[{i}]"), capability)?;
            capabilities.push(capability.clone());
        }
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
        let (profile, source) = self.profile(raw, path)?;
        Ok(Model {
            id: raw.id.clone(),
            name: raw.name.clone().unwrap_or_else(|| raw.id.clone()),
            provider: raw.provider.clone(),
            prices: self.prices(raw, path)?,
            context_limit: limit(limits.context, "context")?,
            output_limit: limit(limits.output, "output")?,
            capabilities,
            profile,
            source,
            output_tokens: self.output_tokens(raw, path)?,
            tokenizer: tokenizer(raw, path)?,
        })
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
            reasoning: price(cost.reasoning, "reasoning")?,
        };
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
                let p90 = map.get("p90").filter(|v| !v.is_null());
                Ok(OutputTokens::Mean {
                    mean: tokens(&format!("{at}.mean"), mean)?,
                    p90: p90.map(|v| tokens(&format!("{at}.p90"), v)).transpose()?,
                })
            }
            Some(value) => Ok(OutputTokens::Mean {
                mean: tokens(&at, value)?,
                p90: None,
            }),
        }
    }

    fn length(&self, path: &str, found: usize) -> Result<(), PoolError> {
        let expected = self.router.clusters().len();
        if found == expected {
            return Ok(());
        }
        Err(PoolError::Clusters {
            path: path.to_owned(),
            found,
            expected,
        })
    }
}

fn per_cluster(model: &RawModel) -> Option<&Value> {
    model
        .output_tokens
        .as_ref()
        .and_then(|v| v.get("per_cluster"))
}

fn expected(path: &str, what: &str, found: &Value) -> PoolError {
    let kind = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    PoolError::Type {
        path: path.to_owned(),
        problem: format!("expected {what}, found {kind}"),
    }
}

/// The tokenizer that is named, or that the id tells.
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

fn number(
    path: &str,
    value: f64,
    low: f64,
    high: f64,
    hint: &'static str,
) -> Result<f64, PoolError> {
    if value.is_finite() && (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(PoolError::Range {
        path: path.to_owned(),
        value,
        low,
        high,
        hint,
    })
}

pub(super) fn text(path: &str, value: &str) -> Result<(), PoolError> {
    let problem = if value.trim().is_empty() {
        "must not be empty; write a name".to_owned()
    } else if value.chars().nth(MAX_NAME).is_some() {
        format!(
            "has {} characters, {MAX_NAME} are allowed; shorten it",
            value.chars().count()
        )
    } else if value.chars().any(char::is_control) {
        "holds control characters; remove them".to_owned()
    } else {
        return Ok(());
    };
    Err(PoolError::Text {
        path: path.to_owned(),
        problem,
    })
}

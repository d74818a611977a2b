//! Raw to checked: after this, no value of a pool can surprise the decision.

use super::raw::{RawErrors, RawLabel, RawModel, RawPool, RawRouterRef};
use super::{MAX_MODELS, MAX_NAME, MAX_PRICE, MAX_TOKENS, PoolError, SCHEMA_VERSION};
use crate::cost::{Family, OutputTokens, Prices};
use crate::profile::{Profile, ProfileError};
use crate::router_file::Router;
use serde_json::Value;
use std::collections::HashMap;

/// How a model's Ψ was obtained, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum ProfileSource {
    /// Per-cluster errors in the file.
    Errors,
    /// Labelled prompts in the file.
    Labels,
    /// One accuracy over all prompts.
    Accuracy,
    /// Nothing: what the router's prior expects of a model it knows nothing about.
    Prior,
}

/// Something the file left open, and what was assumed instead.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Note {
    /// JSON path.
    pub path: String,
    /// The assumption.
    pub message: String,
}

/// One checked language model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Unique in the pool.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who serves it.
    pub provider: Option<String>,
    /// Prices in USD per million tokens.
    pub prices: Prices,
    /// Most tokens of prompt and answer together.
    pub context_limit: Option<f64>,
    /// Most tokens of an answer.
    pub output_limit: Option<f64>,
    /// What it can do beside text.
    pub capabilities: Vec<String>,
    /// Ψ(h) and its uncertainty.
    pub profile: Profile,
    /// Where Ψ(h) comes from.
    pub source: ProfileSource,
    /// Expected tokens of an answer.
    pub output_tokens: OutputTokens,
    /// What its prompts' tokens are estimated for.
    pub tokenizer: Family,
}

/// A checked pool: at least one model, unique ids, every profile of the router's length.
#[derive(Clone, Debug)]
pub struct Pool {
    raw: RawPool,
    models: Vec<Model>,
    notes: Vec<Note>,
}

impl Pool {
    /// Reads LLM profile JSON for one router.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn from_json(json: &[u8], router: &Router) -> Result<Self, PoolError> {
        Self::from_raw(RawPool::parse(json)?, router)
    }

    /// Checks a pool that was parsed or built by the caller.
    ///
    /// # Errors
    /// As [`Pool::from_json`].
    pub fn from_raw(raw: RawPool, router: &Router) -> Result<Self, PoolError> {
        let mut checker = Checker {
            router,
            notes: Vec::new(),
        };
        checker.header(&raw)?;
        let mut seen = HashMap::new();
        let mut models = Vec::with_capacity(raw.models.len());
        for (i, model) in raw.models.iter().enumerate() {
            let path = format!("$.models[{i}]");
            text(&format!("{path}.id"), &model.id)?;
            if let Some(first) = seen.insert(model.id.clone(), i) {
                return Err(PoolError::DuplicateId {
                    path: format!("{path}.id"),
                    id: model.id.clone(),
                    first,
                });
            }
            models.push(checker.model(model, &path)?);
        }
        Ok(Self {
            raw,
            models,
            notes: checker.notes,
        })
    }

    /// The models, in the order of the file.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model with this id.
    ///
    /// # Errors
    /// [`PoolError::UnknownModel`], which lists the ids there are.
    pub fn model(&self, id: &str) -> Result<&Model, PoolError> {
        self.models
            .iter()
            .find(|m| m.id == id)
            .ok_or_else(|| PoolError::UnknownModel {
                id: id.to_owned(),
                known: shortened(self.models.iter().map(|m| m.id.as_str())),
            })
    }

    /// What was assumed where the file was silent.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What people call this pool.
    pub fn name(&self) -> Option<&str> {
        self.raw.name.as_deref()
    }

    /// Date of the prices, as written.
    pub fn as_of(&self) -> Option<&str> {
        self.raw.as_of.as_deref()
    }

    /// The file as read, unknown fields included.
    pub fn raw(&self) -> &RawPool {
        &self.raw
    }

    /// LLM profile JSON with everything that was read, unknown fields included.
    pub fn to_json(&self) -> String {
        to_json(&self.raw)
    }

    /// This pool with one more model, or with the model of that id replaced.
    ///
    /// # Errors
    /// As [`Pool::from_json`]; this pool is left as it was.
    pub fn with_model(&self, model: RawModel, router: &Router) -> Result<Self, PoolError> {
        let mut raw = self.raw.clone();
        if model.errors.is_some() && raw.router.is_none() {
            raw.router = Some(reference(router));
        }
        match raw.models.iter_mut().find(|m| m.id == model.id) {
            Some(old) => *old = model,
            None => raw.models.push(model),
        }
        Self::from_raw(raw, router)
    }
}

/// The reference that a pool with per-cluster values carries.
pub(crate) fn reference(router: &Router) -> RawRouterRef {
    RawRouterRef {
        id: Some(router.id().to_owned()),
        sha256: router.sha256().to_owned(),
    }
}

/// Pretty JSON of a raw pool; numbers stay on one line a list so that files read well.
pub(crate) fn to_json(raw: &RawPool) -> String {
    // A RawPool holds strings, finite numbers and JSON values, all of which serialise.
    let value = serde_json::to_value(raw).unwrap_or(Value::Null);
    let mut out = String::new();
    pretty(&value, 0, &mut out);
    out.push('\n');
    out
}

fn pretty(value: &Value, depth: usize, out: &mut String) {
    let pad = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Array(items) if items.iter().any(|v| v.is_object()) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                pad(out, depth + 1);
                pretty(item, depth + 1, out);
            }
            pad(out, depth);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                pad(out, depth + 1);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                pretty(item, depth + 1, out);
            }
            pad(out, depth);
            out.push('}');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
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

    fn profile(
        &mut self,
        raw: &RawModel,
        path: &str,
    ) -> Result<(Profile, ProfileSource), PoolError> {
        if let Some(errors) = &raw.errors {
            return Ok((self.profile_of_errors(errors, path)?, ProfileSource::Errors));
        }
        if let Some(labels) = raw.labels.as_ref().filter(|l| !l.is_empty()) {
            return Ok((self.profile_of_labels(labels, path)?, ProfileSource::Labels));
        }
        let count = raw.labels_count.map(|n| {
            let hint = "; the number of prompts behind `accuracy`";
            number(&format!("{path}.labels_count"), n, 0.0, MAX_TOKENS, hint)
        });
        let count = count.transpose()?;
        if let Some(accuracy) = raw.accuracy {
            let at = format!("{path}.accuracy");
            let accuracy = number(&at, accuracy, 0.0, 1.0, "; a share, 0.85 rather than 85")?;
            let profile = self.router.profile_from_accuracy(accuracy, count);
            let profile =
                profile.map_err(|problem| self.labels_error(path, "accuracy", problem))?;
            self.note(
                at,
                "the same accuracy gain or loss is assumed for every kind of prompt",
            );
            return Ok((profile, ProfileSource::Accuracy));
        }
        self.note(
            path.to_owned(),
            "no errors, labels or accuracy: expected to do as the average model, which is a guess",
        );
        let profile = self.router.prior_profile();
        let profile = profile.map_err(|problem| self.labels_error(path, "labels", problem))?;
        Ok((profile, ProfileSource::Prior))
    }

    fn profile_of_errors(&self, errors: &RawErrors, path: &str) -> Result<Profile, PoolError> {
        let list = |field: &str, values: &[f64], high: f64| {
            let at = format!("{path}.errors.{field}");
            self.length(&at, values.len())?;
            for (k, v) in values.iter().enumerate() {
                number(&format!("{at}[{k}]"), *v, 0.0, high, "")?;
            }
            Ok(values.iter().map(|v| *v as f32).collect())
        };
        let mean = list("mean", &errors.mean, 1.0)?;
        let labels = errors
            .labels
            .as_deref()
            .map(|v| list("labels", v, MAX_TOKENS))
            .transpose()?;
        let sd = errors
            .sd
            .as_deref()
            .map(|v| list("sd", v, 1.0))
            .transpose()?;
        let correlation = errors.correlation.map(|c| {
            number(&format!("{path}.errors.correlation"), c, 0.0, 1.0, "").map(|c| c as f32)
        });
        let correlation = correlation.transpose()?;
        Profile::try_new(self.router.prior(), mean, labels, sd, correlation)
            .map_err(|problem| self.labels_error(path, "errors", problem))
    }

    fn profile_of_labels(&self, labels: &[RawLabel], path: &str) -> Result<Profile, PoolError> {
        for (i, label) in labels.iter().enumerate() {
            let at = format!("{path}.labels[{i}].score");
            number(
                &at,
                label.score,
                0.0,
                1.0,
                "; 1 is a perfect answer, 0 a wrong one",
            )?;
        }
        let outcomes: Vec<_> = labels
            .iter()
            .map(|l| (l.prompt.as_str(), l.score))
            .collect();
        self.router
            .profile_from_labels(&outcomes)
            .map_err(|problem| self.labels_error(path, "labels", problem))
    }

    fn labels_error(&self, path: &str, field: &str, problem: ProfileError) -> PoolError {
        PoolError::Labels {
            path: format!("{path}.{field}"),
            problem: problem.to_string(),
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

fn shortened<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let total = ids.len();
    let mut list = ids.take(SHOWN).collect::<Vec<_>>().join(", ");
    if total > SHOWN {
        list.push_str(&format!(" and {} more", total - SHOWN));
    }
    list
}

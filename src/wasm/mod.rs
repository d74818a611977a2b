//! The JavaScript bindings: convert, call, convert.
//!
//! Everything that can go wrong crosses as an `Error` with a stable `code` and, where there is
//! one, a `path`; the package's modules make a `UnirouteError` of it.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod convert;

use crate::dataset::labels::{self, LabelOptions};
use crate::dataset::{PastedScores, PromptOptions, PromptTable};
use crate::embed::Embed;
use crate::feedback::Verdict;
use crate::router::{self, LoadOptions};
use crate::session::Session;
use convert::{Thrown, to_js};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"import type { BatchReport, ClusterMap, Comparison, CostEstimate, CostTotal, Decision, Explanation, ImportedPrices, Labels, ModelCertainty, ModelFields, ModelInfo, ModelPreview, PastedScores, PoolInfo, PromptTable, RouterInfo, Savings, WhatIf } from "../lib/core.js";"#;

/// Makes a panic an error that a caller can catch, instead of an `unreachable` without a message.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        let message = format!("The router broke: {info}. Load it again, and please report this.");
        web_sys::console::error_1(&JsValue::from_str(&message));
        wasm_bindgen::throw_val(convert::error("panic", &message, None));
    }));
}

/// Version of uniroute.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Reads the labels of one model from a file; the ending of `name` gives the format. `model` is needed where
/// the file has labels of several models, `score` where it has several scores, and `prompt` names the column
/// of the prompts. `beside` gives the bytes of another file by its name. A module with the feature `forms`
/// also reads files of evaluation programs and logs.
#[wasm_bindgen(js_name = readLabels, unchecked_return_type = "Labels")]
pub fn read_labels(
    name: &str,
    file: &[u8],
    model: Option<String>,
    score: Option<String>,
    prompt: Option<String>,
    skip_bad: bool,
    beside: js_sys::Function,
) -> Result<JsValue, Thrown> {
    let scores: Vec<String> = score.into_iter().collect();
    let options = LabelOptions {
        model: model.as_deref(),
        scores: &scores,
        prompt: prompt.as_deref(),
        skip_bad,
        beside: Some(&|name| convert::file(&beside, name)),
    };
    to_js(&labels::read(name, file, &options)?)
}

/// A router with the pool it chooses from.
#[wasm_bindgen]
pub struct Router(Session);

#[wasm_bindgen]
impl Router {
    /// Reads and checks a router file and LLM profile JSON, with the transformer's weights where the
    /// router was fitted on it. `sha256` is that of [`Router::hashed`], where the platform has one.
    #[wasm_bindgen(constructor)]
    pub fn new(
        router: &[u8],
        pool: &[u8],
        weights: Option<Vec<u8>>,
        sha256: Option<Vec<u8>>,
    ) -> Result<Router, Thrown> {
        let embedder = weights.map(transformer).transpose()?;
        let sha256: Option<[u8; 32]> = sha256.and_then(|bytes| bytes.try_into().ok());
        let router = router::Router::load(router, LoadOptions { embedder, sha256 })?;
        Ok(Self(Session::new(router, pool)?))
    }

    /// The bytes that the content hash of a router file is computed over.
    pub fn hashed(router: &[u8]) -> Result<Vec<u8>, Thrown> {
        Ok(router::Router::hashed(router)?)
    }

    /// Which model should get the prompt, why, and for how much.
    #[wasm_bindgen(unchecked_return_type = "Decision")]
    pub fn route(&mut self, prompt: &str, request: Option<String>) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.decide(prompt, &request)?)
    }

    /// The decision with the frontier of quality against cost and the prompt's place on the map.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn explain(&mut self, prompt: &str, request: Option<String>) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.explain(prompt, request)?)
    }

    /// A decision for each of many prompts.
    #[wasm_bindgen(js_name = routeBatch, unchecked_return_type = "Decision[]")]
    pub fn route_batch(
        &self,
        prompts: Vec<String>,
        request: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        let texts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        to_js(&self.0.decide_each(&texts, &request)?)
    }

    /// Removes all prompts from the batch.
    #[wasm_bindgen(js_name = clearBatch)]
    pub fn clear_batch(&mut self) {
        self.0.clear_batch();
    }

    /// Adds as many of the prompts to the batch as can be placed in that time, at least one.
    /// Returns how many these are.
    #[wasm_bindgen(js_name = addToBatch)]
    pub fn add_to_batch(&mut self, prompts: Vec<String>, millis: f64) -> usize {
        let clock = convert::clock();
        let end = clock.now() + millis;
        let prompts = prompts.iter().map(String::as_str);
        self.0.add_to_batch(prompts, || clock.now() >= end)
    }

    /// Where each prompt of the batch goes; a budget or a quality floor holds on average.
    #[wasm_bindgen(unchecked_return_type = "BatchReport")]
    pub fn report(&mut self, request: Option<String>) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.report(request)?)
    }

    /// What routing saves against sending every prompt to one model: of the batch, or of one prompt.
    #[wasm_bindgen(unchecked_return_type = "Savings | null")]
    pub fn savings(
        &mut self,
        prompt: Option<String>,
        reference: Option<String>,
        request: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        let reference = reference.as_deref();
        to_js(&match prompt {
            Some(prompt) => self.0.savings_of(&prompt, reference, &request)?,
            None => self.0.savings(reference, request)?,
        })
    }

    /// How many prompts of the batch a model of this quality and cost would get.
    #[wasm_bindgen(js_name = whatIf, unchecked_return_type = "WhatIf")]
    pub fn what_if(
        &mut self,
        quality: f64,
        cost: f64,
        request: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.what_if(quality, cost, request)?)
    }

    /// What the prompt costs with one model, or with each.
    #[wasm_bindgen(js_name = estimateCost, unchecked_return_type = "CostEstimate[]")]
    pub fn estimate_cost(
        &mut self,
        prompt: &str,
        model: Option<String>,
        request: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.estimate_cost(prompt, model.as_deref(), &request)?)
    }

    /// What the prompts of the batch cost in all with one model, or with each.
    #[wasm_bindgen(unchecked_return_type = "CostTotal[]")]
    pub fn totals(
        &self,
        model: Option<String>,
        request: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.totals(model.as_deref(), &request)?)
    }

    /// Replaces the pool; one that is rejected leaves the present one in place.
    #[wasm_bindgen(js_name = setPool, unchecked_return_type = "PoolInfo")]
    pub fn set_pool(&mut self, pool: &[u8]) -> Result<JsValue, Thrown> {
        self.0.set_pool(pool)?;
        self.pool_info()
    }

    /// Adds a model to the pool, or replaces the one with its id. Labelled prompts become
    /// per-cluster errors, so that the pool does not contain them.
    #[wasm_bindgen(js_name = addModel, unchecked_return_type = "PoolInfo")]
    pub fn add_model(&mut self, model: &[u8]) -> Result<JsValue, Thrown> {
        self.0.add_model(model)?;
        self.pool_info()
    }

    /// What the pool would know of a model, and which benchmarks would tell most about it; the pool
    /// stays as it is.
    #[wasm_bindgen(js_name = previewModel, unchecked_return_type = "ModelPreview")]
    pub fn preview_model(&self, model: &[u8]) -> Result<JsValue, Thrown> {
        to_js(&self.0.preview_model(model)?)
    }

    /// The expected quality of each model of the pool in each field of topics.
    #[wasm_bindgen(unchecked_return_type = "ModelFields[]")]
    pub fn fields(&self) -> Result<JsValue, Thrown> {
        to_js(&self.0.fields())
    }

    /// How sure the router is of a model of the pool in each field, and which prompts to label next; `null`
    /// for a model that the pool does not have.
    #[wasm_bindgen(unchecked_return_type = "ModelCertainty | null")]
    pub fn certainty(&self, id: &str) -> Result<JsValue, Thrown> {
        to_js(&self.0.certainty(id))
    }

    /// The pool as LLM profile JSON, unknown fields included; with `verdicts`, those that were given are
    /// part of the per-cluster errors.
    pub fn pool(&self, verdicts: Option<bool>) -> String {
        match verdicts {
            Some(true) => self.0.pool_with_verdicts(),
            _ => self.0.pool().to_json(),
        }
    }

    /// Adds a verdict on the answer of a model to a prompt: a score in [0, 1], a trust in (0, 1], and the
    /// time in milliseconds since 1970. Returns what is now known of the model.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn feedback(
        &mut self,
        model: &str,
        prompt: &str,
        score: f64,
        trust: f64,
        at: f64,
    ) -> Result<JsValue, Thrown> {
        let verdict = Verdict {
            model,
            score,
            trust,
            at: Some(at),
        };
        to_js(&self.0.feedback(prompt, verdict)?)
    }

    /// All verdicts, as bytes to keep.
    #[wasm_bindgen(js_name = exportFeedback)]
    pub fn export_feedback(&self) -> Result<Vec<u8>, Thrown> {
        Ok(self.0.given_feedback().to_bytes()?)
    }

    /// Replaces the verdicts by exported ones, or adds those (`merge`), as of the time `at`.
    #[wasm_bindgen(js_name = importFeedback, unchecked_return_type = "PoolInfo")]
    pub fn import_feedback(
        &mut self,
        bytes: &[u8],
        merge: bool,
        at: f64,
    ) -> Result<JsValue, Thrown> {
        self.0.set_feedback(bytes, merge)?;
        if !self.0.given_feedback().is_empty() {
            self.0.pass_time(at)?;
        }
        self.pool_info()
    }

    /// Drops the verdicts on one model, or all of them.
    #[wasm_bindgen(js_name = resetFeedback, unchecked_return_type = "PoolInfo")]
    pub fn reset_feedback(&mut self, model: Option<String>) -> Result<JsValue, Thrown> {
        self.0.reset_feedback(model.as_deref())?;
        self.pool_info()
    }

    /// The days after which a verdict counts half, from now on.
    #[wasm_bindgen(js_name = setHalfLife)]
    pub fn set_half_life(&mut self, days: Option<f64>) -> Result<(), Thrown> {
        Ok(self.0.set_half_life(days)?)
    }

    /// The pool as it was understood.
    #[wasm_bindgen(js_name = poolInfo, unchecked_return_type = "PoolInfo")]
    pub fn pool_info(&self) -> Result<JsValue, Thrown> {
        to_js(&self.0.pool_info())
    }

    /// What another pool would decide; the present one stays.
    #[wasm_bindgen(unchecked_return_type = "Comparison")]
    pub fn compare(
        &mut self,
        pool: &[u8],
        prompt: &str,
        request: Option<String>,
    ) -> Result<JsValue, Thrown> {
        let request = convert::request(request)?;
        to_js(&self.0.compare(pool, prompt, &request)?)
    }

    /// Reads a price list of LiteLLM, models.dev or OpenRouter; the pool stays as it is.
    #[wasm_bindgen(js_name = importPrices, unchecked_return_type = "ImportedPrices")]
    pub fn import_prices(&self, list: &[u8]) -> Result<JsValue, Thrown> {
        to_js(&self.0.import_prices(list)?)
    }

    /// As the function [`read_labels`].
    #[wasm_bindgen(js_name = readLabels, unchecked_return_type = "Labels")]
    #[allow(
        clippy::too_many_arguments,
        reason = "values of JavaScript cross one by one"
    )]
    pub fn read_labels(
        &self,
        name: &str,
        file: &[u8],
        model: Option<String>,
        score: Option<String>,
        prompt: Option<String>,
        skip_bad: bool,
        beside: js_sys::Function,
    ) -> Result<JsValue, Thrown> {
        read_labels(name, file, model, score, prompt, skip_bad, beside)
    }

    /// Reads the scores of a model card as people paste them: a benchmark and its score a line.
    #[wasm_bindgen(js_name = readScores, unchecked_return_type = "PastedScores")]
    pub fn read_scores(&self, text: &str) -> Result<JsValue, Thrown> {
        to_js(&PastedScores::read(text))
    }

    /// Reads prompts from a file; the ending of `name` gives the format. `separator` and `header` say
    /// what is known of a table.
    #[wasm_bindgen(js_name = readPrompts, unchecked_return_type = "PromptTable")]
    pub fn read_prompts(
        &self,
        name: &str,
        file: &[u8],
        separator: Option<String>,
        header: Option<bool>,
    ) -> Result<JsValue, Thrown> {
        let options = PromptOptions::new(name, separator.as_deref(), header)?;
        to_js(&PromptTable::read_with(name, file, options)?)
    }

    /// What this router is.
    #[wasm_bindgen(unchecked_return_type = "RouterInfo")]
    pub fn info(&self) -> Result<JsValue, Thrown> {
        to_js(&self.0.router().info())
    }

    /// The clusters in two dimensions, with each model's expected quality in them. After the first
    /// call, explanations contain their prompt's place.
    #[wasm_bindgen(unchecked_return_type = "ClusterMap")]
    pub fn map(&mut self) -> Result<JsValue, Thrown> {
        to_js(&self.0.map())
    }
}

/// The transformer with these weights.
#[cfg(feature = "minilm")]
fn transformer(weights: Vec<u8>) -> Result<Box<dyn Embed>, Thrown> {
    let embedder = crate::embed::QuantisedMiniLm::from_bytes(&weights)?;
    drop(weights); // the buffers of the first prompt use this memory
    Ok(Box::new(embedder))
}

/// This module does not contain the transformer; the package starts another one for it.
#[cfg(not(feature = "minilm"))]
fn transformer(_weights: Vec<u8>) -> Result<Box<dyn Embed>, Thrown> {
    Err(Thrown::without_transformer())
}

//! The JavaScript bindings: convert, call, convert.
//!
//! Everything that can go wrong crosses as an `Error` with a stable `code` and, where there is
//! one, a `path`; the package's modules make a `UnirouteError` of it.

mod convert;

use crate::embed::{Embed, QuantisedMiniLm};
use crate::pool::{Pool, RawModel, import_prices};
use crate::route::{
    Batch, Comparison, Explanation, Map, Objective, Placed, Request, decide, estimate, frontier,
    place, place_batch, totals,
};
use crate::router::{self, LoadOptions};
use convert::{Thrown, request, to_js};
use std::cell::{OnceCell, RefCell};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"import type { BatchReport, ClusterMap, Comparison, CostEstimate, CostTotal, Decision, Explanation, ImportedPrices, PoolInfo, RouteRequest, RouterInfo } from "../lib/core.js";"#;

/// Makes a panic an error that a caller can catch, instead of an `unreachable` without a word.
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

/// A router with the pool it chooses from.
#[wasm_bindgen]
pub struct Router {
    router: router::Router,
    pool: Pool,
    map: OnceCell<Map>,
    /// The last prompt: moving λ does not make it another one.
    last: RefCell<Option<Last>>,
    /// The prompts of the batch.
    batch: Vec<Placed>,
    /// The batch weighed, with the request it was weighed for.
    weighed: Option<(Request, Batch)>,
}

#[wasm_bindgen]
impl Router {
    /// Checks and takes a router file and LLM profile JSON, with the transformer's weights where the
    /// router was fitted on it. `sha256` is that of [`Router::hashed`], where the platform has one.
    #[wasm_bindgen(constructor)]
    pub fn new(
        router: &[u8],
        pool: &[u8],
        weights: Option<Vec<u8>>,
        sha256: Option<Vec<u8>>,
    ) -> Result<Router, Thrown> {
        let embedder = match weights {
            None => None,
            Some(weights) => {
                let embedder = QuantisedMiniLm::from_bytes(&weights)?;
                drop(weights); // its room is what the buffers of the first prompt take
                Some(Box::new(embedder) as Box<dyn Embed>)
            }
        };
        let sha256: Option<[u8; 32]> = sha256.and_then(|bytes| bytes.try_into().ok());
        let router = router::Router::load(router, LoadOptions { embedder, sha256 })?;
        let pool = Pool::from_json(pool, &router)?;
        Ok(Self {
            router,
            pool,
            map: OnceCell::new(),
            last: RefCell::new(None),
            batch: Vec::new(),
            weighed: None,
        })
    }

    /// What the content hash of a router file is over.
    pub fn hashed(router: &[u8]) -> Result<Vec<u8>, Thrown> {
        Ok(router::Router::hashed(router)?)
    }

    /// Which model should get the prompt, why, and for how much.
    #[wasm_bindgen(unchecked_return_type = "Decision")]
    pub fn route(
        &self,
        prompt: &str,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let wish = request(wish)?;
        let decision = self.placed(prompt, &wish.context, |placed| {
            decide(&self.router, &self.pool, placed, &wish)
        })?;
        to_js(&decision)
    }

    /// The decision with the frontier of quality against cost and the prompt's place on the map.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn explain(
        &self,
        prompt: &str,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let wish = Request {
            top: None,
            ..request(wish)?
        };
        let explanation = self.placed(prompt, &wish.context, |placed| {
            let decision = decide(&self.router, &self.pool, placed, &wish)?;
            Ok::<_, Thrown>(Explanation {
                frontier: frontier(&decision),
                place: self.map.get().map(|map| map.locate(placed)),
                decision,
            })
        })?;
        to_js(&explanation)
    }

    /// A decision for each of many prompts.
    #[wasm_bindgen(js_name = routeBatch, unchecked_return_type = "Decision[]")]
    pub fn route_batch(
        &self,
        prompts: Vec<String>,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let request = request(wish)?;
        let texts: Vec<&str> = prompts.iter().map(String::as_str).collect();
        let placed = place_batch(&self.router, &texts, &request.context);
        let decisions = placed
            .iter()
            .map(|placed| decide(&self.router, &self.pool, placed, &request))
            .collect::<Result<Vec<_>, _>>()?;
        to_js(&decisions)
    }

    /// Forgets the batch.
    #[wasm_bindgen(js_name = clearBatch)]
    pub fn clear_batch(&mut self) {
        self.batch.clear();
        self.weighed = None;
    }

    /// Adds as many of the prompts to the batch as can be placed in that time, at least one.
    /// Returns how many these are.
    #[wasm_bindgen(js_name = addToBatch)]
    pub fn add_to_batch(&mut self, prompts: Vec<String>, millis: f64) -> usize {
        self.weighed = None;
        let clock = convert::clock();
        let end = clock.now() + millis;
        let before = self.batch.len();
        for prompt in &prompts {
            self.batch.push(place(&self.router, prompt, ""));
            if clock.now() >= end {
                break;
            }
        }
        self.batch.len() - before
    }

    /// Where each prompt of the batch goes; a budget or a floor holds on average.
    #[wasm_bindgen(unchecked_return_type = "BatchReport")]
    pub fn report(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let request = request(wish)?;
        let rest = Request {
            objective: Objective::default(),
            ..request.clone()
        };
        let batch = match self.weighed.take() {
            Some((weighed_for, batch)) if weighed_for == rest => batch,
            _ => Batch::new(&self.pool, &self.batch, &rest)?,
        };
        let report = batch.report(request.objective);
        self.weighed = Some((rest, batch));
        to_js(&report?)
    }

    /// What the prompt costs with one model, or with each.
    #[wasm_bindgen(js_name = estimateCost, unchecked_return_type = "CostEstimate[]")]
    pub fn estimate_cost(
        &self,
        prompt: &str,
        model: Option<String>,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let wish = request(wish)?;
        let costs = self.placed(prompt, &wish.context, |placed| {
            estimate(&self.pool, placed, model.as_deref(), &wish)
        })?;
        to_js(&costs)
    }

    /// What the prompts of the batch cost in all with one model, or with each.
    #[wasm_bindgen(unchecked_return_type = "CostTotal[]")]
    pub fn totals(
        &self,
        model: Option<String>,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let wish = request(wish)?;
        to_js(&totals(&self.pool, &self.batch, model.as_deref(), &wish)?)
    }

    /// Replaces the pool; one that is refused leaves the present one in place.
    #[wasm_bindgen(js_name = setPool, unchecked_return_type = "PoolInfo")]
    pub fn set_pool(&mut self, pool: &[u8]) -> Result<JsValue, Thrown> {
        self.pool = Pool::from_json(pool, &self.router)?;
        self.weighed = None;
        self.pool_info()
    }

    /// Adds a model to the pool, or replaces the one with its id. Labelled prompts become
    /// per-cluster errors, so that they do not leave with the pool.
    #[wasm_bindgen(js_name = addModel, unchecked_return_type = "PoolInfo")]
    pub fn add_model(&mut self, model: &[u8]) -> Result<JsValue, Thrown> {
        let model = RawModel::parse(model)?.labels_to_errors(&self.router)?;
        self.pool = self.pool.with_model(model, &self.router)?;
        self.weighed = None;
        self.pool_info()
    }

    /// The pool as LLM profile JSON, unknown fields included.
    pub fn pool(&self) -> String {
        self.pool.to_json()
    }

    /// The pool as it was understood.
    #[wasm_bindgen(js_name = poolInfo, unchecked_return_type = "PoolInfo")]
    pub fn pool_info(&self) -> Result<JsValue, Thrown> {
        to_js(&self.pool.info(&self.router))
    }

    /// What another pool would decide, without taking it.
    #[wasm_bindgen(unchecked_return_type = "Comparison")]
    pub fn compare(
        &self,
        pool: &[u8],
        prompt: &str,
        #[wasm_bindgen(unchecked_param_type = "RouteRequest | undefined")] wish: JsValue,
    ) -> Result<JsValue, Thrown> {
        let other = Pool::from_json(pool, &self.router)?;
        let request = request(wish)?;
        let decision = self.placed(prompt, &request.context, |placed| {
            decide(&self.router, &other, placed, &request)
        })?;
        to_js(&Comparison {
            info: other.info(&self.router),
            decision,
        })
    }

    /// Reads a price list of LiteLLM, models.dev or OpenRouter; the pool stays as it is.
    #[wasm_bindgen(js_name = importPrices, unchecked_return_type = "ImportedPrices")]
    pub fn import_prices(&self, list: &[u8]) -> Result<JsValue, Thrown> {
        to_js(&import_prices(list, &self.pool)?)
    }

    /// What this router is.
    #[wasm_bindgen(unchecked_return_type = "RouterInfo")]
    pub fn info(&self) -> Result<JsValue, Thrown> {
        to_js(&self.router.info())
    }

    /// The clusters in two dimensions, with each model's expected quality in them. From the first
    /// call on, explanations say where their prompt lies.
    #[wasm_bindgen(unchecked_return_type = "ClusterMap")]
    pub fn map(&self) -> Result<JsValue, Thrown> {
        let map = self.map.get_or_init(|| Map::new(&self.router));
        to_js(&map.with_pool(&self.router, &self.pool))
    }

    fn placed<T>(&self, prompt: &str, context: &str, then: impl FnOnce(&Placed) -> T) -> T {
        let mut last = self.last.borrow_mut();
        match &mut *last {
            Some(last) if (last.prompt.as_str(), last.context.as_str()) == (prompt, context) => {
                then(&last.placed)
            }
            other => {
                let placed = place(&self.router, prompt, context);
                let (prompt, context) = (prompt.to_owned(), context.to_owned());
                then(
                    &other
                        .insert(Last {
                            prompt,
                            context,
                            placed,
                        })
                        .placed,
                )
            }
        }
    }
}

/// The prompt looked at before this one.
struct Last {
    prompt: String,
    context: String,
    placed: Placed,
}

//! A router with its pool and what was computed before, for interactive use.
//!
//! [`route`](crate::route) consists of pure functions. A page or a service calls them again and
//! again with almost the same arguments: the same prompt at another λ, the same batch under another
//! budget. A [`Session`] keeps what such calls share and drops it as soon as it no longer holds. It also
//! keeps the verdicts on answers (`feedback.rs`), on which the decisions after them rest.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod feedback;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::feedback::Feedback;
use crate::pool::{
    ImportedPrices, ModelCertainty, ModelFields, ModelPreview, Pool, PoolError, PoolInfo, RawModel,
    import_prices,
};
use crate::route::{
    Batch, BatchReport, ClusterMap, Comparison, CostEstimate, CostTotal, Decision, Explanation,
    Map, Objective, Placed, Request, RouteError, Savings, WhatIf, decide, estimate, frontier,
    place, place_in, savings, totals, what_if,
};
use crate::router::Router;

/// Prompts to label that are offered for a model.
const NEXT_LABELS: usize = 5;

/// A router, the pool it chooses from, the last prompt and a batch of prompts.
///
/// Results are those of the functions in [`route`](crate::route); only the time they take depends
/// on the calls before.
///
/// ```
/// use uniroute::route::{Objective, Request};
/// use uniroute::{Router, session::Session};
///
/// # fn main() -> Result<(), uniroute::Error> {
/// # #[cfg(feature = "bundled")] {
/// let pool = br#"{"models": [
///     {"id": "small", "accuracy": 0.5, "cost": {"input": 0.1, "output": 0.4}},
///     {"id": "large", "accuracy": 0.9, "cost": {"input": 3, "output": 15}}]}"#;
/// let mut session = Session::new(Router::bundled()?, pool)?;
/// let best = session.decide("Prove that 7 is prime.", &Request::default())?;
/// assert_eq!(best.model.as_deref(), Some("large"));
/// // The prompt is the same, so it is not embedded again.
/// let cheap = Request { objective: Objective::Lambda(1e6), ..Request::default() };
/// assert_eq!(session.decide("Prove that 7 is prime.", &cheap)?.model.as_deref(), Some("small"));
/// # }
/// # Ok(())
/// # }
/// ```
pub struct Session {
    router: Router,
    /// With the verdicts of `feedback` on its models: [`Session::replace_pool`] adds them.
    pool: Pool,
    feedback: Feedback,
    map: Option<Map>,
    last: LastPrompt,
    batch: Vec<Placed>,
    /// Holds only for the present pool and batch: [`Session::replace_pool`] and
    /// [`Session::batch_mut`] clear it.
    scored: Option<ScoredBatch>,
}

/// The batch with every model's quality and cost for one request.
struct ScoredBatch {
    /// The request without its objective, which does not affect the scores.
    request: Request,
    batch: Batch,
}

/// The prompt placed last: a change of λ does not make it another prompt.
#[derive(Default)]
struct LastPrompt(Option<(LastText, Placed)>);

/// What the place of a prompt depends on.
#[derive(PartialEq)]
struct LastText {
    prompt: String,
    earlier: Vec<String>,
    answers: Vec<String>,
    context: String,
}

impl LastPrompt {
    fn place(&mut self, router: &Router, prompt: &str, request: &Request) -> &Placed {
        let is_same = |last: &LastText| {
            last.prompt == prompt
                && last.earlier == request.earlier
                && last.answers == request.answers
                && last.context == request.context
        };
        let kept = self.0.take().filter(|(last, _)| is_same(last));
        let (_, placed) = self.0.insert(kept.unwrap_or_else(|| {
            let last = LastText {
                prompt: prompt.to_owned(),
                earlier: request.earlier.clone(),
                answers: request.answers.clone(),
                context: request.context.clone(),
            };
            (last, place_in(router, &[prompt], request).swap_remove(0))
        }));
        placed
    }
}

impl Session {
    /// A session of a router and a pool in LLM profile JSON.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn new(router: Router, pool: &[u8]) -> Result<Self, PoolError> {
        Ok(Self {
            pool: Pool::from_json(pool, &router)?,
            feedback: Feedback::new(&router),
            router,
            map: None,
            last: LastPrompt::default(),
            batch: Vec::new(),
            scored: None,
        })
    }

    /// The router.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// The present pool.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The present pool as a table for people.
    pub fn pool_info(&self) -> PoolInfo {
        self.pool.info(&self.router)
    }

    /// Replaces the pool by one in LLM profile JSON.
    ///
    /// # Errors
    /// As [`Session::new`]; the present pool stays.
    pub fn set_pool(&mut self, json: &[u8]) -> Result<(), PoolError> {
        let pool = Pool::from_json(json, &self.router)?;
        self.replace_pool(pool)
    }

    /// Adds a model in LLM profile JSON to the pool, or replaces the one with its id. Labelled
    /// prompts become per-cluster errors, so that the pool does not contain them.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong; the present pool stays.
    pub fn add_model(&mut self, json: &[u8]) -> Result<(), PoolError> {
        let model = RawModel::parse(json)?.labels_to_errors(&self.router)?;
        let pool = self.pool.with_model(model, &self.router)?;
        self.replace_pool(pool)
    }

    /// What the pool would know of a model in LLM profile JSON, and which benchmarks would tell most
    /// about it. The pool does not change.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn preview_model(&self, json: &[u8]) -> Result<ModelPreview, PoolError> {
        RawModel::parse(json)?.preview(&self.router)
    }

    /// The expected quality of each model of the pool in each field of topics.
    pub fn fields(&self) -> Vec<ModelFields> {
        self.pool.fields(&self.router)
    }

    /// How sure the router is of a model of the pool in each field, and which prompts to label next. `None`
    /// for a model that the pool does not have.
    pub fn certainty(&self, id: &str) -> Option<ModelCertainty> {
        let mut models = self.pool.models().iter();
        let model = models.find(|model| model.id == id)?;
        Some(model.certainty(&self.router, NEXT_LABELS))
    }

    /// Reads a price list of LiteLLM, models.dev or OpenRouter and compares it with the pool, which
    /// does not change.
    ///
    /// # Errors
    /// [`PoolError`] for a list that is in none of these formats.
    pub fn import_prices(&self, list: &[u8]) -> Result<ImportedPrices, PoolError> {
        import_prices(list, &self.pool)
    }

    /// Which model should get the prompt, and why.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong.
    pub fn decide(&mut self, prompt: &str, request: &Request) -> Result<Decision, RouteError> {
        let placed = self.last.place(&self.router, prompt, request);
        decide(&self.router, &self.pool, placed, request)
    }

    /// The decision about every candidate, with the frontier of quality against cost and, once
    /// [`Session::map`] was called, the prompt's place on the map.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong.
    pub fn explain(&mut self, prompt: &str, request: Request) -> Result<Explanation, RouteError> {
        let request = Request {
            top: None,
            ..request
        };
        let placed = self.last.place(&self.router, prompt, &request);
        let decision = decide(&self.router, &self.pool, placed, &request)?;
        Ok(Explanation {
            frontier: frontier(&decision),
            place: self.map.as_ref().map(|map| map.locate(placed)),
            decision,
        })
    }

    /// A decision for each of many prompts, in their order.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong.
    pub fn decide_each(
        &self,
        prompts: &[&str],
        request: &Request,
    ) -> Result<Vec<Decision>, RouteError> {
        place_in(&self.router, prompts, request)
            .iter()
            .map(|placed| decide(&self.router, &self.pool, placed, request))
            .collect()
    }

    /// What the prompt costs with one model, or with each model of the pool.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong or the pool does not have the model.
    pub fn estimate_cost(
        &mut self,
        prompt: &str,
        model: Option<&str>,
        request: &Request,
    ) -> Result<Vec<CostEstimate>, RouteError> {
        let placed = self.last.place(&self.router, prompt, request);
        estimate(&self.pool, placed, model, request)
    }

    /// What another pool, in LLM profile JSON, would decide, with the same verdicts on the models that are
    /// in both. The present pool stays.
    ///
    /// # Errors
    /// [`Error::Pool`] when the other pool is wrong, [`Error::Route`] when the request is.
    pub fn compare(
        &mut self,
        pool: &[u8],
        prompt: &str,
        request: &Request,
    ) -> Result<Comparison, Error> {
        let mut other = Pool::from_json(pool, &self.router)?;
        self.add_verdicts(&mut other)?;
        let placed = self.last.place(&self.router, prompt, request);
        Ok(Comparison {
            info: other.info(&self.router),
            decision: decide(&self.router, &other, placed, request)?,
        })
    }

    /// The clusters in two dimensions, with each model's expected quality in them. After the first
    /// call, explanations contain their prompt's place.
    pub fn map(&mut self) -> ClusterMap {
        self.map
            .get_or_insert_with(|| Map::new(&self.router))
            .with_pool(&self.router, &self.pool)
    }

    /// Removes all prompts from the batch.
    pub fn clear_batch(&mut self) {
        self.batch_mut().clear();
    }

    /// Adds prompts to the batch, in their order, until `time_is_up` returns true; it is called
    /// after each prompt, so at least one is added. Returns how many were added.
    pub fn add_to_batch<'a>(
        &mut self,
        prompts: impl IntoIterator<Item = &'a str>,
        mut time_is_up: impl FnMut() -> bool,
    ) -> usize {
        let before = self.batch.len();
        for prompt in prompts {
            let placed = place(&self.router, prompt, "");
            self.batch_mut().push(placed);
            if time_is_up() {
                break;
            }
        }
        self.batch.len() - before
    }

    /// Number of prompts in the batch.
    pub fn batch_len(&self) -> usize {
        self.batch.len()
    }

    /// Where each prompt of the batch goes; a budget or a quality floor holds on average.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong.
    pub fn report(&mut self, request: Request) -> Result<BatchReport, RouteError> {
        let objective = request.objective;
        self.scored(&request)?.batch.report(objective)
    }

    /// What routing the batch saves against sending all of it to one model, the best single one unless
    /// `reference` names another. `None` where that model is excluded for a prompt or its price is
    /// unknown.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong or the pool does not have the model.
    pub fn savings(
        &mut self,
        reference: Option<&str>,
        request: Request,
    ) -> Result<Option<Savings>, RouteError> {
        self.scored(&request)?;
        let Some(ScoredBatch { batch, .. }) = &self.scored else {
            return Ok(None);
        };
        savings(&self.pool, &self.batch, batch, reference, &request)
    }

    /// As [`Session::savings`], for one prompt alone.
    ///
    /// # Errors
    /// As [`Session::savings`].
    pub fn savings_of(
        &mut self,
        prompt: &str,
        reference: Option<&str>,
        request: &Request,
    ) -> Result<Option<Savings>, RouteError> {
        let placed = self.last.place(&self.router, prompt, request);
        let prompts = std::slice::from_ref(placed);
        let batch = Batch::new(&self.pool, prompts, request)?;
        savings(&self.pool, prompts, &batch, reference, request)
    }

    /// How many prompts of the batch a model of this quality and cost would get, the same for every
    /// prompt. The quality is in [0, 1], the cost in USD for one prompt.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong or a number is out of range.
    pub fn what_if(
        &mut self,
        quality: f64,
        cost: f64,
        request: Request,
    ) -> Result<WhatIf, RouteError> {
        what_if(
            &self.scored(&request)?.batch,
            quality,
            cost,
            request.objective,
        )
    }

    /// The batch with every model's quality and cost for a request, whose objective does not matter.
    fn scored(&mut self, request: &Request) -> Result<&ScoredBatch, RouteError> {
        let request = Request {
            objective: Objective::default(),
            ..request.clone()
        };
        let scored = match self.scored.take() {
            Some(scored) if scored.request == request => scored,
            _ => ScoredBatch {
                batch: Batch::new(&self.pool, &self.batch, &request)?,
                request,
            },
        };
        Ok(self.scored.insert(scored))
    }

    /// What the prompts of the batch cost in all with one model, or with each model of the pool.
    ///
    /// # Errors
    /// [`RouteError`] when the request is wrong or the pool does not have the model.
    pub fn totals(
        &self,
        model: Option<&str>,
        request: &Request,
    ) -> Result<Vec<CostTotal>, RouteError> {
        totals(&self.pool, &self.batch, model, request)
    }

    /// The only place where the models of the pool change. The verdicts on them stay.
    fn replace_pool(&mut self, mut pool: Pool) -> Result<(), PoolError> {
        self.add_verdicts(&mut pool)?;
        self.pool = pool;
        self.scored = None;
        Ok(())
    }

    /// The only way to change the batch.
    fn batch_mut(&mut self) -> &mut Vec<Placed> {
        self.scored = None;
        &mut self.batch
    }
}

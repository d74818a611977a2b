//! A router with its pool and what was computed before, for interactive use.
//!
//! [`route`](crate::route) consists of pure functions. A page or a service calls them again and
//! again with almost the same arguments: the same prompt at another λ, the same batch under another
//! budget. A [`Session`] keeps what such calls share and drops it as soon as it no longer holds.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use crate::Error;
use crate::pool::{
    ImportedPrices, ModelPreview, Pool, PoolError, PoolInfo, RawModel, import_prices,
};
use crate::route::{
    Batch, BatchReport, ClusterMap, Comparison, CostEstimate, CostTotal, Decision, Explanation,
    Map, Objective, Placed, Request, RouteError, Savings, WhatIf, decide, estimate, frontier,
    place, place_batch, savings, totals, what_if,
};
use crate::router::Router;

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
    pool: Pool,
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
struct LastPrompt(Option<(String, String, Placed)>);

impl LastPrompt {
    fn place(&mut self, router: &Router, prompt: &str, context: &str) -> &Placed {
        let kept = self
            .0
            .take()
            .filter(|(p, c, _)| (p.as_str(), c.as_str()) == (prompt, context));
        let (_, _, placed) = self.0.insert(kept.unwrap_or_else(|| {
            let placed = place(router, prompt, context);
            (prompt.to_owned(), context.to_owned(), placed)
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
        self.replace_pool(Pool::from_json(json, &self.router)?);
        Ok(())
    }

    /// Adds a model in LLM profile JSON to the pool, or replaces the one with its id. Labelled
    /// prompts become per-cluster errors, so that the pool does not contain them.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong; the present pool stays.
    pub fn add_model(&mut self, json: &[u8]) -> Result<(), PoolError> {
        let model = RawModel::parse(json)?.labels_to_errors(&self.router)?;
        self.replace_pool(self.pool.with_model(model, &self.router)?);
        Ok(())
    }

    /// What the pool would know of a model in LLM profile JSON, and which benchmarks would tell most
    /// about it. The pool does not change.
    ///
    /// # Errors
    /// [`PoolError`], naming the JSON path of the first value that is wrong.
    pub fn preview_model(&self, json: &[u8]) -> Result<ModelPreview, PoolError> {
        RawModel::parse(json)?.preview(&self.router)
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
        let placed = self.last.place(&self.router, prompt, &request.context);
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
        let placed = self.last.place(&self.router, prompt, &request.context);
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
        place_batch(&self.router, prompts, &request.context)
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
        let placed = self.last.place(&self.router, prompt, &request.context);
        estimate(&self.pool, placed, model, request)
    }

    /// What another pool, in LLM profile JSON, would decide. The present pool stays.
    ///
    /// # Errors
    /// [`Error::Pool`] when the other pool is wrong, [`Error::Route`] when the request is.
    pub fn compare(
        &mut self,
        pool: &[u8],
        prompt: &str,
        request: &Request,
    ) -> Result<Comparison, Error> {
        let other = Pool::from_json(pool, &self.router)?;
        let placed = self.last.place(&self.router, prompt, &request.context);
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
        let placed = self.last.place(&self.router, prompt, &request.context);
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

    /// The only place where the pool changes.
    fn replace_pool(&mut self, pool: Pool) {
        self.pool = pool;
        self.scored = None;
    }

    /// The only way to change the batch.
    fn batch_mut(&mut self) -> &mut Vec<Placed> {
        self.scored = None;
        &mut self.batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::{Embed, Embedded};
    use crate::router::fixture::{self, TwoWords};
    use crate::router::{Parts, Router};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const POOL: &[u8] = br#"{"models": [
        {"id": "small", "errors": {"mean": [0.6, 0.1]}, "cost": {"input": 1, "output": 1}, "output_tokens": 100},
        {"id": "large", "errors": {"mean": [0.2, 0.1]}, "cost": {"input": 10, "output": 10}, "output_tokens": 100}]}"#;
    const OTHER: &[u8] =
        br#"{"models": [{"id": "other", "accuracy": 0.5, "cost": {"input": 2, "output": 2}}]}"#;
    const LABELLED: &[u8] = br#"{"id": "new", "cost": {"input": 1, "output": 1},
        "labels": [{"prompt": "code", "score": 1}, {"prompt": "poem", "score": 0}]}"#;

    fn session() -> Session {
        Session::new(fixture::router(), POOL).unwrap()
    }

    /// The two-word embedder, which counts how often it embeds.
    struct Counting(Arc<AtomicUsize>);

    impl Embed for Counting {
        fn id(&self) -> &str {
            TwoWords.id()
        }

        fn dim(&self) -> usize {
            TwoWords.dim()
        }

        fn embed(&self, text: &str) -> Embedded {
            self.0.fetch_add(1, Ordering::Relaxed);
            TwoWords.embed(text)
        }

        fn count(&self, text: &str) -> usize {
            TwoWords.count(text)
        }
    }

    fn counting() -> (Session, impl Fn() -> usize) {
        let embedded = Arc::new(AtomicUsize::new(0));
        let parts = Parts {
            embedder: Box::new(Counting(embedded.clone())),
            ..fixture::parts()
        };
        let session = Session::new(Router::new(parts).unwrap(), POOL).unwrap();
        (session, move || embedded.load(Ordering::Relaxed))
    }

    fn lambda(lambda: f64) -> Request {
        Request {
            objective: Objective::Lambda(lambda),
            ..Request::default()
        }
    }

    fn filled(session: &mut Session) {
        session.add_to_batch(["code", "poem", "code poem"], || false);
    }

    fn ids(report: &BatchReport) -> Vec<&str> {
        report.models.iter().map(|m| m.id.as_str()).collect()
    }

    #[test]
    fn the_same_prompt_is_not_placed_twice() {
        let (mut session, embedded) = counting();
        for step in 0..5 {
            session.decide("code", &lambda(10f64.powi(step))).unwrap();
        }
        session.explain("code", lambda(1.0)).unwrap();
        session.estimate_cost("code", None, &lambda(1.0)).unwrap();
        session.compare(OTHER, "code", &lambda(1.0)).unwrap();
        session.set_pool(OTHER).unwrap();
        session.decide("code", &lambda(1.0)).unwrap();
        assert_eq!(embedded(), 1);
        session.decide("poem", &lambda(1.0)).unwrap();
        let with_context = Request {
            context: "a long talk".into(),
            ..Request::default()
        };
        session.decide("poem", &with_context).unwrap();
        assert_eq!(embedded(), 3, "another prompt and another context");
    }

    #[test]
    fn decisions_equal_those_of_the_pure_functions() {
        let mut session = session();
        for prompt in ["code", "poem", "poem", "code poem"] {
            for lambda in [0.0, 1e2, 1e5].map(lambda) {
                let fresh = crate::route::route(session.router(), session.pool(), prompt, &lambda);
                let fresh = fresh.unwrap();
                assert_eq!(session.decide(prompt, &lambda).unwrap(), fresh);
                assert_eq!(session.decide_each(&[prompt], &lambda).unwrap(), [fresh]);
            }
        }
    }

    #[test]
    fn an_explanation_lists_every_candidate_and_has_a_place_once_there_is_a_map() {
        let mut session = session();
        let one = Request {
            top: Some(1),
            ..Request::default()
        };
        let before = session.explain("code", one.clone()).unwrap();
        assert_eq!((before.decision.candidates.len(), before.place), (2, None));
        assert_eq!(session.map().clusters.len(), 2);
        assert!(session.explain("code", one).unwrap().place.is_some());
    }

    #[test]
    fn reports_equal_fresh_ones() {
        let mut session = session();
        filled(&mut session);
        let deny = Request {
            deny: vec!["large".into()],
            ..lambda(5.0)
        };
        let objectives = [
            Objective::Lambda(0.0),
            Objective::MaxCost(0.001),
            Objective::MinQuality(0.7),
        ];
        let requests = objectives.map(|objective| Request {
            objective,
            ..Request::default()
        });
        for request in requests.into_iter().chain([deny, lambda(3.0)]) {
            let fresh = Batch::new(&session.pool, &session.batch, &request).unwrap();
            let fresh = fresh.report(request.objective).unwrap();
            assert_eq!(session.report(request).unwrap(), fresh);
        }
    }

    #[test]
    fn another_objective_does_not_score_the_batch_again_and_a_changed_pool_or_batch_does() {
        let mut session = session();
        filled(&mut session);
        session.report(lambda(0.0)).unwrap();
        session.report(lambda(9.0)).unwrap();
        assert!(session.scored.is_some());

        session.set_pool(OTHER).unwrap();
        assert!(session.scored.is_none());
        assert_eq!(ids(&session.report(lambda(0.0)).unwrap()), ["other"]);

        session.add_model(LABELLED).unwrap();
        assert!(session.scored.is_none());
        assert_eq!(ids(&session.report(lambda(0.0)).unwrap()), ["other", "new"]);

        session.add_to_batch(["code"], || false);
        assert_eq!(session.report(lambda(0.0)).unwrap().chosen.len(), 4);
        session.clear_batch();
        assert_eq!(session.report(lambda(0.0)).unwrap().chosen.len(), 0);
    }

    #[test]
    fn a_rejected_pool_or_model_leaves_the_present_pool_and_the_scored_batch() {
        let mut session = session();
        filled(&mut session);
        let before = (session.pool.to_json(), session.report(lambda(1.0)).unwrap());
        assert!(session.set_pool(b"{\"models\": []}").is_err());
        assert!(session.set_pool(b"not JSON").is_err());
        assert!(session.add_model(b"{\"id\": \"\"}").is_err());
        let label = br#"{"id": "new", "labels": [{"prompt": "code", "score": 2}]}"#;
        assert!(session.add_model(label).is_err());
        assert!(session.compare(b"{}", "code", &lambda(1.0)).is_err());
        assert!(session.scored.is_some());
        let after = (session.pool.to_json(), session.report(lambda(1.0)).unwrap());
        assert_eq!(before, after);
    }

    #[test]
    fn a_rejected_request_does_not_spoil_the_next_report() {
        let mut session = session();
        filled(&mut session);
        let good = session.report(lambda(1.0)).unwrap();
        assert!(session.report(lambda(f64::NAN)).is_err());
        let unknown = Request {
            allow: vec!["nobody".into()],
            ..Request::default()
        };
        assert!(session.report(unknown).is_err());
        assert_eq!(session.report(lambda(1.0)).unwrap(), good);
    }

    #[test]
    fn savings_are_those_of_the_present_batch_and_of_one_prompt_those_of_a_batch_of_it() {
        let mut session = session();
        assert!(session.savings(None, lambda(0.0)).unwrap().is_none());
        session.add_to_batch(["code"], || false);
        for request in [lambda(0.0), lambda(1e6)] {
            let batch = session.savings(None, request.clone()).unwrap().unwrap();
            let prompt = session.savings_of("code", None, &request).unwrap();
            assert_eq!(prompt, Some(batch));
        }
        let before = session.savings(None, lambda(0.0)).unwrap();
        session.set_pool(OTHER).unwrap();
        assert_ne!(session.savings(None, lambda(0.0)).unwrap(), before);
        assert_eq!(session.what_if(1.0, 0.0, lambda(0.0)).unwrap().moved, 1);
    }

    #[test]
    fn adding_to_the_batch_stops_when_time_is_up_after_one_prompt_at_least() {
        let mut session = session();
        let prompts = ["code", "poem", "code poem", "poem"];
        assert_eq!(session.add_to_batch(prompts, || true), 1);
        let mut asked = 0;
        let third = || {
            asked += 1;
            asked == 3
        };
        assert_eq!(session.add_to_batch(prompts, third), 3);
        assert_eq!(session.add_to_batch([], || true), 0);
        assert_eq!(session.batch_len(), 4);
    }

    #[test]
    fn labels_of_an_added_model_do_not_stay_in_the_pool() {
        let mut session = session();
        session.add_model(LABELLED).unwrap();
        let json = session.pool().to_json();
        assert!(json.contains("\"new\"") && !json.contains("\"prompt\""));
        assert_eq!(session.pool_info().models.len(), 3);
    }
}

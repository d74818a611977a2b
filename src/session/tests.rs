use super::*;
use crate::embed::{Embed, Embedded};
use crate::router::fixture::{self, TwoWords};
use crate::router::{Parts, Router};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) const POOL: &[u8] = br#"{"models": [
    {"id": "small", "errors": {"mean": [0.6, 0.1]}, "cost": {"input": 1, "output": 1}, "output_tokens": 100},
    {"id": "large", "errors": {"mean": [0.2, 0.1]}, "cost": {"input": 10, "output": 10}, "output_tokens": 100}]}"#;
pub(super) const OTHER: &[u8] =
    br#"{"models": [{"id": "other", "accuracy": 0.5, "cost": {"input": 2, "output": 2}}]}"#;
const LABELLED: &[u8] = br#"{"id": "new", "cost": {"input": 1, "output": 1},
    "labels": [{"prompt": "code", "score": 1}, {"prompt": "poem", "score": 0}]}"#;

pub(super) fn session() -> Session {
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

pub(super) fn lambda(lambda: f64) -> Request {
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

//! What must hold for every message, decision and pool.

use std::fmt::Display;

use serde_json::Value;
use uniroute::Router;
use uniroute::pool::{ModelPreview, Pool};
use uniroute::route::{Candidate, Decision, Objective, Request, frontier, place, route};

use crate::fixture::PROMPTS;

/// Memberships are sums of single-precision numbers.
const TOLERANCE: f64 = 1e-4;

/// A message says something, and a terminal can show it.
pub fn text(message: impl Display) {
    let message = message.to_string();
    assert!(!message.trim().is_empty(), "an empty message");
    assert!(
        !message.contains(char::is_control),
        "control characters: {message:?}"
    );
}

/// A result, or else an error with a message that can be shown.
pub fn accepted<T, E: Display>(result: Result<T, E>) -> Option<T> {
    result.map_err(text).ok()
}

/// A finite number in a closed range.
pub fn within(what: &str, value: f64, low: f64, high: f64) {
    assert!(
        (low..=high).contains(&value),
        "{what}: {value} is not in [{low}, {high}]"
    );
}

/// Two ends of an interval in [0, 1].
pub fn interval([low, high]: [f64; 2]) {
    within("lower end", low, 0.0, 1.0);
    within("upper end", high, low, 1.0);
}

/// Numbers that a decision shows are finite, in range and ordered; the selected model is the best.
pub fn decision(decision: &Decision, request: &Request) {
    text(&decision.reason);
    decision.candidates.iter().for_each(candidate);
    let open = decision
        .candidates
        .iter()
        .take_while(|c| c.excluded.is_none());
    let considered = open.count();
    let mut excluded = decision.candidates.iter().skip(considered);
    assert!(
        excluded.all(|c| c.excluded.is_some()),
        "an excluded model before a considered one"
    );
    let best = decision.candidates.iter().filter(|c| c.excluded.is_none());
    let best = best.min_by(|a, b| key(a).partial_cmp(&key(b)).expect("comparable"));
    if request.top != Some(0) {
        assert_eq!(decision.model, best.map(|c| c.id.clone()));
    }
    if let Objective::Lambda(lambda) = request.objective {
        for c in &decision.candidates {
            let expected = c.cost.total.map(|cost| (1.0 - c.quality) + lambda * cost);
            let expected = expected.or(request.allow_unpriced.then_some(1.0 - c.quality));
            assert_eq!(c.score.is_some(), expected.is_some());
            let (score, expected) = (c.score.unwrap_or(0.0), expected.unwrap_or(0.0));
            let rounding = f64::EPSILON * (1.0 + expected);
            assert!(
                score == expected || (score - expected).abs() <= rounding,
                "the score of {:?}",
                c.id
            );
        }
    }
    for cluster in &decision.clusters {
        within("weight of a cluster", cluster.weight, 0.0, 1.0 + TOLERANCE);
    }
}

/// Score, then cost, then quality, then id; an unknown cost is the last.
fn key(c: &Candidate) -> (f64, f64, f64, &str) {
    let cost = c.cost.total.unwrap_or(f64::INFINITY);
    (c.score.unwrap_or(f64::INFINITY), cost, -c.quality, &c.id)
}

fn candidate(c: &Candidate) {
    within("quality", c.quality, 0.0, 1.0);
    interval(c.interval);
    within(
        "quality",
        c.quality,
        c.interval[0] - TOLERANCE,
        c.interval[1] + TOLERANCE,
    );
    for (what, tokens) in [("input", c.cost.tokens_in), ("output", c.cost.tokens_out)] {
        within(what, tokens, 0.0, f64::MAX);
    }
    if let Some(total) = c.cost.total {
        within("cost", total, 0.0, f64::MAX);
        let [low, high] = c.cost.range.expect("a cost has a range");
        within("lower cost", low, 0.0, total * (1.0 + 1e-9));
        within("upper cost", high, total * (1.0 - 1e-9), f64::MAX);
    }
    if let Some(excluded) = &c.excluded {
        text(&excluded.message);
    }
}

/// A pool can be routed with, shown, and written so that it is read again as the same pool.
pub fn pool(pool: &Pool, router: &Router) {
    let json = pool.to_json();
    let again = Pool::from_json(json.as_bytes(), router).expect("an exported pool is read again");
    let value = |pool: &Pool| serde_json::to_value(pool.raw()).expect("a pool is JSON");
    same(&value(&again), &value(pool));
    assert_eq!(again.notes(), pool.notes());
    pool.notes().iter().for_each(|note| text(&note.message));
    for model in pool.info(router).models {
        within("quality", model.quality, 0.0, 1.0);
        interval(model.interval);
        within("labels", model.labels, 0.0, f64::MAX);
    }
    for (prompt, lambda) in PROMPTS.iter().zip([0.0, 1.0, 50.0, 1e4, 1e9]) {
        let request = Request {
            objective: Objective::Lambda(lambda),
            ..Request::default()
        };
        let found = route(router, pool, prompt, &request).expect("the request is right");
        assert_eq!(found.candidates.len(), pool.models().len());
        decision(&found, &request);
        rising(&found);
    }
}

/// The intervals of a preview are intervals.
pub fn preview(preview: &ModelPreview) {
    for field in &preview.fields {
        interval(field.interval);
    }
    for next in &preview.next {
        interval(next.interval);
    }
}

/// Two JSON values are equal. A number of more than 15 digits may change in its last bit when it is
/// read.
fn same(a: &Value, b: &Value) {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| same(a, b));
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            for ((a_key, a), (b_key, b)) in a.iter().zip(b) {
                assert_eq!(a_key, b_key, "export and import differ");
                same(a, b);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (
                a.as_f64().unwrap_or_default(),
                b.as_f64().unwrap_or_default(),
            );
            let bit = f64::EPSILON * a.abs().max(b.abs()).max(f64::MIN_POSITIVE);
            assert!((a - b).abs() <= bit, "export and import differ: {a} {b}");
        }
        (a, b) => assert_eq!(a, b, "export and import differ"),
    }
}

/// The frontier rises in cost and in quality.
fn rising(decision: &Decision) {
    let points = frontier(decision);
    for pair in points.windows(2) {
        assert!(pair[0].cost < pair[1].cost && pair[0].quality < pair[1].quality);
    }
}

/// A router places every prompt.
pub fn router(router: &Router) {
    assert_eq!(router.sha256().len(), 64);
    for prompt in PROMPTS {
        let placed = place(router, prompt, "");
        assert_eq!(placed.membership.len(), router.clusters().len());
        let each = placed.membership.iter().map(|m| f64::from(*m));
        each.clone()
            .for_each(|m| within("membership", m, 0.0, 1.0 + TOLERANCE));
        within("sum of memberships", each.sum(), 1.0 - 1e-2, 1.0 + 1e-2);
        within("trust", f64::from(placed.trust), 0.0, 1.0);
    }
}

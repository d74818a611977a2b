//! Verdicts from use, whatever the router, the prompts and the scores are.

use proptest::collection::vec;
use proptest::prelude::*;
use uniroute::Router;
use uniroute::feedback::{Feedback, Verdict};
use uniroute::route::place;
use uniroute::session::Session;

use crate::config;
use crate::world::{models, prompt, scene, with_tokens};

const DAY: f64 = 86_400_000.0;

/// A prompt, the number of a model, a score, a trust, and a day.
type Said = (String, usize, f64, f64, f64);

fn said() -> impl Strategy<Value = Said> {
    let score = prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0f64];
    (prompt(), 0..3usize, score, 0.01..=1.0f64, 0.0..1000.0f64)
}

fn half_life() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(1.0..100.0f64)
}

fn given(router: &Router, said: &[Said], half_life: Option<f64>) -> Feedback {
    let mut feedback = Feedback::new(router);
    feedback.set_half_life(half_life).unwrap();
    for (prompt, model, score, trust, day) in said {
        let verdict = Verdict {
            model: ["a", "b", "c"][*model],
            score: *score,
            trust: *trust,
            at: Some(day * DAY),
        };
        feedback
            .add(router, &place(router, prompt, ""), verdict)
            .unwrap();
    }
    feedback
}

/// Whether two say the same of every model, to 1e-9 of their largest number.
fn agree(a: &Feedback, b: &Feedback) -> bool {
    let numbers = |feedback: &Feedback| -> Vec<(String, u64, Vec<f64>)> {
        let row = |(id, verdicts): (&str, &uniroute::feedback::Verdicts)| {
            (
                id.to_owned(),
                verdicts.count,
                verdicts.information.parts().concat(),
            )
        };
        feedback.models().map(row).collect()
    };
    let (a, b) = (numbers(a), numbers(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| {
            let largest = a.2.iter().copied().fold(1.0, f64::max);
            let close =
                a.2.iter()
                    .zip(&b.2)
                    .all(|(a, b)| (a - b).abs() <= 1e-9 * largest);
            (&a.0, a.1) == (&b.0, b.1) && close
        })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn verdicts_add_up_in_any_order_and_division(
        ((router, ..), all, half_life, at) in (scene(), vec(said(), 1..30), half_life(), 0..30usize),
    ) {
        let whole = given(&router, &all, half_life);
        let (first, second) = all.split_at(at % all.len());
        let mut joined = given(&router, second, half_life);
        joined.merge(&given(&router, first, half_life)).unwrap();
        prop_assert!(agree(&whole, &joined));
        let read = Feedback::from_bytes(&whole.to_bytes().unwrap(), &router).unwrap();
        prop_assert_eq!(&read, &whole);
    }

    #[test]
    fn praise_raises_the_expected_quality_and_blame_lowers_it(
        (router, drafts, prompt) in scene(), times in 1..20usize,
    ) {
        let k = router.clusters().len();
        let models = models(&drafts, k);
        let json = serde_json::json!({"models": models}).to_string();
        let mut session = Session::new(router, json.as_bytes()).unwrap();
        let id = models[0]["id"].as_str().unwrap().to_owned();
        let request = with_tokens(uniroute::route::Objective::Lambda(0.0));
        let request = uniroute::route::Request { allow_unpriced: true, ..request };
        let quality = |session: &mut Session| {
            let decision = session.decide(&prompt, &request).unwrap();
            let found = decision.candidates.iter().find(|c| c.id == id).unwrap();
            (found.quality, found.clone())
        };
        let within = |error: &f64| (0.1..=0.9).contains(error);
        let first = &drafts[0];
        let inside = first.accuracy.map_or(first.errors[..k].iter().all(within), |a| within(&a));
        let before = quality(&mut session);
        let file = session.pool().to_json();
        for (score, raises) in [(1.0, true), (0.0, false)] {
            for _ in 0..times {
                let verdict = Verdict { model: &id, score, trust: 1.0, at: None };
                session.feedback(&prompt, verdict).unwrap();
            }
            let after = quality(&mut session).0;
            let moved = if raises { after - before.0 } else { before.0 - after };
            // At the ends a normal distribution has a part of itself beyond what an error can be, and evidence
            // takes that part back.
            prop_assert!(moved > if inside { -1e-4 } else { -0.03 }, "{} after {}", after, before.0);
            session.reset_feedback(None).unwrap();
            prop_assert_eq!(&quality(&mut session).1, &before.1);
        }
        prop_assert_eq!(session.pool().to_json(), file);
    }
}

use super::*;
use crate::profile::{Posterior, Profile};
use crate::router::fixture;
use ndarray::{Array1, Array2};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const START: f64 = 1.7e12;

fn placed(router: &Router, prompt: &str) -> Placed {
    router.place(&router.embedder().embed(prompt), prompt)
}

/// A prompt that is partly about code.
fn between(share: f32) -> Placed {
    Placed {
        membership: vec![share, 1.0 - share],
        ..placed(&fixture::router(), "code poem")
    }
}

fn verdict(model: &str, score: f64) -> Verdict<'_> {
    Verdict {
        model,
        score,
        trust: 1.0,
        at: None,
    }
}

/// Verdicts at random places, with times.
fn random(n: usize, seed: u64) -> Vec<(Placed, f64, f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n)
        .map(|_| {
            let score = f64::from(rng.random::<f32>() < 0.6);
            let trust = 0.05 + 0.95 * rng.random::<f64>();
            let at = START + 100.0 * DAY * rng.random::<f64>();
            (between(rng.random()), score, trust, at)
        })
        .collect()
}

fn collected(verdicts: &[(Placed, f64, f64, f64)], half_life: Option<f64>) -> Feedback {
    let router = fixture::router();
    let mut feedback = Feedback::new(&router);
    feedback.set_half_life(half_life).unwrap();
    for (placed, score, trust, at) in verdicts {
        let verdict = Verdict {
            trust: *trust,
            at: Some(*at),
            ..verdict("a", *score)
        };
        feedback.add(&router, placed, verdict).unwrap();
    }
    feedback
}

fn largest_difference(a: &Feedback, b: &Feedback) -> f64 {
    assert_eq!(
        a.models.keys().collect::<Vec<_>>(),
        b.models.keys().collect::<Vec<_>>()
    );
    let pairs = a.models.values().zip(b.models.values());
    pairs.fold(0.0, |most, (a, b)| {
        assert_eq!(a.count, b.count);
        let parts = a.information.parts().concat().into_iter();
        let others = b.information.parts().concat();
        parts.zip(others).fold(most, |most: f64, (a, b)| {
            most.max((a - b).abs() / a.abs().max(1.0))
        })
    })
}

#[test]
fn a_verdict_is_an_observation_with_the_noise_expected_by_the_prior() {
    let router = fixture::router();
    let mut feedback = Feedback::new(&router);
    let half = Verdict {
        trust: 0.5,
        ..verdict("a", 0.25)
    };
    feedback.add(&router, &between(0.75), half).unwrap();
    let found = feedback.of("a").unwrap();
    let prior = router.prior();
    let gamma = 0.75 * prior.mean()[0] + 0.25 * prior.mean()[1];
    let per = 0.5 / (prior.noise_ratio() * gamma * (1.0 - gamma));
    let [labels, precision, vector] = found.information.parts();
    let close = |found: &[f64], expected: &[f64]| {
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-9),
            "{found:?}"
        );
    };
    close(precision, &[0.5625 * per, 0.1875 * per, 0.0625 * per]);
    close(vector, &[0.75 * 0.75 * per, 0.25 * 0.75 * per]);
    close(labels, &[0.375, 0.125]);
    assert_eq!((found.count, feedback.of("b")), (1, None));
}

#[test]
fn order_does_not_matter_with_or_without_forgetting() {
    let mut verdicts = random(400, 1);
    for half_life in [None, Some(30.0)] {
        let before = collected(&verdicts, half_life);
        verdicts.shuffle(&mut ChaCha8Rng::seed_from_u64(2));
        let after = collected(&verdicts, half_life);
        assert!(largest_difference(&before, &after) < 1e-9, "{half_life:?}");
    }
}

#[test]
fn merged_feedback_is_that_of_all_verdicts() {
    let verdicts = random(300, 3);
    for half_life in [None, Some(10.0)] {
        let whole = collected(&verdicts, half_life);
        let (one, two) = verdicts.split_at(120);
        let [one, two] = [one, two].map(|part| collected(part, half_life));
        let joined = |mut a: Feedback, b: &Feedback| {
            a.merge(b).unwrap();
            a
        };
        assert!(largest_difference(&joined(one.clone(), &two), &whole) < 1e-9);
        assert!(largest_difference(&joined(two.clone(), &one), &whole) < 1e-9);
        let none = Feedback::new(&fixture::router());
        assert_eq!(joined(none.clone(), &one), one);
        assert_eq!(joined(one.clone(), &none), one);
    }
    let mut kept = collected(&verdicts, None);
    let problem = kept.merge(&collected(&verdicts, Some(1.0))).unwrap_err();
    assert_eq!(problem.code(), "feedback_half_life");
    assert_eq!(kept, collected(&verdicts, None));
}

#[test]
fn an_old_verdict_has_the_weight_that_its_age_leaves() {
    let router = fixture::router();
    let mut feedback = Feedback::new(&router);
    feedback.set_half_life(Some(7.0)).unwrap();
    for (model, days) in [("old", 0.0), ("new", 14.0), ("late", 7.0)] {
        let at = Some(START + days * DAY);
        let verdict = Verdict {
            at,
            ..verdict(model, 1.0)
        };
        feedback.add(&router, &between(1.0), verdict).unwrap();
    }
    let weights = |feedback: &Feedback| {
        ["old", "new", "late"].map(|id| feedback.of(id).unwrap().information.weight())
    };
    let close = |found: [f64; 3], expected: [f64; 3]| {
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-12),
            "{found:?}"
        );
    };
    close(weights(&feedback), [0.25, 1.0, 0.5]);
    assert!(feedback.pass_time(START + 21.0 * DAY).unwrap());
    close(weights(&feedback), [0.125, 0.5, 0.25]);
    assert!(!feedback.pass_time(START).unwrap(), "time does not go back");
    assert_eq!(feedback.of("old").unwrap().count, 1);
    let without = feedback.add(&router, &between(1.0), verdict("old", 1.0));
    assert_eq!(without, Err(FeedbackError::NoTime));
}

/// Ψ of a model of which only the feedback is known.
fn posterior(feedback: &Feedback, prior: &crate::prior::Prior) -> Posterior {
    let base = Posterior::new(prior, &crate::observation::Observations::none(2)).unwrap();
    base.with_information(&feedback.of("a").unwrap().information)
        .unwrap()
}

#[test]
fn a_hundred_thousand_verdicts_find_the_truth_in_a_state_that_does_not_grow() {
    let router = fixture::router();
    let truth = [0.12, 0.71];
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut feedback = Feedback::new(&router);
    let mut first = 0;
    for i in 0..100_000 {
        let placed = between(rng.random());
        let error: f64 = placed
            .membership
            .iter()
            .zip(truth)
            .map(|(p, t)| f64::from(*p) * t)
            .sum();
        let score = f64::from(rng.random::<f64>() >= error);
        feedback.add(&router, &placed, verdict("a", score)).unwrap();
        if i == 9 {
            first = feedback.to_bytes().unwrap().len();
        }
    }
    let bytes = feedback.to_bytes().unwrap();
    // The number of verdicts is written in digits: that is all that grows.
    assert!(bytes.len() <= first + 8, "{first} {}", bytes.len());
    assert_eq!(Feedback::from_bytes(&bytes, &router).unwrap(), feedback);
    let found = posterior(&feedback, router.prior());
    for (found, truth) in found.mean().iter().zip(truth) {
        assert!((found - truth).abs() < 0.005 * 2.0, "{found} {truth}");
    }
    let mean = found.mean().sum() / 2.0;
    assert!((mean - 0.415).abs() < 0.005, "{mean}");
}

#[test]
fn what_is_forgotten_follows_a_change_of_the_model() {
    let router = fixture::router();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut errors = [Some(20.0), None].map(|half_life| {
        let mut feedback = Feedback::new(&router);
        feedback.set_half_life(half_life).unwrap();
        for day in 0..400 {
            // From day 300 on the model fails where it was right.
            let error = if day < 300 { 0.1 } else { 0.8 };
            for _ in 0..5 {
                let score = f64::from(rng.random::<f64>() >= error);
                let at = Some(START + f64::from(day) * DAY);
                let verdict = Verdict {
                    at,
                    ..verdict("a", score)
                };
                feedback.add(&router, &between(1.0), verdict).unwrap();
            }
        }
        posterior(&feedback, router.prior()).mean()[0]
    });
    errors.sort_by(f64::total_cmp);
    let [kept, forgotten] = errors;
    assert!((forgotten - 0.8).abs() < 0.08, "{forgotten}");
    assert!((kept - 0.275).abs() < 0.05, "{kept}");
}

#[test]
fn a_profile_takes_verdicts_where_they_say_something() {
    let router = fixture::router();
    let base = Profile::try_new(router.prior(), vec![0.5, 0.5], None, None, None).unwrap();
    let mut feedback = Feedback::new(&router);
    for _ in 0..40 {
        feedback
            .add(&router, &between(1.0), verdict("a", 1.0))
            .unwrap();
    }
    let found = router
        .conditioned(&base, &feedback.of("a").unwrap().information)
        .unwrap();
    assert!(found.mean[0] < 0.15 && found.mean[0] < found.mean[1] && found.mean[1] < 0.5);
    assert!(found.sd[0] < 0.6 * found.sd[1] && found.sd[1] < base.sd[1]);
    assert!((found.labels[0] - 40.0).abs() < 1e-3 && found.labels[1] < 1e-3);
}

#[test]
fn wrong_verdicts_add_nothing() {
    let router = fixture::router();
    let mut feedback = Feedback::new(&router);
    let good = verdict("a", 1.0);
    let long = "x".repeat(MAX_NAME + 1);
    for (wrong, path) in [
        (
            Verdict {
                score: f64::NAN,
                ..good
            },
            "score",
        ),
        (Verdict { score: 1.5, ..good }, "score"),
        (
            Verdict {
                score: -0.1,
                ..good
            },
            "score",
        ),
        (Verdict { trust: 0.0, ..good }, "trust"),
        (
            Verdict {
                trust: f64::INFINITY,
                ..good
            },
            "trust",
        ),
        (
            Verdict {
                at: Some(f64::NAN),
                ..good
            },
            "at",
        ),
        (
            Verdict {
                at: Some(1e300),
                ..good
            },
            "at",
        ),
        (Verdict { model: "", ..good }, "model"),
        (
            Verdict {
                model: &long,
                ..good
            },
            "model",
        ),
    ] {
        let problem = feedback.add(&router, &between(1.0), wrong).unwrap_err();
        assert_eq!(problem.path().as_deref(), Some(path));
    }
    assert!(feedback.is_empty());
    for days in [0.0, -1.0, f64::NAN, 1e9] {
        assert!(feedback.set_half_life(Some(days)).is_err(), "{days}");
    }
    let mut other = Feedback {
        router: "0".into(),
        ..feedback.clone()
    };
    let problem = other.add(&router, &between(1.0), good).unwrap_err();
    assert_eq!(problem.code(), "feedback_other_router");
    assert_eq!(
        feedback.merge(&other).unwrap_err().code(),
        "feedback_other_router"
    );
}

#[test]
fn there_are_limits_to_models_and_verdicts() {
    let router = fixture::router();
    let mut feedback = collected(&random(1, 6), None);
    feedback.models.get_mut("a").unwrap().count = MAX_VERDICTS;
    let full = feedback.clone();
    let problem = feedback
        .add(&router, &between(1.0), verdict("a", 1.0))
        .unwrap_err();
    assert_eq!(problem.code(), "feedback_too_many_verdicts");
    assert_eq!(
        feedback.merge(&full).unwrap_err().code(),
        "feedback_too_many_verdicts"
    );
    assert_eq!(feedback, full);
    for i in 1..MAX_MODELS {
        feedback
            .add(&router, &between(1.0), verdict(&format!("m{i}"), 1.0))
            .unwrap();
    }
    let problem = feedback
        .add(&router, &between(1.0), verdict("one more", 1.0))
        .unwrap_err();
    assert_eq!(problem, FeedbackError::TooManyModels);
    assert!(feedback.reset(Some("m1")) && !feedback.reset(Some("m1")));
    feedback
        .add(&router, &between(1.0), verdict("one more", 1.0))
        .unwrap();
    let bytes = feedback.to_bytes().unwrap();
    assert_eq!(Feedback::from_bytes(&bytes, &router).unwrap(), feedback);
    assert!(feedback.reset(None) && feedback.is_empty() && !feedback.reset(None));
}

#[test]
fn a_file_that_was_changed_or_cut_short_is_refused() {
    let router = fixture::router();
    let mut feedback = collected(&random(5, 7), Some(12.5));
    feedback
        .add(
            &router,
            &between(0.3),
            Verdict {
                at: Some(START),
                ..verdict("b", 0.0)
            },
        )
        .unwrap();
    let bytes = feedback.to_bytes().unwrap();
    assert_eq!(bytes, feedback.clone().to_bytes().unwrap());
    assert_eq!(Feedback::from_bytes(&bytes, &router).unwrap(), feedback);
    for end in [0, 1, 8, bytes.len() / 2, bytes.len() - 1] {
        assert!(
            Feedback::from_bytes(&bytes[..end], &router).is_err(),
            "{end}"
        );
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x11;
        // Spaces that fill up the header may become other spaces; nothing else may differ.
        match Feedback::from_bytes(&changed, &router) {
            Err(_) => {}
            Ok(read) => assert_eq!(read, feedback, "{at}"),
        }
    }
    let none = Feedback::new(&router);
    assert_eq!(
        Feedback::from_bytes(&none.to_bytes().unwrap(), &router).unwrap(),
        none
    );
}

#[test]
fn a_file_with_a_good_hash_and_impossible_values_is_refused() {
    let router = fixture::router();
    let code = |change: &dyn Fn(&mut Feedback)| {
        let mut feedback = collected(&random(50, 8), None);
        change(&mut feedback);
        let bytes = feedback.to_bytes().unwrap();
        Feedback::from_bytes(&bytes, &router).map_err(|problem| problem.code())
    };
    fn set(feedback: &mut Feedback, part: usize, at: usize, value: f64) {
        let own = feedback.models.get_mut("a").unwrap();
        let mut parts = own.information.parts().map(<[f64]>::to_vec);
        parts[part][at] = value;
        let [labels, precision, vector] = parts;
        own.information = Information::unchecked(labels, precision, vector);
    }
    assert!(code(&|_| {}).is_ok());
    for value in [f64::NAN, f64::NEG_INFINITY, -1.0, 1e30] {
        for (part, at) in [(0, 0), (1, 0), (1, 1), (2, 1)] {
            let found = code(&|feedback| set(feedback, part, at, value));
            assert_eq!(found, Err("feedback_value"), "{part} {at} {value}");
        }
    }
    assert_eq!(
        code(&|f| f.models.get_mut("a").unwrap().count = 3),
        Err("feedback_value")
    );
    assert_eq!(
        code(&|f| f.models.get_mut("a").unwrap().count = 0),
        Err("feedback_value")
    );
    assert_eq!(code(&|f| f.half_life = Some(0.0)), Err("feedback_range"));
    assert_eq!(code(&|f| f.time = Some(1e16)), Err("feedback_range"));
    assert_eq!(
        code(&|f| f.router = "f".repeat(64)),
        Err("feedback_other_router")
    );
    let more = |f: &mut Feedback| {
        f.clusters = 3;
        f.models.get_mut("a").unwrap().information = Information::none(3);
    };
    assert_eq!(code(&more), Err("feedback_value"));
}

#[test]
fn naive_sums_over_all_verdicts_give_the_same_posterior() {
    let router = fixture::router();
    let prior = router.prior();
    let verdicts = random(200, 9);
    let found = posterior(&collected(&verdicts, None), prior);
    // (Σ⁻¹ + ΣtφφT/v)⁻¹ of two clusters, written out.
    let s = prior.covariance();
    let invert = |m: &Array2<f64>| {
        let det = m[[0, 0]] * m[[1, 1]] - m[[0, 1]] * m[[1, 0]];
        ndarray::array![[m[[1, 1]], -m[[0, 1]]], [-m[[1, 0]], m[[0, 0]]]] / det
    };
    let mut precision = invert(&s.to_owned());
    let mut vector: Array1<f64> = precision.dot(&prior.mean());
    for (placed, score, trust, _) in &verdicts {
        let phi: Vec<f64> = placed.membership.iter().map(|p| f64::from(*p)).collect();
        let gamma = phi[0] * prior.mean()[0] + phi[1] * prior.mean()[1];
        let variance = prior.noise_ratio() * gamma * (1.0 - gamma);
        for i in 0..2 {
            for j in 0..2 {
                precision[[i, j]] += trust * phi[i] * phi[j] / variance;
            }
            vector[i] += trust * phi[i] * (1.0 - score) / variance;
        }
    }
    let covariance = invert(&precision);
    let mean = covariance.dot(&vector);
    let close = |a: &f64, b: &f64| (a - b).abs() < 1e-9;
    assert!(found.mean().iter().zip(&mean).all(|(a, b)| close(a, b)));
    assert!(
        found
            .covariance()
            .iter()
            .zip(&covariance)
            .all(|(a, b)| close(a, b))
    );
}

/// Labels of two models at random memberships.
fn random_labels(n: usize, seed: u64) -> Vec<(Vec<f32>, &'static str, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n)
        .map(|_| {
            let share: f32 = rng.random();
            let model = if rng.random::<f32>() < 0.3 { "b" } else { "a" };
            (
                vec![share, 1.0 - share],
                model,
                f64::from(rng.random::<f32>()),
            )
        })
        .collect()
}

fn added_up(labels: &[(Vec<f32>, &'static str, f64)]) -> Feedback {
    let router = fixture::router();
    let mut sums = Feedback::new(&router);
    for (membership, model, score) in labels {
        sums.add_label(&router, membership, model, *score).unwrap();
    }
    sums
}

#[test]
fn a_label_is_a_verdict_with_a_trust_of_one_at_its_own_membership() {
    let router = fixture::router();
    let mut verdicts = Feedback::new(&router);
    let placed = between(0.3);
    verdicts.add(&router, &placed, verdict("a", 0.75)).unwrap();
    let mut labels = Feedback::new(&router);
    labels
        .add_label(&router, &placed.membership, "a", 0.75)
        .unwrap();
    assert_eq!(labels, verdicts);
    let before = labels.clone();
    for (membership, model, score, path) in [
        (&[1.0][..], "a", 0.5, "membership"),
        (&[0.5, 0.5], "", 0.5, "model"),
        (&[0.5, 0.5], "a", f64::NAN, "score"),
    ] {
        let problem = labels.add_label(&router, membership, model, score);
        assert_eq!(problem.unwrap_err().path().as_deref(), Some(path));
        assert_eq!(labels, before);
    }
}

#[test]
fn parts_of_labels_are_merged_in_any_order_and_depth_to_those_of_all() {
    let labels = random_labels(700, 11);
    let whole = added_up(&labels);
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    for parts in [2, 3, 7] {
        let mut parts: Vec<Feedback> = labels.chunks(700 / parts).map(added_up).collect();
        for _ in 0..4 {
            parts.shuffle(&mut rng);
            let merged = |parts: &[Feedback]| {
                let mut sum = parts[0].clone();
                parts[1..].iter().for_each(|part| sum.merge(part).unwrap());
                sum
            };
            let (one, two) = parts.split_at(parts.len() / 2);
            for found in [merged(&parts), merged(&[merged(two), merged(one)])] {
                // It also compares the counts.
                assert!(largest_difference(&found, &whole) < 1e-12);
                let (found, whole) = (
                    posterior(&found, fixture::router().prior()),
                    posterior(&whole, fixture::router().prior()),
                );
                let means = found.mean().to_vec().into_iter().zip(whole.mean().to_vec());
                let variances = found.covariance().to_owned() - whole.covariance();
                assert!(means.into_iter().all(|(a, b)| (a - b).abs() < 1e-9));
                assert!(variances.iter().all(|v| v.abs() < 1e-12));
            }
        }
    }
}

#[test]
fn a_hundred_million_labels_of_a_model_are_kept_in_a_file() {
    let router = fixture::router();
    let once = added_up(&random_labels(1000, 13));
    let mut sums = once.clone();
    for _ in 0..17 {
        let same = sums.clone();
        sums.merge(&same).unwrap();
    }
    assert_eq!(sums.verdicts(), 131_072_000);
    let read = Feedback::from_bytes(&sums.to_bytes().unwrap(), &router).unwrap();
    assert_eq!(read, sums);
    // The weighted mean of errors is as before, and now certain.
    let found = posterior(&read, router.prior());
    let [_, precision, vector] = once.of("a").unwrap().information.parts();
    let residual: Vec<f64> = (0..2)
        .map(|i| {
            let row = [[0, 1], [1, 2]][i];
            (0..2)
                .map(|j| precision[row[j]] * found.mean()[j])
                .sum::<f64>()
                - vector[i]
        })
        .collect();
    assert!(residual.iter().all(|r| r.abs() < 1e-2), "{residual:?}");
    assert!(found.covariance().diag().iter().all(|v| *v < 1e-7));
}

#[test]
fn a_file_is_read_without_its_router_and_impossible_values_are_refused() {
    let sums = added_up(&random_labels(40, 14));
    let bytes = sums.to_bytes().unwrap();
    assert_eq!(Feedback::from_bytes_of_any_router(&bytes).unwrap(), sums);
    assert_eq!(sums.router(), fixture::router().sha256());
    for end in [0, 1, 8, 100, bytes.len() / 2, bytes.len() - 1] {
        assert!(Feedback::from_bytes_of_any_router(&bytes[..end]).is_err());
    }
    // Whole, cut short after its header, or damaged: a file of feedback. A router or a text: none.
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for feedback in [&bytes[..], &bytes[..bytes.len() - 9], &damaged] {
        assert!(Feedback::is_laid_out_in(feedback));
    }
    for other in [
        &fixture::router().to_bytes().unwrap()[..],
        b"{}",
        b"",
        &bytes[..9],
    ] {
        assert!(!Feedback::is_laid_out_in(other));
    }
    let code = |change: &dyn Fn(&mut Feedback)| {
        let mut changed = sums.clone();
        change(&mut changed);
        let bytes = changed.to_bytes().unwrap();
        Feedback::from_bytes_of_any_router(&bytes).map_err(|problem| problem.code())
    };
    let of = |parts: [Vec<f64>; 3]| {
        move |f: &mut Feedback| {
            let [labels, precision, vector] = parts.clone();
            let information = Information::unchecked(labels, precision, vector);
            f.models.get_mut("a").unwrap().information = information;
        }
    };
    let parts = sums
        .of("a")
        .unwrap()
        .information
        .parts()
        .map(<[f64]>::to_vec);
    assert!(code(&of(parts.clone())).is_ok());
    for part in 0..3 {
        for value in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            let mut parts = parts.clone();
            parts[part][0] = value;
            assert_eq!(code(&of(parts)), Err("feedback_value"), "{part} {value}");
        }
    }
    assert_eq!(
        code(&|f| f.router = "not a hash".into()),
        Err("feedback_value")
    );
    assert_eq!(
        code(&|f| f.models.get_mut("a").unwrap().count = MAX_VERDICTS + 1),
        Err("feedback_value")
    );
}

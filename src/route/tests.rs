use super::*;
use crate::pool::Pool;
use crate::router::fixture;
use serde_json::json;

/// `small` is good at poems and cheap, `large` good at both and ten times the price.
fn pool() -> Pool {
    let value = json!({"models": [
        {"id": "small", "errors": {"mean": [0.6, 0.1]}, "cost": {"input": 1, "output": 1},
         "output_tokens": 100, "limit": {"context": 1000}, "capabilities": ["tools"]},
        {"id": "large", "errors": {"mean": [0.2, 0.1]}, "cost": {"input": 10, "output": 10},
         "output_tokens": 100, "limit": {"context": 100000, "output": 4000}},
        {"id": "secret", "errors": {"mean": [0.0, 0.0]}}]});
    Pool::from_json(value.to_string().as_bytes(), &fixture::router()).unwrap()
}

fn routed(prompt: &str, request: Request) -> Decision {
    route(&fixture::router(), &pool(), prompt, &request).unwrap()
}

fn by(objective: Objective) -> Request {
    Request {
        objective,
        ..Request::default()
    }
}

fn why(decision: &Decision, id: &str) -> ExclusionCode {
    let candidate = decision.candidates.iter().find(|c| c.id == id).unwrap();
    candidate
        .excluded
        .as_ref()
        .unwrap_or_else(|| panic!("{id} is not excluded"))
        .code
}

#[test]
fn the_score_is_expected_error_plus_lambda_times_dollars() {
    let decision = routed("code code", by(Objective::Lambda(100.0)));
    let large = decision
        .candidates
        .iter()
        .find(|c| c.id == "large")
        .unwrap();
    // The prompt and 100 tokens of answer, at 10 USD a million.
    let cost = (large.cost.tokens_in + 100.0) * 10.0 / 1e6;
    assert!(large.cost.tokens_in > 0.0 && (large.cost.total.unwrap() - cost).abs() < 1e-12);
    assert!((large.quality - 0.8).abs() < 1e-6);
    assert!((large.score.unwrap() - (0.2 + 100.0 * cost)).abs() < 1e-6);
}

#[test]
fn a_higher_lambda_moves_the_choice_to_the_cheaper_model() {
    assert_eq!(
        routed("code", by(Objective::Lambda(0.0))).model.as_deref(),
        Some("large")
    );
    assert_eq!(
        routed("code", by(Objective::Lambda(1e4))).model.as_deref(),
        Some("small")
    );
}

#[test]
fn a_shorter_list_of_candidates_changes_neither_the_choice_nor_the_reason() {
    let all = routed("code", by(Objective::Lambda(100.0)));
    let short = Request {
        top: Some(1),
        ..by(Objective::Lambda(100.0))
    };
    let short = routed("code", short);
    assert_eq!(short.candidates, all.candidates[..1]);
    assert_eq!((short.model, short.reason), (all.model, all.reason));
}

#[test]
fn of_equally_good_models_the_cheaper_is_selected_even_at_lambda_zero() {
    assert_eq!(
        routed("poem", by(Objective::Lambda(0.0))).model.as_deref(),
        Some("small")
    );
}

#[test]
fn a_budget_buys_the_best_that_fits_it() {
    let decision = routed("code", by(Objective::MaxCost(0.0005)));
    assert_eq!(decision.model.as_deref(), Some("small"));
    assert_eq!(why(&decision, "large"), ExclusionCode::OverBudget);
    assert_eq!(
        routed("code", by(Objective::MaxCost(0.01)))
            .model
            .as_deref(),
        Some("large")
    );
    let nothing = routed("code", by(Objective::MaxCost(1e-9)));
    assert_eq!(nothing.model, None);
    assert!(
        nothing.reason.contains("cheapest model costs"),
        "{}",
        nothing.reason
    );
}

#[test]
fn a_floor_takes_the_cheapest_that_reaches_it_and_the_nearest_if_none_does() {
    assert_eq!(
        routed("code", by(Objective::MinQuality(0.3)))
            .model
            .as_deref(),
        Some("small")
    );
    let decision = routed("code", by(Objective::MinQuality(0.7)));
    assert_eq!(decision.model.as_deref(), Some("large"));
    assert_eq!(why(&decision, "small"), ExclusionCode::BelowFloor);
    let missed = routed("code", by(Objective::MinQuality(0.95)));
    assert_eq!(missed.model.as_deref(), Some("large"));
    assert!(
        missed.reason.starts_with("no model is expected to reach"),
        "{}",
        missed.reason
    );
}

#[test]
fn every_constraint_excludes_and_says_why() {
    let unpriced = routed("code", Request::default());
    assert_eq!(why(&unpriced, "secret"), ExclusionCode::Unpriced);
    let free = routed(
        "code",
        Request {
            allow_unpriced: true,
            ..Request::default()
        },
    );
    assert_eq!(free.model.as_deref(), Some("secret"));
    let denied = routed(
        "code",
        Request {
            deny: vec!["large".into()],
            ..Request::default()
        },
    );
    assert_eq!(
        (denied.model.as_deref(), why(&denied, "large")),
        (Some("small"), ExclusionCode::Denied)
    );
    let only = routed(
        "code",
        Request {
            allow: vec!["small".into()],
            ..Request::default()
        },
    );
    assert_eq!(why(&only, "large"), ExclusionCode::NotAllowed);
    let tools = routed(
        "code",
        Request {
            need: vec!["tools".into()],
            ..Request::default()
        },
    );
    assert_eq!(
        (tools.model.as_deref(), why(&tools, "large")),
        (Some("small"), ExclusionCode::Capability)
    );
    let long = routed(&"code ".repeat(1000), Request::default());
    assert_eq!(why(&long, "small"), ExclusionCode::Context);
    let verbose = Request {
        expected_output_tokens: Some(5000.0),
        ..Request::default()
    };
    assert_eq!(
        why(&routed("code", verbose), "large"),
        ExclusionCode::OutputLimit
    );
}

#[test]
fn a_request_that_is_wrong_is_rejected_with_its_field() {
    let router = fixture::router();
    let rejected = |request: Request| route(&router, &pool(), "code", &request).unwrap_err();
    for value in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(rejected(by(Objective::Lambda(value))).path(), "lambda");
        assert_eq!(rejected(by(Objective::MaxCost(value))).path(), "maxCost");
    }
    assert_eq!(
        rejected(by(Objective::MinQuality(1.5))).path(),
        "minQuality"
    );
    let typo = rejected(Request {
        deny: vec!["lagre".into()],
        ..Request::default()
    });
    assert_eq!(typo.code(), "unknown_model");
    assert!(typo.to_string().contains("large"), "{typo}");
}

#[test]
fn an_out_of_distribution_prompt_is_flagged_and_judged_by_overall_ability() {
    let decision = routed("nothing of the kind", by(Objective::Lambda(0.0)));
    assert!(decision.out_of_distribution);
    let small = decision
        .candidates
        .iter()
        .find(|c| c.id == "small")
        .unwrap();
    assert!((small.quality - 0.65).abs() < 1e-6, "{}", small.quality);
    assert!(!routed("code", Request::default()).out_of_distribution);
}

#[test]
fn candidates_come_by_rising_score_with_excluded_ones_last() {
    let decision = routed("code", by(Objective::Lambda(10.0)));
    let ids: Vec<_> = decision.candidates.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["large", "small", "secret"]);
    assert_eq!(decision.clusters[0].label, "code");
}

#[test]
fn a_decision_serialises_with_the_documented_names() {
    let json = serde_json::to_value(routed("code", by(Objective::Lambda(1.0)))).unwrap();
    for field in [
        "model",
        "candidates",
        "clusters",
        "outOfDistribution",
        "unknownWords",
        "lambda",
        "reason",
    ] {
        assert!(json.get(field).is_some(), "no {field}");
    }
    for field in ["input", "output", "total", "tokensIn", "tokensOut", "exact"] {
        assert!(
            json["candidates"][0]["cost"].get(field).is_some(),
            "no cost.{field}"
        );
    }
}

#[test]
fn context_is_paid_for_and_does_not_change_what_the_prompt_is_about() {
    let plain = routed("code", Request::default());
    let request = Request {
        context: "poem ".repeat(100),
        ..Request::default()
    };
    let long = routed("code", request);
    assert_eq!(plain.clusters, long.clusters);
    let cost = |d: &Decision| d.candidates.iter().find(|c| c.id == "large").unwrap().cost;
    assert!(cost(&long).tokens_in > cost(&plain).tokens_in + 50.0);
    assert_eq!(cost(&long).tokens_out, cost(&plain).tokens_out);
}

#[test]
fn a_count_by_model_beats_one_by_tokenizer_and_the_rest_is_estimated() {
    let counts = [("small".to_owned(), 7.0), ("o200k".to_owned(), 9.0)];
    let request = Request {
        input_tokens: InputTokens::By(counts.into()),
        ..Request::default()
    };
    let decision = routed("code code", request);
    let cost = |id| {
        decision
            .candidates
            .iter()
            .find(|c| c.id == id)
            .unwrap()
            .cost
    };
    assert_eq!((cost("small").tokens_in, cost("small").exact), (7.0, true));
    assert_eq!((cost("large").tokens_in, cost("large").exact), (9.0, true));
    let other = Request {
        input_tokens: InputTokens::By([("qwen".to_owned(), 9.0)].into()),
        ..Request::default()
    };
    assert!(!routed("code code", other).candidates[0].cost.exact);
}

/// `local` is weak and `remote` strong; reading from the cache costs a tenth, writing to it a quarter more.
fn conversation_pool() -> Pool {
    let value = json!({"models": [
        {"id": "local", "errors": {"mean": [0.5, 0.5]}, "cost": {"input": 1, "output": 0, "cache_read": 0.1,
         "cache_write": 1.25}, "output_tokens": 100, "tags": ["local", "eu"],
         "latency": {"time_to_first_token_s": 0.5, "tokens_per_second": 50}},
        {"id": "remote", "errors": {"mean": [0.4, 0.4]}, "cost": {"input": 2, "output": 0, "cache_read": 0.2,
         "cache_write": 2.5}, "output_tokens": 100, "tags": ["us"],
         "latency": {"time_to_first_token_s": 1, "tokens_per_second": 100}},
        {"id": "unmeasured", "errors": {"mean": [0.1, 0.1]}, "cost": {"input": 9, "output": 0},
         "latency": {"tokens_per_second": 100}}]});
    Pool::from_json(value.to_string().as_bytes(), &fixture::router()).unwrap()
}

fn in_conversation(request: Request) -> Decision {
    let request = Request {
        input_tokens: InputTokens::Counted(10_000.0),
        ..request
    };
    route(&fixture::router(), &conversation_pool(), "code", &request).unwrap()
}

fn total(decision: &Decision, id: &str) -> f64 {
    let mut candidates = decision.candidates.iter();
    candidates.find(|c| c.id == id).unwrap().cost.total.unwrap()
}

#[test]
fn the_model_of_the_last_turn_reads_its_cache_and_the_others_write_theirs() {
    let previous = |age| Previous {
        age,
        ..Previous::new("remote", 8_000.0)
    };
    let deny = vec!["unmeasured".to_owned()];
    let warm = Request {
        objective: Objective::Lambda(10.0),
        previous: Some(previous(300.0)),
        deny: deny.clone(),
        ..Request::default()
    };
    let decision = in_conversation(warm.clone());
    // remote: 8,000 · 0.2 + 2,000 · 2.5; local: 10,000 · 1.25; USD per million tokens.
    assert!((total(&decision, "remote") - 0.0066).abs() < 1e-12);
    assert!((total(&decision, "local") - 0.0125).abs() < 1e-12);
    assert_eq!(decision.model.as_deref(), Some("remote"));
    let cache = decision.cache.unwrap();
    assert!(cache.warm && (cache.saves.unwrap() - 8_000.0 * 2.3 / 1e6).abs() < 1e-12);
    assert_eq!(cache.switching, Some(0.0));
    assert!(
        decision.reason.contains("in its cache, which saves"),
        "{}",
        decision.reason
    );
    // Much weight on cost: now the cache decides between them, and a cold one does not count.
    let cold = Request {
        objective: Objective::Lambda(100.0),
        previous: Some(previous(301.0)),
        ..warm.clone()
    };
    let decision = in_conversation(cold);
    assert_eq!(decision.model.as_deref(), Some("local"));
    assert!((total(&decision, "remote") - 0.025).abs() < 1e-12);
    let cache = decision.cache.unwrap();
    assert_eq!(
        (cache.warm, cache.saves, cache.switching),
        (false, Some(0.0), Some(0.0))
    );
    // What local saves of the same tokens if it held them is what the change to it costs.
    let leaves = Request {
        deny: vec!["remote".into(), "unmeasured".into()],
        ..warm
    };
    let decision = in_conversation(leaves);
    let switching = decision.cache.unwrap().switching.unwrap();
    assert!(
        (switching - 8_000.0 * 1.15 / 1e6).abs() < 1e-12,
        "{switching}"
    );
    assert!(
        decision.reason.contains("has no cache of the conversation"),
        "{}",
        decision.reason
    );
    let alone = in_conversation(Request::default());
    assert_eq!(alone.cache, None);
    assert!((total(&alone, "local") - 0.01).abs() < 1e-12);
}

#[test]
fn tags_and_a_limit_of_time_exclude_models_and_say_why() {
    let local = Request {
        allow_tags: vec!["local".into(), "trusted".into()],
        ..Request::default()
    };
    let decision = in_conversation(local);
    assert_eq!(decision.model.as_deref(), Some("local"));
    assert_eq!(why(&decision, "remote"), ExclusionCode::Tag);
    // 100 tokens take local 0.5 + 2 s, and remote 1 + 1 s.
    let fast = Request {
        max_latency: Some(2.0),
        ..Request::default()
    };
    let decision = in_conversation(fast.clone());
    assert_eq!(decision.model.as_deref(), Some("remote"));
    assert_eq!(decision.candidates[0].latency, Some(2.0));
    assert_eq!(why(&decision, "local"), ExclusionCode::TooSlow);
    assert_eq!(why(&decision, "unmeasured"), ExclusionCode::Untimed);
    let decision = in_conversation(Request {
        allow_untimed: true,
        ..fast
    });
    assert_eq!(decision.model.as_deref(), Some("unmeasured"));
}

#[test]
fn a_prompt_that_says_little_is_placed_by_the_turns_before_it() {
    let router = fixture::router();
    let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    let placed = |earlier: &[&str], answers: &[&str], prompt: &str| {
        let request = Request {
            earlier: texts(earlier),
            answers: texts(answers),
            ..Request::default()
        };
        place_in(&router, &[prompt], &request).swap_remove(0)
    };
    // A word is five tokens, and forty have the full weight.
    let (code, poem) = ("code ".repeat(20), "poem ".repeat(20));
    let (alone, follows) = (placed(&[], &[], "poem"), placed(&[&code], &[], "poem"));
    assert!(alone.membership[1] > 0.99 && follows.membership[0] > 0.99);
    // Twice an eighth, beside one.
    assert_eq!((alone.from_earlier, follows.from_earlier), (0.0, 0.8));
    assert!((follows.membership.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    // A long prompt counts twice as much as a long turn before, and an answer little.
    let (short, long) = (&follows, placed(&[&code], &[], &poem));
    assert!((long.from_earlier - 1.0 / 3.0).abs() < 1e-6);
    assert!(long.membership[1] > 0.5 && long.membership[1] > short.membership[1]);
    let answered = placed(&[], &[&code], "poem");
    assert!((answered.from_earlier - 0.2 / 0.45).abs() < 1e-6);
    assert!(answered.membership[1] > 0.5);
    let estimated = |placed: &Placed| crate::cost::Family::default().tokens(&placed.token_features);
    assert!(estimated(&follows) > estimated(&alone) + 15.0);
    assert!(estimated(&answered) > estimated(&alone) + 15.0);
}

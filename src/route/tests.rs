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

use super::*;
use crate::router::fixture;
use serde_json::{Value, json};

fn pool(value: Value) -> Result<Pool, PoolError> {
    Pool::from_json(value.to_string().as_bytes(), &fixture::router())
}

fn model(fields: Value) -> Value {
    let mut model = json!({"id": "a", "cost": {"input": 1.0, "output": 2.0}});
    if let (Value::Object(model), Value::Object(fields)) = (&mut model, fields) {
        model.extend(fields);
    }
    json!({"models": [model]})
}

#[track_caller]
fn rejected(value: Value, code: &str, path: &str) {
    let error = pool(value).expect_err("the pool should be rejected");
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.path().as_deref(), Some(path), "{error}");
    assert!(error.to_string().starts_with(path), "{error}");
}

#[test]
fn per_cluster_errors_become_the_profile_as_they_are() {
    let pool = pool(model(json!({"errors": {"mean": [0.25, 0.75]}}))).unwrap();
    let model = &pool.models()[0];
    assert_eq!(model.evidence.source, ProfileSource::Errors);
    assert_eq!(model.profile.predict(&[1.0, 0.0]).mean, 0.25);
    assert_eq!(model.profile.predict(&[0.5, 0.5]).mean, 0.5);
}

#[test]
fn a_file_without_our_fields_works_and_says_what_was_assumed() {
    let pool = pool(json!({"models": [{"id": "a"}]})).unwrap();
    assert_eq!(pool.models()[0].evidence.source, ProfileSource::Prior);
    let paths: Vec<_> = pool.notes().iter().map(|n| n.path.as_str()).collect();
    for path in [
        "$.as_of",
        "$.models[0]",
        "$.models[0].cost",
        "$.models[0].output_tokens",
    ] {
        assert!(paths.contains(&path), "no note on {path} in {paths:?}");
    }
}

#[test]
fn fields_under_other_names_and_prices_of_one_token_are_notes() {
    let misspelt = json!({"models": [{"id": "a", "price": {"input": 1}, "host": "here",
        "cost": {"input": 0.000_003, "output": 0, "cached": 1}, "limit": {"context_window": 8}}]});
    let pool = pool(misspelt).unwrap();
    for (path, words) in [
        ("$.models[0].price", "`cost`"),
        ("$.models[0].cost.cached", "`cache_read`"),
        ("$.models[0].cost.input", "write 3"),
        ("$.models[0].limit.context_window", "`context`"),
    ] {
        let of_path = |n: &&Note| n.path == path && n.message.contains(words);
        assert!(
            pool.notes().iter().any(|n| of_path(&n)),
            "no note on {path} in {:?}",
            pool.notes()
        );
    }
    assert!(
        pool.notes()
            .iter()
            .all(|n| !n.path.contains("host") && !n.path.ends_with("output"))
    );
}

#[test]
fn dates_lengths_and_accuracies_that_cannot_be_are_rejected() {
    for (date, right) in [
        ("2026-07-15", true),
        ("2026-02", true),
        ("2024-02-29", true),
        ("2026-02-29", false),
        ("2026-13-01", false),
        ("2026-00", false),
        ("+026-01", false),
        ("15.07.2026", false),
        ("banana", false),
        ("2026", false),
    ] {
        let json = json!({"as_of": date, "models": [{"id": "a"}]});
        match right {
            true => assert!(pool(json).is_ok(), "{date}"),
            false => rejected(json, "pool_text", "$.as_of"),
        }
        let one = model(json!({"priced": date}));
        match right {
            true => assert!(pool(one).is_ok(), "{date}"),
            false => rejected(one, "pool_text", "$.models[0].priced"),
        }
    }
    let short = json!({"output_tokens": {"mean": 500, "p90": 400}});
    rejected(model(short), "pool_range", "$.models[0].output_tokens.p90");
    let slow = json!({"latency": {"time_to_first_token_s": -1}});
    rejected(
        model(slow),
        "pool_range",
        "$.models[0].latency.time_to_first_token_s",
    );
    let measured =
        json!({"latency": {"time_to_first_token_s": 0.4, "tokens_per_second": 91, "note": "kept"}});
    assert!(pool(model(measured)).is_ok());
    let both = json!({"accuracy": 85, "errors": {"mean": [0.1, 0.1]}});
    rejected(model(both), "pool_range", "$.models[0].accuracy");
}

#[test]
fn characters_that_nobody_sees_are_rejected_and_joiners_allowed_in_names_only() {
    for hidden in [
        "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\u{1b}", "\n",
    ] {
        let id = json!({"models": [{"id": format!("gpt{hidden}x")}]});
        rejected(id, "pool_text", "$.models[0].id");
        let name = json!({"models": [{"id": "a", "name": format!("gpt{hidden}x")}]});
        rejected(name, "pool_text", "$.models[0].name");
    }
    let persian = "می\u{200c}خواهم";
    assert!(pool(json!({"models": [{"id": "a", "name": persian}]})).is_ok());
    rejected(
        json!({"models": [{"id": persian}]}),
        "pool_text",
        "$.models[0].id",
    );
}

#[test]
fn a_model_has_a_limit_on_its_labels() {
    let labels = vec![json!({"prompt": "code", "score": 1}); MAX_LABELS + 1];
    let json = model(json!({"labels": labels}));
    rejected(json, "pool_too_many_labels", "$.models[0].labels");
    let labels = vec![json!({"prompt": "code", "score": 1}); MAX_LABELS_IN_ALL / 10 + 1];
    let models: Vec<_> = (0..10)
        .map(|i| json!({"id": format!("m{i}"), "labels": labels}))
        .collect();
    rejected(
        json!({"models": models}),
        "pool_too_many_labels",
        "$.models",
    );
}

#[test]
fn a_model_with_labels_turned_to_errors_predicts_as_its_labels_did_and_holds_no_prompt() {
    let router = fixture::router();
    let labels = json!({"id": "a", "labels": [{"prompt": "code", "score": 1}, {"prompt": "poem", "score": 0}]});
    let raw = RawModel::parse(labels.to_string().as_bytes()).unwrap();
    let converted = raw.clone().labels_to_errors(&router).unwrap();
    assert_eq!(converted.labels, None);
    let of = |model: RawModel| {
        let pool = RawPool {
            models: vec![model],
            ..RawPool::default()
        };
        Pool::from_raw(pool, &router).unwrap().models()[0]
            .profile
            .clone()
    };
    let (before, after) = (of(raw), of(converted));
    for (b, a) in before.mean.iter().zip(&after.mean) {
        assert!((b - a).abs() < 1e-4);
    }
}

#[test]
fn labels_pull_the_profile_towards_what_was_observed() {
    let labels: Vec<_> = (0..40)
        .map(|i| json!({"prompt": if i % 2 == 0 { "code" } else { "poem" }, "score": i % 2}))
        .collect();
    let pool = pool(model(json!({"labels": labels}))).unwrap();
    let profile = &pool.models()[0].profile;
    let (code, poem) = (
        profile.predict(&[1.0, 0.0]).mean,
        profile.predict(&[0.0, 1.0]).mean,
    );
    assert!(code > 0.6 && poem < 0.4, "code {code}, poem {poem}");
}

#[test]
fn an_accuracy_alone_orders_models_by_it() {
    let value = json!({"models": [
        {"id": "weak", "accuracy": 0.3, "labels_count": 500},
        {"id": "strong", "accuracy": 0.9, "labels_count": 500}]});
    let pool = pool(value).unwrap();
    let error = |i: usize| pool.models()[i].profile.predict(&[0.5, 0.5]).mean;
    assert!((error(0) - 0.7).abs() < 0.05 && (error(1) - 0.1).abs() < 0.05);
}

#[test]
fn numbers_out_of_range_are_rejected_with_their_path() {
    rejected(
        model(json!({"cost": {"input": 1e40, "output": 1}})),
        "pool_range",
        "$.models[0].cost.input",
    );
    rejected(
        model(json!({"cost": {"input": 1, "output": -1}})),
        "pool_range",
        "$.models[0].cost.output",
    );
    rejected(
        model(json!({"accuracy": 85})),
        "pool_range",
        "$.models[0].accuracy",
    );
    rejected(
        model(json!({"errors": {"mean": [0.1, 1.5]}})),
        "pool_range",
        "$.models[0].errors.mean[1]",
    );
    rejected(
        model(json!({"errors": {"mean": [0.1, 0.5], "sd": [-0.1, 0]}})),
        "pool_range",
        "$.models[0].errors.sd[0]",
    );
    rejected(
        model(json!({"limit": {"context": 0}})),
        "pool_range",
        "$.models[0].limit.context",
    );
    rejected(
        model(json!({"output_tokens": -3})),
        "pool_range",
        "$.models[0].output_tokens",
    );
    let labels = json!({"labels": [{"prompt": "x", "score": 1}, {"prompt": "y", "score": 2}]});
    rejected(model(labels), "pool_range", "$.models[0].labels[1].score");
}

#[test]
fn wrong_types_are_rejected_with_their_path() {
    rejected(
        json!({"models": [{"id": "a"}, {"id": 5}]}),
        "pool_type",
        "$.models[1].id",
    );
    rejected(
        json!({"models": [{"name": "a"}]}),
        "pool_type",
        "$.models[0]",
    );
    rejected(
        model(json!({"cost": {"input": "1", "output": 1}})),
        "pool_type",
        "$.models[0].cost.input",
    );
    rejected(
        model(json!({"output_tokens": "many"})),
        "pool_type",
        "$.models[0].output_tokens",
    );
    rejected(json!([]), "pool_type", "$");
}

#[test]
fn a_profile_of_another_length_or_router_is_rejected() {
    rejected(
        model(json!({"errors": {"mean": [0.1]}})),
        "pool_clusters",
        "$.models[0].errors.mean",
    );
    let mut other = model(json!({"errors": {"mean": [0.1, 0.2]}}));
    other["router"] = json!({"sha256": "0".repeat(64)});
    rejected(other, "pool_other_router", "$.router.sha256");
}

#[test]
fn a_pool_without_per_cluster_values_fits_any_router() {
    let mut value = model(json!({"accuracy": 0.5}));
    value["router"] = json!({"sha256": "0".repeat(64)});
    assert!(
        pool(value)
            .unwrap()
            .notes()
            .iter()
            .any(|n| n.path == "$.router")
    );
}

#[test]
fn names_are_checked_and_markup_is_plain_text() {
    rejected(
        json!({"models": [{"id": ""}]}),
        "pool_text",
        "$.models[0].id",
    );
    rejected(
        json!({"models": [{"id": "a", "name": "x".repeat(257)}]}),
        "pool_text",
        "$.models[0].name",
    );
    rejected(
        json!({"models": [{"id": "a\u{0}"}]}),
        "pool_text",
        "$.models[0].id",
    );
    rejected(
        json!({"models": [{"id": "a"}, {"id": "a"}]}),
        "pool_duplicate_id",
        "$.models[1].id",
    );
    let markup = "<img src=x onerror=alert(1)>";
    let pool = pool(json!({"models": [{"id": "a", "name": markup}]})).unwrap();
    assert_eq!(pool.models()[0].name, markup);
}

#[test]
fn limits_on_size_hold() {
    rejected(json!({"models": []}), "pool_empty", "$.models");
    let many: Vec<_> = (0..=MAX_MODELS)
        .map(|i| json!({"id": format!("m{i}")}))
        .collect();
    rejected(json!({"models": many}), "pool_too_many_models", "$.models");
    let huge = vec![b' '; 9 * 1024 * 1024];
    let error = Pool::from_json(&huge, &fixture::router()).unwrap_err();
    assert_eq!(error.code(), "pool_too_large");
}

#[test]
fn a_file_cut_short_names_line_and_column() {
    let error = Pool::from_json(b"{\"models\": [\n{\"id\": \"a\"", &fixture::router()).unwrap_err();
    assert!(
        matches!(error, PoolError::Syntax { line: 2, .. }),
        "{error}"
    );
    let trailing = Pool::from_json(b"{\"models\": [{\"id\": \"a\"}]} x", &fixture::router());
    assert_eq!(trailing.unwrap_err().code(), "pool_syntax");
}

#[test]
fn another_currency_or_version_is_rejected() {
    rejected(
        json!({"currency": "EUR", "models": [{"id": "a"}]}),
        "pool_currency",
        "$.currency",
    );
    rejected(
        json!({"schema_version": 7, "models": [{"id": "a"}]}),
        "pool_version",
        "$.schema_version",
    );
}

#[test]
fn export_returns_unknown_fields_and_reads_back_equal() {
    let value = json!({"x-team": {"owner": "me"}, "models": [
        {"id": "a", "cost": {"input": 1.0, "output": 2.5, "batch": 0.5}, "x": [1, 2], "accuracy": 0.5}]});
    let first = pool(value).unwrap();
    let json = first.to_json();
    let second = Pool::from_json(json.as_bytes(), &fixture::router()).unwrap();
    assert_eq!(first.raw(), second.raw());
    for kept in ["x-team", "batch", "\"x\": [1,2]"] {
        assert!(json.contains(kept), "{kept} is missing in {json}");
    }
}

#[test]
fn adding_a_wrong_model_does_not_change_the_pool() {
    let router = fixture::router();
    let pool = pool(model(json!({"accuracy": 0.5}))).unwrap();
    let wrong = RawModel {
        id: "b".into(),
        accuracy: Some(7.0),
        ..RawModel::default()
    };
    assert!(pool.with_model(wrong, &router).is_err());
    assert_eq!(pool.models().len(), 1);
    let right = RawModel {
        id: "b".into(),
        accuracy: Some(0.7),
        ..RawModel::default()
    };
    assert_eq!(pool.with_model(right, &router).unwrap().models().len(), 2);
}

fn with_benchmarks(json: &str) -> Result<Pool, PoolError> {
    Pool::from_json(json.as_bytes(), &fixture::router_with_benchmarks())
}

#[test]
fn published_scores_say_how_a_model_does_on_their_kind_of_prompt() {
    let json = r#"{"models": [{"id": "a", "benchmarks": [
        {"name": "code-bench", "score": 0.95}, {"name": "Poem Bench", "score": 0.1}]}]}"#;
    let pool = with_benchmarks(json).unwrap();
    let model = &pool.models()[0];
    assert_eq!(model.evidence.source, ProfileSource::Benchmarks);
    assert_eq!(model.evidence.benchmarks, ["Code Bench", "Poem Bench"]);
    assert!(model.profile.mean[0] < 0.3 && model.profile.mean[1] > 0.6);
    assert_eq!(model.profile.labels, [0.0, 0.0]);
}

#[test]
fn scores_and_labels_count_together() {
    let scores = r#""benchmarks": [{"name": "code_bench", "score": 0.6}]"#;
    let labels =
        r#""labels": [{"prompt": "code", "score": 1}, {"prompt": "code code", "score": 1}]"#;
    let sd = |evidence: &str| {
        let pool = with_benchmarks(&format!(r#"{{"models": [{{"id": "a", {evidence}}}]}}"#));
        pool.unwrap().models()[0].profile.sd[0]
    };
    let both = sd(&format!("{scores}, {labels}"));
    assert!(both < sd(scores) && both < sd(labels));
}

#[test]
fn unknown_and_repeated_benchmarks_are_notes() {
    let json = r#"{"models": [{"id": "a", "benchmarks": [
        {"name": "Code Bensh", "score": 0.9}, {"name": "Code Bench", "score": 0.9},
        {"name": "code bench", "score": 0.8}]}]}"#;
    let pool = with_benchmarks(json).unwrap();
    let note = |path: &str| {
        let found = pool.notes().iter().find(|n| n.path == path);
        found.map(|n| n.message.clone()).unwrap_or_default()
    };
    assert!(note("$.models[0].benchmarks[0].name").contains("nearest: Code Bench"));
    assert!(note("$.models[0].benchmarks[2]").contains("both are used"));
    assert_eq!(pool.models()[0].evidence.scores, 2);
    let plain = Pool::from_json(json.as_bytes(), &fixture::router()).unwrap();
    let message = &plain.notes()[1].message;
    assert!(message.contains("knows no benchmarks"), "{message}");
}

#[test]
fn a_score_out_of_range_names_its_path_and_the_remedy() {
    for (score, path) in [
        ("85.7", ".score"),
        ("-0.1", ".score"),
        ("\"high\"", ".score"),
    ] {
        let json = format!(
            r#"{{"models": [{{"id": "a", "benchmarks": [{{"name": "Code Bench", "score": {score}}}]}}]}}"#
        );
        let error = with_benchmarks(&json).unwrap_err();
        let found = error.path().unwrap_or_default();
        assert!(
            found.contains("benchmarks[0]") && found.contains(path),
            "{found}: {error}"
        );
    }
    let error = with_benchmarks(
        r#"{"models": [{"id": "a", "benchmarks": [{"name": "Code Bench", "score": 85.7}]}]}"#,
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("0.857 rather than 85.7")
    );
    let rows = vec![r#"{"name": "Code Bench", "score": 0.5}"#; 10_000].join(",");
    let json = format!(r#"{{"models": [{{"id": "a", "benchmarks": [{rows}]}}]}}"#);
    let error = with_benchmarks(&json).unwrap_err().to_string();
    assert!(error.contains("10000 scores, 1000 are allowed"), "{error}");
}

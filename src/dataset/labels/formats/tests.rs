//! Files as the programs write them, after their published schemas; the content is ours.

use super::super::*;
use serde_json::{Value, json};

fn read_with(file: &str, text: &str, options: &LabelOptions) -> Result<Labels, DatasetError> {
    read(file, text.as_bytes(), options)
}

fn pairs(read: &Labels) -> Vec<(&str, f64)> {
    read.labels
        .iter()
        .map(|label| (label.prompt.as_str(), label.score))
        .collect()
}

fn scored<'a>(scores: &'a [String]) -> LabelOptions<'a> {
    LabelOptions {
        scores,
        ..LabelOptions::default()
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[track_caller]
fn choice(read: Result<Labels, DatasetError>) -> (Choice, Vec<String>) {
    let error = read.unwrap_err();
    let (choice, names) = error.choice().unwrap_or_else(|| panic!("{error}"));
    (choice, names.to_vec())
}

/// Every row is counted once.
#[track_caller]
fn counted(report: &LabelsReport, rows: [usize; 4]) {
    let [used, unscored, others, bad] = rows;
    assert_eq!(
        (report.used, report.unscored, report.others, report.bad),
        (used, unscored, others, bad),
        "{report:?}"
    );
    assert_eq!(report.rows, rows.iter().sum::<usize>());
}

const SAMPLES: &str = "run/acme__tiny/samples_sums_2026-01-02T03-04-05.678901.jsonl";

fn sample(id: usize, filter: &str, metrics: Value) -> String {
    let mut line = json!({
        "doc_id": id, "doc": {"question": format!("What is {id} + 1?"), "answer": id + 1},
        "target": "x", "arguments": {"gen_args_0": {"arg_0": format!("Q: 1 + 1?\nA: 2\nQ: {id} + 1?"), "arg_1": {"until": []}}},
        "resps": [["9"]], "filtered_resps": ["9"], "filter": filter, "doc_hash": "a", "prompt_hash": "b", "target_hash": "c",
    });
    let (line, metrics) = (line.as_object_mut().unwrap(), metrics);
    line.insert(
        "metrics".into(),
        metrics
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .into(),
    );
    line.extend(metrics.as_object().unwrap().clone());
    Value::from(line.clone()).to_string()
}

#[test]
fn samples_of_the_harness_give_the_question_and_the_model_of_their_folder() {
    let text = [
        sample(1, "none", json!({"acc": 1.0})),
        sample(2, "none", json!({"acc": 0})),
    ]
    .join("\n");
    let labels = read_with(SAMPLES, &text, &LabelOptions::default()).unwrap();
    assert_eq!(
        pairs(&labels),
        [("What is 1 + 1?", 1.0), ("What is 2 + 1?", 0.0)]
    );
    assert_eq!(labels.model.as_deref(), Some("acme/tiny"));
    assert_eq!(labels.report.taken_for, "samples of lm-evaluation-harness");
    assert_eq!(labels.report.score.as_deref(), Some("acc"));
    let whole = LabelOptions {
        prompt: Some("arguments"),
        ..LabelOptions::default()
    };
    let labels = read_with(SAMPLES, &text, &whole).unwrap();
    assert_eq!(labels.labels[0].prompt, "Q: 1 + 1?\nA: 2\nQ: 1 + 1?");
}

#[test]
fn the_results_beside_samples_name_the_model_before_the_folder() {
    let beside = |name: &str| {
        let results = json!({"model_name": "acme/Tiny-2", "results": {}});
        (name == "results_2026-01-02T03-04-05.678901.json")
            .then(|| results.to_string().into_bytes())
    };
    let options = LabelOptions {
        beside: Some(&beside),
        ..LabelOptions::default()
    };
    let labels = read_with(SAMPLES, &sample(1, "none", json!({"acc": 1})), &options).unwrap();
    assert_eq!(labels.model.as_deref(), Some("acme/Tiny-2"));
    let data = |file| {
        let mut files = LabelFiles::default();
        let text = sample(1, "none", json!({"acc": 1}));
        files.add(file, text.as_bytes(), &LabelOptions::default())?;
        files.finish("n")
    };
    let set = data(SAMPLES).unwrap();
    assert_eq!(
        (set.models[0].id.as_str(), set.prompts[0].task.as_str()),
        ("acme/tiny", "sums")
    );
    let error = data("samples_sums_d.jsonl").unwrap_err();
    assert_eq!(error.choice(), Some((Choice::Model, &[][..])));
}

#[test]
fn several_metrics_or_filters_of_the_harness_must_be_decided() {
    let two = sample(1, "none", json!({"acc": 1.0, "acc_norm": 0.0}));
    let open = LabelOptions::default();
    assert_eq!(
        choice(read_with(SAMPLES, &two, &open)),
        (Choice::Score, names(&["acc", "acc_norm"]))
    );
    let norm = names(&["acc_norm"]);
    assert_eq!(
        pairs(&read_with(SAMPLES, &two, &scored(&norm)).unwrap())[0].1,
        0.0
    );
    let unknown = names(&["f1"]);
    assert_eq!(
        choice(read_with(SAMPLES, &two, &scored(&unknown))).1,
        names(&["acc", "acc_norm"])
    );

    let filters = [
        sample(1, "strict-match", json!({"exact_match": 0.0})),
        sample(1, "flexible-extract", json!({"exact_match": 1.0})),
    ]
    .join("\n");
    let both = names(&["exact_match,strict-match", "exact_match,flexible-extract"]);
    assert_eq!(choice(read_with(SAMPLES, &filters, &open)).1, both);
    let labels = read_with(SAMPLES, &filters, &scored(&both[1..])).unwrap();
    assert_eq!(pairs(&labels), [("What is 1 + 1?", 1.0)]);
    counted(&labels.report, [1, 0, 1, 0]);
}

#[test]
fn old_samples_and_python_constants_are_read_and_a_list_is_no_metric() {
    let old = r#"{"doc_id": 0, "doc": {"text": "a"}, "target": 1, "arguments": [["Say: a", " yes"]], "resps": [[[-1.0, false]]],
        "filtered_resps": [[-1.0, false]], "word_perplexity": [-4.0, 2], "acc": NaN}"#
        .replace('\n', " ");
    let text = format!(
        "{old}\n{}",
        old.replace("NaN", "1.0").replace("\"text\"", "\"no\"")
    );
    let labels = read_with("samples_t_d.jsonl", &text, &LabelOptions::default()).unwrap();
    assert_eq!(pairs(&labels), [("Say: a", 1.0)]);
    assert_eq!(labels.model, None);
}

fn inspect(samples: Value) -> String {
    json!({"version": 2, "status": "success", "eval": {"task": "sums", "model": "openai/tiny", "run_id": "r"},
        "plan": {}, "results": {}, "stats": {}, "samples": samples})
    .to_string()
}

#[test]
fn a_log_of_inspect_is_read_by_scorer_and_its_epochs_are_averaged() {
    let long = "x".repeat(200);
    let text = inspect(json!([
        {"id": 1, "epoch": 1, "input": "a", "target": "b", "scores": {"match": {"value": "C"}}, "events": [{"deep": [1]}]},
        {"id": 1, "epoch": 2, "input": "a", "target": "b", "scores": {"match": {"value": "I"}}},
        {"id": 2, "epoch": 1, "input": [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", "text": "b"}]}],
            "scores": {"match": {"value": "P"}}},
        {"id": 3, "epoch": 1, "input": "attachment://h", "attachments": {"h": long}, "scores": {"match": {"value": "N"}}},
        {"id": 4, "epoch": 1, "input": "e", "scores": null, "error": {"message": "stopped"}},
        {"id": 5, "epoch": 1, "input": "f", "scores": {"match": {"value": 0.25}}},
        {"id": 6, "epoch": 1, "input": "g", "scores": {"match": {"value": true}}},
    ]));
    let labels = read_with("log.json", &text, &LabelOptions::default()).unwrap();
    let expected = [
        ("a", 0.5),
        ("b", 0.5),
        (long.as_str(), 0.0),
        ("f", 0.25),
        ("g", 1.0),
    ];
    assert_eq!(pairs(&labels), expected);
    assert_eq!(labels.model.as_deref(), Some("openai/tiny"));
    assert_eq!(labels.report.taken_for, "a log of Inspect");
    counted(&labels.report, [6, 1, 0, 0]);
}

#[test]
fn scorers_of_inspect_are_named_with_their_values() {
    let text = inspect(json!([{"id": 1, "input": "a", "scores":
        {"judge": {"value": {"style": 1, "facts": 0.5}}, "match": {"value": "C"}}}]));
    let found = choice(read_with("l.json", &text, &LabelOptions::default())).1;
    assert_eq!(found, names(&["judge/style", "judge/facts", "match"]));
    let facts = names(&["judge/facts"]);
    assert_eq!(
        pairs(&read_with("l.json", &text, &scored(&facts)).unwrap()),
        [("a", 0.5)]
    );
}

#[test]
fn damaged_logs_name_the_sample_or_the_keys() {
    let text = inspect(json!([
        {"id": 1, "input": "a", "scores": {"m": {"value": "C"}}},
        {"id": 2, "input": "b", "scores": {"m": {"value": "good"}}},
        7,
        {"id": 3, "input": "c", "scores": {"m": {"value": 5}}},
        {"id": 4, "input": {}, "scores": {"m": {"value": 1}}},
    ]));
    let error = read_with("l.json", &text, &LabelOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "l.json, samples[1], m: score \"good\" is not a number in [0, 1] (and 3 more bad \
         rows: samples[2], samples[3], samples[4])"
    );
    let skipping = LabelOptions {
        skip_bad: true,
        ..LabelOptions::default()
    };
    let labels = read_with("l.json", &text, &skipping).unwrap();
    assert_eq!(pairs(&labels), [("a", 1.0)]);
    counted(&labels.report, [1, 0, 0, 4]);
    assert_eq!(labels.report.problems.len(), 4);
    let error = read_with(
        "l.json",
        "{\"eval\": {\"task\": \"t\"}, \"runs\": []}",
        &skipping,
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("this JSON object has eval, runs, which is none"),
        "{error}"
    );
}

fn result(provider: Value, raw: &str, score: f64, more: Value) -> Value {
    let mut result = json!({"promptIdx": 0, "testIdx": 0, "provider": provider, "prompt": {"raw": raw, "label": "p"},
        "vars": {"question": "asked"}, "success": score > 0.5, "score": score, "namedScores": {"tone": 0.25},
        "failureReason": 0, "latencyMs": 3, "response": {"output": "o"}, "gradingResult": {"pass": true}});
    result
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    result
}

#[test]
fn results_of_promptfoo_are_read_from_files_evaluations_and_lines() {
    let chat =
        json!([{"role": "system", "content": "s"}, {"role": "user", "content": "b"}]).to_string();
    let results = [
        result(
            json!({"id": "openai:tiny", "label": ""}),
            "a",
            1.0,
            json!({}),
        ),
        result(json!({"id": "openai:tiny"}), &chat, 0.5, json!({})),
        result(
            json!({"id": "openai:tiny"}),
            "c",
            0.0,
            json!({"failureReason": 2, "error": "429"}),
        ),
    ];
    let summary =
        json!({"version": 3, "timestamp": "t", "prompts": [], "results": results, "stats": {}});
    let second = json!({"version": 2, "results": results, "table": {"head": {}}, "stats": {}});
    let file = |of: &Value| {
        json!({"evalId": "e", "results": of, "config": {}, "shareableUrl": null}).to_string()
    };
    let lines: Vec<String> = results.iter().map(Value::to_string).collect();
    for (name, text) in [
        ("r.json", file(&summary)),
        ("r.json", file(&second)),
        ("r.json", summary.to_string()),
        ("r.jsonl", lines.join("\n")),
    ] {
        let labels = read_with(name, &text, &LabelOptions::default()).unwrap();
        assert_eq!(pairs(&labels), [("a", 1.0), ("b", 0.5)], "{text}");
        assert_eq!(labels.model.as_deref(), Some("openai:tiny"));
        counted(&labels.report, [2, 1, 0, 0]);
    }
}

#[test]
fn of_promptfoo_a_named_score_a_variable_and_one_of_two_providers_may_be_read() {
    let results = json!({"version": 3, "results": [
        result(json!("one"), "a", 1.0, json!({})),
        result(json!({"id": "x", "label": "two"}), "a", 1.0, json!({})),
    ]})
    .to_string();
    assert_eq!(
        choice(read_with("r.json", &results, &LabelOptions::default())),
        (Choice::Model, names(&["one", "two"]))
    );
    let tone = names(&["tone"]);
    let options = LabelOptions {
        model: Some("two"),
        prompt: Some("vars.question"),
        ..scored(&tone)
    };
    let labels = read_with("r.json", &results, &options).unwrap();
    assert_eq!(pairs(&labels), [("asked", 0.25)]);
    counted(&labels.report, [1, 0, 1, 0]);
}

fn stat(name: &str, mean: f64) -> Value {
    json!({"name": {"name": name, "split": "test"}, "count": 1, "sum": mean, "sum_squared": mean, "mean": mean})
}

#[test]
fn instances_of_helm_are_joined_with_their_prompts() {
    let stats = json!([
        {"instance_id": "id1", "train_trial_index": 0, "stats": [stat("exact_match", 1.0), stat("num_references", 4.0)]},
        {"instance_id": "id1", "train_trial_index": 1, "stats": [stat("exact_match", 0.0)]},
        {"instance_id": "id2", "train_trial_index": 0, "stats": [stat("exact_match", 1.0)], "perturbation": {"name": "typos"}},
        {"instance_id": "id2", "train_trial_index": 0, "stats": [stat("num_references", 1.0)]},
    ])
    .to_string();
    let instances = json!([{"id": "id1", "input": {"text": "a"}}, {"id": "id2", "input": {"text": "B"}, "perturbation": {}},
        {"id": "id2", "input": {"text": "b"}}]);
    let requests = json!([{"instance_id": "id1", "train_trial_index": 0, "request": {"model": "acme/tiny", "prompt": "shots a"}},
        {"instance_id": "id2", "train_trial_index": 0, "request": {"model": "acme/tiny", "prompt": "shots b"}}]);
    let state = json!({"adapter_spec": {}, "request_states": [
        {"instance": {"id": "id1", "input": {"text": "a"}}, "request": {"model": "acme/tiny", "prompt": "shots a"}}]});
    for (files, prompt, model) in [
        (
            vec![
                ("instances.json", &instances),
                ("display_requests.json", &requests),
            ],
            "a",
            Some("acme/tiny"),
        ),
        (
            vec![("display_requests.json", &requests)],
            "shots a",
            Some("acme/tiny"),
        ),
        (
            vec![("scenario_state.json", &state)],
            "a",
            Some("acme/tiny"),
        ),
        (vec![("instances.json", &instances)], "a", None),
    ] {
        let beside = |name: &str| {
            let file = files.iter().find(|(known, _)| *known == name)?;
            Some(file.1.to_string().into_bytes())
        };
        let options = LabelOptions {
            beside: Some(&beside),
            ..LabelOptions::default()
        };
        let labels = read_with("run/per_instance_stats.json", &stats, &options).unwrap();
        assert_eq!(pairs(&labels), [(prompt, 0.5)]);
        assert_eq!(labels.model.as_deref(), model);
        counted(&labels.report, [2, 1, 1, 0]);
    }
    let error = read_with(
        "run/per_instance_stats.json",
        &stats,
        &LabelOptions::default(),
    )
    .unwrap_err();
    assert_eq!(error.code(), "labels_beside");
    assert!(
        error
            .to_string()
            .contains("needs instances.json, display_requests.json"),
        "{error}"
    );
}

#[test]
fn predictions_of_helm_have_means_by_name_and_an_unknown_instance_is_bad() {
    let beside = |name: &str| {
        (name == "instances.json").then(|| br#"[{"id": "id1", "input": {"text": "a"}}]"#.to_vec())
    };
    let options = LabelOptions {
        beside: Some(&beside),
        ..LabelOptions::default()
    };
    let text = json!([{"instance_id": "id1", "stats": {"quasi_exact_match": 1.0, "logprob": -4.0}},
        {"instance_id": "id9", "stats": {"quasi_exact_match": 1.0}}])
    .to_string();
    let error = read_with("display_predictions.json", &text, &options).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("display_predictions.json, [1]: no prompt"),
        "{error}"
    );
    let skipping = LabelOptions {
        skip_bad: true,
        ..options
    };
    let labels = read_with("display_predictions.json", &text, &skipping).unwrap();
    assert_eq!(pairs(&labels), [("a", 1.0)]);
}

#[test]
fn logs_of_requests_have_their_score_and_model_in_many_places() {
    let turns = json!([{"role": "system", "content": "s"}, {"role": "user", "content": "a"}]);
    for line in [
        json!({"model": "m", "messages": turns, "response": {"choices": []}, "score": 0.5}),
        json!({"model": "m", "messages": turns, "metadata": {"score": 0.5, "user": "u"}}),
        json!({"model": "m", "messages": turns.to_string(), "metadata": json!({"score": 0.5}).to_string(), "request_id": "r"}),
        json!({"id": "x", "call_type": "acompletion", "model": "m", "messages": turns, "response_cost": 0.1,
            "metadata": {"requester_metadata": {"score": 0.5}}}),
        json!({"standard_logging_object": {"model": "m", "messages": turns, "metadata": {"spend_logs_metadata": {"score": 0.5}}},
            "metadata": {"score": 0.5}}),
        json!({"request": {"model": "m", "messages": turns}, "response": {"model": "m-2"}, "feedback": {"score": 0.5}}),
        json!({"custom_id": "1", "body": {"messages": turns}, "response": {"body": {"model": "m"}}, "evaluation": {"accuracy": 0.5}}),
        json!({"request": {"model": "m", "input": "a"}, "scores": {"helpful": 0.5}}),
        json!({"prompt": "a", "model": "m", "metadata": {"correct": 0.5}}),
    ] {
        let labels = read_with("log.jsonl", &line.to_string(), &LabelOptions::default());
        let labels = labels.unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(pairs(&labels), [("a", 0.5)], "{line}");
        assert_eq!(labels.model.as_deref(), Some("m"), "{line}");
        assert_eq!(labels.report.taken_for, "a log of requests");
    }
}

#[test]
fn a_log_without_a_clear_score_says_what_there_is() {
    let log = |more: Value| {
        let mut line = json!({"model": "m", "messages": [{"role": "user", "content": "a"}]});
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line.to_string()
    };
    let open = LabelOptions::default();
    let two = log(json!({"scores": {"helpful": 1, "short": 0}}));
    assert_eq!(
        choice(read_with("l.jsonl", &two, &open)).1,
        names(&["scores.helpful", "scores.short"])
    );
    let short = names(&["scores.short"]);
    assert_eq!(
        pairs(&read_with("l.jsonl", &two, &scored(&short)).unwrap()),
        [("a", 0.0)]
    );
    let none = log(json!({"thumbs": 1, "cost": 0.2}));
    assert_eq!(
        choice(read_with("l.jsonl", &none, &open)),
        (Choice::Score, names(&["thumbs", "cost"]))
    );
    let thumbs = names(&["thumbs"]);
    assert_eq!(
        pairs(&read_with("l.jsonl", &none, &scored(&thumbs)).unwrap()),
        [("a", 1.0)]
    );
    let unscored = format!(
        "{}\n{}",
        log(json!({"score": null})),
        log(json!({"score": 1}))
    );
    counted(
        &read_with("l.jsonl", &unscored, &open).unwrap().report,
        [1, 1, 0, 0],
    );
}

#[test]
fn a_line_that_is_cut_short_is_named_and_the_others_may_be_read() {
    let good = sample(1, "none", json!({"acc": 1}));
    let text = format!("{good}\n{}\n{good}\n", &good[..40]);
    let error = read_with(SAMPLES, &text, &LabelOptions::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("678901.jsonl, line 2, character"),
        "{error}"
    );
    assert_eq!(error.choice(), Some((Choice::Rows, &[][..])));
    let skipping = LabelOptions {
        skip_bad: true,
        ..LabelOptions::default()
    };
    counted(
        &read_with(SAMPLES, &text, &skipping).unwrap().report,
        [2, 0, 0, 1],
    );
}

//! `profile --labels`: results that people have, and `inspect --fields`, what they make sure.

use crate::common::{Folder, fitted, json, rejects, uniroute};
use serde_json::{Value, json};
use std::path::Path;

/// Standard error of a profile of these files, and the pool that it made.
#[track_caller]
fn profiled(folder: &Folder, router: &str, args: &[&str]) -> (String, Value) {
    let pool = folder.path("made.json");
    let all = [
        &["profile", "--router", router, "-o", &pool, "--labels"],
        args,
    ]
    .concat();
    let output = uniroute(&all, b"");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    (error, json(&std::fs::read_to_string(pool).unwrap()))
}

fn ids(pool: &Value) -> Vec<&str> {
    let models = pool["models"].as_array().unwrap();
    models
        .iter()
        .map(|model| model["id"].as_str().unwrap())
        .collect()
}

fn sample(question: &str, acc: f64) -> String {
    json!({"doc_id": 0, "doc": {"question": question}, "target": "", "arguments": {"gen_args_0": {"arg_0": question}},
        "filtered_resps": [""], "filter": "none", "metrics": ["acc", "acc_norm"], "acc": acc, "acc_norm": 1.0 - acc})
    .to_string()
}

#[test]
fn samples_of_several_tasks_are_one_model_and_the_metric_is_asked_for() {
    let folder = Folder::new("harness");
    let (router, _) = fitted(&folder);
    folder.write(
        "results_2026.json",
        r#"{"model_name": "acme/tiny", "results": {}}"#,
    );
    let one = folder.write(
        "samples_poems_2026.jsonl",
        sample("Write a poem about a river.", 1.0),
    );
    let two = folder.write(
        "samples_code_2026.jsonl",
        sample("Write a python function.", 0.0),
    );
    let pool = folder.path("made.json");
    let error = rejects(
        &[
            "profile", "--router", &router, "--labels", &one, "-o", &pool,
        ],
        b"",
    );
    assert!(
        error.contains(
            "several scores: acc, acc_norm; choose the one that counts; say so with --score NAME"
        ),
        "{error}"
    );
    assert!(!Path::new(&pool).exists());
    let (error, pool) = profiled(&folder, &router, &[&one, &two, "--score", "acc"]);
    assert_eq!(ids(&pool), ["acme/tiny"]);
    assert!(
        error.contains("taken for samples of lm-evaluation-harness, score acc: 1 rows, 1 used"),
        "{error}"
    );
    assert!(
        error.contains("2 labels of 1 models on 2 prompts"),
        "{error}"
    );
}

#[test]
fn bad_rows_are_named_and_left_out_only_if_asked() {
    let folder = Folder::new("bad-rows");
    let (router, _) = fitted(&folder);
    let labels = folder.write(
        "l.csv",
        "user,grade,model\na poem,1,m\na song,9,m\na proof,no,m\n",
    );
    let pool = folder.path("made.json");
    let profile = [
        "profile", "--router", &router, "-o", &pool, "--labels", &labels,
    ];
    let error = rejects(&profile, b"");
    assert!(
        error.contains("line 1: no column of prompts; choose one of user, grade, model"),
        "{error}"
    );
    assert!(error.contains("--prompt-column NAME"), "{error}");
    let named = [
        &profile[..],
        &["--prompt-column", "user", "--score", "grade"],
    ]
    .concat();
    let error = rejects(&named, b"");
    assert!(
        error.contains("line 3, grade: score 9") && error.contains("line 4"),
        "{error}"
    );
    assert!(error.contains("--skip-bad"), "{error}");
    let skipping = [&named[5..], &["--skip-bad"]].concat();
    let (error, pool) = profiled(&folder, &router, &skipping[1..]);
    assert!(error.contains("3 rows, 1 used, 2 bad"), "{error}");
    assert_eq!(ids(&pool), ["m"]);
}

#[test]
fn a_parquet_file_of_another_program_is_read_as_a_table_is() {
    let folder = Folder::new("parquet");
    let (router, _) = fitted(&folder);
    let golden = format!("{}/../tests/golden/parquet", env!("CARGO_MANIFEST_DIR"));
    for name in ["snappy", "zstd"] {
        let file = format!("{golden}/{name}.parquet");
        let (error, pool) = profiled(
            &folder,
            &router,
            &[&file, "--model", "small", "--score", "half", "--skip-bad"],
        );
        // `half` is i / 8, so that the first nine rows are scores in [0, 1].
        assert!(error.contains("60 rows, 9 used, 51 bad"), "{error}");
        assert_eq!(ids(&pool), ["small"]);
    }
    let pool = folder.path("made.json");
    let brotli = format!("{golden}/brotli.parquet");
    let error = rejects(
        &[
            "profile", "--router", &router, "--labels", &brotli, "-o", &pool,
        ],
        b"",
    );
    assert!(
        error.contains("row group 1, column id: it is compressed with BROTLI"),
        "{error}"
    );
}

#[test]
fn fields_say_where_a_quality_is_a_guess_and_what_to_label_next() {
    let folder = Folder::new("sure");
    let pool = folder.write(
        "p.json",
        r#"{"models": [{"id": "unknown"}, {"id": "known", "accuracy": 0.8, "labels_count": 2000}]}"#,
    );
    let inspect =
        |args: &[&str]| crate::common::succeeds(&[&["inspect", &pool], args].concat(), b"");
    let about = json(&inspect(&["--json"]));
    let fields = |model: usize| {
        about["models"][model]["certainty"]["fields"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert!(fields(0).len() > 5);
    for (unknown, known) in fields(0).iter().zip(fields(1)) {
        assert_eq!(unknown["guess"], true);
        assert!(unknown["remaining"].as_f64() > Some(0.99));
        assert!(
            known["remaining"].as_f64() < unknown["remaining"].as_f64(),
            "{known}"
        );
        assert!(
            known["effectiveLabels"].as_f64() > unknown["effectiveLabels"].as_f64(),
            "{known}"
        );
    }
    let next = about["models"][0]["certainty"]["next"].as_array().unwrap();
    assert!(next.iter().all(|one| {
        one["prompt"]
            .as_str()
            .is_some_and(|prompt| !prompt.is_empty())
    }));
    assert_eq!(next.len(), 3);
    let text = inspect(&["--fields"]);
    assert!(
        text.contains("only a guess") && text.contains("Label next:"),
        "{text}"
    );
    assert!(!inspect(&[]).contains("Label next:"));
}

//! `profile --partial`, `merge` and `profile --statistics`: labels that are added up in parts.

use crate::common::{Folder, fitted, json, rejects, run, succeeds, uniroute};
use serde_json::Value;
use std::path::Path;

const THINGS: [&str; 7] = [
    "river", "engine", "garden", "matrix", "letter", "candle", "market",
];

/// Labels a line: `poet` is mostly right about poems and `coder` about code.
fn labels() -> Vec<String> {
    let mut lines = Vec::new();
    for i in 0..210 {
        let thing = THINGS[i % THINGS.len()];
        let prompt = match i % 2 {
            0 => format!("Write a poem of {i} lines about a {thing}."),
            _ => format!("Write a python function that parses {i} {thing} records."),
        };
        for (kind, model) in ["poet", "coder"].iter().enumerate() {
            let often = if i % 2 == kind { 9 } else { 4 };
            let score = u8::from((i * 7 + kind * 3) / 2 % 10 < often);
            lines.push(format!("{prompt},{model},{score}\n"));
        }
    }
    lines
}

/// A router, and labels in a folder.
struct Warehouse {
    folder: Folder,
    router: String,
}

impl Warehouse {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let (router, _) = fitted(&folder);
        Self { folder, router }
    }

    fn csv(&self, name: &str, lines: &[String]) -> String {
        let text = format!("prompt,model,score\n{}", lines.concat());
        self.folder.write(name, text)
    }

    fn partial(&self, name: &str, args: &[&str]) -> String {
        let path = self.folder.path(name);
        let command = [
            "profile",
            "--partial",
            "--router",
            &self.router,
            "-o",
            &path,
            "--labels",
        ];
        succeeds(&[&command, args].concat(), b"");
        path
    }

    /// Statistics of the labels in this number of files.
    fn parts(&self, number: usize) -> Vec<String> {
        let labels = labels();
        let parts = labels.chunks(labels.len() / number).enumerate();
        let parts = parts.map(|(i, lines)| {
            let csv = self.csv(&format!("{number}-{i}.csv"), lines);
            self.partial(&format!("{number}-{i}.stats"), &[&csv])
        });
        parts.collect()
    }

    fn merge(&self, name: &str, files: &[String]) -> String {
        let path = self.folder.path(name);
        let files = files.iter().map(String::as_str);
        let args: Vec<&str> = ["merge", "-o", &path].into_iter().chain(files).collect();
        succeeds(&args, b"");
        path
    }

    fn pool(&self, statistics: &str, args: &[&str]) -> Value {
        let path = self.folder.path("pool.json");
        let command = [
            "profile",
            "--router",
            &self.router,
            "--statistics",
            statistics,
            "-o",
            &path,
        ];
        succeeds(&[&command, args].concat(), b"");
        json(&std::fs::read_to_string(path).unwrap())
    }
}

fn counts(statistics: &str) -> Vec<(String, u64)> {
    let about = json(&succeeds(&["inspect", "--json", statistics], b""));
    let models = about["models"].as_array().unwrap().iter();
    models
        .map(|m| {
            let id = m["id"].as_str().unwrap().to_owned();
            (id, m["labels"].as_u64().unwrap())
        })
        .collect()
}

/// Per-cluster numbers of the models of a pool, by name.
fn numbers(pool: &Value, name: &str) -> Vec<f64> {
    let models = pool["models"].as_array().unwrap().iter();
    models
        .flat_map(|model| model["errors"][name].as_array().unwrap())
        .map(|number| number.as_f64().unwrap())
        .collect()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let largest = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    let largest = largest.fold(0.0, f64::max);
    assert!(largest <= tolerance, "{largest}");
}

#[test]
fn parts_merged_in_any_order_and_depth_are_the_whole() {
    let made = Warehouse::new("parts");
    let whole = made.partial("whole.stats", &[&made.csv("all.csv", &labels())]);
    assert_eq!(
        counts(&whole),
        [("coder".to_owned(), 210), ("poet".to_owned(), 210)]
    );
    let expected = made.pool(&whole, &[]);
    for number in [2, 3, 7] {
        let parts = made.parts(number);
        assert_eq!(parts.len(), number);
        let reversed: Vec<String> = parts.iter().rev().cloned().collect();
        let (some, others) = parts.split_at(number / 2);
        let of_merges = [
            made.merge("others.stats", others),
            made.merge("some.stats", some),
        ];
        for files in [&parts, &reversed, &of_merges.to_vec()] {
            let merged = made.merge("merged.stats", files);
            assert_eq!(counts(&merged), counts(&whole));
            let found = made.pool(&merged, &[]);
            for name in ["mean", "sd", "labels"] {
                assert_close(&numbers(&found, name), &numbers(&expected, name), 1e-9);
            }
        }
    }
}

#[test]
fn statistics_give_nearly_the_pool_of_the_labels() {
    let made = Warehouse::new("near");
    let csv = made.csv("all.csv", &labels());
    let found = made.pool(&made.partial("s.stats", &[&csv]), &[]);
    let path = made.folder.path("labels.json");
    let profile = [
        "profile",
        "--router",
        &made.router,
        "--labels",
        &csv,
        "-o",
        &path,
    ];
    succeeds(&profile, b"");
    let expected = json(&std::fs::read_to_string(path).unwrap());
    let by_id = |pool: &Value| {
        let mut models = pool["models"].as_array().unwrap().clone();
        models.sort_by_key(|model| model["id"].to_string());
        serde_json::json!({ "models": models })
    };
    let (found, expected) = (by_id(&found), by_id(&expected));
    assert_close(&numbers(&found, "mean"), &numbers(&expected, "mean"), 0.03);
    assert_close(&numbers(&found, "sd"), &numbers(&expected, "sd"), 0.02);
    // Every label at the same membership.
    assert_close(
        &numbers(&found, "labels"),
        &numbers(&expected, "labels"),
        2e-4,
    );
}

#[test]
fn a_merge_of_one_file_is_that_file_and_none_counts_twice() {
    let made = Warehouse::new("one");
    let part = made.partial("a.stats", &[&made.csv("a.csv", &labels()[..50])]);
    let merged = made.merge("merged.stats", std::slice::from_ref(&part));
    assert_eq!(
        std::fs::read(&part).unwrap(),
        std::fs::read(&merged).unwrap()
    );
    let again = made.folder.path("again.stats");
    let error = rejects(&["merge", &part, &merged, "-o", &again], b"");
    assert!(error.contains("would count twice"), "{error}");
    assert!(error.contains(&merged) && error.contains(&part), "{error}");
    assert!(!Path::new(&again).exists());
}

#[test]
fn each_file_is_counted_and_the_sum_too() {
    let made = Warehouse::new("counted");
    let [one, two] = ["1", "2"].map(|name| made.folder.path(&format!("{name}.stats")));
    made.partial("1.stats", &[&made.csv("1.csv", &labels()[..7])]);
    let rest = made.csv("2.csv", &labels()[7..20]);
    made.partial("2.stats", &[&rest, "--model", "poet"]);
    let to = made.folder.path("sum.stats");
    let output = uniroute(&["merge", &one, &two, "-o", &to], b"");
    let error = String::from_utf8(output.stderr).unwrap();
    for line in [
        format!("{one}: 2 models, 7 labels"),
        format!("{two}: 1 models, 6 labels"),
        format!("{to}: 2 models, 13 labels"),
    ] {
        assert!(error.contains(&line), "{error}");
    }
    let text = succeeds(&["inspect", &to], b"");
    assert!(text.contains("2 models, 13 labels"), "{text}");
    assert!(text.contains("coder") && text.contains("poet"), "{text}");
}

#[test]
fn files_of_other_routers_and_damaged_ones_are_refused_and_nothing_is_written() {
    let made = Warehouse::new("refused");
    let csv = made.csv("a.csv", &labels()[..40]);
    let part = made.partial("a.stats", &[&csv]);
    let other = made.folder.path("other.stats");
    succeeds(
        &["profile", "--partial", "--labels", &csv, "-o", &other],
        b"",
    );
    let bytes = std::fs::read(&part).unwrap();
    let mut changed = bytes.clone();
    let middle = bytes.len() - 60;
    changed[middle] ^= 1;
    let damaged = made.folder.write("damaged.stats", changed);
    let cut = made.folder.write("cut.stats", &bytes[..bytes.len() - 100]);
    let out = made.folder.path("out");
    let merge = |file: &str| rejects(&["merge", &part, file, "-o", &out], b"");
    let profile = |file: &str| {
        let command = ["profile", "--router", &made.router, "--statistics"];
        rejects(&[&command[..], &[file, "-o", &out]].concat(), b"")
    };
    for error in [merge(&other), profile(&other)] {
        assert!(
            error.contains(&other) && error.contains("--router"),
            "{error}"
        );
    }
    for (file, said) in [
        (&damaged, "does not match its hash"),
        (&cut, "cut short"),
        (&csv, "not a file of statistics"),
        (&made.router, "not a file of statistics"),
    ] {
        for error in [merge(file), profile(file)] {
            assert!(
                error.contains(file.as_str()) && error.contains(said),
                "{error}"
            );
            assert!(error.contains("make it again"), "{error}");
        }
    }
    assert!(rejects(&["inspect", &damaged], b"").contains("does not match its hash"));
    assert!(rejects(&["inspect", &cut], b"").contains("cut short"));
    assert!(
        rejects(
            &["merge", &part, &made.folder.path("none"), "-o", &out],
            b""
        )
        .contains("cannot open")
    );
    assert!(!Path::new(&out).exists());
    // A wrong row is found after right ones were added.
    let bad = made
        .folder
        .write("bad.csv", "prompt,model,score\na poem,m,1\na song,m,7\n");
    let partial = [
        "profile",
        "--partial",
        "--router",
        &made.router,
        "--labels",
        &bad,
        "-o",
        &out,
    ];
    assert!(rejects(&partial, b"").contains("line 3"));
    assert!(!Path::new(&out).exists());
    let output = succeeds(&[&partial[..], &["--skip-bad"]].concat(), b"");
    assert_eq!(
        (output.as_str(), counts(&out)),
        ("", vec![("m".to_owned(), 1)])
    );
}

#[test]
fn a_data_folder_and_excluded_labels_are_those_of_a_profile() {
    let made = Warehouse::new("excluded");
    let data = made.folder.data();
    let table = made
        .folder
        .write("out.csv", "dataset,model,task\ndata,poet,*\n");
    let statistics = made.partial("s.stats", &[&data, "--exclude-labels", &table]);
    assert_eq!(counts(&statistics), [("coder".to_owned(), 80)]);
    // The data set's own prices are in `models.json`, which --prices reads.
    let prices = format!("{data}/models.json");
    let pool = made.pool(
        &statistics,
        &["--prices", &prices, "--name", "N", "--as-of", "2026-01-02"],
    );
    assert_eq!(
        (&pool["name"], &pool["as_of"]),
        (&"N".into(), &"2026-01-02".into())
    );
    assert_eq!(pool["models"][0]["cost"]["output"], 4.0);
    let base = made.folder.write("base.json", pool.to_string());
    let poet = made.partial("p.stats", &[&data, "--model", "poet"]);
    assert_eq!(counts(&poet).len(), 2, "a data folder names its models");
    let grown = made.pool(&poet, &["--base", &base]);
    assert_eq!(grown["models"][0]["id"], "coder");
    assert_eq!(grown["models"][0]["cost"]["output"], 4.0);
    assert_eq!(grown["models"][1]["id"], "poet");
}

#[test]
fn published_scores_count_beside_statistics() {
    let folder = Folder::new("beside");
    let labels = folder.write(
        "l.csv",
        format!("prompt,model,score\n{}", labels()[..40].concat()),
    );
    let table = folder.write(
        "scores.csv",
        "model_id,mode,benchmark,score,source\npoet,,GPQA Diamond,0.9,card\n",
    );
    let (statistics, pool) = (folder.path("s.stats"), folder.path("p.json"));
    succeeds(
        &[
            "profile",
            "--partial",
            "--labels",
            &labels,
            "-o",
            &statistics,
        ],
        b"",
    );
    let quality = |args: &[&str]| {
        let profile = ["profile", "--statistics", &statistics, "-o", &pool];
        succeeds(&[&profile, args].concat(), b"");
        let about = json(&succeeds(&["inspect", "--json", &pool], b""));
        let models = about["models"].as_array().unwrap().clone();
        let poet = models.iter().find(|m| m["id"] == "poet").unwrap();
        assert_eq!(poet["labels"], 20.0);
        poet["quality"].as_f64().unwrap()
    };
    assert!(quality(&["--published", &table]) > quality(&[]) + 0.01);
}

#[test]
fn options_that_make_a_pool_do_not_go_with_partial() {
    for wrong in [
        &["--partial", "-o", "x"][..],
        &[
            "--partial",
            "--labels",
            "l.csv",
            "--prices",
            "p.json",
            "-o",
            "x",
        ],
        &[
            "--partial",
            "--labels",
            "l.csv",
            "--statistics",
            "s",
            "-o",
            "x",
        ],
        &["--labels", "l.csv", "--statistics", "s", "-o", "x"],
    ] {
        let output = uniroute(&[&["profile"], wrong].concat(), b"");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(uniroute(&["merge", "-o", "x"], b"").status.code(), Some(2));
}

#[test]
fn the_commands_of_the_guide_work() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/warehouse.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let section = guide
        .split("\n## ")
        .find_map(|s| s.strip_prefix("Merge statistics\n"));
    let block = section.unwrap().split("```sh\n").nth(1).unwrap();
    let commands: Vec<&str> = block.split("```").next().unwrap().lines().collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    let folder = Folder::new("guide-merge");
    for (i, lines) in labels().chunks(210).enumerate() {
        let text = format!("prompt,model,score\n{}", lines.concat());
        folder.write(&format!("labels-{}.csv", i + 1), text);
    }
    let program = Path::new(env!("CARGO_BIN_EXE_uniroute"));
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    for command in commands {
        let mut shell = std::process::Command::new("bash");
        let path = std::env::join_paths(&path).unwrap();
        shell
            .args(["-c", command])
            .current_dir(folder.path(""))
            .env("PATH", path);
        let output = run(&mut shell, b"");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\n{error}");
    }
    let pool = json(&std::fs::read_to_string(folder.path("warehouse-pool.json")).unwrap());
    assert_eq!(pool["name"], "Models of the warehouse");
    assert_eq!(pool["models"].as_array().unwrap().len(), 2);
}

//! Many prompts: forms in and out, threads, files that are whole or not there.

use crate::common::{Folder, json, rejects, succeeds, uniroute};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use uniroute_tables::write::{Cell, Column, Kind};
use uniroute_tables::{Form, Packing};

const PROMPTS: usize = 5000;

/// Made-up prompts of many lengths, some twice as long as a block of a thread.
fn prompt(i: usize) -> String {
    let things = [
        "poem",
        "python function",
        "proof",
        "recipe",
        "letter",
        "SQL query",
    ];
    let thing = things[i % things.len()];
    format!(
        "Write a {thing} of {i} words, \"please\". {}",
        "Take care. ".repeat(i % 17)
    )
}

/// The prompts as a file whose name gives the form.
fn file(folder: &Folder, name: &str, prompts: std::ops::Range<usize>) -> String {
    let columns = vec![
        Column::new("id", Kind::Whole),
        Column::new("prompt", Kind::Text),
    ];
    let row = |i| vec![Cell::Number(i as f64), Cell::Value(prompt(i).into())];
    folder.table(name, columns, &prompts.map(row).collect::<Vec<_>>())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(json).collect()
}

#[test]
fn the_answers_are_the_same_in_the_same_order_on_any_number_of_threads() {
    let folder = Folder::new("threads");
    let prompts = file(&folder, "p.jsonl", 0..PROMPTS);
    let route = |more: &[&str]| succeeds(&[&["route", "--prompts", &prompts], more].concat(), b"");
    let all = route(&[]);
    let rows = lines(&all);
    assert_eq!(rows.len(), PROMPTS);
    assert!((0..).zip(&rows).all(|(i, row)| row["id"] == i));
    let keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "model", "quality", "cost", "field"]);
    for threads in ["1", "2", "7"] {
        assert_eq!(route(&["--threads", threads]), all, "{threads}");
    }
    let whole = route(&["--json", "--threads", "3"]);
    assert_eq!(whole, route(&["--json", "--threads", "1"]));
    for (brief, whole) in rows.iter().zip(lines(&whole)).step_by(97) {
        let first = &whole["candidates"][0];
        assert_eq!(brief["model"], whole["model"]);
        assert_eq!(
            (&brief["quality"], &brief["cost"]),
            (&first["quality"], &first["cost"]["total"])
        );
        assert_eq!(brief["field"], whole["clusters"][0]["field"]);
    }
    let one = json(&succeeds(&["route", "--json", &prompt(194)], b""));
    let mut same = lines(&whole)[194].clone();
    same.as_object_mut().unwrap().shift_remove("id");
    assert_eq!(one, same);
}

#[test]
fn every_form_gives_the_answers_of_json_lines_and_keeps_them() {
    let folder = Folder::new("forms");
    let prompts = file(&folder, "p.jsonl", 0..600);
    let expected = succeeds(&["route", "--prompts", &prompts], b"");
    for name in [
        "a.jsonl.gz",
        "a.ndjson.zst",
        "a.csv",
        "a.tsv",
        "a.csv.gz",
        "a.parquet",
        "a.arrow",
        "a.arrows",
        "a.feather",
    ] {
        let prompts = file(&folder, name, 0..600);
        let found = succeeds(&["route", "--prompts", &prompts], b"");
        // An id of delimited text is a text.
        let found = match name.contains("sv") {
            true => found
                .replace("{\"id\":\"", "{\"id\":")
                .replace("\",\"model\"", ",\"model\""),
            false => found,
        };
        assert!(found == expected, "{name}");
        let out = folder.path(&format!("out-{name}"));
        assert_eq!(
            succeeds(&["route", "--prompts", &prompts, "-o", &out], b""),
            ""
        );
        // The answers as prompts: what was chosen for each.
        let read = ["assign", "--prompts", &out, "--prompt-field", "model"];
        let models = lines(&succeeds(&read, b""));
        assert_eq!(models.len(), 600, "{name}");
        let packed = succeeds(&["route", "--prompts", &prompts, "--format", "csv"], b"");
        assert_eq!(packed.lines().count(), 601);
    }
    let arrow = uniroute(&["route", "--prompts", &prompts, "--format", "arrow"], b"").stdout;
    let again = uniroute(
        &["assign", "--input", "arrow", "--prompt-field", "model"],
        &arrow,
    );
    assert!(again.status.success());
    assert_eq!(
        String::from_utf8(again.stdout).unwrap().lines().count(),
        600
    );
}

#[test]
fn several_files_are_read_in_turn_and_a_bad_row_names_its_file() {
    let folder = Folder::new("several");
    let (a, b) = (file(&folder, "a.csv", 0..3), file(&folder, "b.jsonl", 3..5));
    let bad = folder.write(
        "bad.jsonl",
        "{\"prompt\": 5}\n{\"prompt\": \"hi there, how are you?\"}\n",
    );
    let output = uniroute(&["route", "--prompts", &a, &bad, &b], b"");
    assert_eq!(output.status.code(), Some(1));
    let rows = lines(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[3]["error"], "`prompt` is not a string");
    assert_eq!(
        (rows[3]["file"].as_str(), &rows[3]["row"]),
        (Some(&*bad), &Value::from(1))
    );
    assert!(rows[4].get("error").is_none() && rows[4]["model"].is_string());
    let error = String::from_utf8(output.stderr).unwrap();
    let args = ["route", "--allow-errors", "--prompts", &a, &bad, &b];
    assert_eq!(uniroute(&args, b"").status.code(), Some(0));
    assert!(
        error.contains("7 rows read, 6 prompts routed, 1 refused (first: row 1)"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_read_or_told_is_refused_and_leaves_the_old_file() {
    let folder = Folder::new("left");
    let prompts = file(&folder, "p.parquet", 0..3000);
    let mut damaged = std::fs::read(&prompts).unwrap();
    let middle = damaged.len() / 3;
    damaged[middle..middle + 400].fill(0xff);
    let damaged = folder.write("damaged.parquet", damaged);
    let out = folder.write("out.csv", "old");
    let error = rejects(&["route", "--prompts", &damaged, "-o", &out], b"");
    assert!(error.contains("row group 1, column prompt"), "{error}");
    assert_eq!(std::fs::read(&out).unwrap(), b"old");
    let plain = folder.write("p.txt", "a");
    for (args, said) in [
        (
            &["route", "--prompts", &plain][..],
            "not a file of prompts by its name",
        ),
        (&["route", "--prompts", "no.jsonl"], "cannot open no.jsonl"),
        (
            &["route", "--prompts", &prompts, "-o", "x.txt"],
            "no form of a table by its name",
        ),
        (
            &["route", "hi", "--prompts", &prompts],
            "exclude each other",
        ),
        (
            &["route", "hi", "-o", &out],
            "a table is written of many prompts",
        ),
        (
            &["route", "--prompts", &prompts, "--prompt-field", "p"],
            "there are: id, prompt",
        ),
        (&["route", "--prompts", &prompts, "-o", "/dev/full"], "name"),
    ] {
        let error = rejects(args, b"");
        assert!(error.contains(said), "{args:?}: {error}");
    }
    let csv = folder.write("c.csv", "a,b\n1,2\n");
    let error = rejects(&["route", "--prompts", &csv], b"");
    assert!(
        error.contains("there are: a, b") && error.contains("--prompt-field"),
        "{error}"
    );
}

#[test]
fn assign_gives_the_first_cluster_of_the_decision_and_weights_that_sum_to_one() {
    let folder = Folder::new("assign");
    let prompts = file(&folder, "p.jsonl", 0..40);
    let assigned = lines(&succeeds(
        &["assign", "--memberships", "--prompts", &prompts],
        b"",
    ));
    let routed = lines(&succeeds(&["route", "--json", "--prompts", &prompts], b""));
    for (row, decision) in assigned.iter().zip(&routed) {
        let cluster = &decision["clusters"][0];
        assert_eq!(row["cluster"], cluster["id"]);
        assert_eq!(
            (&row["name"], &row["field"]),
            (&cluster["label"], &cluster["field"])
        );
        let weights = row.as_object().unwrap().iter();
        let weights = weights.filter(|(key, _)| key.starts_with("cluster_"));
        let sum: f64 = weights.map(|(_, weight)| weight.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    }
    let one = json(&succeeds(&["assign", "Write a poem about the sea."], b""));
    assert_eq!(one["id"], Value::Null);
    assert!(one["name"].is_string());
}

#[test]
fn costs_add_up_to_the_same_total_on_any_number_of_threads() {
    let folder = Folder::new("total");
    let prompts = file(&folder, "p.csv", 0..3000);
    let total = |threads: &str| {
        succeeds(
            &[
                "cost",
                "--total",
                "--json",
                "--threads",
                threads,
                "--prompts",
                &prompts,
            ],
            b"",
        )
    };
    assert_eq!(total("1"), total("2"));
    assert_eq!(json(&total("3"))["models"][0]["cost"]["prompts"], 3000);
}

/// Files of a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_and_a_full_disk_leave_no_part_of_a_file() {
    let folder = Folder::new("interrupted");
    let out = folder.path("out.jsonl");
    let mut child = Command::new(env!("CARGO_BIN_EXE_uniroute"))
        .args(["route", "-o", &out])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for i in 0..6000 {
        writeln!(input, "{{\"prompt\": \"{}\"}}", prompt(i).replace('"', "'")).unwrap();
    }
    let folder_path = Path::new(&out).parent().unwrap().to_owned();
    let begun = || {
        names(&folder_path)
            .iter()
            .any(|name| name.starts_with(".uniroute-"))
    };
    let waited = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        begun()
    });
    assert!(waited, "the temporary file is not there");
    let ended = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(ended.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(names(&folder_path).is_empty(), "{:?}", names(&folder_path));
    drop(input);

    if Path::new("/dev/full").exists() {
        let prompts = file(&folder, "p.jsonl", 0..3000);
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_uniroute"))
            .args(["route", "--prompts", &prompts])
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("cannot write to standard output"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_ends_early_ends_the_run() {
    let folder = Folder::new("early");
    let prompts = file(&folder, "p.jsonl", 0..PROMPTS);
    let mut child = Command::new(env!("CARGO_BIN_EXE_uniroute"))
        .args(["route", "--json", "--prompts", &prompts])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// What a file packs is told by its name, so one that is not packed so is refused.
#[test]
fn a_file_that_is_not_packed_as_its_name_says_is_refused() {
    let folder = Folder::new("packed");
    for name in ["a.jsonl.gz", "a.jsonl.zst", "a.arrow", "a.parquet"] {
        let wrong = folder.write(name, "{\"prompt\": \"hi\"}\n");
        let error = rejects(&["route", "--prompts", &wrong], b"");
        assert!(error.contains(name), "{name}: {error}");
    }
    assert_eq!(
        Form::of("a.jsonl.gz"),
        Some((Form::JsonLines, Packing::Gzip))
    );
}

#[test]
fn a_report_adds_up_what_routing_chooses_and_shows_no_prompt() {
    let folder = Folder::new("report");
    let prompts = file(&folder, "p.jsonl", 0..900);
    let (html, numbers) = (folder.path("r.html"), folder.path("r.json"));
    let args = [
        "report",
        "--prompts",
        &prompts,
        "--lambda",
        "50",
        "--monthly",
        "9000",
        "--json",
        &numbers,
        "-o",
        &html,
    ];
    succeeds(&args, b"");
    let report = json(&std::fs::read_to_string(&numbers).unwrap());
    let rows = lines(&succeeds(
        &["route", "--prompts", &prompts, "--lambda", "50"],
        b"",
    ));
    let cost: f64 = rows.iter().map(|row| row["cost"].as_f64().unwrap()).sum();
    let quality: f64 = rows
        .iter()
        .map(|row| row["quality"].as_f64().unwrap())
        .sum::<f64>()
        / 900.0;
    let close = |found: &Value, expected: f64| {
        let found = found.as_f64().unwrap();
        assert!(
            (found - expected).abs() < 1e-9 * (1.0 + expected.abs()),
            "{found} {expected}"
        );
    };
    close(&report["routed"]["cost"], cost);
    close(&report["routed"]["quality"], quality);
    for model in report["models"].as_array().unwrap() {
        let chosen = rows
            .iter()
            .filter(|row| row["model"] == model["id"])
            .count();
        assert_eq!(model["prompts"], chosen);
    }
    let fields = report["fields"].as_array().unwrap();
    let counted: u64 = fields
        .iter()
        .map(|field| field["prompts"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 900);
    // The point of the frontier with the λ of the request is the routing itself.
    let same = report["frontier"].as_array().unwrap().iter();
    let mut same = same.filter(|point| (point["lambda"].as_f64().unwrap() - 50.0).abs() < 1.0);
    if let Some(point) = same.next() {
        assert!((point["cost"].as_f64().unwrap() - cost).abs() < 0.05 * cost);
    }
    let reference = &report["reference"];
    let theirs = reference["point"]["cost"].as_f64().unwrap();
    close(&reference["savedMonthly"], (theirs - cost) / 900.0 * 9000.0);
    let page = std::fs::read_to_string(&html).unwrap();
    assert!(page.contains("900 prompts, routed") && page.contains("9,000 prompts"));
    assert!(!page.contains("Take care") && !page.contains("<script") && !page.contains("src="));
    let again = folder.path("again.html");
    let alone = [&args[..6], &["9000", "--threads", "1", "-o", &again]].concat();
    succeeds(&alone, b"");
    assert_eq!(std::fs::read_to_string(&again).unwrap(), page);
    assert!(
        rejects(
            &[
                "report",
                "-o",
                &html,
                "--prompts",
                &prompts,
                "--reference",
                "none"
            ],
            b""
        )
        .contains("none")
    );
}

//! `fit --prompts`: a router from prompts without scores, read as a stream.

use crate::common::{Folder, json, rejects, run, succeeds, uniroute};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::process::Command;
use uniroute_tables::write::{Cell, Column, Kind};

/// Prompts about poems and about code, in turns; every tenth one is a recipe.
fn lines(range: std::ops::Range<usize>) -> String {
    let things = [
        "river", "engine", "garden", "matrix", "letter", "candle", "market",
    ];
    let line = |i: usize| {
        let thing = things[i % 7];
        let (topic, text) = match (i % 10, i % 2) {
            (9, _) => ("food", format!("A recipe for {i} loaves of sweet bread.")),
            (_, 0) => (
                "poems",
                format!("Write a poem of {i} lines about a {thing}."),
            ),
            _ => (
                "code",
                format!("Write a python function that parses {i} {thing} records."),
            ),
        };
        format!("{{\"id\": {i}, \"prompt\": \"{text}\", \"topic\": \"{topic}\"}}\n")
    };
    range.map(line).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Fits with a few clusters and a sample that is smaller than the stream; the bytes of the router.
#[track_caller]
fn fitted(folder: &Folder, files: &[&str], more: &[&str]) -> Vec<u8> {
    let router = folder.path("made.router");
    let mut args = vec!["fit", "--clusters", "4", "-o", &router, "--prompts"];
    args.extend(files);
    args.extend(more);
    succeeds(&args, b"");
    std::fs::read(router).unwrap()
}

/// Standard error of a fit that fails and must write nothing.
#[track_caller]
fn refused(folder: &Folder, args: &[&str], input: &[u8]) -> String {
    let router = folder.path("none.router");
    let error = rejects(&[&["fit", "-o", &router], args].concat(), input);
    assert!(!std::path::Path::new(&router).exists(), "{error}");
    error
}

#[test]
fn prompts_alone_make_a_router_that_routes() {
    let folder = Folder::new("prompts-alone");
    let file = folder.write("p.jsonl", lines(0..600));
    let router = folder.path("r.router");
    let fit = [
        "fit",
        "--prompts",
        &file,
        "--clusters",
        "4",
        "--sample",
        "100",
        "-o",
        &router,
    ];
    let output = uniroute(&fit, b"");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    for said in [
        "600 rows read, 600 prompts used, 0 refused",
        "sample of 100 prompts",
        "mean squared distance to the centroid 0.",
        "4 clusters of 600 prompts",
        "prior from 0 models",
    ] {
        assert!(error.contains(said), "{said}: {error}");
    }
    let described = json(&succeeds(&["inspect", "--json", &router], b""));
    assert!(described.to_string().contains("python"), "{described}");
    let data = folder.data();
    let pool = folder.path("p.json");
    succeeds(
        &[
            "profile", "--router", &router, "--labels", &data, "-o", &pool,
        ],
        b"",
    );
    let ask = |prompt: &str| {
        let args = [
            "route", "--router", &router, "--pool", &pool, "--lambda", "0", "--json",
        ];
        json(&succeeds(&args, prompt.as_bytes()))["model"].clone()
    };
    assert_eq!(ask("Write a poem of 9 lines about a candle."), "poet");
    assert_eq!(
        ask("Write a python function that parses 9 market records."),
        "coder"
    );
}

#[test]
fn data_sets_give_the_prior_over_the_clusters_of_the_prompts() {
    let folder = Folder::new("prompts-data");
    let file = folder.write("p.jsonl", lines(0..600));
    let data = folder.data();
    let router = folder.path("r.router");
    let fit = [
        "fit",
        "--prompts",
        &file,
        "--data",
        &data,
        "--clusters",
        "4",
        "-o",
        &router,
    ];
    let output = uniroute(&fit, b"");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("4 clusters of 680 prompts") && error.contains("prior from 2 models"),
        "{error}"
    );
}

#[test]
fn packing_division_into_files_and_threads_do_not_matter() {
    let folder = Folder::new("prompts-same");
    let all = folder.write("all.jsonl", lines(0..5000));
    let packed_all = folder.write("all-packed.jsonl.gz", packed(&lines(0..5000)));
    let first = folder.write("first.ndjson", lines(0..1234));
    // Two packed parts, one after the other, are one file.
    let rest = [packed(&lines(1234..3000)), packed(&lines(3000..5000))].concat();
    let rest = folder.write("rest.jsonl.gz", rest);
    let sampled = ["--sample", "300", "--seed", "3"];
    let expected = fitted(&folder, &[&all], &sampled);
    assert!(fitted(&folder, &[&packed_all], &sampled) == expected);
    assert!(fitted(&folder, &[&first, &rest], &sampled) == expected);
    let other_seed = ["--sample", "300", "--seed", "4"];
    assert!(fitted(&folder, &[&all], &other_seed) != expected);

    let router = folder.path("alone.router");
    let mut alone = Command::new(env!("CARGO_BIN_EXE_uniroute"));
    alone.env("RAYON_NUM_THREADS", "1");
    alone.args([
        "fit",
        "--clusters",
        "4",
        "-o",
        &router,
        "--prompts",
        &all,
        "--sample",
        "300",
        "--seed",
        "3",
    ]);
    assert!(run(&mut alone, b"").status.success());
    assert!(std::fs::read(router).unwrap() == expected);
}

#[test]
fn tables_of_every_form_give_the_router_of_json_lines() {
    let folder = Folder::new("prompts-forms");
    let sampled = ["--sample", "300", "--stratify", "topic"];
    let lines = lines(0..2000);
    let expected = fitted(&folder, &[&folder.write("a.jsonl", &lines)], &sampled);
    let rows: Vec<Vec<Cell>> = lines
        .lines()
        .map(|line| {
            let row = json(line);
            ["topic", "prompt"]
                .map(|name| Cell::Value(row[name].clone()))
                .into()
        })
        .collect();
    for name in ["a.csv.gz", "a.tsv", "a.parquet", "a.arrow", "a.arrows.zst"] {
        let columns = ["topic", "asked"].map(|name| Column::new(name, Kind::Text));
        let file = folder.table(name, columns.into(), &rows);
        let named = [&sampled[..], &["--prompt-field", "asked"]].concat();
        assert!(fitted(&folder, &[&file], &named) == expected, "{name}");
        let error = refused(
            &folder,
            &["--prompts", &file, "--prompt-field", "question"],
            b"",
        );
        assert!(error.contains("no column \"question\""), "{error}");
    }
}

#[test]
fn standard_input_is_read_once_and_gives_what_one_pass_over_a_file_gives() {
    let folder = Folder::new("prompts-stdin");
    let text = lines(0..700);
    let file = folder.write("p.jsonl", &text);
    let router = folder.path("stdin.router");
    let fit = [
        "fit",
        "--clusters",
        "4",
        "--sample",
        "100",
        "--prompts",
        "-",
    ];
    succeeds(&[&fit[..], &["-o", &router]].concat(), text.as_bytes());
    let one_pass = fitted(&folder, &[&file], &["--sample", "100", "--passes", "1"]);
    assert!(std::fs::read(router).unwrap() == one_pass);
    let error = refused(
        &folder,
        &["--prompts", "-", "--passes", "2"],
        text.as_bytes(),
    );
    assert!(error.contains("read once only; use --passes 1"), "{error}");
}

#[test]
fn a_sample_can_have_as_many_prompts_of_each_value_of_a_field() {
    let folder = Folder::new("prompts-strata");
    // Poems and code are many, recipes one in ten.
    let file = folder.write("p.jsonl", lines(0..1000));
    let router = folder.path("r.router");
    let fit = |field: &str| {
        let args = [
            "fit",
            "--prompts",
            &file,
            "--clusters",
            "3",
            "--sample",
            "90",
            "--stratify",
            field,
            "-o",
            &router,
        ];
        uniroute(&args, b"")
    };
    let error = String::from_utf8(fit("topic").stderr).unwrap();
    assert!(
        error.contains("3 values of topic; 0 prompts without"),
        "{error}"
    );
    let error = String::from_utf8(fit("none").stderr).unwrap();
    assert!(error.contains("no prompt has the field none"), "{error}");
    let many: String = (0..1001)
        .map(|i| format!("{{\"prompt\": \"a\", \"n\": {i}}}\n"))
        .collect();
    let many = folder.write("many.jsonl", many);
    let error = refused(&folder, &["--prompts", &many, "--stratify", "n"], b"");
    assert!(error.contains("more than 1000 values"), "{error}");
}

#[test]
fn bad_rows_are_named_and_left_out_only_if_that_is_asked_for() {
    let folder = Folder::new("prompts-bad");
    let bad = format!("{}oops\n{{\"prompt\": 7}}\n", lines(0..100));
    let bad = folder.write("bad.jsonl", bad);
    let more = folder.write("more.jsonl", lines(100..200));
    let error = refused(&folder, &["--prompts", &bad, &more, "--clusters", "4"], b"");
    for said in [
        "bad.jsonl, line 101: not a JSON object",
        "bad.jsonl, line 102: `prompt` is not a string",
        "202 rows read, 200 prompts used, 2 refused; correct these rows, or leave them out with --skip-bad",
    ] {
        assert!(error.contains(said), "{said}: {error}");
    }
    let whole = folder.write("whole.jsonl", lines(0..200));
    let sampled = ["--sample", "50"];
    let expected = fitted(&folder, &[&whole], &sampled);
    let skipped = fitted(&folder, &[&bad, &more], &["--sample", "50", "--skip-bad"]);
    assert!(skipped == expected);
}

#[test]
fn too_little_and_what_is_no_stream_is_refused_and_nothing_is_written() {
    let folder = Folder::new("prompts-refused");
    let empty = folder.write("empty.jsonl", "\n\n");
    let error = refused(&folder, &["--prompts", &empty], b"");
    assert!(error.contains("0 rows read") && error.contains("there is no prompt"));
    assert!(refused(&folder, &["--prompts", "-"], b"").contains("there is no prompt"));
    let few = folder.write("few.jsonl", lines(0..7));
    let error = refused(&folder, &["--prompts", &few, "--clusters", "4"], b"");
    assert!(
        error.contains("7 prompts are too few for 4 clusters") && error.contains("--clusters"),
        "{error}"
    );
    let many = folder.write("many.jsonl", lines(0..300));
    let small = ["--prompts", &many, "--clusters", "9", "--sample", "17"];
    let error = refused(&folder, &small, b"");
    assert!(error.contains("use a larger --sample"), "{error}");
    let text = folder.write("p.txt", "a\n");
    let error = refused(&folder, &["--prompts", &text], b"");
    assert!(
        error.contains("not a file of prompts by its name"),
        "{error}"
    );
    let table = folder.write("p.csv", "asked,topic\na,b\n");
    let error = refused(&folder, &["--prompts", &table], b"");
    assert!(
        error.contains("there are: asked, topic; name the one of the prompts with --prompt-field"),
        "{error}"
    );
    let mut cut = packed(&lines(0..500));
    cut.truncate(cut.len() / 2);
    let cut = folder.write("cut.jsonl.gz", cut);
    let error = refused(&folder, &["--prompts", &cut, "--skip-bad"], b"");
    assert!(error.contains("cut.jsonl.gz"), "{error}");
    for usage in [
        &["fit", "-o", "r"][..],
        &["fit", "--data", "d", "--sample", "9", "-o", "r"],
        &["fit", "--prompts", "p", "--topics", "t", "-o", "r"],
        &["fit", "--prompts", "p", "--passes", "0", "-o", "r"],
    ] {
        assert_eq!(uniroute(usage, b"").status.code(), Some(2), "{usage:?}");
    }
}

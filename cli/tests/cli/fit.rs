//! `fit`: a router from data folders, and data that is rejected.

use crate::common::{Folder, fitted, json, rejects, succeeds};

#[test]
fn from_evaluation_data_to_the_right_model() {
    let folder = Folder::new("end-to-end");
    let (router, pool) = fitted(&folder);
    let ask = |prompt: &str| {
        let args = [
            "route", "--router", &router, "--pool", &pool, "--lambda", "0", "--json",
        ];
        json(&succeeds(&args, prompt.as_bytes()))["model"].clone()
    };
    assert_eq!(
        ask("Write a poem of 9 lines about a candle and a river."),
        "poet"
    );
    assert_eq!(
        ask("Write a python function that parses 9 market and signal records."),
        "coder"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folder = Folder::new("seed");
    let data = folder.data();
    let fit = |seed: &str, file: &str| {
        let path = folder.path(file);
        succeeds(
            &[
                "fit",
                "--data",
                &data,
                "--clusters",
                "4",
                "--seed",
                seed,
                "-o",
                &path,
            ],
            b"",
        );
        std::fs::read(path).unwrap()
    };
    let (a, b, c) = (fit("7", "a"), fit("7", "b"), fit("8", "c"));
    assert!(a == b, "seed 7 gave two routers");
    assert!(a != c, "seeds 7 and 8 gave the same router");
}

#[test]
fn a_missing_output_folder_is_an_error_and_leaves_no_partial_file() {
    let folder = Folder::new("half");
    let data = folder.data();
    let nowhere = folder.path("no/such/folder/r.router");
    let error = rejects(
        &["fit", "--data", &data, "--clusters", "4", "-o", &nowhere],
        b"",
    );
    assert!(error.contains("does the folder exist"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 1);
}

#[test]
fn wrong_data_is_rejected_with_file_and_line() {
    let folder = Folder::new("wrong-data");
    let data = folder.data();
    let scores = format!("{data}/scores.csv");
    let text = std::fs::read_to_string(&scores)
        .unwrap()
        .replacen("0,1", "0,7", 1);
    std::fs::write(&scores, text).unwrap();
    let error = rejects(&["fit", "--data", &data, "-o", &folder.path("r")], b"");
    assert!(error.contains("scores.csv, line 3"), "{error}");
}

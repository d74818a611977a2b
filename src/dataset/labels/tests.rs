use super::super::Dataset;
use super::*;

fn jsonl(text: &str) -> Result<Dataset, DatasetError> {
    Dataset::from_labels("n", "l.jsonl", text.as_bytes())
}

fn csv(text: &str) -> Result<Dataset, DatasetError> {
    Dataset::from_labels("n", "l.csv", text.as_bytes())
}

fn of(file: &str, text: &str, model: Option<&str>) -> Result<Vec<(String, f64)>, String> {
    let options = LabelOptions {
        model,
        ..LabelOptions::default()
    };
    read(file, text.as_bytes(), &options)
        .map(|read| {
            read.labels
                .into_iter()
                .map(|l| (l.prompt, l.score))
                .collect()
        })
        .map_err(|e| format!("{}: {e}", e.code()))
}

fn pairs(labels: &[(&str, f64)]) -> Result<Vec<(String, f64)>, String> {
    Ok(labels.iter().map(|(p, s)| (p.to_string(), *s)).collect())
}

#[test]
fn both_json_forms_fill_one_matrix() {
    let data = jsonl(concat!(
        "{\"prompt\":\"p\",\"model\":\"a\",\"score\":true}\n",
        "{\"prompt\":\"q\",\"scores\":{\"b\":0.5,\"a\":0}}\n",
        "{\"prompt\":\"p\",\"model\":\"a\",\"score\":0.5}\n",
    ))
    .unwrap();
    assert_eq!(
        data.models
            .iter()
            .map(|m| m.id.as_str())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(data.scores[[0, 0]], 0.75);
    assert!(data.scores[[0, 1]].is_nan());
    assert_eq!(data.scores.row(1).to_vec(), [0.0, 0.5]);
}

#[test]
fn csv_columns_in_any_order_with_quoted_prompts() {
    let data = csv("score,note,prompt,model\n1,x,\"say \"\"a\"\",\nb\",m\n0,,c,m\n").unwrap();
    assert_eq!(data.prompts[0].text, "say \"a\",\nb");
    assert_eq!(data.scores.column(0).to_vec(), [1.0, 0.0]);
}

#[test]
fn errors_name_line_and_column() {
    let said = |r: Result<Dataset, DatasetError>| r.unwrap_err().to_string();
    assert!(
        said(jsonl("\n{\"prompt\":\"p\",\"model\":\"a\",\"score\":2}"))
            .starts_with("l.jsonl, line 2, a: score 2")
    );
    assert!(
        said(jsonl("{\"prompt\":\"p\"}")).contains("line 1: no column of scores; choose one of")
    );
    assert!(
        said(jsonl("{\"prompt\":\"p\",\"scores\":{\"a\":null}}")).contains("line 1, a: score null")
    );
    assert!(
        said(jsonl("{\"prompt\":\"p\",\"scores\":{\"a\":\"1\"}}"))
            .contains("line 1, a: score \"1\" is not a number")
    );
    assert!(said(jsonl("[")).starts_with("l.jsonl, line 1, character"));
    assert!(said(jsonl("")).contains("no labels"));
    assert_eq!(
        said(csv("prompt,model\np,m\n")),
        "l.csv, line 1: no column of scores; choose one of prompt, model"
    );
    assert!(said(csv("prompt,score\np,1\n")).starts_with("l.csv, line 1: no column of models"));
    assert!(said(csv("prompt,model,score\np,m,x\n")).starts_with("l.csv, line 2, score: \"x\""));
}

#[test]
fn a_label_without_a_model_or_with_one_model_twice_is_incomplete() {
    let needs = "line 1: a label needs `model` and `score`, or else `scores`";
    for text in [
        "{\"prompt\":\"p\",\"score\":1}",
        "{\"prompt\":\"p\",\"model\":\"a\",\"score\":null}",
        "{\"prompt\":\"p\",\"model\":\"a\",\"scores\":{\"a\":1}}",
        "{\"prompt\":\"p\",\"model\":\"a\",\"score\":1,\"scores\":{\"a\":1}}",
    ] {
        let said = jsonl(text).unwrap_err().to_string();
        assert!(said.contains(needs), "{text}: {said}");
    }
    let said = |text| jsonl(text).unwrap_err().to_string();
    assert!(said("{\"score\":1}").contains("line 1: no column of prompts; choose one of score"));
    assert!(said("{\"prompt\":3}").contains("line 1, prompt: not a text"));
    assert!(said("[1]").ends_with("line 1: not a JSON object"));
}

#[test]
fn every_format_and_name_of_a_column_reads_the_same_labels() {
    let same = pairs(&[("p", 1.0), ("q", 0.25)]);
    for (file, text) in [
        ("l.csv", "prompt,score\np,1\nq,0.25\n"),
        ("l.CSV", "\u{feff}Question , Correct\np,TRUE\nq,0.25\n"),
        ("l.csv.gz", "accuracy,message\n1,p\n0.25,q\n"),
        ("l.tsv", "input\tlabel\np\ttrue\nq\t.25\n"),
        ("l.csv", "label,query,score\nx,p,1\nx,q,.25\n"),
        (
            "l.jsonl",
            "{\"prompt\":\"p\",\"score\":true}\n\n{\"text\":\"q\",\"score\":0.25}",
        ),
        (
            "l.ndjson",
            "\u{feff}{\"prompt\":\"p\",\"scores\":{\"m\":1}}\n{\"prompt\":\"q\",\"correct\":0.25}",
        ),
        (
            "l.json",
            "[{\"prompt\":\"p\",\"score\":1},{\"prompt\":\"q\",\"model\":\"m\",\"score\":0.25}]",
        ),
    ] {
        assert_eq!(of(file, text, None), same, "{file}: {text}");
        assert_eq!(of(file, text, Some("m")), same, "{file}: {text}");
    }
}

#[test]
fn of_several_models_the_one_that_is_named_is_read() {
    let csv = "prompt,model,score\np,a,1\np,b,0\nq,a,0.5\nr,,0.25\n";
    let a = pairs(&[("p", 1.0), ("q", 0.5), ("r", 0.25)]);
    assert_eq!(of("l.csv", csv, Some("a")), a);
    let scores =
        "{\"prompt\":\"p\",\"scores\":{\"a\":1,\"b\":0}}\n{\"prompt\":\"q\",\"scores\":{\"b\":1}}";
    assert_eq!(of("l.jsonl", scores, Some("a")), pairs(&[("p", 1.0)]));
    assert_eq!(
        of("l.jsonl", scores, Some("c")).unwrap_err(),
        "labels_model: l.jsonl: no labels of \"c\"; the file has labels of a, b"
    );
    assert_eq!(
        of("l.jsonl", scores, None).unwrap_err(),
        "labels_model: l.jsonl: labels of a, b; name the one model to read"
    );
}

#[test]
fn labels_of_one_model_are_checked_as_all_others() {
    let refused = |file, text| of(file, text, Some("m")).unwrap_err();
    assert_eq!(
        refused("l.csv", "prompt,points\np,1\n"),
        "labels_columns: l.csv, line 1: no column of scores; choose one of prompt, points. Perhaps points?"
    );
    assert_eq!(
        refused("l.csv", "prompt,correct\np,\n"),
        "labels_score: l.csv, line 2, correct: \"\" is not a number"
    );
    assert!(refused("l.csv", "prompt,score\np,NaN\n").contains("score NaN is not in [0, 1]"));
    assert!(refused("l.csv", "prompt,score\na, b,1\n").contains("3 columns, but the header has 2"));
    assert!(
        refused("l.json", "[{\"prompt\":\"p\",\"score\":-1}]")
            .contains("l.json, [0], score: score -1")
    );
    assert!(
        refused("l.json", "{\"prompt\":\"p\"}")
            .starts_with("labels_format: l.json: this JSON object has prompt")
    );
    assert_eq!(
        refused("l.jsonl", "\n"),
        "dataset_empty: l.jsonl: no labels"
    );
    assert!(refused("l.parquet", "PAR1").starts_with("labels_format: l.parquet: labels are"));
}

#[test]
fn all_bad_rows_are_named_and_left_out_only_if_asked() {
    let csv = "id,prompt,score,note\n1,p,1,x\n2,q,2,x\n3,r,1\n4,s,no,x\n5,t,0.5,x\n";
    let refused = of("l.csv", csv, None).unwrap_err();
    assert_eq!(
        refused,
        "labels_score: l.csv, line 3, score: score 2 is not in [0, 1]; scale scores so that 1 is fully right \
         (and 2 more bad rows: line 4, line 5)"
    );
    let options = LabelOptions {
        skip_bad: true,
        ..LabelOptions::default()
    };
    let Labels { labels, report, .. } = read("l.csv", csv.as_bytes(), &options).unwrap();
    assert_eq!(labels.len(), 2);
    assert_eq!((report.rows, report.used, report.bad), (5, 2, 3));
    assert_eq!(report.unused, ["id", "note"]);
    assert_eq!(
        report.problems[1],
        "l.csv, line 4: 3 columns, but the header has 4"
    );
}

#[test]
fn columns_of_other_names_are_chosen_and_several_scores_must_be() {
    let csv = "user,reply,correct,accuracy\np,x,1,0.5\n";
    fn options(scores: &[String]) -> LabelOptions<'_> {
        LabelOptions {
            scores,
            prompt: Some("User"),
            ..LabelOptions::default()
        }
    }
    let chosen = |file, text: &str, scores: &[String]| {
        let read = read(file, text.as_bytes(), &options(scores)).map_err(|e| e.to_string())?;
        Ok::<_, String>(read.labels[0].score)
    };
    let accuracy = ["Accuracy".to_owned()];
    assert_eq!(chosen("l.csv", csv, &accuracy), Ok(0.5));
    let both = "l.csv, line 1: several scores: correct, accuracy; choose the one that counts";
    assert_eq!(chosen("l.csv", csv, &[]).unwrap_err(), both);
    let json = "{\"user\":\"p\",\"reply\":\"x\",\"correct\":1,\"accuracy\":0.5}";
    assert_eq!(chosen("l.jsonl", json, &accuracy), Ok(0.5));
    let both = "l.jsonl: several scores: correct, accuracy; choose the one that counts";
    assert_eq!(chosen("l.jsonl", json, &[]).unwrap_err(), both);
    let error = of("l.jsonl", json, None).unwrap_err();
    let prompts = "labels_columns: l.jsonl, line 1: no column of prompts; choose one of user, reply. Perhaps user?";
    assert_eq!(error, prompts);
}

#[test]
fn labels_of_one_prompt_are_averaged_and_keep_the_place_of_the_first() {
    let csv = "prompt,score\np,1\nq,0\np,0\n";
    assert_eq!(of("l.csv", csv, None), pairs(&[("p", 0.5), ("q", 0.0)]));
}

#[test]
fn rows_are_refused_rather_than_lost() {
    let refused = |file, text| of(file, text, None).unwrap_err();
    let open = "prompt,score\np,1\n\"q,1\nr,1\n";
    assert_eq!(
        refused("l.csv", open),
        "dataset_quote: l.csv, line 3: a quote opens here and is never closed; close it, or remove it \
         if it is part of the text"
    );
    assert!(refused("l.csv", "prompt,score,Score\np,1,0\n").contains("line 1, score: this name"));
    assert!(refused("l.csv", "prompt,n,n,score\np,1,2,0\n").contains("line 1, n: this name"));
    let twice = "{\"prompt\":\"p\",\"score\":1}\n{\"prompt\":\"q\",\"score\":1,\"score\":0}";
    assert_eq!(
        refused("l.jsonl", twice),
        "dataset_json: l.jsonl, line 2, character 31: the key \"score\" occurs twice; keep one"
    );
    let model = "[{\"prompt\":\"p\",\"scores\":{\"a\":1,\"a\":0}}]";
    assert!(refused("l.json", model).contains("the key \"a\" occurs twice"));
    let case = "{\"prompt\":\"p\",\"score\":1,\"Score\":0}";
    assert!(refused("l.jsonl", case).contains("line 1, score: this name occurs twice"));
}

#[test]
fn only_utf8_is_read() {
    let refused = |file, bytes: &[u8]| {
        let read = read(file, bytes, &LabelOptions::default());
        read.unwrap_err().to_string()
    };
    for file in ["l.csv", "l.tsv", "l.jsonl", "l.json"] {
        assert!(
            refused(file, b"\xff\xfe[\0").contains("in UTF-16; save it as UTF-8"),
            "{file}"
        );
        assert!(
            refused(file, b"[\"a\xe9\"").contains("offset 3 is not UTF-8"),
            "{file}"
        );
        assert!(
            refused(file, b"[\0").contains("NUL byte at offset 1"),
            "{file}"
        );
    }
}

#[cfg(feature = "packed")]
mod packed {
    use super::*;
    use std::io::Cursor;

    const ZSTD: &[u8] = include_bytes!("../../../tests/golden/inspect/zstd.eval");
    const DEFLATE: &[u8] = include_bytes!("../../../tests/golden/inspect/deflate.eval");

    fn archive(bytes: &[u8], skip_bad: bool) -> Result<(Dataset, LabelsReport), DatasetError> {
        let options = LabelOptions {
            skip_bad,
            ..LabelOptions::default()
        };
        let mut files = LabelFiles::default();
        let report = files
            .rows()
            .add_archive("l.eval", Cursor::new(bytes), &options)?;
        Ok((files.finish("l")?, report))
    }

    #[test]
    fn packed_logs_are_read_as_the_ones_that_are_not() {
        for bytes in [ZSTD, DEFLATE] {
            let (data, report) = archive(bytes, false).unwrap();
            assert_eq!(data.models[0].id, "mockllm/model");
            let prompts: Vec<&str> = data.prompts.iter().map(|p| p.text.as_str()).collect();
            let long = format!(
                "Which of these numbers is prime? {}",
                "Think about it. ".repeat(10)
            );
            assert_eq!(prompts, [long.as_str(), "Name a river."]);
            assert_eq!(data.prompts[0].task, "small");
            assert_eq!(data.scores.column(0).to_vec(), [0.5, 0.5]);
            assert_eq!((report.rows, report.used, report.unscored), (4, 3, 1));
            assert_eq!(report.taken_for, "a packed log of Inspect");
        }
    }

    #[test]
    fn packed_logs_that_are_damaged_name_the_sample() {
        let error = |bytes: &[u8]| archive(bytes, false).unwrap_err().to_string();
        assert!(error(&ZSTD[..400]).starts_with("l.eval: not a packed log, or cut short"));
        assert!(error(b"prompt,score\n").starts_with("l.eval: not a packed log"));
        // A byte of the data of the second sample.
        let name = b"samples/1_epoch_2.json";
        let at = DEFLATE
            .windows(name.len())
            .position(|bytes| bytes == name)
            .unwrap();
        let mut damaged = DEFLATE.to_vec();
        damaged[at + name.len() + 2] ^= 0xff;
        let said = error(&damaged);
        assert!(
            said.starts_with("l.eval/samples/1_epoch_2.json: "),
            "{said}"
        );
        let (_, report) = archive(&damaged, true).unwrap();
        assert_eq!((report.used, report.bad), (2, 1));
    }

    #[test]
    fn rows_of_parquet_are_labels_with_their_numbers() {
        let file = include_bytes!("../../../tests/golden/parquet/snappy.parquet");
        let read = |scores: &[String], skip_bad| {
            let options = LabelOptions {
                model: Some("small"),
                scores,
                skip_bad,
                ..LabelOptions::default()
            };
            let mut files = LabelFiles::default();
            let report =
                files
                    .rows()
                    .add_parquet("l.parquet", Cursor::new(file.to_vec()), &options)?;
            Ok::<_, DatasetError>((files.finish("l")?, report))
        };
        // Every tenth score is null, which is no label.
        let error = read(&[], false).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("l.parquet, row 10: a label needs `score`"),
            "{error}"
        );
        let (data, report) = read(&[], true).unwrap();
        assert_eq!((report.rows, report.used, report.bad), (60, 54, 6));
        assert_eq!(data.prompts[1].text, "Add 1 and 1.");
        assert_eq!(data.scores[[1, 0]], 0.25);
        let (data, _) = read(&["correct".to_owned()], false).unwrap();
        assert_eq!(data.scores.column(0).sum(), 30.0);
    }
}

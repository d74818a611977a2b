use super::super::Dataset;
use super::*;

fn jsonl(text: &str) -> Result<Dataset, DatasetError> {
    Dataset::from_labels("n", "l.jsonl", text.as_bytes())
}

fn csv(text: &str) -> Result<Dataset, DatasetError> {
    Dataset::from_labels("n", "l.csv", text.as_bytes())
}

fn of(file: &str, text: &str, model: Option<&str>) -> Result<Vec<(String, f64)>, String> {
    read(file, text.as_bytes(), model)
        .map(|labels| labels.into_iter().map(|l| (l.prompt, l.score)).collect())
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
    assert!(said(jsonl("{\"prompt\":\"p\"}")).contains("line 1: a label needs"));
    assert!(
        said(jsonl("{\"prompt\":\"p\",\"scores\":{\"a\":null}}")).contains("line 1, a: score null")
    );
    assert!(
        said(jsonl("{\"prompt\":\"p\",\"scores\":{\"a\":\"1\"}}"))
            .contains("line 1, a: score \"1\" is not a number")
    );
    assert!(said(jsonl("[")).starts_with("l.jsonl, line 1, character"));
    assert!(said(jsonl("")).contains("no labels"));
    assert!(said(csv("prompt,model\np,m\n")).starts_with("l.csv, line 1, score: no such column"));
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
    assert!(said("{\"score\":1}").contains("line 1: a label needs `prompt`"));
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
        "labels_columns: l.csv, line 1, score: no such column; needed: prompt,score"
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
    assert!(refused("l.json", "{\"prompt\":\"p\"}").starts_with("batch_type: l.json: This JSON"));
    assert_eq!(
        refused("l.jsonl", "\n"),
        "dataset_empty: l.jsonl: no labels"
    );
    assert!(refused("l.parquet", "PAR1").starts_with("labels_format: l.parquet: labels are"));
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
    let refused = |file, bytes: &[u8]| read(file, bytes, None).unwrap_err().to_string();
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

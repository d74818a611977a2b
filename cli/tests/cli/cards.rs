//! Models known from published scores: `fit`, `profile`, `inspect` and `eval` with them.

use crate::common::{Folder, json, rejects, succeeds};
use serde_json::{Value, json as value};

const THINGS: [&str; 8] = [
    "river", "engine", "garden", "matrix", "letter", "candle", "market", "signal",
];

/// Topics about poems and code, benchmarks of either kind, and a table of scores of twelve models, the
/// even ones good at poems and the odd ones at code.
struct Cards {
    folder: Folder,
    topics: String,
    benchmarks: String,
    table: String,
}

impl Cards {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let prompts = |text: &str| -> Vec<String> {
            THINGS.iter().map(|t| text.replace("THING", t)).collect()
        };
        let (poem, code) = (
            prompts("Write a poem of ten lines about a THING."),
            prompts("Write a python function that parses THING records."),
        );
        for dir in ["topics", "bench", "bench/prompts", "bench/standins"] {
            std::fs::create_dir_all(folder.path(dir)).unwrap();
        }
        let field = |file: &str, title: &str, name: &str, prompts: &[String]| {
            let topic = value!({"name": name, "prompts": prompts});
            let field = value!({"field": file, "title": title, "topics": [topic]});
            folder.write(&format!("topics/{file}.json"), field.to_string());
        };
        field("a", "Writing", "Poems and verse", &poem);
        field("b", "Programming", "Python functions", &code);
        let lines = |prompts: &[String]| -> String {
            let line = |(i, p): (usize, &String)| value!({"id": i, "prompt": p}).to_string() + "\n";
            prompts.iter().enumerate().map(line).collect()
        };
        folder.write("bench/prompts/poems.jsonl", lines(&poem));
        let stand_ins = value!({"name": "code", "prompts": code});
        folder.write("bench/standins/code.json", stand_ins.to_string());
        let entry = |name: &str, title: &str, from: &str| {
            value!({
                "name": name, "title": title, "aliases": [], "kind": "made up", "prompts_count": 100,
                "chance": 0, "table": {"benchmark": title, "variant": null},
                "prompts": {"from": [from], "own": from == "poems"}, "anchor": true, "field": "a"
            })
        };
        let list = [
            entry("verse", "Verse", "poems"),
            entry("rhyme", "Rhyme", "poems"),
            entry("parsers", "Parsers", "standin:code"),
            entry("records", "Records", "standin:code"),
        ];
        folder.write(
            "bench/benchmarks.json",
            value!({"benchmarks": list}).to_string(),
        );
        let mut rows = String::from("model_id,mode,benchmark,score,source\n");
        for model in 0..12 {
            let (poem, code) = match model % 2 {
                0 => (0.8, 0.3),
                _ => (0.3, 0.8),
            };
            for (title, score) in [
                ("Verse", poem),
                ("Rhyme", poem - 0.05),
                ("Parsers", code),
                ("Records", code + 0.05),
            ] {
                let score = score + f64::from(model) * 0.01;
                rows += &format!("m{model},,{title},{score},card\n");
            }
        }
        rows += "m1,high,Parsers,0.97,card\nm1,high,Limericks,0.5,card\n";
        let table = folder.write("scores.csv", rows);
        let (topics, benchmarks) = (folder.path("topics"), folder.path("bench"));
        Self {
            folder,
            topics,
            benchmarks,
            table,
        }
    }

    fn fit(&self) -> String {
        let (data, router) = (self.folder.data(), self.folder.path("r.router"));
        let args = [
            "fit",
            "--data",
            &data,
            "--topics",
            &self.topics,
            "--benchmarks",
            &self.benchmarks,
            "--published",
            &self.table,
            "--seed",
            "1",
            "-o",
            &router,
        ];
        succeeds(&args, b"");
        router
    }
}

#[test]
fn models_join_from_a_table_of_published_scores_and_are_routed_to() {
    let cards = Cards::new("cards");
    let router = cards.fit();
    let meta = json(&succeeds(&["inspect", &router, "--json"], b""));
    assert_eq!(
        meta["cluster_labels"],
        value!(["Poems and verse", "Python functions"])
    );
    assert_eq!(meta["fields"], value!(["Writing", "Programming"]));
    assert_eq!(meta["topics"][0]["examples"].as_array().unwrap().len(), 3);
    assert_eq!(meta["benchmarks"].as_array().unwrap().len(), 4);
    assert_eq!(meta["benchmarks"][2]["stand_in"], true);

    let pool = cards.folder.path("p.json");
    let args = [
        "profile",
        "--router",
        &router,
        "--published",
        &cards.table,
        "--models",
        "m0",
        "m1",
        "m1@high",
        "-o",
        &pool,
    ];
    succeeds(&args, b"");
    let written = json(&std::fs::read_to_string(&pool).unwrap());
    let ids: Vec<_> = written["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["id"])
        .collect();
    assert_eq!(ids, ["m0", "m1", "m1@high"]);
    assert_eq!(written["models"][0]["benchmarks"][0]["source"], "card");
    assert_eq!(written["models"][2]["effort"], "high");

    let inspect = ["inspect", &pool, "--router", &router, "--json"];
    let seen = json(&succeeds(&inspect, b""));
    assert_eq!(seen["models"][0]["scores"], 4);
    assert_eq!(seen["models"][0]["source"], "benchmarks");
    let width = |m: &Value| m["interval"][1].as_f64().unwrap() - m["interval"][0].as_f64().unwrap();
    assert!(width(&seen["models"][2]) > width(&seen["models"][1]));
    let text = succeeds(&inspect[..4], b"");
    assert!(text.contains("4 scores on 4 benchmarks"), "{text}");

    let ask = |prompt: &str| {
        let args = [
            "route",
            "--router",
            &router,
            "--pool",
            &pool,
            "--lambda",
            "0",
            "--json",
            "--allow-unpriced",
        ];
        json(&succeeds(&args, prompt.as_bytes()))["model"].clone()
    };
    assert_eq!(ask("Write a poem of ten lines about a candle."), "m0");
    assert_ne!(
        ask("Write a python function that parses signal records."),
        "m0"
    );
}

#[test]
fn labels_and_scores_of_a_model_count_together() {
    let cards = Cards::new("cards-labels");
    let router = cards.fit();
    let labels = cards.folder.write(
        "labels.csv",
        "prompt,model,score\nWrite a poem about rain,m0,1\nWrite a poem about a dog,m0,1\n",
    );
    let pool = |file: &str, evidence: &[&str]| {
        let path = cards.folder.path(file);
        let args = [&["profile", "--router", &router, "-o", &path], evidence].concat();
        succeeds(&args, b"");
        json(&std::fs::read_to_string(path).unwrap())["models"][0]["errors"]["mean"][0]
            .as_f64()
            .unwrap()
    };
    let both = [
        "--labels",
        &labels,
        "--published",
        &cards.table,
        "--models",
        "m0",
    ];
    // Both labels are right; its scores on poems are .8 and .75.
    assert!(pool("both.json", &both) > pool("labels.json", &both[..2]));
}

#[test]
fn a_wide_table_is_read_and_each_score_is_accounted_for() {
    let cards = Cards::new("cards-wide");
    let router = cards.fit();
    let wide = cards.folder.write(
        "wide.csv",
        "model,Verse,Parsers,Limericks\nnew,85.5,40,10\nother,,,50\n",
    );
    let pool = cards.folder.path("p.json");
    let args = [
        "profile",
        "--router",
        &router,
        "--published",
        &wide,
        "-o",
        &pool,
    ];
    let output = crate::common::uniroute(&args, b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("4 scores: 2 used, 0 repeated, 0 of other models, 2 on benchmarks"),
        "{said}"
    );
    assert!(said.contains("Limericks: 2 not used; nearest:"), "{said}");
    let written = json(&std::fs::read_to_string(pool).unwrap());
    assert_eq!(written["models"][0]["benchmarks"][0]["score"], 0.855);
}

#[test]
fn scores_that_were_left_out_are_predicted() {
    let cards = Cards::new("cards-eval");
    let router = cards.fit();
    let args = [
        "eval",
        "--published",
        &cards.table,
        "--benchmarks",
        &cards.benchmarks,
        "--router",
        &router,
        "--trials",
        "2",
        "--json",
    ];
    let report = json(&succeeds(&args, b""));
    assert_eq!(
        (&report["models"], &report["benchmarks"]),
        (&value!(12), &value!(4))
    );
    let scores = &report["scores"][0];
    assert!(scores["error"].as_f64().unwrap() < scores["additive_error"].as_f64().unwrap());
    assert_eq!(report["each"].as_array().unwrap().len(), 4);
    assert!(report["each"][0]["correlation"].as_f64().unwrap() > 0.5);
}

#[test]
fn tables_that_do_not_fit_name_the_place_and_the_remedy() {
    let cards = Cards::new("cards-wrong");
    let router = cards.fit();
    let pool = cards.folder.path("p.json");
    let profile = |router: &str, text: &str| {
        let table = cards.folder.write("wrong.csv", text);
        rejects(
            &[
                "profile",
                "--router",
                router,
                "--published",
                &table,
                "-o",
                &pool,
            ],
            b"",
        )
    };
    let error = profile(&router, "model,benchmark,score\na,Verse,85.7\n");
    assert!(
        error.contains("line 2") && error.contains("0.857 rather than 85.7"),
        "{error}"
    );
    let error = profile(&router, "model,benchmark,score\na,Haiku,0.5\n");
    assert!(
        error.contains("no model has a score on a known benchmark"),
        "{error}"
    );
    let error = profile(&router, "title,points\na,1\n");
    assert!(error.contains("model, benchmark and score"), "{error}");
    let (plain, _) = crate::common::fitted(&cards.folder);
    let error = profile(&plain, "model,benchmark,score\na,Verse,0.5\n");
    assert!(error.contains("knows no benchmarks"), "{error}");
    assert!(!std::path::Path::new(&pool).exists() || !error.is_empty());
}

#[test]
fn real_cards_are_measured_beside_labels() {
    let cards = Cards::new("cards-real");
    let data = cards.folder.data();
    let model =
        |i: usize| value!({"id": format!("d{i}"), "price_in_per_mtok": i, "price_out_per_mtok": 1});
    let models: Vec<Value> = (0..6).map(model).collect();
    cards
        .folder
        .write("data/models.json", Value::from(models).to_string());
    // Even models answer poems, which are the even rows.
    let row = |i: usize| {
        if i.is_multiple_of(2) {
            "1,0,1,0,1,0\n"
        } else {
            "0,1,0,1,0,1\n"
        }
    };
    let rows: String = (0..80).map(row).collect();
    cards
        .folder
        .write("data/scores.csv", format!("d0,d1,d2,d3,d4,d5\n{rows}"));
    let names: String = (0..6).map(|i| format!("data,d{i},m{i}\n")).collect();
    let names = cards
        .folder
        .write("names.csv", format!("dataset,model,published\n{names}"));
    let args = [
        "eval",
        "--data",
        &data,
        "--labels",
        "4",
        "--unseen",
        "2",
        "--trials",
        "4",
        "--json",
        "--published",
        &cards.table,
        "--benchmarks",
        &cards.benchmarks,
        "--card-models",
        &names,
    ];
    let methods = json(&succeeds(&args, b""))["methods"].clone();
    let area = |m: &str| methods[m]["area"]["mean"].as_f64().unwrap();
    assert!(
        area("uniroute_published") > area("zero_router"),
        "{methods}"
    );
    assert!(area("uniroute_published_labels") >= area("zero_router"));
    let wrong = cards
        .folder
        .write("wrong.csv", "dataset,model,published\ndata,d0\n");
    let mut args = args;
    args[args.len() - 1] = &wrong;
    let error = rejects(&args, b"");
    assert!(
        error.contains("wrong.csv, line 2: 2 columns, but the header has 3"),
        "{error}"
    );
}

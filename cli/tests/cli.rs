//! The command line as a person meets it: the built program, real files, real pipes.

mod common;

use common::{Folder, refuses, succeeds, uniroute};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A router and a pool fitted on the made-up data.
fn fitted(folder: &Folder) -> (String, String) {
    let (data, router, pool) = (
        folder.data(),
        folder.path("r.router"),
        folder.path("p.json"),
    );
    succeeds(
        &[
            "fit",
            "--data",
            &data,
            "--clusters",
            "4",
            "--seed",
            "1",
            "-o",
            &router,
        ],
        b"",
    );
    succeeds(
        &[
            "profile", "--router", &router, "--labels", &data, "-o", &pool,
        ],
        b"",
    );
    (router, pool)
}

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
fn jsonl_streams_and_bad_lines_are_answered_in_place() {
    let input = b"{\"id\": 1, \"prompt\": \"Write a poem.\"}\nnot json\n{\"id\": \"x\", \"prompt\": \"What is 2+2?\"}\n";
    let output = uniroute(&["route"], input);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(json)
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["id"], &lines[2]["id"]),
        (&Value::from(1), &Value::from("x"))
    );
    assert!(lines[0]["model"].is_string() && lines[2]["model"].is_string());
    assert_eq!(lines[1]["line"], 2);
    assert!(lines[1]["error"].is_string());
}

#[test]
fn many_lines_of_standard_input_that_are_not_jsonl_are_one_prompt() {
    let one = json(&succeeds(
        &["route", "--json"],
        b"Write a poem\nabout the sea.\n",
    ));
    let same = json(&succeeds(
        &["route", "--json", "Write a poem\nabout the sea."],
        b"",
    ));
    assert_eq!(one, same);
}

#[test]
fn a_new_model_joins_a_pool_from_a_few_labels_and_the_others_stay() {
    let folder = Folder::new("join");
    let (router, pool) = fitted(&folder);
    let labels = folder.write(
        "labels.csv",
        "prompt,model,score\n\"Write a poem of 9 lines, about rain\",newcomer,1\nWrite a python function for records,newcomer,0\n",
    );
    let grown = folder.path("grown.json");
    let args = [
        "profile", "--router", &router, "--labels", &labels, "--base", &pool, "-o", &grown,
    ];
    succeeds(&args, b"");
    let grown = json(&std::fs::read_to_string(grown).unwrap());
    let ids: Vec<_> = grown["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["id"])
        .collect();
    assert_eq!(ids, ["poet", "coder", "newcomer"]);
    assert_eq!(
        grown["models"][0],
        json(&std::fs::read_to_string(pool).unwrap())["models"][0]
    );
}

#[test]
fn a_damaged_router_is_refused_and_named() {
    let folder = Folder::new("damaged");
    let (router, pool) = fitted(&folder);
    let whole = std::fs::read(&router).unwrap();
    let cut = folder.write("cut.router", &whole[..whole.len() / 2]);
    let mut flipped = whole.clone();
    let last = flipped.len() - 100;
    flipped[last] ^= 1;
    let flipped = folder.write("flipped.router", flipped);
    for (file, why) in [(cut, "cut short"), (flipped, "damaged")] {
        let error = refuses(&["route", "--router", &file, "--pool", &pool, "hi"], b"");
        assert!(error.contains(&file) && error.contains(why), "{error}");
    }
}

#[test]
fn bad_pools_are_refused_with_their_json_path() {
    let folder = Folder::new("bad-pools");
    let (router, pool) = fitted(&folder);
    let models: Vec<_> = (0..2001).map(|i| format!("{{\"id\": \"m{i}\"}}")).collect();
    let cases = [
        (
            r#"{"models": [{"id": "a", "cost": {"input": 1e40, "output": 1}}]}"#.to_owned(),
            "$.models[0].cost.input",
        ),
        (
            format!("{{\"models\": [{}]}}", models.join(",")),
            "$.models: 2001",
        ),
        (" ".repeat(9 << 20), "$: the file has"),
        ("{\"models\": [".to_owned(), "line 1"),
    ];
    for (content, place) in cases {
        let file = folder.write("bad.json", content);
        let error = refuses(&["route", "--router", &router, "--pool", &file, "hi"], b"");
        assert!(error.contains(place), "{place} is not named in: {error}");
    }
    let error = refuses(&["route", "--pool", &pool, "hi"], b"");
    assert!(error.contains("$.router.sha256"), "{error}");
}

#[test]
fn a_refused_output_folder_leaves_nothing_half_written() {
    let folder = Folder::new("half");
    let data = folder.data();
    let nowhere = folder.path("no/such/folder/r.router");
    let error = refuses(
        &["fit", "--data", &data, "--clusters", "4", "-o", &nowhere],
        b"",
    );
    assert!(error.contains("does the folder exist"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 1);
}

#[test]
fn wrong_data_is_refused_with_file_and_line() {
    let folder = Folder::new("wrong-data");
    let data = folder.data();
    let scores = format!("{data}/scores.csv");
    let text = std::fs::read_to_string(&scores)
        .unwrap()
        .replacen("0,1", "0,7", 1);
    std::fs::write(&scores, text).unwrap();
    let error = refuses(&["fit", "--data", &data, "-o", &folder.path("r")], b"");
    assert!(error.contains("scores.csv, line 3"), "{error}");
}

#[test]
fn usage_errors_exit_with_2_and_help_explains() {
    assert_eq!(
        uniroute(&["route", "--lambda", "1", "--max-cost", "2", "hi"], b"")
            .status
            .code(),
        Some(2)
    );
    assert_eq!(uniroute(&["no-such-command"], b"").status.code(), Some(2));
    for command in ["fit", "profile", "route", "cost", "inspect", "serve"] {
        assert!(
            succeeds(&[command, "--help"], b"").contains("Usage: uniroute"),
            "{command}"
        );
    }
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    for (option, value) in [
        ("--lambda", "NaN"),
        ("--lambda", "-1"),
        ("--max-cost", "inf"),
        ("--min-quality", "2"),
    ] {
        let option = format!("{option}={value}");
        let error = refuses(&["route", &option, "hi"], b"");
        assert!(error.contains("is not a"), "{option}: {error}");
    }
}

#[test]
fn the_bundled_pools_fit_the_bundled_router_and_carry_a_date() {
    for pool in ["open", "reasoning", "api"] {
        let decision = json(&succeeds(
            &["route", "--pool", pool, "--json", "What is 7 times 8?"],
            b"",
        ));
        assert!(decision["model"].is_string(), "{pool}");
        let file = format!("{}/../assets/pools/{pool}.json", env!("CARGO_MANIFEST_DIR"));
        let about = json(&succeeds(&["inspect", "--json", &file], b""));
        assert!(
            about["asOf"].as_str().is_some_and(|d| d.len() == 10),
            "{pool} has no date"
        );
    }
}

#[test]
fn cost_grows_with_the_prompt_and_orders_by_it() {
    let costs = |prompt: &str| {
        json(&succeeds(
            &["cost", "--json", "--output-tokens", "0", prompt],
            b"",
        ))
    };
    let (short, long) = (costs("hello"), costs(&"hello ".repeat(100)));
    let total = |v: &Value, i: usize| v["models"][i]["cost"]["total"].as_f64().unwrap();
    let grown = total(&long, 0) / total(&short, 0);
    assert!((90.0..=110.0).contains(&grown), "{grown}");
    assert!(total(&long, 0) <= total(&long, 1));
}

#[test]
fn counted_tokens_are_exact_and_prompts_add_up_to_a_range() {
    let counted = [
        "cost",
        "--json",
        "--input-tokens",
        "qwen=1000",
        "--cached-tokens",
        "10",
        "hi",
    ];
    let models = json(&succeeds(&counted, b""));
    for model in models["models"].as_array().unwrap() {
        let qwen = model["cost"]["tokenizer"] == "qwen";
        assert_eq!(model["cost"]["exact"], qwen, "{model}");
        assert_eq!(model["cost"]["tokensIn"] == 1000.0, qwen, "{model}");
    }
    let lines = b"{\"prompt\": \"hi\"}\n{\"prompt\": \"hello there\"}\n";
    let total = &json(&succeeds(&["cost", "--total", "--json"], lines))["models"][0]["cost"];
    assert_eq!(total["prompts"], 2);
    let usd = total["total"].as_f64().unwrap();
    assert!(total["range"][0].as_f64().unwrap() < usd && usd < total["range"][1].as_f64().unwrap());
    let refused = refuses(&["cost", "--cached-tokens=-1", "hi"], b"");
    assert!(refused.contains("cachedTokens"), "{refused}");
}

/// Against the counts of another implementation, npm's gpt-tokenizer.
#[test]
fn exact_tokens_are_those_of_the_encodings() {
    let folder = Folder::new("exact");
    let pool = folder.path("pool.json");
    let models = ["gpt-4o", "gpt-4", "claude-3"].map(|id| format!(r#"{{"id": "{id}"}}"#));
    std::fs::write(&pool, format!(r#"{{"models": [{}]}}"#, models.join(","))).unwrap();
    let exact = |command: &[&str], input: &[u8]| {
        let pool = ["--pool", &pool, "--json", "--exact-tokens"];
        succeeds(&[command, &pool].concat(), input)
    };
    let prompts = include_bytes!("../../tests/everyday/prompts.jsonl");
    let golden = json(include_str!("../../tests/golden/tokens.json"));
    for (i, line) in exact(&["cost"], prompts).lines().enumerate() {
        for model in json(line)["models"].as_array().unwrap() {
            let cost = &model["cost"];
            let counts = &golden[cost["tokenizer"].as_str().unwrap()];
            assert_eq!(cost["exact"], !counts.is_null(), "{model}");
            if let Some(counted) = counts.get(i) {
                assert_eq!(cost["tokensIn"].as_f64(), counted.as_f64(), "{model}");
            }
        }
    }
    let decision = json(&exact(
        &["route", "--allow-unpriced", "<|endoftext|> Hi"],
        b"",
    ));
    let cost = |id| {
        &decision["candidates"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["id"] == id)
            .unwrap()["cost"]
    };
    assert_eq!(cost("gpt-4o")["tokensIn"], 8.0);
    assert_eq!(cost("claude-3")["exact"], false);
    let long = format!("{}x", " ".repeat(2_000_000));
    let estimated = json(&exact(&["cost"], format!("y{long}").as_bytes()));
    assert_eq!(estimated["models"][0]["cost"]["exact"], false);
}

#[test]
fn the_prompts_to_label_come_from_the_input_and_differ() {
    let folder = Folder::new("suggest");
    let (router, _) = fitted(&folder);
    let prompts = std::fs::read_to_string(format!("{}/prompts.jsonl", folder.data())).unwrap();
    let suggest = ["profile", "--router", &router, "--suggest", "6"];
    let picked: Vec<Value> = succeeds(&suggest, prompts.as_bytes())
        .lines()
        .map(json)
        .collect();
    assert_eq!(picked.len(), 6);
    let ids: std::collections::HashSet<_> = picked.iter().map(|p| p["id"].to_string()).collect();
    assert_eq!(ids.len(), 6);
    assert!(
        picked
            .iter()
            .all(|p| prompts.lines().any(|l| json(l) == *p))
    );
    // Poems and code alike: neither kind says anything of the other.
    let poems = picked
        .iter()
        .filter(|p| p["prompt"].as_str().unwrap().contains("poem"));
    assert!((1..6).contains(&poems.count()));
    let wrong = refuses(&suggest, b"{\"id\": 1, \"prompt\": \"a\"}\n{\"id\": 2}\n");
    assert!(
        wrong.contains("line 2") && wrong.contains("prompt"),
        "{wrong}"
    );
}

#[test]
fn eval_measures_every_method_for_every_number_of_labels() {
    let folder = Folder::new("eval");
    let data = folder.data();
    let models: Vec<String> = ["poet", "coder", "poetess", "codess"]
        .iter()
        .enumerate()
        .map(|(i, id)| {
            format!(r#"{{"id": "{id}", "price_in_per_mtok": {i}, "price_out_per_mtok": 1}}"#)
        })
        .collect();
    let rows: String = (0..80)
        .map(|i| if i % 2 == 0 { "1,0,1,0\n" } else { "0,1,0,1\n" })
        .collect();
    folder.write("data/models.json", format!("[{}]", models.join(",")));
    folder.write(
        "data/scores.csv",
        format!("poet,coder,poetess,codess\n{rows}"),
    );
    let eval = |which: &[&str]| {
        let args = [
            "eval", "--data", &data, "--labels", "4,10%", "--unseen", "2", "--trials", "3",
            "--seed", "5", "--json",
        ];
        succeeds(&[&args, which].concat(), b"")
    };
    let output = eval(&["--variants"]);
    let results: Vec<Value> = output.lines().map(json).collect();
    assert_eq!(
        (&results[0]["labels"], &results[1]["labels"]),
        (&Value::from(4), &Value::from("10%"))
    );
    for result in &results {
        let methods = result["methods"].as_object().unwrap();
        assert_eq!(methods.len(), 10);
        let area = |m: &str| methods[m]["area"]["mean"].as_f64().unwrap();
        for name in methods.keys() {
            assert!(
                area(name) <= area("oracle") + 1e-9,
                "{name}: {}",
                area(name)
            );
        }
        // Two kinds of prompts and of models: nothing is easier to learn.
        assert!(area("uniroute") >= area("zero_router"));
    }
    assert!(
        eval(&["--variants"]) == output,
        "another run gave other figures"
    );
    let named = eval(&["--methods", "uniroute_alone,zero_router"]);
    let named = json(named.lines().next().unwrap());
    assert_eq!(named["methods"].as_object().unwrap().len(), 2);
}

#[test]
fn what_is_no_english_or_says_next_to_nothing_is_called_unfamiliar() {
    let strange = |prompt: &str| {
        json(&succeeds(&["route", "--json"], prompt.as_bytes()))["outOfDistribution"] == true
    };
    for prompt in [
        "vkjq wplz xnrt qwmb hgzf",
        "Warum ist der Himmel blau, und warum ist er abends rot?",
        "Почему небо голубое?",
        "写一首关于秋天的诗。",
        "hi there!",
    ] {
        assert!(strange(prompt), "{prompt}");
    }
    assert!(!strange(
        "A train leaves at 9 and takes 3 hours. When does it arrive?"
    ));
}

//! `cost`: counts of tokens and what they cost.

use crate::common::{Folder, json, rejects, succeeds};
use serde_json::Value;

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
    let rejected = rejects(&["cost", "--cached-tokens=-1", "hi"], b"");
    assert!(rejected.contains("cachedTokens"), "{rejected}");
}

#[test]
fn counts_of_a_model_or_tokenizer_that_there_is_not_are_refused() {
    let error = rejects(&["cost", "--input-tokens", "nope=5", "--", "hi"], b"");
    assert!(
        error.contains("\"nope\"") && error.contains("o200k, cl100k"),
        "{error}"
    );
    let decision = json(&succeeds(&["route", "--json", "hi"], b""));
    let id = decision["model"].as_str().unwrap();
    assert!(error.contains(id), "{error}");
    let named = format!("{id}=5");
    let costs = json(&succeeds(
        &["cost", "--json", "--input-tokens", &named, "--", "hi"],
        b"",
    ));
    let models = costs["models"].as_array().unwrap();
    let of = models.iter().find(|m| m["id"] == id).unwrap();
    assert_eq!(of["cost"]["tokensIn"], 5.0);
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
    let prompts = include_bytes!("../../../tests/everyday/prompts.jsonl");
    let golden = json(include_str!("../../../tests/golden/tokens.json"));
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

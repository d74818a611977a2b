//! `route`: decisions for one prompt and for many, and input that is rejected.

use crate::common::{Folder, fitted, json, rejects, succeeds, uniroute};
use serde_json::Value;

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
fn a_damaged_router_is_rejected_and_named() {
    let folder = Folder::new("damaged");
    let (router, pool) = fitted(&folder);
    let whole = std::fs::read(&router).unwrap();
    let cut = folder.write("cut.router", &whole[..whole.len() / 2]);
    let mut flipped = whole.clone();
    let last = flipped.len() - 100;
    flipped[last] ^= 1;
    let flipped = folder.write("flipped.router", flipped);
    for (file, why) in [(cut, "cut short"), (flipped, "damaged")] {
        let error = rejects(&["route", "--router", &file, "--pool", &pool, "hi"], b"");
        assert!(error.contains(&file) && error.contains(why), "{error}");
    }
}

#[test]
fn bad_pools_are_rejected_with_their_json_path() {
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
            "$.models: more than 2000",
        ),
        (" ".repeat(9 << 20), "$: the file has"),
        ("{\"models\": [".to_owned(), "line 1"),
    ];
    for (content, place) in cases {
        let file = folder.write("bad.json", content);
        let error = rejects(&["route", "--router", &router, "--pool", &file, "hi"], b"");
        assert!(error.contains(place), "{place} is not named in: {error}");
    }
    let error = rejects(&["route", "--pool", &pool, "hi"], b"");
    assert!(error.contains("$.router.sha256"), "{error}");
}

#[test]
fn numbers_out_of_range_are_rejected() {
    for (option, value) in [
        ("--lambda", "NaN"),
        ("--lambda", "-1"),
        ("--max-cost", "inf"),
        ("--min-quality", "2"),
    ] {
        let option = format!("{option}={value}");
        let error = rejects(&["route", &option, "hi"], b"");
        assert!(error.contains("is not a"), "{option}: {error}");
    }
}

#[test]
fn a_prompt_that_is_not_english_or_says_almost_nothing_is_called_unfamiliar() {
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

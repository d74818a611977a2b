//! `profile`: pools from labels, and which prompts to label.

use crate::common::{Folder, fitted, json, rejects, succeeds};
use serde_json::Value;

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
    // Both poems and code: the one kind tells nothing about the other.
    let poems = picked
        .iter()
        .filter(|p| p["prompt"].as_str().unwrap().contains("poem"));
    assert!((1..6).contains(&poems.count()));
    let wrong = rejects(&suggest, b"{\"id\": 1, \"prompt\": \"a\"}\n{\"id\": 2}\n");
    assert!(
        wrong.contains("line 2") && wrong.contains("prompt"),
        "{wrong}"
    );
}

//! `eval`: every method, for every number of labels.

use crate::common::{Folder, json, succeeds};
use serde_json::Value;

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
        assert_eq!(methods.len(), 16);
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

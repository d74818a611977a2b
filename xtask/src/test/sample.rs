//! Made-up evaluation data for the tests: three kinds of prompts, and three models that are each good
//! at different kinds. Format: docs/DATA.md.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::files;

const PER_KIND: usize = 40;
const MODELS: [(&str, f64); 3] = [("small", 0.1), ("medium", 0.5), ("large", 3.0)];
/// How many of ten prompts each model answers correctly, for each kind.
const RIGHT: [[usize; 3]; 3] = [[3, 6, 9], [8, 8, 9], [2, 8, 7]];

/// Writes the folder.
pub fn write(folder: &Path) -> Result<()> {
    let (mut prompts, mut scores) = (String::new(), String::from("small,medium,large\n"));
    for (kind, right) in RIGHT.iter().enumerate() {
        for number in 0..PER_KIND {
            let line = json!({"id": format!("{kind}-{number}"), "prompt": prompt(kind, number)});
            prompts.push_str(&format!("{line}\n"));
            // 7 and 10 have no common factor, so that correct answers are spread evenly.
            let row = right.map(|of_ten| if number * 7 % 10 < of_ten { "1" } else { "0" });
            scores.push_str(&format!("{}\n", row.join(",")));
        }
    }
    let model = |(id, price): (&str, f64)| json!({"id": id, "price_in_per_mtok": price, "price_out_per_mtok": price * 4.0});
    let models = Value::from_iter(MODELS.map(model));
    files::write_if_changed(&folder.join("prompts.jsonl"), prompts.as_bytes())?;
    files::write_if_changed(&folder.join("scores.csv"), scores.as_bytes())?;
    files::write_if_changed(&folder.join("models.json"), models.to_string().as_bytes())?;
    Ok(())
}

fn prompt(kind: usize, number: usize) -> String {
    const THINGS: [&str; 8] = [
        "apples", "trains", "coins", "letters", "tiles", "books", "lamps", "seeds",
    ];
    const PLACES: [&str; 5] = [
        "the market",
        "a harbour",
        "the old library",
        "a mountain village",
        "the station",
    ];
    let (thing, place) = (THINGS[number % 8], PLACES[number % 5]);
    match kind {
        0 => format!(
            "Anna buys {} {thing} at {place} and gives {} away. How many {thing} are left?",
            number + 9,
            number % 7 + 1
        ),
        1 => format!(
            "Write a short poem about {thing} in {place}, with {} lines.",
            number % 6 + 2
        ),
        _ => format!(
            "Write a Python function that sorts a list of {thing} by their price in {place} and returns the first {}.",
            number + 1
        ),
    }
}

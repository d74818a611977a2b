//! Token estimates against exact counts of the encodings. The everyday prompts are in no data set
//! that the weights were fitted on; `docs/TOKENS.md` has the large measurement.

use serde_json::Value;
use uniroute::cost::{Family, TokenFeatures};
use uniroute::embed::{Embed, STATIC_FILE, StaticEmbedder};

#[test]
fn estimates_are_near_the_counts_of_the_encodings() {
    let embedder = StaticEmbedder::from_bytes(STATIC_FILE).unwrap();
    let prompts = include_str!("everyday/prompts.jsonl").lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["prompt"].as_str().unwrap().to_owned()
    });
    let shapes: Vec<_> = prompts
        .map(|text| TokenFeatures::of(&text, embedder.count(&text)))
        .collect();
    let counts: Value = serde_json::from_str(include_str!("golden/tokens.json")).unwrap();
    for family in [Family::O200k, Family::Cl100k] {
        let counted = counts[family.name()].as_array().unwrap();
        let counted: Vec<_> = counted.iter().map(|n| n.as_f64().unwrap()).collect();
        assert_eq!(counted.len(), shapes.len());
        let estimated: Vec<_> = shapes.iter().map(|shape| family.tokens(shape)).collect();
        let errors = estimated
            .iter()
            .zip(&counted)
            .map(|(e, c)| (e / c - 1.0).abs());
        let mean = errors.sum::<f64>() / counted.len() as f64;
        let together = estimated.iter().sum::<f64>() / counted.iter().sum::<f64>() - 1.0;
        assert!(mean <= 0.06, "{}: {mean}", family.name());
        assert!(together.abs() <= 0.03, "{}: {together}", family.name());
    }
}

#[test]
fn more_text_never_has_fewer_tokens() {
    let text = "def f(x):\n    return x**2  # 1234567 naïve 東京 🙂\r\n\t\\frac{a}{B}".repeat(3);
    for family in Family::ALL {
        let mut before = 0.0;
        for (end, _) in text.char_indices() {
            let tokens = family.tokens(&TokenFeatures::of(&text[..end], end / 4));
            // A letter after punctuation may join it in one piece.
            assert!(tokens >= before - 1.0, "{} at {end}", family.name());
            before = tokens;
        }
    }
}

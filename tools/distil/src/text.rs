//! The texts that the table is fitted on.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::questions::Patterns;
use crate::wordnet::{common_words, lines};

/// Data sets whose licence allows their use for the published table, and the most prompts of each:
/// `reasoning_gym` generates thousands from a few patterns.
const PROMPT_SETS: [(&str, usize); 3] = [
    ("llmrouter_mix", usize::MAX),
    ("zeroeval", usize::MAX),
    ("reasoning_gym", 2_000),
];
/// Characters that are read of a prompt: the first ones show what it is about, and more take longer.
const PROMPT_CHARS: usize = 500;
const GLOSSES: usize = 40_000;
const QUESTIONS: usize = 30_000;

/// Weight of a prompt relative to a general text: routers are fitted on prompts, but many prompts are
/// of a few kinds.
const PROMPT_WEIGHT: f32 = 0.3;

/// Definitions, examples, questions and prompts with their weights, in a fixed order for a seed.
pub fn gather(wordnet: &Path, data: &Path, rng: &mut ChaCha8Rng) -> Result<Vec<(String, f32)>> {
    let mut general = definitions(wordnet)?;
    general.shuffle(rng);
    general.truncate(GLOSSES);
    let patterns = Patterns::new(common_words(wordnet)?)?;
    general.extend((0..QUESTIONS).map(|_| patterns.sample(rng)));
    let mut texts: Vec<_> = general.into_iter().map(|text| (text, 1.0)).collect();
    for (set, most) in PROMPT_SETS {
        let mut prompts = prompts(&data.join(set))?;
        if prompts.len() > most {
            prompts.shuffle(rng);
            prompts.truncate(most);
        }
        let cut = |p: &String| p.chars().take(PROMPT_CHARS).collect::<String>();
        texts.extend(
            prompts
                .iter()
                .map(|(_, prompt)| (cut(prompt), PROMPT_WEIGHT)),
        );
    }
    Ok(texts)
}

/// Every definition and every example sentence of WordNet.
fn definitions(wordnet: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for part in ["noun", "verb", "adj", "adv"] {
        for line in lines(&wordnet.join(format!("data.{part}")))? {
            // Lines that begin with spaces contain the licence.
            let Some((_, gloss)) = line.split_once(" | ").filter(|_| !line.starts_with(' ')) else {
                continue;
            };
            for (i, piece) in gloss.split('"').enumerate() {
                let piece = piece.trim_matches(|c: char| c.is_whitespace() || c == ';');
                // Examples are in quotation marks; the rest is the definition.
                if piece.len() > 3 && (i % 2 == 1 || i == 0) {
                    texts.push(piece.to_owned());
                }
            }
        }
    }
    Ok(texts)
}

/// Task and text of every prompt of an evaluation set.
pub fn prompts(set: &Path) -> Result<Vec<(String, String)>> {
    let path = set.join("prompts.jsonl.gz");
    let file = std::fs::File::open(&path).with_context(|| {
        format!(
            "cannot open {}; name the evaluation data with --data",
            path.display()
        )
    })?;
    BufReader::new(flate2::read::GzDecoder::new(file))
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(&line?)?;
            let text = row
                .get("query")
                .or(row.get("prompt"))
                .and_then(|t| t.as_str());
            let text =
                text.with_context(|| format!("a row of {} has no prompt", path.display()))?;
            Ok((
                row["task"].as_str().unwrap_or_default().to_owned(),
                text.to_owned(),
            ))
        })
        .collect()
}

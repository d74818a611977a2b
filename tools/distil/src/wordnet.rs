//! The files of WordNet.

use std::path::Path;

use anyhow::{Context, Result, bail};
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Words that occur in the tagged texts of WordNet, by part of speech.
pub struct Words {
    pub nouns: Vec<String>,
    pub verbs: Vec<String>,
    pub adjectives: Vec<String>,
}

pub fn common_words(wordnet: &Path) -> Result<Words> {
    let words = |part: &str, least: u32| -> Result<Vec<String>> {
        let mut words = Vec::new();
        for line in lines(&wordnet.join(format!("index.{part}")))? {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // lemma pos synsets p_cnt p_cnt*symbol sense_cnt tagsense_cnt offsets…
            let pointers: usize = fields.get(3).and_then(|n| n.parse().ok()).unwrap_or(0);
            let tagged: u32 = fields
                .get(5 + pointers)
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
            if !line.starts_with(' ') && tagged >= least && !fields[0].contains(['.', '\'']) {
                words.push(fields[0].replace('_', " "));
            }
        }
        if words.is_empty() {
            bail!("index.{part} in {} lists no common word", wordnet.display());
        }
        Ok(words)
    };
    Ok(Words {
        nouns: words("noun", 1)?,
        verbs: words("verb", 2)?,
        adjectives: words("adj", 1)?,
    })
}

pub fn lines(path: &Path) -> Result<Vec<String>> {
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "cannot read {}; install Debian's wordnet-base, or unpack it and name its folder with --wordnet",
            path.display()
        )
    })?;
    Ok(String::from_utf8_lossy(&bytes)
        .lines()
        .map(str::to_owned)
        .collect())
}

/// One of the words.
pub fn pick<'a>(words: &'a [String], rng: &mut ChaCha8Rng) -> &'a str {
    words.choose(rng).map_or("", String::as_str)
}

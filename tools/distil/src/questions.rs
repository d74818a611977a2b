//! Questions and requests as people type them, filled in from patterns.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::wordnet::{Words, pick};

/// Patterns and the words that fill them.
pub struct Patterns {
    patterns: Vec<Vec<Piece>>,
    lists: Vec<Vec<String>>,
}

enum Piece {
    Text(String),
    /// Number of the list from which a word is drawn.
    Slot(usize),
}

impl Patterns {
    /// Reads `questions.txt`.
    pub fn new(words: Words) -> Result<Self> {
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        let mut lists = Vec::new();
        let mut patterns = Vec::new();
        let mut add = |name: &str, words: Vec<String>, lists: &mut Vec<_>| {
            names.insert(name.to_owned(), lists.len());
            lists.push(words);
        };
        add("noun", words.nouns, &mut lists);
        add("verb", words.verbs, &mut lists);
        add("adjective", words.adjectives, &mut lists);
        let text = include_str!("../questions.txt");
        let lines = text
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'));
        let (heads, bodies): (Vec<&str>, Vec<&str>) = lines.partition(|l| {
            l.split_once(": ")
                .is_some_and(|(n, _)| n.chars().all(|c| c.is_ascii_lowercase()) && !l.contains('{'))
        });
        for line in heads {
            let Some((name, words)) = line.split_once(": ") else {
                continue;
            };
            add(
                name,
                words.split(", ").map(str::to_owned).collect(),
                &mut lists,
            );
        }
        for line in bodies {
            patterns.push(pieces(line, &names).with_context(|| format!("in pattern {line:?}"))?);
        }
        Ok(Patterns { patterns, lists })
    }

    /// One question. Half of them end in a question mark, since people often leave it out.
    pub fn sample(&self, rng: &mut ChaCha8Rng) -> String {
        let mut text = String::new();
        for piece in &self.patterns[rng.random_range(0..self.patterns.len())] {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Slot(list) => text.push_str(pick(&self.lists[*list], rng)),
            }
        }
        if rng.random_range(0..2) == 0 {
            text.push('?');
        }
        text
    }
}

/// Splits `why is {topic} important` at its braces.
fn pieces(pattern: &str, names: &BTreeMap<String, usize>) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for (i, part) in pattern.split(['{', '}']).enumerate() {
        if i % 2 == 0 {
            pieces.push(Piece::Text(part.to_owned()));
        } else {
            let Some(&list) = names.get(part) else {
                bail!("there is no list {part:?}")
            };
            pieces.push(Piece::Slot(list));
        }
    }
    Ok(pieces)
}

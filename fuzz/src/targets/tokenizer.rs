//! The tokenizer: any vocabulary, any text.

use std::collections::HashMap;

use uniroute::embed::WordPiece;

use crate::check;

/// A vocabulary and a text, separated by the byte `0xff`.
pub fn tokenizer(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0xff);
    let vocabulary = parts.next().unwrap_or_default();
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let Some(tokenizer) = check::accepted(WordPiece::from_bytes(vocabulary)) else {
        return;
    };
    let ids = tokenizer.encode(&text);
    assert_eq!(tokenizer.count(&text), ids.len());
    assert!(
        ids.iter()
            .all(|id| (*id as usize) < tokenizer.vocabulary().len())
    );
    check::within(
        "familiarity",
        f64::from(tokenizer.familiarity(&text)),
        0.0,
        1.0,
    );
    // White space separates words, so the tokens of two texts are those of each.
    let twice = tokenizer.encode(&format!("{text} {text}"));
    assert_eq!(twice, [&ids[..], &ids].concat());
    if text.is_ascii() && !text.contains('[') {
        assert_eq!(ids, simple(&tokenizer, &text));
    }
}

/// The same by the definition, for ASCII without special tokens.
fn simple(tokenizer: &WordPiece, text: &str) -> Vec<u32> {
    let vocabulary = tokenizer.vocabulary();
    let known: HashMap<&str, u32> = (0..vocabulary.len() as u32)
        .filter_map(|id| Some((vocabulary.token(id)?, id)))
        .collect();
    let mut spaced = String::new();
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => spaced.push(' '),
            c if c.is_ascii_control() => {}
            c if c.is_ascii_punctuation() => spaced.extend([' ', c, ' ']),
            c => spaced.push(c.to_ascii_lowercase()),
        }
    }
    let words = spaced.split(' ').filter(|word| !word.is_empty());
    words
        .flat_map(|word| pieces(&known, word).unwrap_or_else(|| vec![tokenizer.unknown()]))
        .collect()
}

/// The longest pieces of a word from its start; `None` if it cannot be cut.
fn pieces(known: &HashMap<&str, u32>, word: &str) -> Option<Vec<u32>> {
    if word.len() > 100 {
        return None;
    }
    let (mut ids, mut start) = (Vec::new(), 0);
    while start < word.len() {
        let mark = if start == 0 { "" } else { "##" };
        let longest = (start + 1..=word.len()).rev().find_map(|end| {
            let id = known.get(format!("{mark}{}", &word[start..end]).as_str())?;
            Some((end, *id))
        });
        let (end, id) = longest?;
        ids.push(id);
        start = end;
    }
    Some(ids)
}

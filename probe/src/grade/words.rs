//! Words, short phrases and texts.

use super::final_line::has_words;

/// Words that leave open which candidate is meant, or deny one.
const OPEN: [&str; 10] = [
    "or", "not", "either", "neither", "nor", "maybe", "possibly", "both", "cannot", "any",
];
/// Words that an answer may have around a right one that stands alone.
const AROUND: usize = 5;

/// Whether the text names one candidate, and this is right.
pub fn is_choice(text: &str, right: &[String], wrong: &[String]) -> bool {
    let whole = normal(text);
    if right.iter().any(|r| normal(r) == whole) {
        return true;
    }
    let text = normal(&without_remark(text));
    if right.iter().any(|r| normal(r) == text) {
        return true;
    }
    let denied =
        |word: &&str| has_words(&text, word) && !right.iter().any(|r| has_words(&normal(r), word));
    if text.contains("n't") || OPEN.iter().any(denied) {
        return false;
    }
    let named = |list: &[String]| list.iter().any(|c| has_words(&text, &normal(c)));
    if !named(right) || named_beyond(&text, right, wrong) {
        return false;
    }
    let longest = right
        .iter()
        .map(|r| normal(r).split(' ').count())
        .max()
        .unwrap_or(0);
    // Without other candidates a long text may hold many guesses.
    !wrong.is_empty() || text.split(' ').count() <= longest + AROUND
}

/// Whether a wrong candidate is named beside the right one: `Ann` in `Ann Lee` is not.
fn named_beyond(text: &str, right: &[String], wrong: &[String]) -> bool {
    let mut rest = format!(" {text} ");
    let mut long: Vec<String> = right.iter().map(|r| normal(r)).collect();
    long.sort_by_key(|r| std::cmp::Reverse(r.len()));
    for r in long {
        rest = rest.replace(&format!(" {r} "), "  ");
    }
    wrong.iter().any(|w| has_words(&rest, &normal(w)))
}

/// Whether the text is one of the right ones, but for spaces, quotation marks, dashes and its end.
pub fn is_text(text: &str, right: &[String], case: bool) -> bool {
    let same = |text: &str| {
        let plain = spaced(text);
        let plain = plain
            .trim_matches(['"', '\'', '*', ' '])
            .trim_end_matches(['.', '!', ' ']);
        let plain = plain.trim_matches(['"', '\'']);
        match case {
            true => plain.to_owned(),
            false => plain.to_lowercase(),
        }
    };
    let found = same(text);
    right.iter().any(|r| same(r) == found)
}

/// One space between words, and plain quotation marks and dashes.
fn spaced(text: &str) -> String {
    let plain = text
        .replace(['“', '”', '„', '«', '»'], "\"")
        .replace(['’', '‘'], "'")
        .replace(['–', '—'], "-");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without remarks in brackets, if something is left.
fn without_remark(text: &str) -> String {
    let mut depth = 0;
    let outside: String = text
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(');
            let outside = depth == 0;
            depth -= i32::from(*c == ')' && depth > 0);
            outside
        })
        .collect();
    match outside.trim().is_empty() {
        true => text.to_owned(),
        false => outside,
    }
}

/// Lower case, one space between words, without punctuation around words and without articles.
pub fn normal(text: &str) -> String {
    let text = spaced(text).to_lowercase();
    let words = text.split([' ', '/', ',', ';', '|']).map(|word| {
        word.trim_matches(|c: char| {
            !c.is_alphanumeric() && !matches!(c, '-' | '+' | '#' | '\\' | '<' | '>')
        })
        .trim_matches(['"', '\''])
    });
    words
        .filter(|word| !word.is_empty() && !matches!(*word, "a" | "an" | "the" | "-"))
        .collect::<Vec<_>>()
        .join(" ")
}

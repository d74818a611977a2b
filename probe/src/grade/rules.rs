//! Texts that keep rules.

use super::final_line::has_words;
use crate::key::Rule;

/// Whether the text keeps all rules.
pub fn keeps(text: &str, rules: &[Rule]) -> bool {
    let body = body(text);
    !body.is_empty() && rules.iter().all(|rule| keeps_one(&body, rule))
}

/// The text that was asked for: within its fence or quotation marks, without a line of introduction.
fn body(text: &str) -> String {
    let text = text
        .replace("**", "")
        .replace(['’', '‘'], "'")
        .replace(['“', '”'], "\"");
    let mut lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let introduces = |line: &&str| {
        let lower = line.to_lowercase();
        let begins = [
            "here",
            "sure",
            "certainly",
            "of course",
            "okay",
            "absolutely",
        ];
        lower.ends_with(':') && begins.iter().any(|b| lower.starts_with(b))
    };
    if lines.len() > 1 && lines.first().is_some_and(introduces) {
        lines.remove(0);
    }
    lines.retain(|line| !line.starts_with("```") && *line != "---");
    lines.join("\n").trim().trim_matches('"').trim().to_owned()
}

fn keeps_one(body: &str, rule: &Rule) -> bool {
    let lines: Vec<&str> = body
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let lower = body.to_lowercase();
    let letters = |is: fn(char) -> bool| body.chars().any(is);
    match rule {
        Rule::Lines(n) => lines.len() == *n,
        Rule::Words(least, most) => (*least..=*most).contains(&count_words(body)),
        Rule::Sentences(n) => sentences(body) == *n,
        Rule::Has(words) => has_words(&lower, &words.to_lowercase()),
        Rule::Lacks(word) => !has_words(&lower, &word.to_lowercase()),
        Rule::WithoutLetter(letter) => !lower.contains(*letter),
        Rule::Initials(initials) => {
            let found = lines
                .iter()
                .filter_map(|l| l.chars().find(|c| c.is_alphabetic()));
            found
                .flat_map(char::to_lowercase)
                .eq(initials.to_lowercase().chars())
        }
        Rule::Starts(words) => lower.starts_with(&words.to_lowercase()),
        Rule::Ends(words) => {
            let end = |text: &str| {
                text.trim_end_matches(|c: char| !c.is_alphanumeric())
                    .to_lowercase()
            };
            end(body).ends_with(&end(words))
        }
        Rule::Lower => letters(char::is_alphabetic) && !letters(char::is_uppercase),
        Rule::Upper => letters(char::is_alphabetic) && !letters(char::is_lowercase),
        Rule::NoCommas => !body.contains(','),
        Rule::Bullets(n) => {
            lines
                .iter()
                .filter(|l| l.starts_with("- ") || l.starts_with("* ") || l.starts_with("• "))
                .count()
                == *n
        }
        Rule::Numbered(n) => {
            let numbers = lines.iter().filter_map(|line| {
                let (number, _) = line.split_once(['.', ')'])?;
                number.parse::<usize>().ok()
            });
            numbers.eq(1..=*n)
        }
        Rule::LineWords(n) => lines.iter().all(|line| count_words(line) == *n),
    }
}

/// Words: parts between spaces with a letter or a digit. The number of a line in a list is none.
fn count_words(text: &str) -> usize {
    let is_number = |word: &str| {
        word.strip_suffix(['.', ')'])
            .is_some_and(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_digit()))
    };
    let of_line = |line: &str| {
        let words = line
            .split_whitespace()
            .filter(|w| w.chars().any(char::is_alphanumeric));
        words
            .enumerate()
            .filter(|(at, word)| *at > 0 || !is_number(word))
            .count()
    };
    text.lines().map(of_line).sum()
}

/// Sentences: runs of text that end with `.`, `!` or `?` before a space or the end.
fn sentences(text: &str) -> usize {
    let mut count = 0;
    let mut words_since = false;
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let next = chars.get(i + 1).copied().unwrap_or(' ');
        let ends = matches!(c, '.' | '!' | '?')
            && (next.is_whitespace() || matches!(next, '"' | '\'' | ')'));
        if ends && words_since {
            count += 1;
            words_since = false;
        } else if c.is_alphanumeric() {
            words_since = true;
        }
    }
    count + usize::from(words_since)
}

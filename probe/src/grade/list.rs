//! Lists of words or numbers.

use super::final_line::{self, Final};
use super::number;
use super::words::normal;

/// Whether the final answer is this list.
pub fn is_list(text: &str, items: &[String], ordered: bool) -> bool {
    let one = match final_line::find(text) {
        Final::One(part) => part,
        Final::None | Final::Several => return false,
    };
    let tail = tail_items(text, &one);
    is_same(&split(&one), items, ordered) || tail.is_some_and(|tail| is_same(&tail, items, ordered))
}

/// A list with an item a line, where the final answer begins such a list.
fn tail_items(text: &str, first: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let bullet = |line: &str| {
        let bare = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = bare.len() < line.len() && bare.starts_with(['.', ')']);
        let item = match numbered {
            true => bare.get(1..),
            false => line.strip_prefix(['-', '*', '•']),
        };
        item.map(|item| item.trim().replace("**", "").replace('`', ""))
    };
    let count = lines
        .iter()
        .rev()
        .take_while(|line| bullet(line).is_some())
        .count();
    let items: Vec<String> = lines
        .iter()
        .skip(lines.len() - count)
        .filter_map(|l| bullet(l))
        .collect();
    let begins = items
        .first()
        .is_some_and(|item| first.contains(item.as_str()));
    (count > 0
        && (begins
            || items
                .last()
                .is_some_and(|item| first.contains(item.as_str()))))
    .then_some(items)
}

fn split(text: &str) -> Vec<String> {
    let text = text
        .trim()
        .trim_end_matches('.')
        .trim_matches(['[', ']', '(', ')', '{', '}']);
    if matches!(
        normal(text).as_str(),
        "none" | "empty" | "nothing" | "no items" | ""
    ) {
        return Vec::new();
    }
    let text = text
        .replace(" and ", ", ")
        .replace(" -> ", ", ")
        .replace(['→', '>'], ",");
    let separator = match (text.contains(';'), text.contains(',')) {
        (true, _) => ';',
        (_, true) => ',',
        _ => ' ',
    };
    let parts = text.split(separator).map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

fn is_same(found: &[String], items: &[String], ordered: bool) -> bool {
    let key = |item: &String| {
        let text = normal(item);
        // Numbers in different forms are the same.
        let digits =
            item.chars().any(|c| c.is_ascii_digit()) && !item.chars().any(char::is_alphabetic);
        match number::number_of(item).filter(|_| digits) {
            Some(number) => format!("{number}"),
            None => text,
        }
    };
    let mut found: Vec<String> = found.iter().map(key).collect();
    let mut items: Vec<String> = items.iter().map(key).collect();
    if !ordered {
        found.sort();
        items.sort();
    }
    found == items
}

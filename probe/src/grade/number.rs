//! Numbers in the ways that people and models write them.

use super::final_line::has_words;

/// Words that leave open which number is meant, or deny it.
const OPEN: [&str; 14] = [
    "or",
    "not",
    "between",
    "either",
    "at least",
    "at most",
    "more than",
    "less than",
    "any",
    "greater than",
    "fewer than",
    "nor",
    "neither",
    "unless",
];

/// Whether the text gives one number, near `value`.
pub fn is_near(text: &str, value: f64, tolerance: f64) -> bool {
    number_of(text).is_some_and(|found| (found - value).abs() <= tolerance)
}

/// The only number of a short text. After an equals sign only what follows counts, and remarks in
/// brackets do not count.
pub fn number_of(text: &str) -> Option<f64> {
    let text = readable(&text.to_lowercase().replace('’', "'"));
    let outside = without_brackets(&text);
    let text = match outside.chars().any(|c| c.is_ascii_digit()) {
        true => outside,
        false => text,
    };
    if text.contains("n't") || OPEN.iter().any(|words| has_words(&text, words)) {
        return None;
    }
    let text = text.rsplit(['=', '≈']).next().unwrap_or_default();
    let mut found: Option<f64> = None;
    for number in numbers(text) {
        match found {
            Some(other) if (other - number).abs() > 1e-9 * other.abs().max(1.0) => return None,
            _ => found = Some(number),
        }
    }
    found.or_else(|| in_words(text)).filter(|n| n.is_finite())
}

/// LaTeX and typographic signs as plain ones.
fn readable(text: &str) -> String {
    let mut text = text
        .replace(['−', '–'], "-")
        .replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ")
        .replace("\\,", "")
        .replace("{,}", ",")
        .replace("\\!", "")
        .replace("\\text", " ")
        .replace("\\times", "*")
        .replace(['×', '·'], "*")
        .replace("\\cdot", "*")
        .replace("\\dfrac", "\\frac");
    text = text.replace("\\frac{", "(").replace("}{", ")/(");
    for (sign, value) in [
        ("½", "1/2"),
        ("¼", "1/4"),
        ("¾", "3/4"),
        ("²", "^2"),
        ("³", "^3"),
    ] {
        text = text.replace(sign, value);
    }
    // A fraction in brackets is one number: (3)/(4).
    text = text.replace(")/(", "/");
    match text.contains('/') {
        true => text.replace(['(', ')', '{', '}'], " "),
        false => text.replace(['{', '}'], " "),
    }
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0;
    text.chars()
        .filter(|c| {
            depth += i32::from(*c == '(');
            let outside = depth == 0;
            depth -= i32::from(*c == ')' && depth > 0);
            outside
        })
        .collect()
}

/// All numbers of a text, in order. Digits that belong to a word or a unit (`m2`, `km^2`, `CO2`) are
/// none.
fn numbers(text: &str) -> Vec<f64> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let starts = at(i).is_ascii_digit() || (at(i) == '.' && at(i + 1).is_ascii_digit());
        if !starts {
            i += 1;
            continue;
        }
        let before = i.checked_sub(1).map_or(' ', at);
        let of_word = before.is_alphabetic() || before == '^' || before == '_';
        let negative = before == '-' && {
            // `5-3` is no negative number.
            let earlier = i.checked_sub(2).map_or(' ', at);
            !earlier.is_alphanumeric() && earlier != ')'
        };
        let (value, mut next) = one(&chars, i);
        let mut value = value;
        (value, next) = power_of_ten(&chars, next, value);
        (value, next) = fraction(&chars, next, value);
        if !of_word {
            found.push(if negative { -value } else { value });
        }
        i = next.max(i + 1);
    }
    found
}

/// The digits from `start` with their separators, and where they end.
fn one(chars: &[char], start: usize) -> (f64, usize) {
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let mut end = start;
    let mut raw = String::new();
    loop {
        let c = at(end);
        let joins = matches!(c, ',' | '.' | '\'' | '_' | ' ') && at(end + 1).is_ascii_digit();
        // A space only joins groups of three digits: 12 500.
        let group = (1..=3).all(|d| at(end + d).is_ascii_digit()) && !at(end + 4).is_ascii_digit();
        let short = raw.len() <= 3 || raw.contains(' ');
        match c {
            _ if c.is_ascii_digit() => raw.push(c),
            ' ' if joins && group && short => raw.push(' '),
            ',' | '.' | '\'' | '_' if joins => raw.push(c),
            _ => break,
        }
        end += 1;
    }
    (value(&raw), end)
}

/// The value of digits with separators: the last of comma and point is the decimal one, unless it
/// separates groups of three.
fn value(raw: &str) -> f64 {
    let (commas, points) = (raw.matches(',').count(), raw.matches('.').count());
    let after_comma = raw.rsplit(',').next().map_or(0, str::len);
    let plain = raw.replace([' ', '\'', '_'], "");
    let text = match (commas, points) {
        // 1.234,5
        (1, 1..) if raw.rfind(',') > raw.rfind('.') => plain.replace('.', "").replace(',', "."),
        // 3,5 but not 1,234
        (1, 0) if after_comma != 3 => plain.replace(',', "."),
        // 1.234.567
        (0, 2..) => plain.replace('.', ""),
        _ => plain.replace(',', ""),
    };
    text.parse().unwrap_or(f64::NAN)
}

/// `e3`, `*10^3`, `million`, `%`.
fn power_of_ten(chars: &[char], mut at: usize, value: f64) -> (f64, usize) {
    let rest: String = chars
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take(24)
        .collect();
    if let Some(exponent) = rest.strip_prefix('e')
        && let (Some(power), length) = signed(exponent)
    {
        return (value * 10f64.powi(power), at + 1 + length);
    }
    let spaced = rest.trim_start();
    let skipped = rest.chars().count() - spaced.chars().count();
    for start in ["* 10^", "*10^", "* 10**", "*10**"] {
        if let Some(exponent) = spaced.strip_prefix(start) {
            let inside = exponent.trim_start();
            let spaces = exponent.chars().count() - inside.chars().count();
            if let (Some(power), length) = signed(inside) {
                at += skipped + start.chars().count() + spaces + length;
                return (value * 10f64.powi(power), at);
            }
        }
    }
    for (word, factor) in [("thousand", 1e3), ("million", 1e6), ("billion", 1e9)] {
        if spaced.starts_with(word) {
            return (value * factor, at + skipped + word.len());
        }
    }
    (value, at)
}

/// A whole number with its sign, and its length.
fn signed(text: &str) -> (Option<i32>, usize) {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let count = digits.chars().take_while(char::is_ascii_digit).count();
    let length = text.len() - digits.len() + count;
    let parsed = text
        .get(..length)
        .and_then(|t| t.trim_start_matches('+').parse().ok());
    (parsed.filter(|p: &i32| p.abs() < 300), length)
}

/// `3/4`, and `1 3/4` as one number.
fn fraction(chars: &[char], at: usize, value: f64) -> (f64, usize) {
    let get = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let skip = |mut i: usize| {
        while get(i) == ' ' && i < chars.len() {
            i += 1;
        }
        i
    };
    let slash = skip(at);
    let below = skip(slash + 1);
    if get(slash) == '/' && get(below).is_ascii_digit() {
        let (divisor, end) = one(chars, below);
        return (value / divisor, end);
    }
    // A whole number, a space, and a proper fraction.
    if get(at) == ' ' && get(at + 1).is_ascii_digit() && value.fract() == 0.0 {
        let (above, end) = one(chars, at + 1);
        if get(end) == '/' && get(end + 1).is_ascii_digit() {
            let (divisor, end) = one(chars, end + 1);
            return (value + above / divisor, end);
        }
    }
    (value, at)
}

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A number in English words. Every number word belongs to the one number.
fn in_words(text: &str) -> Option<f64> {
    let (mut total, mut part, mut any) = (0.0, 0.0, false);
    let mut sign = 1.0;
    let mut last_was_unit = false;
    for word in text.split(|c: char| !c.is_alphabetic()) {
        let unit = UNITS.iter().position(|u| *u == word);
        let ten = TENS.iter().position(|t| *t == word);
        match (unit, ten, word) {
            (Some(unit), _, _) => {
                // Two units in a row are two numbers.
                if last_was_unit {
                    return None;
                }
                part += unit as f64;
            }
            (_, Some(ten), _) => part += 10.0 * (ten as f64 + 2.0),
            (_, _, "hundred") if any => part *= 100.0,
            (_, _, "thousand") if any => {
                total += part * 1000.0;
                part = 0.0;
            }
            (_, _, "minus" | "negative") if !any => {
                sign = -1.0;
                continue;
            }
            _ => continue,
        }
        last_was_unit = unit.is_some();
        any = true;
    }
    any.then_some(sign * (total + part))
}

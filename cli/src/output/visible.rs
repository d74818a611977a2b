//! Characters that a terminal obeys or hides, in a form that can be seen.
//!
//! Names, ids and messages come from files of strangers. An escape sequence in them could clear the
//! screen or change what was printed before; a direction mark could make one id look like another.

use std::borrow::Cow;
use std::fmt::Write;

use uniroute::printable::is_visible;

/// The text with every control character other than line end and tab, and every character that is
/// invisible or changes the direction of text, as `\u{…}` with its number.
pub fn text(text: &str) -> Cow<'_, str> {
    replaced(text, |c| is_hidden(c) && !matches!(c, '\n' | '\t'))
}

/// As [`text`], for what must stay on its line: line ends and tabs are replaced, too.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, is_hidden)
}

/// JSON in which such characters are escaped. A parser reads the same value.
pub fn json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_hidden) {
        return json.into();
    }
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if !is_hidden(c) {
            shown.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // A String takes any text.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown.into()
}

fn replaced(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match hidden(c) {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    shown.into()
}

fn is_hidden(c: char) -> bool {
    !is_visible(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown_and_others_stay() {
        assert_eq!(
            text("a\x1b[2J\u{9b}1m\n\tb\r"),
            "a\\u{1b}[2J\\u{9b}1m\n\tb\\u{d}"
        );
        assert_eq!(line("a\nb\tc"), "a\\u{a}b\\u{9}c");
        assert_eq!(
            line("gpt\u{202e}4\u{2066}\u{200d}\u{feff}\u{e0041}"),
            "gpt\\u{202e}4\\u{2066}\\u{200d}\\u{feff}\\u{e0041}"
        );
        for same in ["写诗 é עברית 🦀", "plain"] {
            assert!(matches!(line(same), Cow::Borrowed(shown) if shown == same));
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"id": "a\u{202e}b\x1b\u{7f}\u{e0041}\n"});
        let shown = json(&value.to_string()).into_owned();
        assert!(
            shown.is_ascii() && !shown.contains(|c: char| c.is_control()),
            "{shown}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}

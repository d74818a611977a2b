//! Characters that cannot be seen, and texts of others inside our messages.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

use std::fmt::Display;

/// Most characters that a message quotes.
const LONGEST: usize = 300;

/// A text of another program or file as a message may quote it: characters that move the cursor,
/// change the direction of writing or are not seen are written as escapes, and what is too long is
/// cut.
pub fn printable(text: impl Display) -> String {
    shortened(&text.to_string(), LONGEST)
}

/// The same with at most so many characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most));
    for (at, c) in text.chars().enumerate() {
        if at == most {
            shown.push('…');
            break;
        }
        match is_visible(c) {
            true => shown.push(c),
            false => shown.extend(c.escape_unicode()),
        }
    }
    shown
}

/// Whether a reader sees a character where it stands: no control character, none without width, none that
/// changes the direction of the text around it, no tag or annotation of Unicode.
pub fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{061c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_the_rest_stays() {
        assert_eq!(printable("tensor `é中\u{1f600}`"), "tensor `é中\u{1f600}`");
        assert_eq!(
            printable("\u{1b}[31m\n\u{202e}\u{200b}\u{fff9}\u{e0041}"),
            r"\u{1b}[31m\u{a}\u{202e}\u{200b}\u{fff9}\u{e0041}"
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        let shown = printable("x".repeat(10_000));
        assert_eq!(shown.chars().count(), LONGEST + 1);
    }
}

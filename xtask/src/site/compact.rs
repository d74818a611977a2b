//! Scripts, styles and documents without comments and without white space that means nothing. Names stay as they
//! are, so that a stack trace from a visitor can be read; comments are most of what can be saved.

use std::{ffi::OsStr, path::Path};

use anyhow::{Context, Result};

/// The file as the page serves it.
///
/// # Errors
/// If one of them is no text.
pub fn compact(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let shorten: fn(&str) -> String = match path.extension().and_then(OsStr::to_str) {
        Some("js") => script,
        Some("css") => style,
        Some("html") => document,
        _ => return Ok(bytes),
    };
    let text = std::str::from_utf8(&bytes).with_context(|| path.display().to_string())?;
    Ok(shorten(text).into_bytes())
}

/// What was written last, which decides what the next white space and the next slash mean.
struct Output {
    text: String,
    /// White space since then: none, a space, or a line break.
    gap: Option<char>,
}

impl Output {
    fn new(length: usize) -> Self {
        Self {
            text: String::with_capacity(length),
            gap: None,
        }
    }

    fn space(&mut self, c: char) {
        if self.gap != Some('\n') {
            self.gap = Some(if c == '\n' { '\n' } else { ' ' });
        }
    }

    /// Writes a piece, after the gap if `keeps` says that it means something between two characters.
    fn piece(&mut self, piece: &str, keeps: fn(char, char, char) -> bool) {
        let gap = self.gap.take();
        let (before, next) = (self.text.chars().next_back(), piece.chars().next());
        if let (Some(gap), Some(before), Some(next)) = (gap, before, next)
            && keeps(before, gap, next)
        {
            self.text.push(gap);
        }
        self.text.push_str(piece);
    }
}

/// Whether white space between two characters of a script means something.
fn separates(before: char, gap: char, next: char) -> bool {
    if gap == '\n' {
        // A line break may end a statement, but not after these and not before those.
        return !matches!(before, '{' | '(' | '[' | ',' | ';') && !matches!(next, '}' | ')' | ']');
    }
    let doubled = before == next && matches!(next, '+' | '-');
    let comment = before == '/' || next == '/';
    is_name(before) && is_name(next) || doubled || comment
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#') || !c.is_ascii()
}

/// A script without comments, line breaks that end nothing, and spaces around signs.
fn script(source: &str) -> String {
    let mut out = Output::new(source.len());
    // For each open `${` of a template the number of braces that are open inside it.
    let mut templates: Vec<usize> = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            _ if c.is_whitespace() => {
                out.space(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '/' if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
                out.space(if rest[..end].contains('\n') {
                    '\n'
                } else {
                    ' '
                });
                rest = &rest[end..];
                continue;
            }
            '/' if begins_expression(&out.text) => pattern_end(rest),
            '"' | '\'' => string_end(rest, c),
            '`' => template_end(rest, &mut templates),
            '}' if templates.last() == Some(&0) => {
                templates.pop();
                template_end(rest, &mut templates)
            }
            _ if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ => {
                if let Some(open) = templates.last_mut() {
                    match c {
                        '{' => *open += 1,
                        '}' => *open -= 1,
                        _ => {}
                    }
                }
                c.len_utf8()
            }
        };
        out.piece(&rest[..length], separates);
        rest = &rest[length..];
    }
    out.text.push('\n');
    out.text
}

/// Whether an expression begins after this text, so that a slash begins a pattern and divides nothing.
fn begins_expression(before: &str) -> bool {
    const WORDS: [&str; 10] = [
        "return", "typeof", "case", "in", "of", "delete", "void", "else", "await", "yield",
    ];
    let word = before.rsplit(|c| !is_name(c)).next().unwrap_or_default();
    match before.chars().next_back() {
        None => true,
        Some(last) if is_name(last) => WORDS.contains(&word),
        Some(last) => !matches!(last, ')' | ']' | '}' | '"' | '\'' | '`'),
    }
}

/// Length of a string in quotes.
fn string_end(text: &str, quote: char) -> usize {
    end(text, |c| c == quote)
}

/// Length of a pattern with its slashes; a slash in brackets does not end it.
fn pattern_end(text: &str) -> usize {
    let mut in_brackets = false;
    end(text, |c| {
        match c {
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ => {}
        }
        c == '/' && !in_brackets
    })
}

/// Length of a part of a template, from its beginning or a closing brace to its end or to `${`.
fn template_end(text: &str, templates: &mut Vec<usize>) -> usize {
    let mut before = ' ';
    let length = end(text, |c| {
        let ends = c == '`' || (before == '$' && c == '{');
        before = c;
        ends
    });
    if text[..length].ends_with("${") {
        templates.push(0);
    }
    length
}

/// Length up to and with the first character, after the one at the beginning and outside escapes, for
/// which `ends` holds.
fn end(text: &str, mut ends: impl FnMut(char) -> bool) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if ends(c) {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// Whether white space between two characters of a style means something. A space after a closing
/// bracket or before a colon is part of a selector.
fn separates_styles(before: char, _: char, next: char) -> bool {
    !matches!(before, '{' | '}' | ';' | ',' | ':') && !matches!(next, '{' | '}' | ';' | ',')
}

/// A style sheet without comments, and white space only where it means something.
fn style(source: &str) -> String {
    let mut out = Output::new(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            out.space(' ');
            rest = &rest[c.len_utf8()..];
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
            rest = &rest[end..];
        } else {
            let length = match c {
                '"' | '\'' => string_end(rest, c),
                _ => c.len_utf8(),
            };
            out.piece(&rest[..length], separates_styles);
            rest = &rest[length..];
        }
    }
    out.text.push('\n');
    out.text
}

/// A document without the indentation of its lines, which no element of this page shows.
fn document(source: &str) -> String {
    let lines = source
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_statements_stay_apart() {
        let source = "/** Doc.\n * More. */\nimport { a } from \"./a.js\"; // why\n\nconst b = a\n\n  + 1\nlet c = b++ + ++a\nreturn (\n  b, // one\n  c\n)\n";
        assert_eq!(
            script(source),
            "import{a}from\"./a.js\";const b=a\n+1\nlet c=b++ + ++a\nreturn(b,c)\n"
        );
    }

    #[test]
    fn what_looks_like_a_comment_in_a_text_or_pattern_stays() {
        for line in [
            "f(\"http://a /* b */\",'it\\'s // c');",
            "const x=/[/\"'`]\\/* /u;",
            "const y=`a // b ${c?`d /* ${e} */`:{f:1}} // g`;",
            "return /\"/.test(a)/2;",
            "const z=a / b / c;",
            "const w=list[0] / 2;",
        ] {
            assert_eq!(script(&format!("{line}\n")), format!("{line}\n"));
        }
    }

    #[test]
    fn a_style_keeps_the_spaces_of_selectors_and_of_sums() {
        let source = "/* a */\n.a :hover,\n.b > p {\n  width: calc(1px + 2%);\n  content: \" /* b */ \";\n}\n@media (min-width: 1px) and (print) {\n}\n";
        assert_eq!(
            style(source),
            ".a :hover,.b > p{width:calc(1px + 2%);content:\" /* b */ \";}@media (min-width:1px) and (print){}\n"
        );
    }

    #[test]
    fn a_document_loses_its_indentation_only() {
        let source = "<p\n  class=\"a\"\n>\n  one  two\n\n  <b>three</b>\n</p>\n";
        assert_eq!(
            document(source),
            "<p\nclass=\"a\"\n>\none  two\n<b>three</b>\n</p>\n"
        );
    }

    #[test]
    fn other_files_stay_as_they_are() {
        let data = b"{  \"a\": 1 }\n".to_vec();
        assert_eq!(compact(Path::new("data.json"), data.clone()).unwrap(), data);
    }
}

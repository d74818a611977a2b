//! The scores of a model card as people paste them: a benchmark and its score a line.

#![allow(
    clippy::indexing_slicing,
    reason = "positions were found in the same list"
)]

use crate::printable::is_visible;
use serde::Serialize;

/// Most bytes of a pasted text.
const MAX_BYTES: usize = 256 * 1024;
/// Most lines that are read.
const MAX_LINES: usize = 1_000;
/// Most characters of a name, and of a line in a message.
const MAX_CHARS: usize = 256;

/// Scores read from a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PastedScores {
    /// The scores, in the order of the lines.
    pub scores: Vec<PastedScore>,
    /// Lines without a score that could be read. Empty lines and lines of a table's frame do not
    /// count.
    pub skipped: Vec<SkippedLine>,
}

/// One score read from a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PastedScore {
    /// Name of the benchmark as written, without the marks of a table.
    pub name: String,
    /// The score, in [0, 1].
    pub score: f64,
    /// Number of the line, from 1.
    #[cfg_attr(feature = "schema", ts(type = "number"))]
    pub line: usize,
    /// How many further numbers the line has, which were not used: columns of other models.
    #[cfg_attr(feature = "schema", ts(type = "number"))]
    pub further: usize,
}

/// A line that was not read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct SkippedLine {
    /// Number of the line, from 1.
    #[cfg_attr(feature = "schema", ts(type = "number"))]
    pub line: usize,
    /// Its text; cut if it is long.
    pub text: String,
    /// Why it was not read.
    pub problem: String,
}

impl PastedScores {
    /// Reads a text with a benchmark and its score in each line: `GPQA Diamond 85.7 %`,
    /// `MMLU-Pro: 0.83`, or a row of a table in tabs or Markdown. Of several numbers in cells the first
    /// is the score; of several in plain text the last. Where one number without a percent sign is
    /// above 1, all of them are percentages.
    ///
    /// Any text can be read: what is not a score is listed as skipped.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        if text.len() > MAX_BYTES {
            read.skip(
                1,
                text,
                format!("the text is longer than {MAX_BYTES} bytes"),
            );
            return read;
        }
        let mut found: Vec<(usize, Row)> = Vec::new();
        for (i, line) in text.lines().enumerate() {
            if i == MAX_LINES {
                read.skip(i + 1, line, format!("only {MAX_LINES} lines are read"));
                break;
            }
            // What cannot be seen is no part of a name; a tab separates cells.
            let hidden = |c: char| c != '\t' && !is_visible(c);
            match Row::of(&line.replace(hidden, " ")) {
                Ok(Some(row)) => found.push((i + 1, row)),
                Ok(None) => {}
                Err(problem) => read.skip(i + 1, line, problem.to_owned()),
            }
        }
        let percent = found
            .iter()
            .any(|(_, row)| !row.number.percent && row.number.value > 1.0);
        for (line, row) in found {
            let scale = if row.number.percent || percent {
                100.0
            } else {
                1.0
            };
            read.scores.push(PastedScore {
                name: row.name,
                score: row.number.value / scale,
                line,
                further: row.further,
            });
        }
        read
    }

    fn skip(&mut self, line: usize, text: &str, problem: String) {
        self.skipped.push(SkippedLine {
            line,
            text: text.trim().chars().take(MAX_CHARS).collect(),
            problem,
        });
    }
}

/// A line with a name and a number.
struct Row {
    name: String,
    number: Number,
    further: usize,
}

/// A number in [0, 100].
#[derive(Clone, Copy)]
struct Number {
    value: f64,
    percent: bool,
}

impl Row {
    /// What a line says; `None` for a line without letters and numbers, such as a table's frame.
    fn of(line: &str) -> Result<Option<Self>, &'static str> {
        if !line.chars().any(char::is_alphanumeric) {
            return Ok(None);
        }
        let cells: Vec<&str> = line.split(['|', '\t']).collect();
        let cells: Vec<&str> = cells.into_iter().filter(|c| !clean(c).is_empty()).collect();
        let (name, number, further) = match &cells[..] {
            [one] => Self::of_text(one)?,
            cells => Self::of_cells(cells)?,
        };
        let name: String = clean(&name).chars().take(MAX_CHARS).collect();
        match (name.chars().any(char::is_alphabetic), number.value <= 100.0) {
            (false, _) => Err("no name of a benchmark before the score"),
            (_, false) => Err("no number between 0 and 100"),
            (true, true) => Ok(Some(Self {
                name,
                number,
                further,
            })),
        }
    }

    fn of_cells(cells: &[&str]) -> Result<(String, Number, usize), &'static str> {
        let mut numbers = cells[1..].iter().filter_map(|cell| {
            let words: Vec<&str> = cell.split_whitespace().collect();
            leading_number(&words)
        });
        let first = numbers.next().ok_or("no score")?;
        Ok((cells[0].to_owned(), first, numbers.count()))
    }

    /// The last number of the text is the score, and what is before it the name.
    fn of_text(text: &str) -> Result<(String, Number, usize), &'static str> {
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '=' | ':'))
            .filter(|word| !word.is_empty())
            .collect();
        let at = (0..words.len()).rfind(|&at| leading_number(&words[at..]).is_some());
        let at = at.ok_or("no score")?;
        // In “85.7 ± 1.2” the number before the sign is the score.
        let at = match at.checked_sub(2) {
            Some(before) if matches!(words[at - 1], "±" | "+-" | "+/-") => before,
            _ => at,
        };
        let number = leading_number(&words[at..]).ok_or("no score")?;
        Ok((words[..at].join(" "), number, 0))
    }
}

/// The number that these words begin with, perhaps with a percent sign as the next word.
fn leading_number(words: &[&str]) -> Option<Number> {
    let word = clean(words.first()?);
    let (digits, percent) = match word.strip_suffix('%') {
        Some(digits) => (digits, true),
        None => (word, words.get(1).is_some_and(|next| clean(next) == "%")),
    };
    let (digits, _) = digits.split_once('±').unwrap_or((digits, ""));
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let plain = plain && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let value: f64 = digits.parse().ok().filter(|_| plain)?;
    Some(Number { value, percent })
}

/// A text without the marks of tables, lists and footnotes around it.
fn clean(text: &str) -> &str {
    let mark = |c: char| {
        c.is_whitespace() || matches!(c, '*' | '_' | '`' | '"' | '•' | '·' | '†' | '‡' | '~')
    };
    let text = text.trim_matches(mark);
    text.trim_start_matches(|c: char| mark(c) || c == '-')
        .trim_end_matches(|c: char| mark(c) || matches!(c, ':' | '=' | ',' | ';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(text: &str) -> Vec<(String, f64)> {
        let read = PastedScores::read(text);
        assert_eq!(read.skipped, [], "{text}");
        read.scores.into_iter().map(|s| (s.name, s.score)).collect()
    }

    #[test]
    fn what_cannot_be_seen_is_no_part_of_a_name() {
        let read = PastedScores::read("Code Bench\u{0} \u{202e}71.2\nGPQA\tDiamond\r 80");
        let names: Vec<_> = read.scores.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names[0], "Code Bench");
        assert!(names.iter().all(|name| name.chars().all(is_visible)));
    }

    #[test]
    fn a_line_is_a_name_and_a_score() {
        for line in [
            "GPQA Diamond 85.7",
            "GPQA Diamond: 85.7%",
            "GPQA Diamond, 85.7",
            "GPQA Diamond = 85.7 %",
            "- GPQA Diamond\t85.7",
            "| GPQA Diamond | 85.7 |",
            "| **GPQA Diamond** | **85.7%** |",
            "GPQA Diamond 0.857",
            "GPQA Diamond 85.7 ± 1.2",
            "GPQA Diamond 85.7±1.2",
            "GPQA Diamond: 85.7 (no tools)",
            "• GPQA Diamond  85.7†",
        ] {
            let read = scores(line);
            assert_eq!(read.len(), 1, "{line}");
            assert_eq!(read[0].0, "GPQA Diamond", "{line}");
            assert!((read[0].1 - 0.857).abs() < 1e-9, "{line}: {}", read[0].1);
        }
    }

    #[test]
    fn a_number_in_a_name_is_not_its_score() {
        let read = scores("AIME 2025 92.7\nMATH-500 97\nTau2-bench 81");
        assert_eq!(read[0], ("AIME 2025".into(), 0.927));
        assert_eq!(read[1], ("MATH-500".into(), 0.97));
        assert_eq!(read[2], ("Tau2-bench".into(), 0.81));
        let skipped = PastedScores::read("AIME 2025").skipped;
        assert_eq!(skipped[0].problem, "no number between 0 and 100");
    }

    #[test]
    fn a_table_gives_its_first_column_of_numbers() {
        let table = "| Benchmark | Ours | Theirs |\n|---|---|---|\n| MMLU-Pro | 78.0 | 75.5 |\n\n| HLE | 0.9 | - |";
        let read = PastedScores::read(table);
        let found: Vec<_> = read
            .scores
            .iter()
            .map(|s| (s.name.as_str(), s.score, s.further))
            .collect();
        assert_eq!(found[0], ("MMLU-Pro", 0.78, 1));
        // One number above 1 makes the others percentages too.
        assert_eq!((found[1].0, found[1].2), ("HLE", 0));
        assert!((found[1].1 - 0.009).abs() < 1e-12);
        assert_eq!(read.scores[1].line, 5);
        assert_eq!(read.skipped.len(), 1, "the head: {:?}", read.skipped);
    }

    #[test]
    fn lines_without_a_score_are_listed() {
        let read = PastedScores::read("Our model is great\n85.7\nMMLU 1234\n\nMMLU high");
        assert_eq!(read.scores, []);
        let lines: Vec<_> = read.skipped.iter().map(|s| s.line).collect();
        assert_eq!(lines, [1, 2, 3, 5]);
    }

    #[test]
    fn any_text_is_read_within_limits() {
        let long = "x".repeat(MAX_BYTES + 1);
        assert_eq!(PastedScores::read(&long).skipped.len(), 1);
        let lines = "MMLU 80\n".repeat(MAX_LINES + 5);
        let read = PastedScores::read(&lines);
        assert_eq!((read.scores.len(), read.skipped.len()), (MAX_LINES, 1));
        // Random texts of the characters that the reader treats in a special way.
        let parts = [
            "|", "\t", "%", "±", "-", "*", "7", "9.5", "NaN", "1e999", "é", " ", "\n", "A", ":",
            ".",
        ];
        let mut state = 7u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                text.push_str(parts[(state >> 33) as usize % parts.len()]);
            }
            let read = PastedScores::read(&text);
            assert!(
                read.scores.iter().all(|s| (0.0..=1.0).contains(&s.score)),
                "{text:?}"
            );
        }
    }
}

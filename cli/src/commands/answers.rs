//! Answers to the lines of standard input, one line of JSON each.

use crate::input::prompts::{Item, Line};
use anyhow::{Result, bail};
use serde_json::Value;
use std::io::Write;

/// Calls `answer` for the prompt of each line, and writes what it returns. A line that cannot be
/// read is answered with `unreadable`, an object, to which the `error` and the number of the `line`
/// are added. Returns the number of such lines.
pub fn answer_lines(
    out: &mut impl Write,
    lines: impl Iterator<Item = Result<Line>>,
    unreadable: &Value,
    mut answer: impl FnMut(Item) -> Result<Option<Value>>,
) -> Result<usize> {
    let mut failures = 0;
    for line in lines {
        let Line { number, item } = line?;
        let answer = match item {
            Ok(item) => answer(item)?,
            Err(problem) => {
                failures += 1;
                let mut answer = unreadable.clone();
                answer["error"] = problem.into();
                answer["line"] = number.into();
                Some(answer)
            }
        };
        if let Some(answer) = answer {
            writeln!(out, "{answer}")?;
        }
    }
    Ok(failures)
}

/// An error if some lines could not be read.
pub fn check_failures(failures: usize) -> Result<()> {
    if failures > 0 {
        bail!("{failures} lines could not be read; each is answered with an `error`");
    }
    Ok(())
}

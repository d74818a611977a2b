//! Answers to the prompts on standard input, one line of JSON each.

use crate::input::prompts::{Batch, Item, Row};
use crate::output::streams::{JsonLines, note};
use anyhow::{Result, bail};
use serde_json::Value;

/// Calls `answer` for each prompt, and writes what it returns. A line that cannot be read is answered
/// with `unreadable`, an object, to which the `error` and the number of the `line` (or `item`) are
/// added. `done` says what is done with a prompt.
///
/// Returns the count, to be checked after everything was printed.
pub fn answer_all(
    out: &mut JsonLines,
    batch: Batch,
    unreadable: &Value,
    done: &'static str,
    mut answer: impl FnMut(Item) -> Result<Option<Value>>,
) -> Result<Count> {
    let mut count = Count {
        form: batch.form,
        unit: batch.unit,
        done,
        answered: 0,
        refused: 0,
        first_refused: None,
    };
    for row in batch.rows {
        let Row { number, item } = row.inspect_err(|_| count.note())?;
        let answer = match item {
            Ok(item) => {
                let answer = answer(item)?;
                count.answered += 1;
                answer
            }
            Err(problem) => {
                count.refused += 1;
                count.first_refused.get_or_insert(number);
                let mut answer = unreadable.clone();
                answer["error"] = problem.into();
                answer[count.unit] = number.into();
                Some(answer)
            }
        };
        if let Some(answer) = answer {
            out.write(&answer)?;
        }
    }
    Ok(count)
}

/// Prompts in and out.
pub struct Count {
    form: &'static str,
    unit: &'static str,
    done: &'static str,
    answered: u64,
    refused: u64,
    first_refused: Option<u64>,
}

impl Count {
    /// Says how many prompts were read and what became of them; an error if some could not be read.
    pub fn check(&self) -> Result<()> {
        match self.refused {
            0 => self.note(),
            _ => bail!("{self}; each of these is answered with an `error`"),
        }
        Ok(())
    }

    fn note(&self) {
        note!("uniroute: {self}");
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self {
            form,
            unit,
            done,
            answered,
            refused,
            ..
        } = self;
        let read = answered + refused;
        write!(
            f,
            "input taken as {form}: {read} {unit}s read, {answered} prompts {done}, {refused} refused"
        )?;
        match self.first_refused {
            Some(first) => write!(f, " (first: {unit} {first})"),
            None => Ok(()),
        }
    }
}

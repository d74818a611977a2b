//! Standard output and standard error. Everything that the commands print goes through here: a full
//! disk or a closed pipe is an error and never a panic, and hidden characters are shown.

use super::visible;
use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt::Arguments;
use std::io::{self, BufWriter, StdoutLock, Write};

const FAILED: &str = "cannot write to standard output";

/// Prints a text for people.
pub fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(visible::text(text).as_bytes())
        .and_then(|()| out.flush())
        .context(FAILED)
}

/// Prints one line of JSON.
pub fn print_json(value: &impl Serialize) -> Result<()> {
    let mut lines = JsonLines::new();
    lines.write(value)?;
    lines.finish()
}

/// Lines of JSON on standard output.
pub struct JsonLines(BufWriter<StdoutLock<'static>>);

impl JsonLines {
    /// Lines are kept until there are a few thousand characters of them.
    pub fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    /// Writes one line.
    pub fn write(&mut self, value: &impl Serialize) -> Result<()> {
        let json = serde_json::to_string(value)?;
        writeln!(self.0, "{}", visible::json(&json)).context(FAILED)
    }

    /// Writes what was kept.
    pub fn finish(mut self) -> Result<()> {
        self.0.flush().context(FAILED)
    }
}

/// Prints a line to standard error. That nobody can read it is no failure.
pub fn print_note(text: Arguments) {
    let line = format!("{text}\n");
    let _ = io::stderr().write_all(visible::text(&line).as_bytes());
}

/// [`print_note`] with the arguments of `format!`.
macro_rules! note {
    ($($argument:tt)*) => { $crate::output::streams::print_note(format_args!($($argument)*)) };
}
pub(crate) use note;

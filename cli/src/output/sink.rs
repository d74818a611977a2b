//! Where tables of answers go: standard output, or a file that is whole or not there.

use super::file::Output;
use super::visible;
use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use uniroute_tables::write::{Chunk, Column, Encoder, Writer};
use uniroute_tables::{Form, Packing, TableError};

/// Where answers to many prompts go, and how they are made.
#[derive(clap::Args)]
pub struct OutputArgs {
    /// File to write in place of standard output; its name gives the form, as for --prompts
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Form of the answers on standard output [default: jsonl]
    #[arg(long, value_enum, value_name = "FORM", conflicts_with = "output")]
    format: Option<Format>,
    /// Succeed though some prompts cannot be read: their answers say so
    #[arg(long)]
    pub allow_errors: bool,
    /// Threads that answer [default: one for each core]. The answers are the same for any number
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// Forms of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A JSON object a line
    Jsonl,
    /// Delimited text with a header
    Csv,
    /// A stream of Arrow's IPC format
    Arrow,
}

impl Format {
    fn form(self) -> Form {
        match self {
            Self::Jsonl => Form::JsonLines,
            Self::Csv => Form::Csv,
            Self::Arrow => Form::ArrowStream,
        }
    }
}

/// Writes a table.
pub struct Sink {
    writer: Writer<Place>,
    /// What to say when it cannot be written.
    failed: String,
}

enum Place {
    Stdout(io::Stdout),
    File(Output),
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(out) => out.flush(),
        }
    }
}

impl OutputArgs {
    /// Only rows that cannot be read are written, to standard output.
    pub fn errors(threads: Option<NonZeroUsize>) -> Self {
        Self {
            output: None,
            format: None,
            allow_errors: false,
            threads,
        }
    }

    /// Refuses a file, or a form that only many answers have, for the answer to one prompt.
    pub fn check_one(&self) -> Result<()> {
        match self.output.is_some() || self.format.is_some_and(|f| f != Format::Jsonl) {
            true => {
                bail!("a table is written of many prompts; give them as JSONL or with --prompts")
            }
            false => Ok(()),
        }
    }

    /// Prepares to write rows of these columns.
    pub fn open(&self, columns: Vec<Column>) -> Result<(Encoder, Sink)> {
        let (place, (form, packing), failed) = match &self.output {
            Some(path) => {
                let name = path.to_string_lossy();
                let kind = Form::of(&name).ok_or_else(|| {
                    let endings = Form::endings();
                    anyhow!("{name}: no form of a table by its name; it should end with {endings}")
                })?;
                let failed = format!("cannot write {name}");
                (Place::File(Output::create(path)?), kind, failed)
            }
            None => {
                let form = self.format.unwrap_or(Format::Jsonl).form();
                let failed = "cannot write to standard output".to_owned();
                (Place::Stdout(io::stdout()), (form, Packing::Plain), failed)
            }
        };
        let encoder = Encoder::new(form, columns, visible::json);
        let writer = Writer::new(&encoder, packing, place);
        let writer = writer.map_err(said).with_context(|| failed.clone())?;
        Ok((encoder, Sink { writer, failed }))
    }
}

impl Sink {
    /// Writes rows.
    pub fn write(&mut self, chunk: Chunk) -> Result<()> {
        let written = self.writer.write(chunk);
        written.map_err(said).with_context(|| self.failed.clone())
    }

    /// Writes what is kept, and gives a file its place.
    pub fn finish(self) -> Result<()> {
        let place = self.writer.finish().map_err(said);
        match place.with_context(|| self.failed.clone())? {
            Place::Stdout(_) => Ok(()),
            Place::File(file) => file.commit(),
        }
    }
}

/// The cause alone; the place is named around it.
fn said(error: TableError) -> anyhow::Error {
    match error {
        TableError::Write(cause) => cause.into(),
        other => other.into(),
    }
}

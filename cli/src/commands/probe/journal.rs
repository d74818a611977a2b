//! The journal of a run: every answer in a line of JSON, on the disk before the next question is asked.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use uniroute::printable::is_visible;

/// Largest journal that is read, in bytes: more than the most answers of the greatest length.
const MOST_BYTES: usize = 1 << 30;

/// What a journal belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// `run`.
    pub kind: String,
    pub model: String,
    pub endpoint: String,
    pub effort: Option<String>,
    pub seed: u64,
    pub judge: Option<String>,
}

/// One line after the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Line {
    /// A question was sent; without an answer after it, it may have been paid.
    Asked { id: String },
    /// An answer.
    Answer(Box<Kept>),
    /// No answer after all attempts.
    Failed {
        id: String,
        problem: String,
        attempts: u32,
        paid_attempts: u32,
    },
}

/// An answer as it came, with what was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The probe, or the comparison, that it answers.
    pub id: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<(String, Value)>,
    /// Whether the limit of tokens cut it.
    #[serde(default)]
    pub cut: bool,
    pub input_tokens: f64,
    pub output_tokens: f64,
    /// Whether the server counted them; else they are estimates.
    pub counted: bool,
    /// Seconds to the first part of the answer; only of a stream.
    pub first_token_s: Option<f64>,
    /// Seconds to its end.
    pub seconds: f64,
    pub attempts: u32,
    /// Attempts that failed after the answer had begun, so that they may have been paid.
    #[serde(default)]
    pub paid_attempts: u32,
    /// Problems of attempts that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// What a journal holds, by id.
#[derive(Debug, Default)]
pub struct Entries {
    pub answers: BTreeMap<String, Kept>,
    pub failed: BTreeMap<String, (String, u32)>,
    /// Questions that were sent, and how often.
    pub asked: BTreeMap<String, u32>,
}

/// The open journal.
pub struct Journal {
    file: File,
    path: PathBuf,
    pub entries: Entries,
    /// Answers that were there before this run.
    pub found: usize,
}

impl Journal {
    /// Opens the journal of a run; with `resume` one that exists.
    pub fn open(path: &Path, header: &Header, resume: bool) -> Result<Self> {
        let shown = path.display();
        match std::fs::metadata(path) {
            Ok(found) if found.len() > 0 && !resume => bail!(
                "{shown} has the answers of an earlier run; go on with it by --resume, or name another file with --journal"
            ),
            Ok(_) if resume => Self::resumed(path, header),
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot open {shown}"))
            }
            _ => {
                let file = OpenOptions::new().create(true).append(true).open(path);
                let file =
                    file.with_context(|| format!("cannot write {shown}; does the folder exist?"))?;
                let mut journal = Self::new(file, path, Entries::default());
                journal.line(&serde_json::to_string(header)?, true)?;
                Ok(journal)
            }
        }
    }

    fn new(file: File, path: &Path, entries: Entries) -> Self {
        Self {
            file,
            path: path.to_owned(),
            found: entries.answers.len(),
            entries,
        }
    }

    fn resumed(path: &Path, header: &Header) -> Result<Self> {
        let shown = path.display();
        let bytes = crate::input::files::read(path, MOST_BYTES)?;
        // A process that is killed leaves a part of a line.
        let whole = bytes
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let text = std::str::from_utf8(bytes.get(..whole).unwrap_or_default());
        let text =
            text.with_context(|| format!("{shown} is not text; name another file with --journal"))?;
        let file = OpenOptions::new().append(true).open(path);
        let file = file.with_context(|| format!("cannot write {shown}"))?;
        file.set_len(whole as u64)
            .with_context(|| format!("cannot write {shown}"))?;
        let mut lines = text.lines().enumerate();
        let Some((_, first)) = lines.next() else {
            let mut journal = Self::new(file, path, Entries::default());
            journal.line(&serde_json::to_string(header)?, true)?;
            return Ok(journal);
        };
        let found: Header = serde_json::from_str(first)
            .ok()
            .filter(|h: &Header| h.kind == "run")
            .with_context(|| format!("{shown}, line 1: not a journal of `uniroute probe`"))?;
        same(&found, header).with_context(|| {
            format!("{shown} belongs to another run; use its options, or another --journal")
        })?;
        let mut entries = Entries::default();
        for (at, line) in lines {
            let line: Line = serde_json::from_str(line).with_context(|| {
                format!(
                    "{shown}, line {}: damaged; remove this line to ask its question again",
                    at + 1
                )
            })?;
            entries.add(line);
        }
        Ok(Self::new(file, path, entries))
    }

    /// A question is about to be sent.
    pub fn asked(&mut self, id: &str) -> Result<()> {
        self.write(Line::Asked { id: id.to_owned() }, false)
    }

    /// A question has ended. The line is on the disk when this returns.
    pub fn ended(&mut self, line: Line) -> Result<()> {
        self.write(line, true)
    }

    fn write(&mut self, line: Line, sync: bool) -> Result<()> {
        let json = serde_json::to_string(&line)?;
        self.entries.add(line);
        self.line(&json, sync)
    }

    fn line(&mut self, json: &str, sync: bool) -> Result<()> {
        let mut line = escaped(json);
        line.push('\n');
        // One call, so that a kill leaves a whole line or its beginning.
        let written = self.file.write_all(line.as_bytes());
        let done = written.and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        done.with_context(|| format!("cannot write {}; is there room?", self.path.display()))
    }
}

/// Hidden characters as escapes, which mean the same in JSON: a person may look at the file in a terminal.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match is_visible(c) {
            true => out.push(c),
            false => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}

impl Entries {
    fn add(&mut self, line: Line) {
        match line {
            Line::Asked { id } => *self.asked.entry(id).or_default() += 1,
            Line::Answer(kept) => {
                self.failed.remove(&kept.id);
                self.answers.insert(kept.id.clone(), *kept);
            }
            Line::Failed {
                id,
                problem,
                paid_attempts,
                ..
            } => {
                self.failed.insert(id, (problem, paid_attempts));
            }
        }
    }

    /// Questions that were sent and of which nothing came back, before this run.
    pub fn lost(&self) -> u32 {
        let ended = |id: &String| self.answers.contains_key(id) || self.failed.contains_key(id);
        self.asked
            .iter()
            .map(|(id, times)| times - u32::from(ended(id)).min(*times))
            .sum()
    }
}

/// What two runs must have in common to be one.
fn same(found: &Header, wanted: &Header) -> Result<()> {
    let differ = |what: &str, a: &dyn std::fmt::Debug, b: &dyn std::fmt::Debug| {
        anyhow::anyhow!("its {what} is {a:?}, and now it would be {b:?}")
    };
    if found.model != wanted.model {
        return Err(differ("model", &found.model, &wanted.model));
    }
    if found.endpoint != wanted.endpoint {
        return Err(differ("endpoint", &found.endpoint, &wanted.endpoint));
    }
    if found.effort != wanted.effort {
        return Err(differ("effort", &found.effort, &wanted.effort));
    }
    if found.seed != wanted.seed {
        return Err(differ("seed", &found.seed, &wanted.seed));
    }
    if found.judge != wanted.judge {
        return Err(differ("judge", &found.judge, &wanted.judge));
    }
    Ok(())
}

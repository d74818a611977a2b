//! Prompts in files that may be larger than memory, read in blocks and as often as is needed.

use super::prompts::explained;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::fs::File;
use std::io::stdin;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use uniroute_tables::read::{self, Columns, Row};
use uniroute_tables::{Form, Packing, TableError};

const STDIN: &str = "standard input";
/// Most prompts of a block.
const BLOCK: usize = 4096;
/// A block ends after so many bytes of prompts.
const BLOCK_BYTES: usize = 16 << 20;
/// Rows that cannot be read and are kept for the report.
const SHOWN: usize = 10;

/// Prompts of several files, one file after the other.
pub struct PromptStream {
    sources: Vec<Source>,
    columns: Columns,
}

/// Where prompts are read from, and how they are written there.
struct Source {
    /// A file, or standard input.
    path: Option<PathBuf>,
    kind: (Form, Packing),
}

/// A prompt of a stream.
#[derive(Debug, PartialEq)]
pub struct StreamPrompt {
    /// The text.
    pub text: String,
    /// The field that was asked for, if the prompt has it.
    pub stratum: Option<String>,
}

/// Rows in and out of one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// Rows that gave a prompt.
    pub prompts: u64,
    /// Rows that cannot be read.
    pub refused: u64,
    /// Place and problem of the first of these.
    pub problems: Vec<String>,
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self {
            prompts, refused, ..
        } = self;
        let read = prompts + refused;
        write!(
            f,
            "{read} rows read, {prompts} prompts used, {refused} refused"
        )
    }
}

impl PromptStream {
    /// The prompts of these files, in this order; `-` is JSON lines on standard input. `prompt` names the column of the
    /// prompts, `stratum` that of their strata. Nothing is read yet, but names are checked.
    pub fn new(paths: &[PathBuf], prompt: Option<String>, stratum: Option<String>) -> Result<Self> {
        let sources = paths.iter().map(|path| Source::of(path));
        let sources = sources.collect::<Result<Vec<_>>>()?;
        if sources
            .iter()
            .filter(|source| source.path.is_none())
            .count()
            > 1
        {
            bail!("{STDIN} (-) can be read once only");
        }
        // The stratum takes the place of an id, which no prompt needs here.
        let columns = Columns {
            prompt,
            id: stratum,
        };
        Ok(Self { sources, columns })
    }

    /// What can be read only once, if anything can.
    pub fn read_once(&self) -> Option<String> {
        let is_file = |source: &&Source| source.path.as_deref().is_some_and(Path::is_file);
        let once = self.sources.iter().find(|source| !is_file(source));
        once.map(Source::name)
    }

    /// Reads all prompts once. `use_block` gets them in order, in blocks that do not depend on how they
    /// are divided into files. The next block is read while one is used.
    pub fn read(
        &self,
        mut use_block: impl FnMut(Vec<StreamPrompt>) -> Result<()>,
    ) -> Result<Count> {
        let (sender, blocks) = sync_channel(0);
        thread::scope(|scope| {
            let reader = scope.spawn(move || self.send(&sender));
            let used = use_all(blocks, &mut use_block);
            // Once the receiver is gone, the reader ends, too.
            let count = reader.join().map_err(|_| gone())?;
            used.and(count)
        })
    }

    /// Reads all rows and sends the prompts in blocks, until nobody receives them.
    fn send(&self, sender: &SyncSender<Vec<StreamPrompt>>) -> Result<Count> {
        let mut count = Count::default();
        let mut block = Vec::new();
        let mut bytes = 0;
        for source in &self.sources {
            let read = source.read(&self.columns, &mut |row| {
                let number = row.number;
                match row.parse(&self.columns) {
                    Ok(item) => {
                        count.prompts += 1;
                        bytes += item.prompt.len();
                        block.push(StreamPrompt {
                            text: item.prompt,
                            stratum: self.columns.id.as_ref().and_then(|_| scalar(item.id)),
                        });
                    }
                    Err(problem) => count.refuse(source, number, &problem),
                }
                if block.len() >= BLOCK || bytes >= BLOCK_BYTES {
                    bytes = 0;
                    let full = std::mem::take(&mut block);
                    return sender.send(full).map_err(|_| TableError::Stopped);
                }
                Ok(())
            });
            read.map_err(|error| match error {
                TableError::Stopped => gone(),
                other => explained(other),
            })?;
        }
        if !block.is_empty() {
            sender.send(block).map_err(|_| gone())?;
        }
        Ok(count)
    }
}

/// A text, number or truth value as text.
fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn use_all(
    blocks: Receiver<Vec<StreamPrompt>>,
    use_block: &mut impl FnMut(Vec<StreamPrompt>) -> Result<()>,
) -> Result<()> {
    blocks.into_iter().try_for_each(use_block)
}

/// Only seen if the other side of the channel has failed, whose error is reported instead.
fn gone() -> anyhow::Error {
    anyhow!("reading the prompts was interrupted")
}

impl Count {
    fn refuse(&mut self, source: &Source, number: u64, problem: &str) {
        self.refused += 1;
        if self.problems.len() < SHOWN {
            let unit = source.kind.0.unit();
            let place = format!("{}, {unit} {number}: {problem}", source.name());
            self.problems.push(place);
        }
    }
}

impl Source {
    /// Rejects what does not exist, and what is no table by its name.
    fn of(path: &Path) -> Result<Self> {
        if path.as_os_str() == "-" {
            let kind = (Form::JsonLines, Packing::Plain);
            return Ok(Self { path: None, kind });
        }
        let name = path.display();
        let found = std::fs::metadata(path).with_context(|| format!("cannot open {name}"))?;
        if found.is_dir() {
            bail!("{name} is a folder; name the files in it");
        }
        let kind = match Form::of(&path.to_string_lossy()) {
            Some(kind) => kind,
            // A pipe has any name.
            None if !found.is_file() => (Form::JsonLines, Packing::Plain),
            None => bail!(
                "{name}: not a file of prompts by its name; it should end with {}",
                Form::endings()
            ),
        };
        let path = Some(path.to_owned());
        Ok(Self { path, kind })
    }

    fn name(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => STDIN.to_owned(),
        }
    }

    /// Calls `each` with every row.
    fn read(
        &self,
        columns: &Columns,
        each: &mut dyn FnMut(Row) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let name = self.name();
        match &self.path {
            None => read::stream(&name, self.kind, stdin(), columns, each),
            Some(path) => match File::open(path) {
                Ok(file) => read::file(&name, self.kind, file, columns, each),
                Err(cause) => Err(TableError::Open { file: name, cause }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("uniroute-stream-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn lines(range: std::ops::Range<usize>) -> String {
        range
            .map(|i| format!("{{\"prompt\": \"p{i}\", \"lang\": \"l{}\"}}\n", i % 2))
            .collect()
    }

    fn blocks(stream: &PromptStream) -> (Vec<Vec<String>>, Count) {
        let mut blocks = Vec::new();
        let count = stream.read(|block| {
            blocks.push(block.into_iter().map(|p| p.text).collect());
            Ok(())
        });
        (blocks, count.unwrap())
    }

    #[test]
    fn blocks_are_the_same_however_the_prompts_are_divided_into_files() {
        let dir = folder("blocks");
        fs::write(dir.join("all.jsonl"), lines(0..5000)).unwrap();
        fs::write(dir.join("a.jsonl"), lines(0..1700)).unwrap();
        fs::write(dir.join("b.ndjson"), lines(1700..5000)).unwrap();
        let all = PromptStream::new(&[dir.join("all.jsonl")], None, None).unwrap();
        let two = [dir.join("a.jsonl"), dir.join("b.ndjson")];
        let two = PromptStream::new(&two, None, None).unwrap();
        let (found, count) = blocks(&all);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [4096, 904]);
        assert_eq!((count.prompts, count.refused), (5000, 0));
        assert_eq!(blocks(&two), (found, count.clone()));
        assert_eq!(blocks(&all).1, count, "a second pass");
        assert_eq!(all.read_once(), None);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn bad_rows_are_counted_and_the_first_ones_named_by_file_and_line() {
        let dir = folder("bad");
        let bad = format!("{}oops\n\n{{\"prompt\": 5}}\n", lines(0..2));
        fs::write(dir.join("a.jsonl"), bad).unwrap();
        fs::write(dir.join("b.jsonl"), "[]\n".repeat(20) + &lines(2..3)).unwrap();
        let paths = [dir.join("a.jsonl"), dir.join("b.jsonl")];
        let stream = PromptStream::new(&paths, None, Some("lang".into())).unwrap();
        let mut strata = Vec::new();
        let count = stream
            .read(|block| {
                strata.extend(block.into_iter().map(|p| p.stratum.unwrap()));
                Ok(())
            })
            .unwrap();
        assert_eq!(strata, ["l0", "l1", "l0"]);
        assert_eq!(
            count.to_string(),
            "25 rows read, 3 prompts used, 22 refused"
        );
        assert_eq!(count.problems.len(), SHOWN);
        assert!(count.problems[0].contains("a.jsonl, line 3: not a JSON object"));
        assert!(count.problems[1].ends_with("a.jsonl, line 5: `prompt` is not a string"));
        assert!(count.problems[2].ends_with("b.jsonl, line 1: not a JSON object"));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn errors_of_either_side_end_the_reading() {
        let dir = folder("errors");
        fs::write(dir.join("a.jsonl"), lines(0..20_000)).unwrap();
        let stream = PromptStream::new(&[dir.join("a.jsonl")], None, None).unwrap();
        let error = stream.read(|_| bail!("used up")).unwrap_err();
        assert_eq!(error.to_string(), "used up");
        fs::write(dir.join("a.jsonl"), b"\xff\xfe{\0").unwrap();
        let error = stream.read(|_| Ok(())).unwrap_err();
        assert!(format!("{error:#}").contains("UTF-16"), "{error:#}");
        fs::write(dir.join("b.jsonl.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\0").unwrap();
        let cut = PromptStream::new(&[dir.join("b.jsonl.gz")], None, None).unwrap();
        assert!(cut.read(|_| Ok(())).is_err());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_cannot_be_read_as_a_stream_is_refused_before_anything_is_read() {
        let dir = folder("refused");
        fs::write(dir.join("a.txt"), "prompt\n").unwrap();
        let error = |paths: &[PathBuf]| {
            let stream = PromptStream::new(paths, None, None);
            stream.err().unwrap().to_string()
        };
        assert!(error(&[dir.join("a.txt")]).contains("should end with .jsonl"));
        assert!(error(&[dir.join("none.jsonl")]).contains("cannot open"));
        assert!(error(std::slice::from_ref(&dir)).contains("is a folder"));
        assert!(error(&["-".into(), "-".into()]).contains("once"));
        let input = PromptStream::new(&["-".into()], None, None).unwrap();
        assert_eq!(input.read_once().as_deref(), Some(STDIN));
        fs::remove_dir_all(dir).unwrap();
    }
}

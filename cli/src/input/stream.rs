//! Prompts in files that may be larger than memory, read in blocks and as often as is needed.

use super::files;
use anyhow::{Context, Result, bail};
use std::io::{BufReader, stdin};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use uniroute::dataset::{DatasetError, JsonlPrompts};

const STDIN: &str = "standard input";
/// Most prompts of a block.
const BLOCK: usize = 4096;
/// A block ends after so many bytes of prompts.
const BLOCK_BYTES: usize = 16 << 20;
/// Buffer between a file and its lines, in bytes.
const BUFFER: usize = 1 << 20;
/// Rows that cannot be read and are kept for the report.
const SHOWN: usize = 10;

/// Prompts of several files, one file after the other.
pub struct PromptStream {
    sources: Vec<Source>,
    /// The field that names the stratum of a prompt.
    field: Option<String>,
}

/// Where prompts are read from.
enum Source {
    File(PathBuf),
    Stdin,
}

/// A prompt of a stream.
#[derive(Debug, PartialEq)]
pub struct StreamPrompt {
    /// The text.
    pub text: String,
    /// The field that was asked for, if the prompt has it.
    pub stratum: Option<String>,
}

/// A row of a file: its number, from 1, and the prompt or what is wrong.
struct Row {
    number: u64,
    item: Result<StreamPrompt, String>,
}

/// The rows of one file. An error ends the reading.
struct Rows {
    /// What a row is in this file, for messages.
    unit: &'static str,
    rows: Box<dyn Iterator<Item = Result<Row>>>,
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
    /// The prompts of these files, in this order; `-` is standard input. `field` names the stratum of a
    /// prompt. Nothing is read yet, but names are checked.
    pub fn new(paths: &[PathBuf], field: Option<String>) -> Result<Self> {
        let sources: Vec<_> = paths.iter().map(|path| Source::of(path)).collect();
        let inputs = sources.iter().filter(|s| matches!(s, Source::Stdin));
        if inputs.count() > 1 {
            bail!("{STDIN} (-) can be read once only");
        }
        for source in &sources {
            source.check()?;
        }
        Ok(Self { sources, field })
    }

    /// What can be read only once, if anything can.
    pub fn read_once(&self) -> Option<String> {
        let once = self.sources.iter().find(|source| match source {
            Source::File(path) => !path.is_file(),
            Source::Stdin => true,
        });
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
            let Rows { unit, rows } = source.rows(self.field.as_deref())?;
            for row in rows {
                let Row { number, item } = row?;
                match item {
                    Ok(prompt) => {
                        count.prompts += 1;
                        bytes += prompt.text.len();
                        block.push(prompt);
                    }
                    Err(problem) => count.refuse(source, unit, number, &problem),
                }
                if block.len() >= BLOCK || bytes >= BLOCK_BYTES {
                    bytes = 0;
                    sender
                        .send(std::mem::take(&mut block))
                        .map_err(|_| gone())?;
                }
            }
        }
        if !block.is_empty() {
            sender.send(block).map_err(|_| gone())?;
        }
        Ok(count)
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
    anyhow::anyhow!("reading the prompts was interrupted")
}

impl Count {
    fn refuse(&mut self, source: &Source, unit: &str, number: u64, problem: &str) {
        self.refused += 1;
        if self.problems.len() < SHOWN {
            let place = format!("{}, {unit} {number}: {problem}", source.name());
            self.problems.push(place);
        }
    }
}

impl Source {
    fn of(path: &Path) -> Self {
        match path.as_os_str() == "-" {
            true => Self::Stdin,
            false => Self::File(path.to_owned()),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => STDIN.to_owned(),
        }
    }

    /// Rejects files that do not exist and forms that cannot be read as a stream.
    fn check(&self) -> Result<()> {
        let Self::File(path) = self else {
            return Ok(());
        };
        let name = path.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if path.is_dir() {
            bail!("{} is a folder; name the files in it", path.display());
        }
        let is_device = path.exists() && !path.is_file();
        if !is_device && !name.ends_with(".jsonl") && !name.ends_with(".ndjson") {
            bail!(
                "{} cannot be read as a stream; write one JSON object with a `prompt` a line, in a \
                 file .jsonl or .jsonl.gz",
                path.display()
            );
        }
        files::open_text(path).map(drop)
    }

    /// The rows of the file.
    fn rows(&self, field: Option<&str>) -> Result<Rows> {
        let name = self.name();
        let rows: Box<dyn Iterator<Item = _>> = match self {
            Self::Stdin => {
                let input = BufReader::with_capacity(BUFFER, stdin());
                Box::new(with_field(JsonlPrompts::new(&name, input), field))
            }
            Self::File(path) => {
                let input = BufReader::with_capacity(BUFFER, files::open_text(path)?);
                Box::new(with_field(JsonlPrompts::new(&name, input), field))
            }
        };
        let row = move |line: Result<uniroute::dataset::JsonlLine, DatasetError>| {
            let line = line.with_context(|| format!("cannot read {name} to its end"))?;
            let stratum = line.field;
            let item = line.item.map(|item| StreamPrompt {
                text: item.prompt,
                stratum,
            });
            Ok(Row {
                number: line.number,
                item: item.map_err(|problem| problem.to_string()),
            })
        };
        Ok(Rows {
            unit: "line",
            rows: Box::new(rows.map(row)),
        })
    }
}

fn with_field<R>(prompts: JsonlPrompts<R>, field: Option<&str>) -> JsonlPrompts<R>
where
    R: std::io::BufRead,
{
    match field {
        Some(name) => prompts.with_field(name),
        None => prompts,
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
        let all = PromptStream::new(&[dir.join("all.jsonl")], None).unwrap();
        let two = [dir.join("a.jsonl"), dir.join("b.ndjson")];
        let two = PromptStream::new(&two, None).unwrap();
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
        let stream = PromptStream::new(&paths, Some("lang".into())).unwrap();
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
        let stream = PromptStream::new(&[dir.join("a.jsonl")], None).unwrap();
        let error = stream.read(|_| bail!("used up")).unwrap_err();
        assert_eq!(error.to_string(), "used up");
        fs::write(dir.join("a.jsonl"), b"\xff\xfe{\0").unwrap();
        let error = stream.read(|_| Ok(())).unwrap_err();
        assert!(format!("{error:#}").contains("UTF-16"), "{error:#}");
        fs::write(dir.join("b.jsonl.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\0").unwrap();
        let cut = PromptStream::new(&[dir.join("b.jsonl.gz")], None).unwrap();
        assert!(cut.read(|_| Ok(())).is_err());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_cannot_be_read_as_a_stream_is_refused_before_anything_is_read() {
        let dir = folder("refused");
        fs::write(dir.join("a.csv"), "prompt\n").unwrap();
        let error = |paths: &[PathBuf]| PromptStream::new(paths, None).err().unwrap().to_string();
        assert!(error(&[dir.join("a.csv")]).contains("cannot be read as a stream"));
        assert!(error(&[dir.join("none.jsonl")]).contains("cannot find"));
        assert!(error(std::slice::from_ref(&dir)).contains("is a folder"));
        assert!(error(&["-".into(), "-".into()]).contains("once"));
        let input = PromptStream::new(&["-".into()], None).unwrap();
        assert_eq!(input.read_once().as_deref(), Some(STDIN));
        fs::remove_dir_all(dir).unwrap();
    }
}

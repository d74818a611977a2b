//! Prompts from the command line, standard input or files.

use super::form::{self, Form};
use crate::output::streams::note;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uniroute::dataset::{MAX_LINE, utf8};
use uniroute_tables::read::{self, Columns};
use uniroute_tables::{Form as TableForm, Packing, TableError};

const STDIN: &str = "standard input";

/// Where prompts are, and how they are written.
#[derive(clap::Args)]
pub struct InputArgs {
    /// Files of prompts in place of standard input: .jsonl, .csv, .tsv, .parquet or .arrow; those of lines may
    /// be packed as .gz or .zst
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "input")]
    prompts: Vec<PathBuf>,
    /// What standard input is [default: JSONL if its first line is an object with a `prompt`, JSON if
    /// all of it is a list of texts or of such objects, else one prompt]
    #[arg(long, value_enum, value_name = "FORM")]
    input: Option<Form>,
    /// Column or field of the prompts [default: `prompt`, `question` or a similar name]
    #[arg(long, value_name = "NAME")]
    prompt_field: Option<String>,
    /// Column or field of the ids [default: `id` or `custom_id`]
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
}

/// What is to be routed.
pub enum Prompts {
    /// One prompt.
    One(String),
    /// Several.
    Many(Batch),
}

/// Several prompts, read one by one.
pub struct Batch {
    /// How they are written, for messages.
    pub form: &'static str,
    /// What a prompt is in this form: a line, a row, or an item of a list.
    pub unit: &'static str,
    /// Whether they are in several files, so that a number alone does not name a row.
    pub has_files: bool,
    /// Their columns.
    pub columns: Columns,
    source: Source,
}

enum Source {
    Items(Vec<Value>),
    Stream(TableForm, Box<dyn Read + Send>),
    Files(Vec<(Arc<str>, TableForm, Packing)>),
}

/// A line, row or item.
pub struct Row {
    /// The file that it is in, where there are several.
    pub file: Option<Arc<str>>,
    /// Its number, from 1.
    pub number: u64,
    content: Content,
}

enum Content {
    Item(Value),
    Row(read::Row),
}

/// A prompt with the id that its answer will carry.
pub use uniroute::dataset::JsonlPrompt as Item;

impl Row {
    /// Bytes of the content, about.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::Row(row) => row.size(),
            Content::Item(Value::String(text)) => text.len(),
            Content::Item(_) => 0,
        }
    }

    /// The prompt with its id, or what is wrong.
    pub fn parse(self, columns: &Columns) -> Result<Item, String> {
        match self.content {
            Content::Item(value) => form::item(value),
            Content::Row(row) => row.parse(columns),
        }
    }
}

impl Batch {
    /// Texts, or objects with a `prompt`.
    pub fn of(items: Vec<Value>) -> Self {
        json(items, Columns::default())
    }

    /// Calls `each` with every row. Nothing is read any more after an error.
    pub fn read(
        self,
        each: &mut dyn FnMut(Row) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let columns = &self.columns;
        let mut of = |file: Option<&Arc<str>>, row: read::Row| {
            each(Row {
                file: file.cloned(),
                number: row.number,
                content: Content::Row(row),
            })
        };
        match self.source {
            Source::Items(items) => (1..).zip(items).try_for_each(|(number, item)| {
                each(Row {
                    file: None,
                    number,
                    content: Content::Item(item),
                })
            }),
            Source::Stream(form, reader) => {
                let kind = (form, Packing::Plain);
                read::stream(STDIN, kind, reader, columns, &mut |row| of(None, row))
            }
            Source::Files(files) => {
                for (file, form, packing) in &files {
                    let open = File::open(&**file).map_err(|cause| TableError::Open {
                        file: file.to_string(),
                        cause,
                    })?;
                    let named = self.has_files.then_some(file);
                    let kind = (*form, *packing);
                    read::file(file, kind, open, columns, &mut |row| of(named, row))?;
                }
                Ok(())
            }
        }
    }

    /// All prompts, or an error that names the line or item.
    pub fn into_items(self) -> Result<Vec<Item>> {
        let (unit, columns) = (self.unit, self.columns.clone());
        let mut items = Vec::new();
        let mut wrong = None;
        let read = self.read(&mut |row| {
            let place = row.file.clone().unwrap_or(STDIN.into());
            let number = row.number;
            match row.parse(&columns) {
                Ok(item) => {
                    items.push(item);
                    Ok(())
                }
                Err(problem) => {
                    wrong = Some(anyhow!("{unit} {number} of {place}: {problem}"));
                    Err(TableError::Stopped)
                }
            }
        });
        match wrong {
            Some(wrong) => Err(wrong),
            None => read.map_err(explained).map(|()| items),
        }
    }
}

/// The prompt given as an argument, or what standard input or files hold.
pub fn read(argument: Option<String>, args: &InputArgs) -> Result<Prompts> {
    let columns = Columns {
        prompt: args.prompt_field.clone(),
        id: args.id_field.clone(),
    };
    match argument.filter(|p| p != "-") {
        Some(_) if !args.prompts.is_empty() => {
            bail!("a prompt and --prompts exclude each other; give one of them")
        }
        Some(prompt) => Ok(Prompts::One(prompt)),
        None if !args.prompts.is_empty() => files(&args.prompts, columns).map(Prompts::Many),
        None => from(BufReader::new(std::io::stdin()), args.input, columns),
    }
}

fn files(paths: &[PathBuf], columns: Columns) -> Result<Batch> {
    let kind = |path: &PathBuf| {
        let file: Arc<str> = path.to_string_lossy().into();
        let (form, packing) = TableForm::of(&file).ok_or_else(|| {
            let endings = TableForm::endings();
            anyhow!("{file}: not a file of prompts by its name; it should end with {endings}")
        })?;
        check_file(path)?;
        Ok((file, form, packing))
    };
    let files = paths.iter().map(kind).collect::<Result<Vec<_>>>()?;
    let mut forms: Vec<TableForm> = files.iter().map(|(_, form, _)| *form).collect();
    forms.dedup();
    Ok(Batch {
        form: if let [form] = forms[..] {
            form.name()
        } else {
            "several forms"
        },
        unit: if let [form] = forms[..] {
            form.unit()
        } else {
            "row"
        },
        has_files: files.len() > 1,
        columns,
        source: Source::Files(files),
    })
}

/// Refuses what is no file before anything is read.
fn check_file(path: &Path) -> Result<()> {
    let found =
        std::fs::metadata(path).with_context(|| format!("cannot open {}", path.display()))?;
    match found.is_dir() {
        true => bail!("{} is a folder; name the files in it", path.display()),
        false => Ok(()),
    }
}

fn from(
    mut input: impl BufRead + Send + 'static,
    form: Option<Form>,
    columns: Columns,
) -> Result<Prompts> {
    let table = match form {
        Some(Form::Jsonl) => Some(TableForm::JsonLines),
        Some(Form::Csv) => Some(TableForm::Csv),
        Some(Form::Arrow) => Some(TableForm::ArrowStream),
        _ => None,
    };
    if let Some(table) = table {
        return Ok(Prompts::Many(stream(table, input, columns)));
    }
    let mut start = first_line(&mut input)?;
    if is_blank(&start) {
        bail!("no prompt: give one as an argument or on standard input");
    }
    // What is not UTF-8 is reported when all is read.
    if form.is_none() && utf8(&start).is_ok_and(form::is_prompt) {
        let input = Cursor::new(start).chain(input);
        return Ok(Prompts::Many(stream(TableForm::JsonLines, input, columns)));
    }
    input
        .take((MAX_LINE - start.len().min(MAX_LINE)) as u64)
        .read_to_end(&mut start)
        .context("cannot read standard input")?;
    if start.len() >= MAX_LINE {
        bail!("{STDIN} is longer than {MAX_LINE} bytes; for many prompts send JSONL");
    }
    let text = utf8(&start).map_err(|problem| anyhow!("{STDIN}: {problem}"))?;
    let read = match form {
        Some(Form::Json) => form::json(text).map(form::Read::Json),
        Some(_) => Ok(form::Read::Text),
        None => form::of(text),
    };
    match read.context(STDIN)? {
        form::Read::Json(items) => Ok(Prompts::Many(json(items, columns))),
        form::Read::Text => Ok(Prompts::One(one(text))),
    }
}

/// The first line that is not blank, with the blank ones before it.
fn first_line(input: &mut impl BufRead) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    let mut limited = input.take(MAX_LINE as u64);
    while is_blank(&start) {
        let read = limited.read_until(b'\n', &mut start);
        if read.context("cannot read standard input")? == 0 {
            break;
        }
    }
    Ok(start)
}

/// Whether there is nothing but white space and a byte order mark.
fn is_blank(start: &[u8]) -> bool {
    utf8(start).is_ok_and(|text| text.trim().is_empty())
}

/// The text as one prompt. Says so unless it is evident.
fn one(text: &str) -> String {
    let prompt = text.trim_end_matches(['\n', '\r']);
    let lines = prompt.lines().count();
    if lines > 1 || prompt.starts_with(['{', '[']) {
        note!("{STDIN}: read as one prompt of {lines} lines");
    }
    prompt.to_owned()
}

fn stream(form: TableForm, input: impl Read + Send + 'static, columns: Columns) -> Batch {
    Batch {
        form: form.name(),
        unit: form.unit(),
        has_files: false,
        columns,
        source: Source::Stream(form, Box::new(input)),
    }
}

fn json(items: Vec<Value>, columns: Columns) -> Batch {
    Batch {
        form: "JSON",
        unit: "item",
        has_files: false,
        columns,
        source: Source::Items(items),
    }
}

/// The error with the option that decides it.
pub fn explained(error: TableError) -> anyhow::Error {
    match error {
        TableError::NoPrompts { .. } => {
            anyhow!("{error}; name the one of the prompts with --prompt-field NAME")
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static [u8], form: Option<Form>) -> Result<Vec<Result<String, String>>> {
        match from(text, form, Columns::default())? {
            Prompts::One(prompt) => Ok(vec![Ok(prompt)]),
            Prompts::Many(batch) => {
                let mut prompts = Vec::new();
                batch.read(&mut |row| {
                    prompts.push(row.parse(&Columns::default()).map(|item| item.prompt));
                    Ok(())
                })?;
                Ok(prompts)
            }
        }
    }

    fn prompts(text: &'static [u8], form: Option<Form>) -> Vec<String> {
        let rows = read(text, form).unwrap();
        rows.into_iter().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn the_first_line_with_a_prompt_makes_it_jsonl() {
        let two = ["a", "b"];
        assert_eq!(
            prompts(b"{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}", None),
            two
        );
        let mark = b"\xef\xbb\xbf\n{\"prompt\": \"a\"}\n\n{\"prompt\": \"b\"}\n";
        assert_eq!(prompts(mark, None), two);
        assert_eq!(
            prompts(b"\xef\xbb\xbf[\"a\", {\"prompt\": \"b\"}]", None),
            two
        );
        assert_eq!(prompts(b"\xef\xbb\xbfa\nb\n", None), ["a\nb"]);
    }

    #[test]
    fn a_form_that_is_named_is_taken() {
        let lines = b"{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}";
        assert_eq!(prompts(lines, Some(Form::Text)).len(), 1);
        assert_eq!(prompts(b"[1, 2]", Some(Form::Text)), ["[1, 2]"]);
        let cut = read(b"pt\": \"a\"}\n{\"prompt\": \"b\"}", Some(Form::Jsonl)).unwrap();
        assert!(cut[0].is_err() && cut[1].is_ok());
        assert_eq!(prompts(b"{\"prompt\": \"a\"}", Some(Form::Json)), ["a"]);
        let error = read(b"[\"a\"", Some(Form::Json)).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("standard input: EOF"),
            "{error:#}"
        );
    }

    #[test]
    fn other_encodings_are_refused_by_name_and_offset() {
        for form in [None, Some(Form::Text), Some(Form::Json)] {
            let said = |text| format!("{:#}", read(text, form).unwrap_err());
            assert!(said(b"\xff\xfe{\0\"\0").contains("in UTF-16"));
            assert!(said(b"H\0i\0\n\0").contains("a NUL byte at offset 1"));
            assert!(said(b"caf\xe9 au lait").contains("offset 3 is not UTF-8"));
        }
        let wrong = b"{\"prompt\": \"\xe9\"}\n{\"prompt\": \"b\"}";
        let error = format!("{:#}", read(wrong, None).unwrap_err());
        assert!(error.contains("offset 12 is not UTF-8"), "{error}");
    }
}

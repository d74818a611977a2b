//! Files of labels: those of one model or of several, in any of the forms that the library reads.

use crate::input::{datasets, files};
use crate::output::streams::note;
use anyhow::{Context, Error, Result, anyhow, bail};
use std::fs::File;
use std::io::BufReader;
use std::panic;
use std::path::{Path, PathBuf};
use uniroute::dataset::labels::{
    Choice, LabelFiles, LabelOptions, LabelRow, LabelRows, LabelsReport,
};
use uniroute::dataset::{Dataset, DatasetError};

/// Largest file beside the labels, in bytes.
const MAX_BESIDE: usize = 256 * 1024 * 1024;
/// Bad rows, and columns without a meaning, that a note lists.
const SHOWN: usize = 8;

/// What a person says of files of labels, where that is not to be found out.
#[derive(clap::Args)]
pub struct LabelArgs {
    /// The score that counts, where a file has several columns, metrics or scorers; of several names, the
    /// first that a file has
    #[arg(long, value_name = "NAME", num_args = 1.., requires = "labels")]
    score: Vec<String>,
    /// Id of the model, for labels that name none; of labels that name models, only those of this one
    #[arg(long, value_name = "ID", requires = "labels")]
    model: Option<String>,
    /// Column or field of the prompts, such as `question` or `vars.question`
    #[arg(long, value_name = "NAME", requires = "labels")]
    prompt_column: Option<String>,
    /// Leave out rows that are wrong, in place of stopping at them
    #[arg(long, requires = "labels")]
    skip_bad: bool,
}

/// Reads labels: one data folder, or files of which `uniroute::dataset::labels` tells the forms.
pub fn read(paths: &[PathBuf], args: &LabelArgs) -> Result<Dataset> {
    if let Some(folder) = data_folder(paths) {
        return datasets::folder(folder);
    }
    let mut labels = LabelFiles::default();
    add_all(&mut labels.rows(), paths, args)?;
    Ok(labels.finish(&name(paths))?)
}

/// Passes on labels one row after another, so that files of any length need no memory. A data folder is in
/// memory as a whole. `each` gets the rows of a file before all of it was read and found to be right.
pub fn stream(paths: &[PathBuf], args: &LabelArgs, each: impl FnMut(LabelRow)) -> Result<()> {
    if let Some(folder) = data_folder(paths) {
        datasets::folder(folder)?.label_rows().for_each(each);
        return Ok(());
    }
    add_all(&mut LabelRows::new(each), paths, args)
}

/// What the labels of these files are called.
pub fn name(paths: &[PathBuf]) -> String {
    paths
        .first()
        .map_or(String::new(), |path| datasets::name_of(path))
}

fn data_folder(paths: &[PathBuf]) -> Option<&Path> {
    match paths {
        [folder] if folder.is_dir() => Some(folder),
        _ => None,
    }
}

fn add_all(labels: &mut LabelRows, paths: &[PathBuf], args: &LabelArgs) -> Result<()> {
    for path in paths {
        if path.is_dir() {
            bail!(
                "{} is a folder; name one data folder, or the files of labels",
                path.display()
            );
        }
        let report = add(labels, path, args)?;
        tell(path, &report);
    }
    Ok(())
}

fn add(labels: &mut LabelRows, path: &Path, args: &LabelArgs) -> Result<LabelsReport> {
    let beside = |name: &str| {
        let path = path.with_file_name(name);
        let bytes = files::unpacked(&path, MAX_BESIDE).ok()?;
        (bytes.len() <= MAX_BESIDE).then_some(bytes)
    };
    let options = LabelOptions {
        model: args.model.as_deref(),
        scores: &args.score,
        prompt: args.prompt_column.as_deref(),
        skip_bad: args.skip_bad,
        beside: Some(&beside),
    };
    let file = path.to_string_lossy();
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let open = || {
        let opened = File::open(path);
        opened.with_context(|| format!("cannot open {}", path.display()))
    };
    let read = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("parquet") => {
            let opened = open()?;
            without_panic_messages(|| labels.add_parquet(&file, opened, &options))
        }
        Some("eval") => labels.add_archive(&file, BufReader::new(open()?), &options),
        _ => labels.add(&file, files::open_text(path)?, &options),
    };
    read.map_err(explained)
}

/// Runs what makes an error of a panic, without the message of the panic: the decoder of Parquet panics at
/// some damaged files.
fn without_panic_messages<T>(run: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = run();
    panic::set_hook(hook);
    result
}

/// The error with the option that decides it, or that leaves out what is wrong.
fn explained(error: DatasetError) -> Error {
    let option = match error.choice() {
        Some((Choice::Score, _)) => "say so with --score NAME",
        Some((Choice::Model, _)) => "say so with --model ID",
        Some((Choice::Prompt, _)) => "say so with --prompt-column NAME",
        Some((Choice::Rows, _)) => "or leave out rows that are wrong with --skip-bad",
        None => return error.into(),
    };
    anyhow!("{error}; {option}")
}

/// Says what a file was taken for, and which of its rows and columns were not used.
fn tell(path: &Path, report: &LabelsReport) {
    let file = path.display();
    let score = report.score.as_ref().map(|name| format!(", score {name}"));
    let left = [
        (report.unscored, "without a score"),
        (report.others, "of other models, scores or changed prompts"),
        (report.bad, "bad"),
    ];
    let left = left.iter().filter(|(rows, _)| *rows > 0);
    let left: String = left
        .map(|(rows, what)| format!(", {rows} {what}"))
        .collect();
    note!(
        "{file}: taken for {}{}: {} rows, {} used{left}",
        report.taken_for,
        score.unwrap_or_default(),
        report.rows,
        report.used
    );
    for problem in report.problems.iter().take(SHOWN) {
        note!("  left out: {problem}");
    }
    if !report.unused.is_empty() {
        let names: Vec<&str> = report
            .unused
            .iter()
            .take(SHOWN)
            .map(String::as_str)
            .collect();
        note!(
            "  columns not used: {}; name the one with the prompts or scores with --prompt-column or --score if it is among them",
            names.join(", ")
        );
    }
}

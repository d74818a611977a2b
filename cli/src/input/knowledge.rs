//! Topics, benchmarks, their prompts and published scores from the file system.

use crate::input::{datasets, files};
use crate::output::streams::note;
use anyhow::{Context, Result, bail};
use ndarray::Array2;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use uniroute::benchmark::Catalogue;
use uniroute::dataset::{self, JsonlPrompts, PublishedTable, TopicField, TopicPrompts};
use uniroute::embed::Embed;
use uniroute::eval::cards::CardModels;
use uniroute::fit::{BenchmarkKnowledge, Knowledge};

/// Most bytes of a file of topics, stand-ins or benchmarks.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// What a name in a catalogue starts with where stand-ins are meant.
const STAND_IN: &str = "standin:";

/// Reads a table of published scores; it may be packed as .gz.
pub fn published(path: &Path) -> Result<PublishedTable> {
    let table = PublishedTable::read(&path.to_string_lossy(), files::open_text(path)?)?;
    if table.without_score > 0 {
        note!(
            "{}: {} scores, {} empty or without a number",
            path.display(),
            table.scores.len(),
            table.without_score
        );
    }
    Ok(table)
}

/// Reads the topics of a folder, one file a field, in the order of their names.
pub fn topics(dir: &Path) -> Result<Vec<TopicField>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .with_context(|| format!("cannot open {}", dir.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let field = |path: &PathBuf| {
        let json = files::read(path, MAX_BYTES)?;
        Ok(TopicField::parse(&path.to_string_lossy(), &json)?)
    };
    let fields = paths.iter().map(field).collect::<Result<Vec<_>>>()?;
    match fields.is_empty() {
        true => bail!("{}: no .json file with topics", dir.display()),
        false => Ok(fields),
    }
}

/// Reads `benchmarks.json` and the prompts that it names from folders: `prompts/NAME.jsonl`, perhaps
/// packed as .gz, and `standins/NAME.json`.
pub fn benchmarks(
    dirs: &[PathBuf],
    published: PublishedTable,
    embedder: &dyn Embed,
) -> Result<BenchmarkKnowledge> {
    let catalogue = dirs.iter().map(|d| d.join("benchmarks.json"));
    let Some(path) = catalogue.into_iter().find(|path| path.exists()) else {
        bail!("no benchmarks.json in the folders of --benchmarks");
    };
    let json = files::read(&path, MAX_BYTES)?;
    let catalogue = Catalogue::parse(&json).with_context(|| path.display().to_string())?;
    let names: BTreeSet<&String> = catalogue
        .benchmarks
        .iter()
        .flat_map(|b| &b.prompts.from)
        .collect();
    let mut prompts = BTreeMap::new();
    let mut missing = Vec::new();
    for name in names {
        match dirs.iter().find_map(|dir| prompts_at(dir, name)) {
            Some(path) => {
                prompts.insert(name.clone(), embed(embedder, &read(&path)?)?);
            }
            None => missing.push(name.as_str()),
        }
    }
    if !missing.is_empty() {
        note!(
            "no prompts of {}; benchmarks with no prompts are left out",
            missing.join(", ")
        );
    }
    Ok(BenchmarkKnowledge {
        catalogue,
        prompts,
        published,
    })
}

/// What a router is fitted with beside data sets.
pub fn knowledge(
    topics: Vec<TopicField>,
    benchmarks: Option<BenchmarkKnowledge>,
    embedder: &dyn Embed,
) -> Result<Knowledge> {
    let texts: Vec<String> = topics
        .iter()
        .flat_map(|f| f.topics.iter().flat_map(|t| t.prompts.iter().cloned()))
        .collect();
    let mut sources = Vec::new();
    if !topics.is_empty() {
        sources.push("topics".to_owned());
    }
    if let Some(known) = &benchmarks {
        sources.push(format!("prompts of {} benchmarks", known.prompts.len()));
        sources.push(format!("{} published scores", known.published.scores.len()));
    }
    Ok(Knowledge {
        topic_points: embed(embedder, &texts)?,
        topics,
        benchmarks,
        sources,
    })
}

/// Reads which model of a data set is which of a table of published scores: a CSV file with the columns
/// dataset, model and published.
pub fn card_models(path: &Path) -> Result<CardModels> {
    let names = ["dataset", "model", "published"];
    let rows = dataset::columns(&path.to_string_lossy(), files::open_text(path)?, names)?;
    let pairs = rows.into_iter();
    Ok(pairs
        .map(|[dataset, model, published]| ((dataset, model), published))
        .collect())
}

fn prompts_at(dir: &Path, name: &str) -> Option<PathBuf> {
    let paths = match name.strip_prefix(STAND_IN) {
        Some(name) => vec![dir.join("standins").join(format!("{name}.json"))],
        None => ["jsonl", "jsonl.gz"]
            .iter()
            .map(|ending| dir.join("prompts").join(format!("{name}.{ending}")))
            .collect(),
    };
    paths.into_iter().find(|path| path.exists())
}

fn read(path: &Path) -> Result<Vec<String>> {
    if path.extension().is_some_and(|e| e == "json") {
        let json = files::read(path, MAX_BYTES)?;
        let found: TopicPrompts =
            serde_json::from_slice(&json).with_context(|| path.display().to_string())?;
        return Ok(found.prompts);
    }
    let reader = BufReader::new(files::open_text(path)?);
    JsonlPrompts::new(&path.to_string_lossy(), reader)
        .map(|line| {
            let line = line?;
            let number = line.number;
            line.item
                .map(|item| item.prompt)
                .map_err(|problem| anyhow::anyhow!("{}, line {number}: {problem}", path.display()))
        })
        .collect()
}

fn embed(embedder: &dyn Embed, texts: &[String]) -> Result<Array2<f32>> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    datasets::embed(embedder, &texts)
}

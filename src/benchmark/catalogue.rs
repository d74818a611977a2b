//! The catalogue of benchmarks that a router is fitted with.

use serde::Deserialize;

use super::description::{Benchmark, MAX_BENCHMARKS};
use super::error::BenchmarkError;
use super::names::{Index, in_table, normalised};
use crate::dataset::PublishedTable;
use crate::printable::printable;

/// Benchmarks to fit a router with, as read from `benchmarks.json`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Catalogue {
    /// The benchmarks.
    pub benchmarks: Vec<Entry>,
}

/// One benchmark of a catalogue.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Entry {
    /// Its name in files.
    pub name: String,
    /// Its name as people write it.
    pub title: String,
    /// Other spellings.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What kind of prompts it has, in plain words.
    pub kind: String,
    /// Number of its prompts; not always published.
    pub prompts_count: Option<f64>,
    /// Score of a model that guesses.
    #[serde(default)]
    pub chance: f64,
    /// Which rows of a long table of published scores are of this benchmark.
    pub table: TableRows,
    /// Further such rows.
    #[serde(default)]
    pub also: Vec<TableRows>,
    /// Columns of wide tables, by the table's format.
    #[serde(default)]
    pub columns: std::collections::BTreeMap<String, Vec<String>>,
    /// The prompts that say which clusters it is about.
    pub prompts: PromptSource,
    /// Whether it measures everyday use.
    #[serde(default)]
    pub anchor: bool,
    /// The field that most of its prompts belong to.
    #[serde(default)]
    pub field: String,
    /// Whether its scores only teach the prior, and routers do not carry it: a benchmark as one harness
    /// runs it, which is on no model card.
    #[serde(default)]
    pub learn_only: bool,
}

/// Rows of a long table: those of a benchmark and, where listed, of certain variants.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TableRows {
    /// The benchmark, as the table names it.
    pub benchmark: String,
    /// Its variants; `None` for all.
    pub variant: Option<Vec<String>>,
}

/// Where the prompts of a benchmark come from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct PromptSource {
    /// Names of files of prompts, without their endings.
    pub from: Vec<String>,
    /// Whether they are the benchmark's own; else like prompts stand in for them.
    pub own: bool,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`BenchmarkError::Json`] with the path of the first value that does not fit,
    /// [`BenchmarkError::TooMany`].
    pub fn parse(json: &[u8]) -> Result<Self, BenchmarkError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let catalogue: Self =
            serde_path_to_error::deserialize(&mut reader).map_err(|e| BenchmarkError::Json {
                path: printable(e.path()),
                problem: printable(e.inner()),
            })?;
        match catalogue.benchmarks.len() {
            found if found > MAX_BENCHMARKS => Err(BenchmarkError::TooMany { found }),
            _ => Ok(catalogue),
        }
    }

    /// Position of the benchmark of each score of a table; `None` where it has none.
    pub fn find_all(&self, table: &PublishedTable) -> Vec<Option<usize>> {
        let known: Vec<Benchmark> = self.benchmarks.iter().map(|e| e.benchmark(0.0)).collect();
        Index::new(&known).find_all(table)
    }
}

/// Number of prompts assumed for a benchmark that does not state it.
const ASSUMED_PROMPTS: f64 = 200.0;

impl Entry {
    /// Number of its prompts.
    pub fn prompts(&self) -> f64 {
        self.prompts_count.unwrap_or(ASSUMED_PROMPTS)
    }

    /// What a router keeps of it. The names of rows and columns of tables become aliases.
    pub fn benchmark(&self, mean_effect: f64) -> Benchmark {
        let rows = [&self.table]
            .into_iter()
            .chain(&self.also)
            .flat_map(|rows| {
                let whole = || vec![rows.benchmark.clone()];
                rows.variant.as_ref().map_or_else(whole, |variants| {
                    let each = |v: &String| format!("{}{}", rows.benchmark, in_table(v));
                    variants.iter().map(each).collect()
                })
            });
        let columns = self.columns.iter().flat_map(|(format, columns)| {
            columns
                .iter()
                .map(move |column| format!("{format}/{column}"))
        });
        let mut aliases: Vec<String> = Vec::new();
        for alias in self.aliases.iter().cloned().chain(rows).chain(columns) {
            let names = aliases.iter().chain([&self.name, &self.title]);
            let known = names
                .map(|n| normalised(n))
                .any(|n| n == normalised(&alias));
            if !known {
                aliases.push(alias);
            }
        }
        Benchmark {
            name: self.name.clone(),
            title: self.title.clone(),
            aliases,
            prompts: self.prompts(),
            chance: self.chance,
            mean_effect,
            stand_in: !self.prompts.own,
        }
    }
}

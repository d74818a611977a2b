//! Names of benchmarks as people and tables write them.

use super::description::Benchmark;
use crate::dataset::{PublishedScore, PublishedTable};
use std::collections::{BTreeSet, HashMap};

/// A name without case, spaces and punctuation, except a plus sign: `MMLU-Pro` and `mmlu_pro` are
/// the same, `MBPP` and `MBPP+` are not.
pub fn normalised(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric() || *c == '+')
        .flat_map(char::to_lowercase)
        .collect()
}

/// Benchmarks by all their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    by_name: HashMap<String, usize>,
    /// Formats of wide tables of which some columns are known.
    formats: BTreeSet<String>,
}

impl Index {
    /// A name takes precedence over a title, and a title over another benchmark's alias.
    pub fn new(list: &[Benchmark]) -> Self {
        let mut index = Self::default();
        for (i, benchmark) in list.iter().enumerate() {
            index.add(&benchmark.name, i);
        }
        for (i, benchmark) in list.iter().enumerate() {
            index.add(&benchmark.title, i);
        }
        for (i, benchmark) in list.iter().enumerate() {
            for alias in &benchmark.aliases {
                index.add(alias, i);
                if let Some((format, _)) = alias.split_once('/')
                    && format.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                {
                    index.formats.insert(format.to_owned());
                }
            }
        }
        index
    }

    fn add(&mut self, name: &str, at: usize) {
        self.by_name.entry(normalised(name)).or_insert(at);
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&normalised(name)).copied()
    }

    /// Position of the benchmark of each score of a table.
    pub fn find_all(&self, table: &PublishedTable) -> Vec<Option<usize>> {
        if !table.wide {
            return table.scores.iter().map(|s| self.find_row(s)).collect();
        }
        let columns: BTreeSet<&str> = table.scores.iter().map(|s| s.benchmark.as_str()).collect();
        let known = |format: &&String| {
            let known = |c: &&&str| self.find(&format!("{format}/{c}")).is_some();
            columns.iter().filter(known).count()
        };
        let format = self
            .formats
            .iter()
            .max_by_key(known)
            .filter(|f| known(f) > 0);
        let find = |name: &str| {
            let of_format = format.and_then(|f| self.find(&format!("{f}/{name}")));
            of_format.or_else(|| self.find(name))
        };
        table.scores.iter().map(|s| find(&s.benchmark)).collect()
    }

    /// The benchmark of this variant, or else the one that is usually meant by the name.
    fn find_row(&self, score: &PublishedScore) -> Option<usize> {
        let variant = in_table(&score.variant);
        self.find(&format!("{}{variant}", score.benchmark))
            .or_else(|| self.find(&score.benchmark))
    }
}

/// Titles of the benchmarks of which some name is most like `name`, the best first.
pub(super) fn nearest<'a>(list: &'a [Benchmark], name: &str, most: usize) -> Vec<&'a str> {
    // A name from outside may be long; those of benchmarks are not.
    let wanted: Vec<char> = normalised(name).chars().take(64).collect();
    let likeness = |b: &Benchmark| {
        let names = [&b.name, &b.title].into_iter().chain(&b.aliases);
        names.map(|n| alike(&wanted, n)).fold(0.0, f64::max)
    };
    let mut by_likeness: Vec<(f64, &str)> = list
        .iter()
        .map(|b| (likeness(b), b.title.as_str()))
        .collect();
    by_likeness.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    by_likeness.into_iter().take(most).map(|(_, t)| t).collect()
}

/// Share of pairs of neighbouring letters that two names have in common (Dice's coefficient).
fn alike(wanted: &[char], name: &str) -> f64 {
    let other: Vec<char> = normalised(name).chars().collect();
    let mut left: Vec<&[char]> = other.windows(2).collect();
    let pairs = wanted.len().saturating_sub(1) + left.len();
    let mut common = 0;
    for pair in wanted.windows(2) {
        if let Some(at) = left.iter().position(|p| *p == pair) {
            left.swap_remove(at);
            common += 1;
        }
    }
    match pairs {
        0 => f64::from(u8::from(wanted == other)),
        _ => 2.0 * f64::from(common) / pairs as f64,
    }
}

/// How a variant is written after the name of its benchmark.
pub(super) fn in_table(variant: &str) -> String {
    match variant {
        "" => String::new(),
        variant => format!(" / {variant}"),
    }
}

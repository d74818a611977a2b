//! Files of prompts, labels, scores, topics and benchmarks.

use uniroute::benchmark::Catalogue;
use uniroute::dataset::{Dataset, FolderParts, PromptTable, PublishedTable, TopicField};
use uniroute::pool::{ModelList, Pool, PoolParams, from_published};

use crate::check;
use crate::fixture::small;

/// The byte that separates parts of an input; UTF-8 does not have it.
pub(super) const SEPARATOR: u8 = 0xff;

/// The first byte selects the name of the file, the rest is its content.
pub(super) fn named<'a, const N: usize>(
    data: &'a [u8],
    names: [&'static str; N],
) -> Option<(&'static str, &'a [u8])> {
    let (first, content) = data.split_first()?;
    Some((names[usize::from(*first) % N], content))
}

/// A data folder: prompts, models, scores and perhaps costs.
pub fn folder(data: &[u8]) {
    let mut parts = data.splitn(4, |byte| *byte == SEPARATOR);
    let mut next = || Box::new(parts.next().unwrap_or_default());
    let parts = FolderParts {
        prompts: next(),
        models: next(),
        scores: next(),
        costs: Some(*next())
            .filter(|costs| !costs.is_empty())
            .map(|costs| Box::new(costs) as _),
    };
    if let Some(data) = check::accepted(Dataset::from_folder("folder", parts)) {
        table(&data);
    }
}

/// A table of scores is of its prompts and models.
pub(super) fn table(data: &Dataset) {
    let shape = (data.prompts.len(), data.models.len());
    assert_eq!(data.scores.dim(), shape);
    let known = data.scores.iter().filter(|score| !score.is_nan());
    known.for_each(|score| check::within("score", f64::from(*score), 0.0, 1.0));
    if let Some(costs) = &data.costs {
        assert_eq!(costs.dim(), shape);
        let known = costs.iter().filter(|cost| !cost.is_nan());
        known.for_each(|cost| check::within("cost", f64::from(*cost), 0.0, f64::MAX));
    }
}

/// Prompts in each format.
pub fn prompts(data: &[u8]) {
    let names = [
        "p.csv", "p.tsv", "p.jsonl", "p.ndjson", "p.json", "p.txt", "p",
    ];
    let Some((file, content)) = named(data, names) else {
        return;
    };
    let Some(table) = check::accepted(PromptTable::read(file, content)) else {
        return;
    };
    assert!(table.column < table.columns.len() || table.columns.is_empty());
    assert_eq!(table.numbers.len(), table.rows.len());
    assert!(table.numbers.is_sorted());
    for column in 0..table.columns.len() {
        for prompt in table.prompts(column) {
            assert!(!prompt.is_empty() && prompt.trim() == prompt);
        }
    }
}

/// A table of published scores; its models make a pool unless a name cannot be one.
pub fn published(data: &[u8]) {
    let Some(table) = check::accepted(PublishedTable::read("scores.csv", data)) else {
        return;
    };
    for score in &table.scores {
        check::within("score", score.score, 0.0, 1.0);
        assert!(!score.benchmark.is_empty() || table.wide);
    }
    assert_eq!(
        small().benchmarks().find_all(&table).len(),
        table.scores.len()
    );
    pool_of(&table, ModelList::default());
}

fn pool_of(table: &PublishedTable, list: ModelList) {
    let params = PoolParams {
        list,
        ..PoolParams::default()
    };
    let draft = from_published(small(), table, &[], params);
    if let Some(pool) = check::accepted(Pool::from_raw(draft.pool, small())) {
        check::pool(&pool, small());
    }
}

/// A list of models, and the pool of a small table that it describes.
pub fn model_list(data: &[u8]) {
    let Some(list) = check::accepted(ModelList::parse(data)) else {
        return;
    };
    let rows = "model_id,benchmark,score\na,Code Bench,0.5\nb,poem,0.7\nc,Code Bench,1\n";
    let table = PublishedTable::read("scores.csv", rows.as_bytes()).expect("a table");
    pool_of(&table, list);
}

/// Topics, and a catalogue of benchmarks.
pub fn knowledge(data: &[u8]) {
    if let Some(field) = check::accepted(TopicField::parse("topics.json", data)) {
        assert!(!field.topics.is_empty() && field.topics.iter().all(|t| !t.prompts.is_empty()));
    }
    let Some(catalogue) = check::accepted(Catalogue::parse(data)) else {
        return;
    };
    let rows = "model_id,benchmark,variant,score\na,Code Bench,x,0.5\nb,poem,,0.7\n";
    let table = PublishedTable::read("scores.csv", rows.as_bytes()).expect("a table");
    for found in catalogue.find_all(&table).into_iter().flatten() {
        assert!(found < catalogue.benchmarks.len());
    }
}

//! Tables of published benchmark scores.
//!
//! A *long* table has a score a row: `model_id` (or `model`), `benchmark`, `score`, and perhaps
//! `mode`, `variant`, `scale`, `setting`, `source` and `as_of`. A *wide* one, like those of
//! LiveBench and the Open LLM Leaderboard, has a model a row: the first of the columns `model`,
//! `fullname`, `model_name` or `eval_name` names it, and every other column with numbers is a
//! benchmark.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use super::DatasetError;
use super::csv::{MAX_ROWS, Table};
use super::place::Place;

/// Names of the column of models in a long table, the most likely first.
const MODELS: [&str; 3] = ["model_id", "model", "model_name"];
/// Names of the column of models in a wide table.
const WIDE_MODELS: [&str; 5] = ["model_id", "fullname", "model", "model_name", "eval_name"];

/// Further columns of text in a long table.
const TEXTS: [&str; 5] = ["mode", "variant", "setting", "source", "as_of"];

/// One published score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PublishedScore {
    /// The model, as the table names it.
    pub model: String,
    /// Its thinking mode or effort; empty if there is none.
    pub mode: String,
    /// The benchmark, as the table names it.
    pub benchmark: String,
    /// Which variant of the benchmark; empty if not stated.
    pub variant: String,
    /// The score, in `[0, 1]`.
    pub score: f64,
    /// How it was measured; empty if not stated.
    pub setting: String,
    /// Where it was published; empty if not stated.
    pub source: String,
    /// When; empty if not stated.
    pub as_of: String,
}

/// Id of a model in a thinking mode or with an effort: `MODEL`, or `MODEL@MODE`.
pub fn candidate_id(model: &str, mode: &str) -> String {
    match mode {
        "" => model.to_owned(),
        mode => format!("{model}@{mode}"),
    }
}

/// A table of published scores.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PublishedTable {
    /// The scores, in the order of the file.
    pub scores: Vec<PublishedScore>,
    /// Whether it has a column for each benchmark.
    pub wide: bool,
    /// Rows, or cells of a wide table, without a score.
    pub without_score: usize,
}

impl PublishedTable {
    /// Reads a table. `file` is its name for messages.
    ///
    /// # Errors
    /// [`DatasetError`] with the line of the first value that is wrong.
    pub fn read(file: &str, reader: impl Read) -> Result<Self, DatasetError> {
        let mut table = Table::new(file, reader, b',')?;
        let header = table.header().to_vec();
        match (
            table.column(&MODELS)?,
            table.column(&["benchmark"])?,
            table.column(&["score"])?,
        ) {
            (Some(model), Some(benchmark), Some(score)) => {
                long(file, &mut table, [model, benchmark, score])
            }
            _ => match table.column(&WIDE_MODELS)? {
                Some(model) => wide(file, &mut table, &header, model),
                None => Err(DatasetError::PublishedColumns {
                    at: Place::line(file, 1),
                }),
            },
        }
    }

    /// Leaves out the scores that another table also has, by model, mode, benchmark and value.
    /// Returns their number.
    pub fn leave_out(&mut self, others: &Self) -> usize {
        let key = |s: &PublishedScore| {
            let names = [&s.model, &s.mode, &s.benchmark].map(String::clone);
            (names, s.score.to_bits())
        };
        let others: HashSet<_> = others.scores.iter().map(key).collect();
        let before = self.scores.len();
        self.scores.retain(|score| !others.contains(&key(score)));
        before - self.scores.len()
    }
}

fn long<R: Read>(
    file: &str,
    table: &mut Table<R>,
    [model, benchmark, score]: [usize; 3],
) -> Result<PublishedTable, DatasetError> {
    let scale = table.column(&["scale"])?;
    let mut texts = [None; 5];
    for (column, name) in texts.iter_mut().zip(TEXTS) {
        *column = table.column(&[name])?;
    }
    let mut read = PublishedTable::default();
    while let Some(row) = table.next()? {
        let at = || Place::line(file, row.line);
        let text = |column: Option<usize>| column.map_or("", |c| row.cell(c).trim()).to_owned();
        let Some(value) = number(&text(Some(score)), at)? else {
            read.without_score += 1;
            continue;
        };
        let scale = number(&text(scale), at)?.unwrap_or(1.0);
        let [mode, variant, setting, source, as_of] = texts.map(text);
        let row = PublishedScore {
            model: text(Some(model)),
            benchmark: text(Some(benchmark)),
            score: value / scale,
            mode,
            variant,
            setting,
            source,
            as_of,
        };
        if !(0.0..=1.0).contains(&row.score) {
            return Err(DatasetError::PublishedScore {
                at: at(),
                score: value,
            });
        }
        if row.model.is_empty() || row.benchmark.is_empty() {
            return Err(DatasetError::PublishedColumns { at: at() });
        }
        push(file, &mut read, row)?;
    }
    Ok(read)
}

fn wide<R: Read>(
    file: &str,
    table: &mut Table<R>,
    header: &[String],
    model: usize,
) -> Result<PublishedTable, DatasetError> {
    let mut read = PublishedTable {
        wide: true,
        ..PublishedTable::default()
    };
    while let Some(row) = table.next()? {
        let name = row.cell(model).trim().to_owned();
        for (column, benchmark) in header.iter().enumerate().filter(|(c, _)| *c != model) {
            let cell = row.cell(column).trim();
            // A wide table also has columns of text, such as a licence.
            let Some(score) = cell.parse::<f64>().ok().filter(|v| v.is_finite()) else {
                read.without_score += 1;
                continue;
            };
            let row = PublishedScore {
                model: name.clone(),
                benchmark: benchmark.trim().to_owned(),
                score,
                ..PublishedScore::default()
            };
            push(file, &mut read, row)?;
        }
    }
    // A column is in percent if one of its numbers is above 1; columns that are neither shares nor
    // percentages, such as a model's size, are not scores.
    let mut ranges: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for row in &read.scores {
        let range = ranges.entry(row.benchmark.clone()).or_insert((0.0, 0.0));
        *range = (range.0.min(row.score), range.1.max(row.score));
    }
    let before = read.scores.len();
    let percent = ranges
        .values()
        .any(|(low, high)| *low >= 0.0 && *high > 1.0 && *high <= 100.0);
    read.scores.retain(|row| {
        ranges
            .get(&row.benchmark)
            .is_some_and(|r| r.0 >= 0.0 && r.1 <= 100.0)
    });
    read.without_score += before - read.scores.len();
    if percent {
        read.scores.iter_mut().for_each(|row| row.score /= 100.0);
    }
    if read.scores.is_empty() {
        return Err(DatasetError::PublishedColumns {
            at: Place::line(file, 1),
        });
    }
    Ok(read)
}

fn push(file: &str, read: &mut PublishedTable, row: PublishedScore) -> Result<(), DatasetError> {
    if read.scores.len() == MAX_ROWS {
        return Err(DatasetError::PublishedRows {
            at: Place::whole(file),
            limit: MAX_ROWS,
        });
    }
    read.scores.push(row);
    Ok(())
}

/// The number in a cell; `None` if it is empty.
fn number(cell: &str, at: impl Fn() -> Place) -> Result<Option<f64>, DatasetError> {
    if cell.is_empty() {
        return Ok(None);
    }
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Some(value)),
        _ => Err(DatasetError::PublishedNumber {
            at: at(),
            found: cell.chars().take(40).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn read(text: &str) -> Result<PublishedTable, DatasetError> {
        PublishedTable::read("scores.csv", text.as_bytes())
    }

    #[test]
    fn a_long_table_has_a_score_a_row() {
        let table = read(
            "model_id,benchmark,variant,score,scale,mode,source\n\
             a,MMLU,,0.8,1,,card\n\
             a,WildBench,,8.5,10,high,card\n\
             b,MMLU,5-shot,,1,,x\n",
        )
        .unwrap();
        assert_eq!((table.scores.len(), table.without_score), (2, 1));
        assert_eq!(table.scores[1].score, 0.85);
        let id = |s: &PublishedScore| candidate_id(&s.model, &s.mode);
        let models: Vec<_> = table.scores.iter().map(id).collect();
        assert_eq!(models, ["a", "a@high"]);
    }

    #[test]
    fn a_wide_table_has_a_model_a_row_and_percentages() {
        let table = read("model,AMPS_Hard,zebra,params\na,80.5,,7000\nb,0.5,12,\n").unwrap();
        let found: Vec<_> = table
            .scores
            .iter()
            .map(|s| (s.model.as_str(), s.benchmark.as_str(), s.score))
            .collect();
        assert_eq!(
            found,
            [
                ("a", "AMPS_Hard", 0.805),
                ("b", "AMPS_Hard", 0.005),
                ("b", "zebra", 0.12)
            ]
        );
        // Two empty cells and the column of sizes.
        assert_eq!(table.without_score, 3);
    }

    #[test]
    fn damaged_tables_are_errors_and_never_panics() {
        let good =
            "model_id,benchmark,variant,score,scale\na,MMLU,\"5-shot, CoT\",0.8,1\nb,X,,8,10\n";
        let wide = "model,AMPS_Hard,zebra\na,80.5,\nb,0.5,12\n";
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let pieces = [
            ",", "\"", "\n", "\r", "1e999", "-1", "NaN", "\0", "\u{feff}", "é", "score",
        ];
        for text in [good, wide] {
            for _ in 0..2000 {
                let mut bytes = text.as_bytes().to_vec();
                for _ in 0..rng.random_range(1..4) {
                    let at = rng.random_range(0..bytes.len());
                    match rng.random_range(0..3) {
                        0 => bytes.truncate(at.max(1)),
                        1 => bytes[at] = rng.random(),
                        _ => {
                            let piece = pieces[rng.random_range(0..pieces.len())];
                            bytes.splice(at..at, piece.bytes());
                        }
                    }
                }
                if let Ok(table) = PublishedTable::read("t.csv", &bytes[..]) {
                    assert!(table.scores.iter().all(|s| (0.0..=1.0).contains(&s.score)));
                }
            }
        }
    }

    #[test]
    fn the_line_of_a_wrong_value_is_named() {
        for (row, expected) in [
            ("a,MMLU,85.7", "scores.csv, line 2: score 85.7"),
            ("a,MMLU,-0.1", "scores.csv, line 2: score -0.1"),
            (
                "a,MMLU,high",
                "scores.csv, line 2: \"high\" is not a number",
            ),
            (",MMLU,0.5", "scores.csv, line 2"),
        ] {
            let text = read(&format!("model,benchmark,score\n{row}\n")).unwrap_err();
            assert!(text.to_string().contains(expected), "{text}");
        }
        let text = read("name,points\na,1\n").unwrap_err().to_string();
        assert!(text.contains("model"), "{text}");
    }
}

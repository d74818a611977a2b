//! Labels: a prompt, a model and the score of its answer, one or several a row.
//!
//! The one reader of label files, for the command line, the page and the package. The file's ending
//! gives the format:
//!
//! | ending | content |
//! |---|---|
//! | `.csv`, `.tsv` | a header with the columns `prompt`, `model` and `score`, then one label a row |
//! | `.jsonl`, `.ndjson` | `{"prompt", "model", "score"}` or `{"prompt", "scores": {model: score}}` a line |
//! | `.json` | a list of such objects |
//!
//! A column of prompts may have any name of [`PROMPT_NAMES`], one of scores any name of
//! [`SCORE_NAMES`]; of several, the first in that list is used. Other columns are ignored. A score
//! is a number in `[0, 1]`, true or false. The column `model` may be absent where all labels are of
//! one model.

use std::collections::HashMap;
use std::io::{BufReader, Read};

use ndarray::Array2;
use serde_json::{Map, Value};

use super::csv::{Row, Table};
use super::error::Place;
use super::{Dataset, DatasetError, Format, Model, PROMPT_NAMES, Prompt, column_named, jsonl};

/// Names of the column of scores, the most likely one first.
pub const SCORE_NAMES: [&str; 4] = ["score", "correct", "label", "accuracy"];
/// Name of the column of models.
const MODEL_NAMES: [&str; 1] = ["model"];

/// How good one model's answer to a prompt is.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The prompt.
    pub prompt: String,
    /// In `[0, 1]`; 1 is fully right.
    pub score: f64,
}

/// Reads the labels of one model, in the order of the file.
///
/// With a `model`, these are the labels that name it and the labels that name no model. Without
/// one, they are all labels, which must be of the same model. `file` is the file's name, for its
/// format and for messages.
///
/// # Errors
/// [`DatasetError`] with line and column of the first thing that is wrong; also where no label is
/// of the `model`, and where labels are of several models and there is no `model`.
pub fn read(
    file: &str,
    reader: impl Read,
    model: Option<&str>,
) -> Result<Vec<Label>, DatasetError> {
    let mut labels = Vec::new();
    let mut found: Vec<String> = Vec::new();
    visit(file, reader, Needed::PromptAndScore, &mut |record| {
        for (of, score) in record.scores {
            if let Some(of) = &of
                && !found.contains(of)
            {
                found.push(of.clone());
            }
            if model.is_none() || of.is_none() || of.as_deref() == model {
                let prompt = record.prompt.clone();
                labels.push(Label { prompt, score });
            }
        }
    })?;
    let at = Place::whole(file);
    match model {
        None if found.len() > 1 => Err(DatasetError::SeveralModels { at, found }),
        Some(model) if labels.is_empty() && !found.is_empty() => {
            let model = model.to_owned();
            Err(DatasetError::NoLabelsOfModel { at, model, found })
        }
        _ if labels.is_empty() => Err(DatasetError::Empty {
            at,
            missing: "labels",
        }),
        _ => Ok(labels),
    }
}

impl Dataset {
    /// Reads the labels of all models in a file; each label must name its model. Several labels of
    /// one model on one prompt are averaged. In JSON, a label may have a `task`. `name` is that of
    /// the data set, `file` is the file's name, for its format and for messages.
    ///
    /// # Errors
    /// [`DatasetError`] with line and column of the first thing that is wrong.
    pub fn from_labels(name: &str, file: &str, reader: impl Read) -> Result<Self, DatasetError> {
        let mut matrix = Collector::default();
        visit(file, reader, Needed::ModelToo, &mut |record| {
            let row = matrix.row(record.prompt, record.task);
            for (model, score) in record.scores {
                matrix.add(row, model.unwrap_or_default(), score as f32);
            }
        })?;
        matrix.finish(name, file)
    }
}

/// A row, line or item of a file of labels.
struct Record {
    prompt: String,
    task: String,
    /// Scores in `[0, 1]`, with the models where they are named.
    scores: Vec<(Option<String>, f64)>,
}

/// What a label must have.
#[derive(Clone, Copy, PartialEq)]
enum Needed {
    PromptAndScore,
    ModelToo,
}

fn visit(
    file: &str,
    reader: impl Read,
    needed: Needed,
    each: &mut dyn FnMut(Record),
) -> Result<(), DatasetError> {
    match Format::of(file) {
        Format::Csv => table(file, reader, b',', needed, each),
        Format::Tsv => table(file, reader, b'\t', needed, each),
        Format::JsonLines => {
            for line in jsonl::lines(file, reader) {
                let (line, text) = line?;
                let at = Place::line(file, line);
                match serde_json::from_slice(text.as_bytes()) {
                    Ok(value) => each(json(at, value, needed)?),
                    Err(error) => return Err(DatasetError::json(at, &error)),
                }
            }
            Ok(())
        }
        Format::JsonList => {
            for (i, value) in jsonl::list(file, reader)?.into_iter().enumerate() {
                each(json(Place::item(file, i), value, needed)?);
            }
            Ok(())
        }
        Format::Lines => Err(DatasetError::LabelsFormat {
            at: Place::whole(file),
        }),
    }
}

fn table(
    file: &str,
    reader: impl Read,
    delimiter: u8,
    needed: Needed,
    each: &mut dyn FnMut(Record),
) -> Result<(), DatasetError> {
    let mut table = Table::new(file, BufReader::new(reader), delimiter)?;
    let column = |names: &[&str]| {
        column_named(table.header(), names).ok_or_else(|| DatasetError::MissingColumn {
            at: Place::line(file, 1),
            column: names[0].to_owned(),
            remedy: match needed {
                Needed::PromptAndScore => "needed: prompt,score",
                Needed::ModelToo => "needed: prompt,model,score",
            },
        })
    };
    let prompt = column(&PROMPT_NAMES)?;
    let model = match needed {
        Needed::PromptAndScore => column_named(table.header(), &MODEL_NAMES),
        Needed::ModelToo => Some(column(&MODEL_NAMES)?),
    };
    let score = column(&SCORE_NAMES)?;
    let title = table.header()[score].trim().to_owned();
    while let Some(row) = table.next()? {
        let value = cell_score(file, &row, score, &title)?;
        let model = model.map(|model| row.cell(model).to_owned());
        each(Record {
            prompt: row.cell(prompt).to_owned(),
            task: String::new(),
            // An empty cell names no model, unless each label must name one.
            scores: vec![(
                model.filter(|m| needed == Needed::ModelToo || !m.is_empty()),
                value,
            )],
        });
    }
    Ok(())
}

fn cell_score(file: &str, row: &Row, column: usize, title: &str) -> Result<f64, DatasetError> {
    let at = || Place::line(file, row.line);
    let text = row.cell(column).trim();
    text_score(text).map_or_else(
        || {
            Err(DatasetError::NotNumber {
                at: at(),
                column: title.to_owned(),
                text: text.to_owned(),
            })
        },
        |score| in_range(score, at(), title),
    )
}

fn text_score(text: &str) -> Option<f64> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(1.0),
        _ if text.eq_ignore_ascii_case("false") => Some(0.0),
        number => number.parse().ok(),
    }
}

pub(super) fn in_range(score: f64, at: Place, column: &str) -> Result<f64, DatasetError> {
    if (0.0..=1.0).contains(&score) {
        return Ok(score);
    }
    let column = column.to_owned();
    Err(DatasetError::Score { at, column, score })
}

fn json(at: Place, value: Value, needed: Needed) -> Result<Record, DatasetError> {
    let Value::Object(mut object) = value else {
        return Err(DatasetError::NotObject { at });
    };
    let Some(prompt) = text(&at, &mut object, &PROMPT_NAMES)? else {
        let needed = "`prompt`";
        return Err(DatasetError::IncompleteLabel { at, needed });
    };
    let task = text(&at, &mut object, &["task"])?.unwrap_or_default();
    let model = text(&at, &mut object, &MODEL_NAMES)?;
    let scores = match take(&mut object, &["scores"]) {
        Some((_, Value::Object(scores))) => Some(scores),
        _ => None,
    };
    // Beside `scores`, a field `label` or the like may say anything.
    let names = match scores {
        None => &SCORE_NAMES[..],
        Some(_) => &SCORE_NAMES[..1],
    };
    let score = take(&mut object, names);
    let scores = match (model, score, scores) {
        (None, Some(_), None) if needed == Needed::ModelToo => None,
        (model, Some((field, score)), None) => {
            let column = model.clone().unwrap_or(field);
            Some(vec![(model, json_score(&at, column, &score)?)])
        }
        (None, None, Some(scores)) => Some(
            scores
                .into_iter()
                .map(|(model, score)| {
                    let score = json_score(&at, model.clone(), &score)?;
                    Ok((Some(model), score))
                })
                .collect::<Result<_, _>>()?,
        ),
        _ => None,
    };
    let Some(scores) = scores else {
        let needed = match needed {
            Needed::PromptAndScore => "`score`, or else `scores`",
            Needed::ModelToo => "`model` and `score`, or else `scores`",
        };
        return Err(DatasetError::IncompleteLabel { at, needed });
    };
    Ok(Record {
        prompt,
        task,
        scores,
    })
}

/// Takes the field with the first of these names; null counts as absent.
fn take(object: &mut Map<String, Value>, names: &[&str]) -> Option<(String, Value)> {
    let keys: Vec<&String> = object
        .iter()
        .filter(|(_, v)| !v.is_null())
        .map(|(k, _)| k)
        .collect();
    let key = keys[column_named(&keys, names)?].clone();
    let value = object.get_mut(&key)?.take();
    Some((key, value))
}

fn text(
    at: &Place,
    object: &mut Map<String, Value>,
    names: &[&str],
) -> Result<Option<String>, DatasetError> {
    match take(object, names) {
        None => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text)),
        Some((field, _)) => {
            let at = at.clone();
            Err(DatasetError::NotText { at, field })
        }
    }
}

fn json_score(at: &Place, column: String, value: &Value) -> Result<f64, DatasetError> {
    let score = match value {
        Value::Bool(right) => Some(f64::from(u8::from(*right))),
        Value::Number(number) => Some(number.as_f64().unwrap_or(f64::NAN)),
        _ => None,
    };
    match score {
        Some(score) => in_range(score, at.clone(), &column),
        None => Err(DatasetError::ScoreType {
            at: at.clone(),
            column,
            value: value.to_string(),
        }),
    }
}

/// Collects labels into a matrix; several labels of one model on one prompt are averaged.
#[derive(Default)]
struct Collector {
    prompts: Vec<Prompt>,
    models: Vec<Model>,
    prompt_rows: HashMap<String, usize>,
    model_columns: HashMap<String, usize>,
    sums: HashMap<(usize, usize), (f64, f64)>,
}

impl Collector {
    fn row(&mut self, prompt: String, task: String) -> usize {
        *self.prompt_rows.entry(prompt).or_insert_with_key(|text| {
            self.prompts.push(Prompt {
                task,
                text: text.clone(),
                ..Prompt::default()
            });
            self.prompts.len() - 1
        })
    }

    fn add(&mut self, row: usize, model: String, score: f32) {
        let column = *self.model_columns.entry(model).or_insert_with_key(|id| {
            self.models.push(Model {
                id: id.clone(),
                name: id.clone(),
                ..Model::default()
            });
            self.models.len() - 1
        });
        let (sum, count) = self.sums.entry((row, column)).or_default();
        *sum += f64::from(score);
        *count += 1.0;
    }

    fn finish(self, name: &str, file: &str) -> Result<Dataset, DatasetError> {
        if self.sums.is_empty() {
            return Err(DatasetError::Empty {
                at: Place::whole(file),
                missing: "labels",
            });
        }
        let mut scores = Array2::from_elem((self.prompts.len(), self.models.len()), f32::NAN);
        for ((row, column), (sum, count)) in self.sums {
            scores[[row, column]] = (sum / count) as f32;
        }
        let (prompts, models) = (self.prompts, self.models);
        Ok(Dataset {
            name: name.into(),
            prompts,
            models,
            scores,
            costs: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jsonl(text: &str) -> Result<Dataset, DatasetError> {
        Dataset::from_labels("n", "l.jsonl", text.as_bytes())
    }

    fn csv(text: &str) -> Result<Dataset, DatasetError> {
        Dataset::from_labels("n", "l.csv", text.as_bytes())
    }

    fn of(file: &str, text: &str, model: Option<&str>) -> Result<Vec<(String, f64)>, String> {
        read(file, text.as_bytes(), model)
            .map(|labels| labels.into_iter().map(|l| (l.prompt, l.score)).collect())
            .map_err(|e| format!("{}: {e}", e.code()))
    }

    fn pairs(labels: &[(&str, f64)]) -> Result<Vec<(String, f64)>, String> {
        Ok(labels.iter().map(|(p, s)| (p.to_string(), *s)).collect())
    }

    #[test]
    fn both_json_forms_fill_one_matrix() {
        let data = jsonl(concat!(
            "{\"prompt\":\"p\",\"model\":\"a\",\"score\":true}\n",
            "{\"prompt\":\"q\",\"scores\":{\"b\":0.5,\"a\":0}}\n",
            "{\"prompt\":\"p\",\"model\":\"a\",\"score\":0.5}\n",
        ))
        .unwrap();
        assert_eq!(
            data.models
                .iter()
                .map(|m| m.id.as_str())
                .collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!(data.scores[[0, 0]], 0.75);
        assert!(data.scores[[0, 1]].is_nan());
        assert_eq!(data.scores.row(1).to_vec(), [0.0, 0.5]);
    }

    #[test]
    fn csv_columns_in_any_order_with_quoted_prompts() {
        let data = csv("score,note,prompt,model\n1,x,\"say \"\"a\"\",\nb\",m\n0,,c,m\n").unwrap();
        assert_eq!(data.prompts[0].text, "say \"a\",\nb");
        assert_eq!(data.scores.column(0).to_vec(), [1.0, 0.0]);
    }

    #[test]
    fn errors_name_line_and_column() {
        let said = |r: Result<Dataset, DatasetError>| r.unwrap_err().to_string();
        assert!(
            said(jsonl("\n{\"prompt\":\"p\",\"model\":\"a\",\"score\":2}"))
                .starts_with("l.jsonl, line 2, a: score 2")
        );
        assert!(said(jsonl("{\"prompt\":\"p\"}")).contains("line 1: a label needs"));
        assert!(
            said(jsonl("{\"prompt\":\"p\",\"scores\":{\"a\":null}}"))
                .contains("line 1, a: score null")
        );
        assert!(
            said(jsonl("{\"prompt\":\"p\",\"scores\":{\"a\":\"1\"}}"))
                .contains("line 1, a: score \"1\" is not a number")
        );
        assert!(said(jsonl("[")).starts_with("l.jsonl, line 1, character"));
        assert!(said(jsonl("")).contains("no labels"));
        assert!(
            said(csv("prompt,model\np,m\n")).starts_with("l.csv, line 1, score: no such column")
        );
        assert!(
            said(csv("prompt,model,score\np,m,x\n")).starts_with("l.csv, line 2, score: \"x\"")
        );
    }

    #[test]
    fn a_label_without_a_model_or_with_one_model_twice_is_incomplete() {
        let needs = "line 1: a label needs `model` and `score`, or else `scores`";
        for text in [
            "{\"prompt\":\"p\",\"score\":1}",
            "{\"prompt\":\"p\",\"model\":\"a\",\"score\":null}",
            "{\"prompt\":\"p\",\"model\":\"a\",\"scores\":{\"a\":1}}",
            "{\"prompt\":\"p\",\"model\":\"a\",\"score\":1,\"scores\":{\"a\":1}}",
        ] {
            let said = jsonl(text).unwrap_err().to_string();
            assert!(said.contains(needs), "{text}: {said}");
        }
        let said = |text| jsonl(text).unwrap_err().to_string();
        assert!(said("{\"score\":1}").contains("line 1: a label needs `prompt`"));
        assert!(said("{\"prompt\":3}").contains("line 1, prompt: not a text"));
        assert!(said("[1]").ends_with("line 1: not a JSON object"));
    }

    #[test]
    fn every_format_and_name_of_a_column_reads_the_same_labels() {
        let same = pairs(&[("p", 1.0), ("q", 0.25)]);
        for (file, text) in [
            ("l.csv", "prompt,score\np,1\nq,0.25\n"),
            ("l.CSV", "\u{feff}Question , Correct\np,TRUE\nq,0.25\n"),
            ("l.csv.gz", "accuracy,message\n1,p\n0.25,q\n"),
            ("l.tsv", "input\tlabel\np\ttrue\nq\t.25\n"),
            ("l.csv", "label,query,score\nx,p,1\nx,q,.25\n"),
            (
                "l.jsonl",
                "{\"prompt\":\"p\",\"score\":true}\n\n{\"text\":\"q\",\"score\":0.25}",
            ),
            (
                "l.ndjson",
                "\u{feff}{\"prompt\":\"p\",\"scores\":{\"m\":1}}\n{\"prompt\":\"q\",\"correct\":0.25}",
            ),
            (
                "l.json",
                "[{\"prompt\":\"p\",\"score\":1},{\"prompt\":\"q\",\"model\":\"m\",\"score\":0.25}]",
            ),
        ] {
            assert_eq!(of(file, text, None), same, "{file}: {text}");
            assert_eq!(of(file, text, Some("m")), same, "{file}: {text}");
        }
    }

    #[test]
    fn of_several_models_the_one_that_is_named_is_read() {
        let csv = "prompt,model,score\np,a,1\np,b,0\nq,a,0.5\nr,,0.25\n";
        let a = pairs(&[("p", 1.0), ("q", 0.5), ("r", 0.25)]);
        assert_eq!(of("l.csv", csv, Some("a")), a);
        let scores = "{\"prompt\":\"p\",\"scores\":{\"a\":1,\"b\":0}}\n{\"prompt\":\"q\",\"scores\":{\"b\":1}}";
        assert_eq!(of("l.jsonl", scores, Some("a")), pairs(&[("p", 1.0)]));
        assert_eq!(
            of("l.jsonl", scores, Some("c")).unwrap_err(),
            "labels_model: l.jsonl: no labels of \"c\"; the file has labels of a, b"
        );
        assert_eq!(
            of("l.jsonl", scores, None).unwrap_err(),
            "labels_model: l.jsonl: labels of a, b; name the one model to read"
        );
    }

    #[test]
    fn labels_of_one_model_are_checked_as_all_others() {
        let refused = |file, text| of(file, text, Some("m")).unwrap_err();
        assert_eq!(
            refused("l.csv", "prompt,points\np,1\n"),
            "labels_columns: l.csv, line 1, score: no such column; needed: prompt,score"
        );
        assert_eq!(
            refused("l.csv", "prompt,correct\np,\n"),
            "labels_score: l.csv, line 2, correct: \"\" is not a number"
        );
        assert!(refused("l.csv", "prompt,score\np,NaN\n").contains("score NaN is not in [0, 1]"));
        assert!(
            refused("l.csv", "prompt,score\na, b,1\n").contains("3 columns, but the header has 2")
        );
        assert!(
            refused("l.json", "[{\"prompt\":\"p\",\"score\":-1}]")
                .contains("l.json, [0], score: score -1")
        );
        assert!(
            refused("l.json", "{\"prompt\":\"p\"}").starts_with("batch_type: l.json: This JSON")
        );
        assert_eq!(
            refused("l.jsonl", "\n"),
            "dataset_empty: l.jsonl: no labels"
        );
        assert!(refused("l.parquet", "PAR1").starts_with("labels_format: l.parquet: labels are"));
    }
}

//! Labels, one outcome a line: JSONL or CSV.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use ndarray::Array2;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::check_score;
use super::{Dataset, DatasetError, Model, Prompt};

/// `{"prompt", "model", "score"}` or `{"prompt", "scores": {model: score}}`.
#[derive(Deserialize)]
struct RawLabel {
    prompt: String,
    #[serde(default)]
    task: String,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    score: Option<Value>,
    #[serde(default)]
    scores: Option<Map<String, Value>>,
}

/// Collects outcomes into a matrix; several outcomes of one model on one prompt are averaged.
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

    fn add(&mut self, row: usize, model: &str, score: f32) {
        let column = *self
            .model_columns
            .entry(model.to_owned())
            .or_insert_with_key(|id| {
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
            return Err(DatasetError::whole(file, "no labels"));
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

impl Dataset {
    /// Reads labels, a JSON object a line: `{"prompt", "model", "score"}` or
    /// `{"prompt", "scores": {model: score}}`, with an optional `task`. A score is a number in
    /// `[0, 1]`, true or false. Several outcomes of one model on one prompt are averaged. `file` is
    /// the name for messages.
    ///
    /// # Errors
    /// [`DatasetError`] with line and field of the first thing that is wrong.
    pub fn from_labels_jsonl(
        name: &str,
        file: &str,
        reader: impl Read,
    ) -> Result<Self, DatasetError> {
        let mut collector = Collector::default();
        for (line, text) in (1u64..).zip(BufReader::new(reader).lines()) {
            let text = text.map_err(|e| DatasetError::line(file, line, e.to_string()))?;
            if text.trim().is_empty() {
                continue;
            }
            let raw: RawLabel = serde_json::from_str(text.trim_start_matches('\u{feff}'))
                .map_err(|e| DatasetError::json(file, line, &e))?;
            let outcomes: Vec<(String, Value)> = match (raw.model, raw.score, raw.scores) {
                (Some(model), Some(score), None) => vec![(model, score)],
                (None, None, Some(scores)) => scores.into_iter().collect(),
                _ => {
                    let problem = "a label needs `model` and `score`, or else `scores`";
                    return Err(DatasetError::line(file, line, problem));
                }
            };
            let row = collector.row(raw.prompt, raw.task);
            for (model, score) in outcomes {
                let score = json_score(&score)
                    .map_err(|problem| DatasetError::cell(file, line, &*model, problem))?;
                collector.add(row, &model, score);
            }
        }
        collector.finish(name, file)
    }

    /// Reads labels from CSV with a header that names the columns `prompt`, `model` and `score` in
    /// any order; other columns are ignored. Several outcomes of one model on one prompt are
    /// averaged. `file` is the name for messages.
    ///
    /// # Errors
    /// [`DatasetError`] with line and column of the first thing that is wrong.
    pub fn from_labels_csv(
        name: &str,
        file: &str,
        reader: impl Read,
    ) -> Result<Self, DatasetError> {
        let mut csv = csv::Reader::from_reader(reader);
        let header = csv
            .headers()
            .map_err(|e| DatasetError::csv(file, e))?
            .clone();
        let column = |name: &str| {
            header
                .iter()
                .position(|h| h.trim_start_matches('\u{feff}').trim() == name)
                .ok_or_else(|| {
                    DatasetError::cell(file, 1, name, "no such column; needed: prompt,model,score")
                })
        };
        let (prompt, model, score) = (column("prompt")?, column("model")?, column("score")?);
        let mut collector = Collector::default();
        for record in csv.records() {
            let record = record.map_err(|e| DatasetError::csv(file, e))?;
            let line = record.position().map_or(0, csv::Position::line);
            let field = |column: usize| record.get(column).unwrap_or_default();
            let text = field(score).trim();
            let value = text
                .parse::<f64>()
                .map_err(|_| format!("{text:?} is not a number"))
                .and_then(check_score)
                .map_err(|problem| DatasetError::cell(file, line, "score", problem))?;
            let row = collector.row(field(prompt).to_owned(), String::new());
            collector.add(row, field(model), value);
        }
        collector.finish(name, file)
    }
}

fn json_score(value: &Value) -> Result<f32, String> {
    match value {
        Value::Bool(right) => Ok(f32::from(u8::from(*right))),
        Value::Number(number) => check_score(number.as_f64().unwrap_or(f64::NAN)),
        other => Err(format!("score {other} is not a number in [0, 1]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jsonl(text: &str) -> Result<Dataset, DatasetError> {
        Dataset::from_labels_jsonl("n", "l.jsonl", text.as_bytes())
    }

    fn csv(text: &str) -> Result<Dataset, DatasetError> {
        Dataset::from_labels_csv("n", "l.csv", text.as_bytes())
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
        assert!(said(jsonl("[")).starts_with("l.jsonl, line 1, character"));
        assert!(said(jsonl("")).contains("no labels"));
        assert!(
            said(csv("prompt,model\np,m\n")).starts_with("l.csv, line 1, score: no such column")
        );
        assert!(
            said(csv("prompt,model,score\np,m,x\n")).starts_with("l.csv, line 2, score: \"x\"")
        );
    }
}

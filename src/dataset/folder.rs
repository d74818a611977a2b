//! The folder format: prompts, models, a matrix of scores.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use ndarray::Array2;
use serde::Deserialize;

use super::error::check_score;
use super::{Dataset, DatasetError, Model, Prompt};

const PROMPTS: &str = "prompts.jsonl";
const MODELS: &str = "models.json";
const SCORES: &str = "scores.csv";
const COSTS: &str = "costs.csv";

/// Readers of the files of a data folder, already decompressed.
pub struct FolderParts<'a> {
    /// `prompts.jsonl`: `{"id", "task", "prompt", "query"?}` a line.
    pub prompts: Box<dyn Read + 'a>,
    /// `models.json`: a list of `{"id", "name", "price_in_per_mtok", "price_out_per_mtok", …}`.
    pub models: Box<dyn Read + 'a>,
    /// `scores.csv`: a header of model ids, a row a prompt, empty where missing.
    pub scores: Box<dyn Read + 'a>,
    /// `costs.csv`: US dollars, shape of the scores.
    pub costs: Option<Box<dyn Read + 'a>>,
}

#[derive(Deserialize)]
struct RawPrompt {
    #[serde(default)]
    id: String,
    #[serde(default)]
    task: String,
    prompt: String,
    #[serde(default)]
    query: Option<String>,
}

#[derive(Deserialize)]
struct RawModel {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    price_in_per_mtok: Option<f64>,
    #[serde(default)]
    price_out_per_mtok: Option<f64>,
    #[serde(default)]
    params_b: Option<f64>,
    #[serde(default)]
    mean_output_chars: Option<f64>,
    #[serde(default)]
    price_source: Option<String>,
}

impl Dataset {
    /// Reads the folder format.
    ///
    /// # Errors
    /// [`DatasetError`] with file, line and column of the first thing that is wrong.
    pub fn from_folder(name: &str, parts: FolderParts) -> Result<Self, DatasetError> {
        let prompts = read_prompts(parts.prompts)?;
        let models = read_models(parts.models)?;
        let scores = read_matrix(SCORES, parts.scores, prompts.len(), &models, check_score)?;
        let check_cost = |cost: f64| {
            let good = cost.is_finite() && cost >= 0.0;
            if good {
                Ok(cost as f32)
            } else {
                Err(format!("cost {cost} is not a number from 0"))
            }
        };
        let costs = parts
            .costs
            .map(|costs| read_matrix(COSTS, costs, prompts.len(), &models, check_cost))
            .transpose()?;
        Ok(Self {
            name: name.into(),
            prompts,
            models,
            scores,
            costs,
        })
    }
}

fn read_prompts(reader: impl Read) -> Result<Vec<Prompt>, DatasetError> {
    let mut prompts = Vec::new();
    for (line, text) in (1u64..).zip(BufReader::new(reader).lines()) {
        let text = text.map_err(|e| DatasetError::line(PROMPTS, line, e.to_string()))?;
        if text.trim().is_empty() {
            continue;
        }
        let raw: RawPrompt = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| DatasetError::json(PROMPTS, line, &e))?;
        prompts.push(Prompt {
            id: raw.id,
            task: raw.task,
            text: raw.prompt,
            query: raw.query,
        });
    }
    if prompts.is_empty() {
        return Err(DatasetError::whole(PROMPTS, "no prompts"));
    }
    Ok(prompts)
}

/// Reads models.json alone, for its prices.
///
/// # Errors
/// [`DatasetError`] with the line of the first thing that is wrong.
pub fn read_models(reader: impl Read) -> Result<Vec<Model>, DatasetError> {
    let raw: Vec<RawModel> = serde_json::from_reader(BufReader::new(reader))
        .map_err(|e| DatasetError::json(MODELS, e.line() as u64, &e))?;
    if raw.is_empty() {
        return Err(DatasetError::whole(MODELS, "no models"));
    }
    let mut seen = HashSet::new();
    let model = |(i, raw): (usize, RawModel)| {
        let price = |field: &str, price: Option<f64>| match price {
            Some(p) if !(p.is_finite() && p >= 0.0) => Err(DatasetError::cell(
                MODELS,
                0,
                format!("[{i}].{field}"),
                format!("{p} is not a price; give US dollars per million tokens, or null"),
            )),
            other => Ok(other),
        };
        if !seen.insert(raw.id.clone()) {
            let problem = format!("id {:?} occurs twice; ids must be unique", raw.id);
            return Err(DatasetError::cell(MODELS, 0, format!("[{i}].id"), problem));
        }
        Ok(Model {
            name: raw.name.unwrap_or_else(|| raw.id.clone()),
            price_in: price("price_in_per_mtok", raw.price_in_per_mtok)?,
            price_out: price("price_out_per_mtok", raw.price_out_per_mtok)?,
            params_b: raw.params_b,
            output_chars: raw.mean_output_chars,
            price_source: raw.price_source,
            id: raw.id,
        })
    };
    raw.into_iter().enumerate().map(model).collect()
}

fn read_matrix(
    file: &'static str,
    reader: impl Read,
    rows: usize,
    models: &[Model],
    check: impl Fn(f64) -> Result<f32, String>,
) -> Result<Array2<f32>, DatasetError> {
    let mut csv = csv::Reader::from_reader(reader);
    let header = csv
        .headers()
        .map_err(|e| DatasetError::csv(file, e))?
        .clone();
    let ids: Vec<&str> = models.iter().map(|m| m.id.as_str()).collect();
    let column_of = |id: &str| {
        header
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}') == id)
    };
    let columns = ids
        .iter()
        .map(|id| {
            column_of(id).ok_or_else(|| {
                DatasetError::cell(
                    file,
                    1,
                    *id,
                    "no such column; the header must name every model",
                )
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(extra) = header
        .iter()
        .find(|h| !ids.contains(&h.trim_start_matches('\u{feff}')))
    {
        let problem = format!("not a model of {MODELS}; add it there or drop the column");
        return Err(DatasetError::cell(file, 1, extra, problem));
    }
    let mut cells = Vec::with_capacity(rows * ids.len());
    let mut found = 0;
    for record in csv.records() {
        let record = record.map_err(|e| DatasetError::csv(file, e))?;
        let line = record.position().map_or(0, csv::Position::line);
        for (id, &column) in ids.iter().zip(&columns) {
            let text = record.get(column).unwrap_or_default().trim();
            let value = match text {
                "" => Ok(f32::NAN),
                _ => text
                    .parse()
                    .map_err(|_| format!("{text:?} is not a number"))
                    .and_then(&check),
            };
            cells.push(value.map_err(|problem| DatasetError::cell(file, line, *id, problem))?);
        }
        found += 1;
    }
    Array2::from_shape_vec((found, ids.len()), cells)
        .ok()
        .filter(|_| found == rows)
        .ok_or_else(|| {
            DatasetError::whole(
                file,
                format!("{found} rows, but {PROMPTS} has {rows} prompts"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PROMPTS: &str =
        "{\"prompt\":\"a\",\"task\":\"t\"}\n\n{\"prompt\":\"b\",\"query\":\"q\"}\n";
    const TWO_MODELS: &str =
        r#"[{"id":"x","price_in_per_mtok":1,"price_out_per_mtok":2},{"id":"y"}]"#;

    fn read(prompts: &str, models: &str, scores: &str) -> Result<Dataset, DatasetError> {
        let parts = FolderParts {
            prompts: Box::new(prompts.as_bytes()),
            models: Box::new(models.as_bytes()),
            scores: Box::new(scores.as_bytes()),
            costs: None,
        };
        Dataset::from_folder("test", parts)
    }

    fn refused(prompts: &str, models: &str, scores: &str) -> String {
        read(prompts, models, scores).unwrap_err().to_string()
    }

    #[test]
    fn reads_scores_by_model_name_and_keeps_holes() {
        let data = read(TWO_PROMPTS, TWO_MODELS, "y,x\n0.5,1\n,0\n").unwrap();
        assert_eq!(data.scores.row(0).to_vec(), [1.0, 0.5]);
        assert!(data.scores[[1, 0]] == 0.0 && data.scores[[1, 1]].is_nan());
        assert_eq!(data.observed(), 3);
        assert_eq!(
            (data.prompts[0].to_embed(), data.prompts[1].to_embed()),
            ("a", "q")
        );
        assert_eq!(
            (data.models[0].price_out, data.models[1].price_out),
            (Some(2.0), None)
        );
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let good = "x,y\n1,1\n1,1\n";
        assert_eq!(
            refused("{\"prompt\":\"a\"}\n{\"prompt\":3}", TWO_MODELS, good),
            "prompts.jsonl, line 2, character 11: invalid type: integer `3`, expected a string"
        );
        assert!(
            refused(TWO_PROMPTS, TWO_MODELS, "x,y\n1,1\n1,2\n")
                .starts_with("scores.csv, line 3, y: score 2")
        );
        assert!(
            refused(TWO_PROMPTS, TWO_MODELS, "x,y\n1,NaN\n1,1\n")
                .starts_with("scores.csv, line 2, y: score NaN")
        );
        assert!(
            refused(TWO_PROMPTS, TWO_MODELS, "x,y\n1,one\n1,1\n").contains("line 2, y: \"one\"")
        );
        assert!(
            refused(TWO_PROMPTS, TWO_MODELS, "x\n1\n1\n")
                .starts_with("scores.csv, line 1, y: no such")
        );
        assert!(
            refused(TWO_PROMPTS, TWO_MODELS, "x,y,z\n1,1,1\n")
                .starts_with("scores.csv, line 1, z: not a model")
        );
        assert!(
            refused(TWO_PROMPTS, TWO_MODELS, "x,y\n1,1\n1\n")
                .starts_with("scores.csv, line 3: 1 columns")
        );
        assert!(refused(TWO_PROMPTS, TWO_MODELS, "x,y\n1,1\n").contains("1 rows, but"));
        assert!(refused("", TWO_MODELS, good).contains("no prompts"));
    }

    #[test]
    fn refuses_twin_models_and_impossible_prices() {
        let twins = r#"[{"id":"x"},{"id":"x"}]"#;
        assert!(refused(TWO_PROMPTS, twins, "x,x\n").starts_with("models.json, [1].id: id \"x\""));
        let price = r#"[{"id":"x","price_out_per_mtok":-1}]"#;
        assert!(refused(TWO_PROMPTS, price, "x\n").contains("[0].price_out_per_mtok: -1"));
    }
}

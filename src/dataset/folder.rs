//! The folder format: prompts, models and a matrix of scores.

use std::collections::HashSet;
use std::io::Read;

use ndarray::Array2;
use serde::Deserialize;

use super::csv::Table;
use super::place::Place;
use super::score::in_range;
use super::{Dataset, DatasetError, Model, Prompt, jsonl};

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
        let rows = prompts.len();
        let scores = read_matrix(SCORES, parts.scores, rows, &models, check_score)?;
        let costs = parts
            .costs
            .map(|costs| read_matrix(COSTS, costs, rows, &models, check_cost))
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

fn check_score(score: f64, at: Place, column: &str) -> Result<f32, DatasetError> {
    in_range(score, at, column).map(|score| score as f32)
}

fn check_cost(cost: f64, at: Place, column: &str) -> Result<f32, DatasetError> {
    if cost.is_finite() && cost >= 0.0 {
        return Ok(cost as f32);
    }
    let column = column.to_owned();
    Err(DatasetError::Cost { at, column, cost })
}

fn read_prompts(reader: impl Read) -> Result<Vec<Prompt>, DatasetError> {
    let mut prompts = Vec::new();
    for line in jsonl::lines(PROMPTS, reader) {
        let (line, text) = line?;
        let raw: RawPrompt = serde_json::from_str(&text)
            .map_err(|e| DatasetError::json(Place::line(PROMPTS, line), &e))?;
        prompts.push(Prompt {
            id: raw.id,
            task: raw.task,
            text: raw.prompt,
            query: raw.query,
        });
    }
    not_empty(prompts, PROMPTS, "prompts")
}

fn not_empty<T>(list: Vec<T>, file: &str, missing: &'static str) -> Result<Vec<T>, DatasetError> {
    if list.is_empty() {
        let at = Place::whole(file);
        return Err(DatasetError::Empty { at, missing });
    }
    Ok(list)
}

/// Reads models.json alone, for its prices.
///
/// # Errors
/// [`DatasetError`] with the line of the first thing that is wrong.
pub fn read_models(reader: impl Read) -> Result<Vec<Model>, DatasetError> {
    let raw: Vec<RawModel> = serde_json::from_slice(&jsonl::whole(MODELS, reader)?)
        .map_err(|e| DatasetError::json(Place::line(MODELS, e.line() as u64), &e))?;
    let raw = not_empty(raw, MODELS, "models")?;
    let mut seen = HashSet::new();
    let model = |(item, raw): (usize, RawModel)| {
        let file = || MODELS.to_owned();
        let price = |field, price: Option<f64>| match price {
            Some(price) if !(price.is_finite() && price >= 0.0) => Err(DatasetError::Price {
                file: file(),
                item,
                field,
                price,
            }),
            other => Ok(other),
        };
        if !seen.insert(raw.id.clone()) {
            return Err(DatasetError::DuplicateModel {
                file: file(),
                item,
                id: raw.id,
            });
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

/// Reads a matrix with a column for each model, by id, and a row for each prompt. An empty cell is
/// NaN.
fn read_matrix(
    file: &'static str,
    reader: impl Read,
    rows: usize,
    models: &[Model],
    check: fn(f64, Place, &str) -> Result<f32, DatasetError>,
) -> Result<Array2<f32>, DatasetError> {
    let mut table = Table::new(file, reader, b',')?;
    let columns = matrix_columns(file, table.header(), models)?;
    let mut cells = Vec::with_capacity(rows * models.len());
    let mut found = 0;
    while let Some(row) = table.next()? {
        for (model, &column) in models.iter().zip(&columns) {
            let text = row.cell(column).trim();
            let at = || Place::line(file, row.line);
            cells.push(match (text, text.parse()) {
                ("", _) => f32::NAN,
                (_, Ok(number)) => check(number, at(), &model.id)?,
                (text, Err(_)) => {
                    return Err(DatasetError::NotNumber {
                        at: at(),
                        column: model.id.clone(),
                        text: text.to_owned(),
                    });
                }
            });
        }
        found += 1;
    }
    Array2::from_shape_vec((found, models.len()), cells)
        .ok()
        .filter(|_| found == rows)
        .ok_or_else(|| DatasetError::Rows {
            at: Place::whole(file),
            found,
            prompts: PROMPTS,
            expected: rows,
        })
}

/// The column of each model; every column must be that of a model.
fn matrix_columns(
    file: &str,
    header: &[String],
    models: &[Model],
) -> Result<Vec<usize>, DatasetError> {
    let at = || Place::line(file, 1);
    let columns = models
        .iter()
        .map(|model| {
            let column = header.iter().position(|title| *title == model.id);
            column.ok_or_else(|| DatasetError::MissingColumn {
                at: at(),
                column: model.id.clone(),
                remedy: "the header must name every model",
            })
        })
        .collect::<Result<_, _>>()?;
    match header
        .iter()
        .find(|title| models.iter().all(|m| m.id != **title))
    {
        None => Ok(columns),
        Some(extra) => Err(DatasetError::ExtraColumn {
            at: at(),
            column: extra.clone(),
            models: MODELS,
        }),
    }
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

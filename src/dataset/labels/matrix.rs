//! The labels of all models as a data set.

#![allow(
    clippy::indexing_slicing,
    reason = "rows and columns were counted before"
)]

use std::collections::HashMap;
use std::io::Read;

use ndarray::Array2;

use super::options::{LabelOptions, LabelsReport};
use super::rows::LabelRows;
use crate::dataset::place::Place;
use crate::dataset::{Dataset, DatasetError, Model, Prompt};

impl Dataset {
    /// Reads the labels of all models in a file; each label must name its model. Several labels of
    /// one model on one prompt are averaged. In JSON, a label may have a `task`. `name` is that of
    /// the data set, `file` is the file's name, for its format and for messages.
    ///
    /// # Errors
    /// [`DatasetError`] with line and column of the first thing that is wrong.
    pub fn from_labels(name: &str, file: &str, reader: impl Read) -> Result<Self, DatasetError> {
        let mut labels = LabelFiles::default();
        labels.add(file, reader, &LabelOptions::default())?;
        labels.finish(name)
    }
}

/// The labels of several files, which become one data set. Several labels of one model on one prompt are
/// averaged.
#[derive(Default)]
pub struct LabelFiles {
    matrix: Collector,
}

impl LabelFiles {
    /// Reads a file of text; see [`LabelRows::add`].
    ///
    /// # Errors
    /// As [`LabelRows::add`].
    pub fn add(
        &mut self,
        file: &str,
        reader: impl Read,
        options: &LabelOptions,
    ) -> Result<LabelsReport, DatasetError> {
        self.rows().add(file, reader, options)
    }

    /// The reader of files whose labels these become.
    pub fn rows(&mut self) -> LabelRows<'_> {
        let matrix = &mut self.matrix;
        LabelRows::kept(move |row| {
            let position = matrix.row(row.prompt, row.task);
            for (model, score) in row.scores {
                matrix.add(position, model, score as f32);
            }
        })
    }

    /// The data set of all files.
    ///
    /// # Errors
    /// [`DatasetError::Empty`] without any label.
    pub fn finish(self, name: &str) -> Result<Dataset, DatasetError> {
        self.matrix.finish(name, name)
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

//! Labels one row after another, so that files of any length need no memory.

use std::io::Read;

use super::options::{LabelOptions, LabelsReport};
use super::reading::{Most, Reading};
use super::record::{Needed, Record};
use super::visit::visit;
use crate::dataset::{Dataset, DatasetError, model_fits, task_fits};

/// A prompt with the scores of models on it, as a row of a file has them.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRow {
    /// The prompt, or the part of it that is to be embedded.
    pub prompt: String,
    /// What it was collected for; empty if unknown.
    pub task: String,
    /// Ids of models, and how good their answers were, in `[0, 1]`.
    pub scores: Vec<(String, f64)>,
}

impl LabelRow {
    /// Removes the scores of a model on a task, and returns their number, as [`Dataset::leave_out`] does.
    pub fn leave_out(&mut self, model: &str, task: &str) -> usize {
        if !task_fits(task, &self.task) {
            return 0;
        }
        let before = self.scores.len();
        self.scores.retain(|(id, _)| !model_fits(model, id));
        before - self.scores.len()
    }
}

/// Reads files of labels and passes on each row. Several labels of one model on one prompt stay several. A row
/// was passed on before the next one is read; if one of those is wrong, reading the file is an error
/// all the same.
pub struct LabelRows<'a> {
    each: Box<dyn FnMut(LabelRow) + 'a>,
    most: Most,
}

impl<'a> LabelRows<'a> {
    /// `each` is called with the rows in the order of the files. The number of rows has no limit.
    pub fn new(each: impl FnMut(LabelRow) + 'a) -> Self {
        Self {
            each: Box::new(each),
            most: Most::STREAMED,
        }
    }

    /// The same where `each` keeps what it gets: the rows of a file have the limits of
    /// [`LabelFiles`](super::LabelFiles).
    pub(super) fn kept(each: impl FnMut(LabelRow) + 'a) -> Self {
        Self {
            most: Most::KEPT,
            ..Self::new(each)
        }
    }

    /// Reads a file of text. `file` is its name, for its format and for messages.
    ///
    /// # Errors
    /// [`DatasetError`]: what is wrong, or what must be decided ([`DatasetError::choice`]).
    pub fn add(
        &mut self,
        file: &str,
        reader: impl Read,
        options: &LabelOptions,
    ) -> Result<LabelsReport, DatasetError> {
        self.read(file, options, |reading| visit(reading, reader))
    }

    /// Reads a Parquet file; a column is a field of the labels.
    ///
    /// # Errors
    /// As [`LabelRows::add`].
    #[cfg(feature = "packed")]
    pub fn add_parquet<R: Read + std::io::Seek + Send + 'static>(
        &mut self,
        file: &str,
        reader: R,
        options: &LabelOptions,
    ) -> Result<LabelsReport, DatasetError> {
        self.read(file, options, |reading| {
            super::packed::parquet(reading, reader)
        })
    }

    /// Reads a packed log of Inspect (`.eval`).
    ///
    /// # Errors
    /// As [`LabelRows::add`].
    #[cfg(feature = "packed")]
    pub fn add_archive(
        &mut self,
        file: &str,
        reader: impl Read + std::io::Seek,
        options: &LabelOptions,
    ) -> Result<LabelsReport, DatasetError> {
        self.read(file, options, |reading| {
            super::packed::archive(reading, reader)
        })
    }

    fn read(
        &mut self,
        file: &str,
        options: &LabelOptions,
        visit: impl FnOnce(&mut Reading) -> Result<(), DatasetError>,
    ) -> Result<LabelsReport, DatasetError> {
        // Of labels that name no model, the caller has said it.
        let said = options.model.unwrap_or_default();
        let mut each = |record: Record| {
            let named = |model: Option<String>| model.unwrap_or_else(|| said.to_owned());
            let scores = record.scores.into_iter();
            (self.each)(LabelRow {
                prompt: record.prompt,
                task: record.task,
                scores: scores.map(|(model, score)| (named(model), score)).collect(),
            });
        };
        let reading = Reading::new(file, options, Needed::ModelToo, &mut each);
        let mut reading = reading.at_most(self.most);
        visit(&mut reading)?;
        Ok(reading.finish()?.report)
    }
}

impl Dataset {
    /// The scores as rows of labels, with the texts to embed.
    pub fn label_rows(&self) -> impl Iterator<Item = LabelRow> {
        let rows = self.prompts.iter().zip(self.scores.outer_iter());
        rows.map(|(prompt, scores)| {
            let scores = self.models.iter().zip(scores);
            let scores = scores.filter(|(_, score)| !score.is_nan());
            LabelRow {
                prompt: prompt.to_embed().to_owned(),
                task: prompt.task.clone(),
                scores: scores
                    .map(|(model, score)| (model.id.clone(), f64::from(*score)))
                    .collect(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::labels::LabelFiles;

    const CSV: &str = "prompt,model,score\na,m,1\nb,m,0\na,m,0\na,n,0.5\n";
    const LINES: &str = r#"{"prompt": "a", "task": "sums", "scores": {"m": 1, "n": 0.25}}"#;

    fn streamed(
        files: &[(&str, &str)],
        options: &LabelOptions,
    ) -> Result<Vec<LabelRow>, DatasetError> {
        let mut found = Vec::new();
        let mut rows = LabelRows::new(|row| found.push(row));
        for (file, text) in files {
            rows.add(file, text.as_bytes(), options)?;
        }
        drop(rows);
        Ok(found)
    }

    fn row(prompt: &str, task: &str, scores: &[(&str, f64)]) -> LabelRow {
        LabelRow {
            prompt: prompt.into(),
            task: task.into(),
            scores: scores
                .iter()
                .map(|(id, score)| ((*id).into(), *score))
                .collect(),
        }
    }

    #[test]
    fn every_label_of_every_file_is_passed_on_in_order() {
        let found = streamed(
            &[("l.csv", CSV), ("l.jsonl", LINES)],
            &LabelOptions::default(),
        );
        let expected = [
            row("a", "", &[("m", 1.0)]),
            row("b", "", &[("m", 0.0)]),
            row("a", "", &[("m", 0.0)]),
            row("a", "", &[("n", 0.5)]),
            row("a", "sums", &[("m", 1.0), ("n", 0.25)]),
        ];
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn options_mean_the_same_as_for_labels_that_are_kept() {
        let options = LabelOptions {
            model: Some("said"),
            ..LabelOptions::default()
        };
        let found = streamed(&[("l.csv", "prompt,score\na,1\n")], &options).unwrap();
        assert_eq!(found, [row("a", "", &[("said", 1.0)])]);
        let bad = "prompt,model,score\na,m,1\nb,m,7\n";
        let problem = streamed(&[("l.csv", bad)], &LabelOptions::default()).unwrap_err();
        let mut kept = LabelFiles::default();
        let same = kept.add("l.csv", bad.as_bytes(), &LabelOptions::default());
        assert_eq!(problem.to_string(), same.unwrap_err().to_string());
    }

    #[test]
    fn rows_of_a_data_set_are_its_scores_and_are_left_out_as_there() {
        let mut files = LabelFiles::default();
        files
            .add("l.csv", CSV.as_bytes(), &LabelOptions::default())
            .unwrap();
        files
            .add("l.jsonl", LINES.as_bytes(), &LabelOptions::default())
            .unwrap();
        let mut data = files.finish("l").unwrap();
        data.prompts[1].task = "sums 2".into();
        let rows: Vec<LabelRow> = data.label_rows().collect();
        // Labels of one model on one prompt are one score of a data set: (1 + 0 + 1) / 3.
        let third = f64::from(2.0f32 / 3.0);
        assert_eq!(rows[0], row("a", "", &[("m", third), ("n", 0.375)]));
        assert_eq!(rows[1], row("b", "sums 2", &[("m", 0.0)]));
        for (model, task) in [("n", ""), ("*", "sums*"), ("m", "sums"), ("x", "*")] {
            let left_out: usize = rows
                .clone()
                .iter_mut()
                .map(|row| row.leave_out(model, task))
                .sum();
            assert_eq!(
                left_out,
                data.clone().leave_out(model, task),
                "{model} {task}"
            );
        }
    }
}

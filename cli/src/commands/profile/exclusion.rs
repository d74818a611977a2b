//! Labels that a table leaves out: its columns `dataset`, `model` and `task`.

use crate::input::files;
use crate::output::streams::note;
use anyhow::Result;
use std::path::Path;
use uniroute::dataset::labels::LabelRow;
use uniroute::dataset::{self, Dataset};

/// The labels of one data set that are left out.
pub struct Exclusion<'a> {
    path: &'a Path,
    dataset: String,
    rules: Vec<Rule>,
    /// Labels that were looked at.
    labels: usize,
}

/// A row of the table that is of this data set.
struct Rule {
    model: String,
    task: String,
    left_out: usize,
}

impl<'a> Exclusion<'a> {
    /// Reads a table; `dataset` is the name of the data set.
    pub fn read(path: &'a Path, dataset: &str) -> Result<Self> {
        let names = ["dataset", "model", "task"];
        let rows = dataset::columns(&path.to_string_lossy(), files::open_text(path)?, names)?;
        let rows = rows.into_iter().filter(|[name, _, _]| name == dataset);
        let rules = rows.map(|[_, model, task]| Rule {
            model,
            task,
            left_out: 0,
        });
        Ok(Self {
            path,
            dataset: dataset.to_owned(),
            rules: rules.collect(),
            labels: 0,
        })
    }

    /// Removes labels of a data set.
    pub fn leave_out_of(&mut self, data: &mut Dataset) {
        self.labels += data.observed();
        for rule in &mut self.rules {
            rule.left_out += data.leave_out(&rule.model, &rule.task);
        }
    }

    /// Removes labels of a row.
    pub fn leave_out(&mut self, row: &mut LabelRow) {
        self.labels += row.scores.len();
        for rule in &mut self.rules {
            rule.left_out += row.leave_out(&rule.model, &rule.task);
        }
    }

    /// Says how many labels were left out, and which rows of the table meant none.
    pub fn tell(&self) {
        let path = self.path.display();
        for Rule { model, task, .. } in self.rules.iter().filter(|rule| rule.left_out == 0) {
            note!("{path}: {} has no score of {model} on {task}", self.dataset);
        }
        let left_out: usize = self.rules.iter().map(|rule| rule.left_out).sum();
        note!("{path}: {left_out} of {} labels left out", self.labels);
    }
}

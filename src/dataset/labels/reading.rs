//! The state of reading one file of labels: what was asked for, what was found, and what is wrong.

use super::options::{LabelOptions, LabelsReport};
use super::record::{Needed, Record, Row};
use super::scores::Scores;
use crate::dataset::DatasetError;
use crate::dataset::label_error::LabelsError;
use crate::dataset::place::Place;

/// What a file of labels may hold at most.
#[derive(Clone, Copy)]
pub(super) struct Most {
    /// Rows of the file.
    pub rows: usize,
    /// Bytes that its prompts take together.
    pub text: u64,
}

impl Most {
    /// Where all prompts are kept.
    pub const KEPT: Self = Self {
        rows: 10_000_000,
        text: 1024 * 1024 * 1024,
    };
    /// Where a row is forgotten before the next one is read.
    pub const STREAMED: Self = Self {
        rows: usize::MAX,
        text: u64::MAX,
    };
}

/// Messages about bad rows that are kept.
const MOST_PROBLEMS: usize = 20;
/// Places of bad rows that a message names.
const MOST_PLACES: usize = 8;
/// Models whose names are kept for messages.
const MOST_MODELS: usize = 1000;

/// Reads the rows of one file of labels.
pub(super) struct Reading<'a> {
    pub file: &'a str,
    pub options: LabelOptions<'a>,
    pub needed: Needed,
    pub scores: Scores<'a>,
    each: &'a mut dyn FnMut(Record),
    report: LabelsReport,
    models: Vec<String>,
    names_no_model: bool,
    first_problem: Option<DatasetError>,
    others_bad: Vec<String>,
    text: u64,
    most: Most,
}

impl<'a> Reading<'a> {
    /// `each` is called with the labels that are asked for, in the order of the file.
    pub fn new(
        file: &'a str,
        options: &LabelOptions<'a>,
        needed: Needed,
        each: &'a mut dyn FnMut(Record),
    ) -> Self {
        Self {
            file,
            options: *options,
            needed: match options.model {
                Some(_) => Needed::PromptAndScore,
                None => needed,
            },
            scores: Scores::new(options.scores),
            each,
            report: LabelsReport::default(),
            models: Vec::new(),
            names_no_model: false,
            first_problem: None,
            others_bad: Vec::new(),
            text: 0,
            most: Most::KEPT,
        }
    }

    /// The same with other limits.
    pub fn at_most(self, most: Most) -> Self {
        Self { most, ..self }
    }

    /// Says what the file is taken for, and which of its columns mean nothing here.
    pub fn taken_for(&mut self, what: &str, unused: Vec<String>) {
        self.report.taken_for = what.to_owned();
        self.report.unused = unused;
    }

    /// Takes what reading the next row gave.
    ///
    /// # Errors
    /// For more rows or text than are read. A row that is wrong is an error of [`Reading::finish`].
    pub fn row(&mut self, read: Result<Row, DatasetError>) -> Result<(), DatasetError> {
        self.report.rows += 1;
        if self.report.rows > self.most.rows {
            let (at, limit) = (Place::whole(self.file), self.most.rows);
            return Err(DatasetError::TooManyRows { at, limit });
        }
        match read {
            Ok(Row::Labels(record)) => self.labels(record)?,
            Ok(Row::Unscored) => self.report.unscored += 1,
            Ok(Row::Other) => self.report.others += 1,
            Err(error) => self.bad(error),
        }
        Ok(())
    }

    fn labels(&mut self, mut record: Record) -> Result<(), DatasetError> {
        for (model, _) in &record.scores {
            match model {
                None => self.names_no_model = true,
                Some(model) if self.models.len() < MOST_MODELS => {
                    if !self.models.contains(model) {
                        self.models.push(model.clone());
                    }
                }
                Some(_) => {}
            }
        }
        if let Some(wanted) = self.options.model {
            let is_wanted = |model: &Option<String>| model.as_deref().is_none_or(|m| m == wanted);
            record.scores.retain(|(model, _)| is_wanted(model));
        }
        if record.scores.is_empty() {
            self.report.others += 1;
            return Ok(());
        }
        self.text += record.prompt.len() as u64;
        if self.text > self.most.text {
            return Err(DatasetError::TooLarge {
                at: Place::whole(self.file),
                limit: self.most.text,
                remedy: "split the file",
            });
        }
        self.report.used += 1;
        (self.each)(record);
        Ok(())
    }

    fn bad(&mut self, error: DatasetError) {
        self.report.bad += 1;
        if self.report.problems.len() < MOST_PROBLEMS {
            self.report.problems.push(error.to_string());
        }
        match &self.first_problem {
            None => self.first_problem = Some(error),
            Some(_) if self.others_bad.len() == MOST_PLACES => {}
            Some(_) => self.others_bad.push(match error.place() {
                Some(place) => place.part.to_string(),
                None => error.to_string(),
            }),
        }
    }

    /// What the file gave, after all its rows.
    ///
    /// # Errors
    /// What a person must decide, or else what is wrong with the rows.
    pub fn finish(mut self) -> Result<Found, DatasetError> {
        let at = || Place::whole(self.file);
        self.scores.check(at())?;
        if let Some(first) = self.first_problem
            && !self.options.skip_bad
        {
            return Err(match self.others_bad.is_empty() {
                true => first,
                false => DatasetError::BadRows {
                    first: Box::new(first),
                    more: self.report.bad - 1,
                    others: self.others_bad,
                },
            });
        }
        if self.names_no_model && self.needed == Needed::ModelToo {
            return Err(LabelsError::NoModel { at: at() }.into());
        }
        if let Some(model) = self.options.model
            && self.report.used == 0
            && !self.models.is_empty()
        {
            return Err(DatasetError::NoLabelsOfModel {
                at: at(),
                model: model.to_owned(),
                found: self.models,
            });
        }
        if self.report.used == 0 {
            return Err(DatasetError::Empty {
                at: at(),
                missing: "labels",
            });
        }
        self.report.score = self.scores.used().cloned();
        Ok(Found {
            report: self.report,
            models: self.models,
        })
    }
}

/// What a file gave.
pub(super) struct Found {
    pub report: LabelsReport,
    /// Models that its labels name.
    pub models: Vec<String>,
}

//! `uniroute profile --partial`: labels to statistics, sums that `uniroute merge` adds up.

use crate::commands::profile::exclusion::Exclusion;
use crate::input::labels::{self, LabelArgs};
use crate::input::statistics;
use crate::output::file;
use crate::output::progress;
use crate::output::streams::note;
use anyhow::{Result, bail};
use indicatif::ProgressBar;
use ndarray::Array2;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uniroute::Router;
use uniroute::dataset::labels::LabelRow;
use uniroute::feedback::{Feedback, FeedbackError};

/// Rows that are embedded and added at once. The sums are those of these parts, so the number is the same
/// on every machine.
const ROWS: usize = 8192;
/// Bytes of prompts at which rows are embedded before there are so many.
const TEXT: usize = 64 * 1024 * 1024;
/// Prompts that one core embeds at a time.
const PROMPTS: usize = 64;
/// Labels of one model that one core adds up.
const LABELS: usize = 2048;

/// Writes the statistics of labels.
pub fn run(
    router: &Router,
    paths: &[PathBuf],
    args: &LabelArgs,
    exclude: Option<&Path>,
    output: &Path,
) -> Result<()> {
    let mut exclusion = exclude
        .map(|path| Exclusion::read(path, &labels::name(paths)))
        .transpose()?;
    let mut sums = Sums::new(router);
    labels::stream(paths, args, |mut row| {
        if let Some(exclusion) = &mut exclusion {
            exclusion.leave_out(&mut row);
        }
        sums.add(row);
    })?;
    if let Some(exclusion) = exclusion {
        exclusion.tell();
    }
    let sums = sums.finish()?;
    if sums.is_empty() {
        bail!("there are no labels to add up; name files with labels");
    }
    file::write(output, &statistics::bytes(&sums)?)?;
    note!("{}: {}", output.display(), statistics::counted(&sums));
    Ok(())
}

/// Statistics to which rows of labels are added.
struct Sums<'a> {
    router: &'a Router,
    sums: Feedback,
    /// Rows that are not added yet.
    rows: Vec<LabelRow>,
    /// Bytes of their prompts.
    text: usize,
    /// Why labels could not be added; nothing is added afterwards.
    problem: Option<FeedbackError>,
    progress: ProgressBar,
}

impl<'a> Sums<'a> {
    fn new(router: &'a Router) -> Self {
        Self {
            router,
            sums: Feedback::new(router),
            rows: Vec::new(),
            text: 0,
            problem: None,
            progress: progress::spinner("adding up labels"),
        }
    }

    fn add(&mut self, row: LabelRow) {
        if row.scores.is_empty() || self.problem.is_some() {
            return;
        }
        self.text += row.prompt.len();
        self.rows.push(row);
        if self.rows.len() >= ROWS || self.text >= TEXT {
            self.flush();
        }
    }

    fn finish(mut self) -> Result<Feedback> {
        self.flush();
        self.progress.finish_and_clear();
        match self.problem {
            None => Ok(self.sums),
            Some(problem) => Err(statistics::too_much(problem)),
        }
    }

    /// Adds the rows that were kept.
    fn flush(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.text = 0;
        self.progress.inc(rows.len() as u64);
        let added = added_up(self.router, &rows).and_then(|parts| {
            let mut parts = parts.iter();
            parts.try_for_each(|part| self.sums.merge(part))
        });
        self.problem = self.problem.take().or(added.err());
    }
}

/// The labels of the rows as sums: parts of at most [`LABELS`] labels of one model each, in an order that does not
/// depend on the number of cores.
fn added_up(router: &Router, rows: &[LabelRow]) -> Result<Vec<Feedback>, FeedbackError> {
    let memberships: Vec<Array2<f32>> = rows
        .par_chunks(PROMPTS)
        .map(|rows| memberships(router, rows))
        .collect();
    let memberships = memberships.iter().flat_map(|part| part.rows());
    let mut by_model: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (row, membership) in rows.iter().zip(memberships) {
        for (model, score) in &row.scores {
            let labels = by_model.entry(model).or_default();
            labels.push((membership, *score));
        }
    }
    let parts: Vec<_> = by_model
        .iter()
        .flat_map(|(model, labels)| labels.chunks(LABELS).map(move |part| (*model, part)))
        .collect();
    let sum = |(model, labels): &(&str, &[_])| {
        let mut sum = Feedback::new(router);
        for (membership, score) in *labels {
            let membership: &ndarray::ArrayView1<f32> = membership;
            let membership = membership.to_slice().unwrap_or_default();
            sum.add_label(router, membership, model, *score)?;
        }
        Ok(sum)
    };
    parts.par_iter().map(sum).collect()
}

/// The memberships of the prompts of rows, `(n, K)`: those with which `profile --labels` profiles a model.
fn memberships(router: &Router, rows: &[LabelRow]) -> Array2<f32> {
    let prompts: Vec<&str> = rows.iter().map(|row| row.prompt.as_str()).collect();
    let embedder = router.embedder();
    let mut points = Array2::zeros((prompts.len(), embedder.dim()));
    let embedded = embedder.embed_batch(&prompts);
    for (mut point, embedded) in points.rows_mut().into_iter().zip(embedded) {
        let numbers = point.iter_mut().zip(embedded.vector);
        numbers.for_each(|(to, from)| *to = from);
    }
    router.clusters().memberships(points.view())
}

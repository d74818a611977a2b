//! The results of an evaluation as JSON and as text.

use std::fmt::Write;

use serde_json::{Value, json};

use super::estimate::Estimate;
use super::guarantee::Guarantees;
use super::participation::has_costs;
use super::plot::{self, MeanCurve};
use super::protocol::{Labels, Split};
use super::result::TrialResult;
use super::run::Plan;
use super::summary::{self, MethodSummary};

/// The results of one data set and one number of labels.
pub struct Report<'a> {
    plan: &'a Plan<'a>,
    labels: Labels,
    embedder: &'a str,
    curves: Vec<MeanCurve>,
    summaries: Vec<MethodSummary>,
    guarantees: Option<Guarantees>,
}

impl<'a> Report<'a> {
    /// Summarises the results of all trials with this number of labels. `methods` are the names of
    /// the methods, in the order of the scores of each trial; `embedder` is the id of the embedder.
    pub fn new(
        plan: &'a Plan<'a>,
        labels: Labels,
        embedder: &'a str,
        methods: &[&str],
        results: &[TrialResult],
    ) -> Self {
        Self {
            plan,
            labels,
            embedder,
            curves: plot::mean_curves(methods, results),
            summaries: summary::summarise(methods, results),
            guarantees: Guarantees::of(results),
        }
    }

    /// The data set and how it was divided.
    pub fn title(&self) -> String {
        let plan = self.plan;
        format!(
            "{}: {} of {} models unseen, {} labels, {} trials",
            plan.data.name,
            plan.unseen,
            plan.data.models.len(),
            self.labels,
            plan.trials
        )
    }

    /// One summary for each method.
    pub fn summaries(&self) -> &[MethodSummary] {
        &self.summaries
    }

    /// The object that `eval --json` prints.
    pub fn to_json(&self) -> Value {
        let plan = self.plan;
        let labels = match self.labels {
            Labels::Count(n) => json!(n),
            share => json!(share.to_string()),
        };
        json!({
            "dataset": plan.data.name,
            "prompts": plan.data.prompts.len(),
            "models": plan.data.models.len(),
            "unseen": plan.unseen,
            "embedder": self.embedder,
            "labels": labels,
            "trials": plan.trials,
            "seed": plan.seed,
            "methods": summary::to_json(&self.summaries),
            "guarantee": self.guarantees.as_ref().map(Guarantees::to_json),
        })
    }

    /// A heading, a table of the methods and the guarantees, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("### {}, {}\n\n", self.title(), self.embedder);
        if !has_costs(self.plan.data) {
            text +=
                "No prices: all models cost the same, and the area is the quality at λ = 0.\n\n";
        }
        text += &summary::to_markdown(&self.summaries);
        text.push('\n');
        if let Some(guarantees) = &self.guarantees {
            text += &format!("{guarantees}\n");
        }
        text
    }

    /// A plot of the mean deferral curves.
    pub fn to_svg(&self) -> String {
        plot::to_svg(&self.title(), &self.curves)
    }

    /// The mean deferral curves as CSV.
    pub fn to_csv(&self) -> String {
        plot::to_csv(&self.curves)
    }
}

/// The splits of all trials as JSON lines, so that they can be repeated elsewhere: numbers of the
/// prompts from 0, in the order of the file, and ids of the models.
pub fn folds(plan: &Plan) -> String {
    let (prompts, models) = plan.data.scores.dim();
    let most = plan.labels.iter().map(|l| l.count(prompts)).max();
    let mut lines = String::new();
    for trial in 0..plan.trials {
        let split = Split::draw(prompts, models, plan.unseen, plan.seed, trial as u64);
        let id = |&h: &usize| plan.data.models[h].id.as_str();
        let ids = |columns: &[usize]| -> Vec<&str> { columns.iter().map(id).collect() };
        let line = json!({
            "trial": trial, "training": split.training, "validation": split.validation,
            "labelled": split.validation[..most.unwrap_or(0)], "test": split.test,
            "seen": ids(&split.seen), "unseen": ids(&split.unseen),
        });
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{line}");
    }
    lines
}

/// States for each number of labels that exceeds the number of validation prompts how many there
/// are instead.
pub fn label_notes(plan: &Plan) -> Vec<String> {
    let exceeded = |labels: &Labels| {
        let most = labels.count(plan.data.prompts.len());
        matches!(labels, Labels::Count(n) if *n > most).then(|| {
            format!(
                "{}: only {most} validation prompts, all are labelled",
                plan.data.name
            )
        })
    };
    plan.labels.iter().filter_map(exceeded).collect()
}

/// Mean gain of each method over data sets as a Markdown table, with a column for each number of
/// labels. `sets` holds for each data set, then for each number of labels, one summary for each
/// method. Gains are in units of 10⁻⁴.
pub fn mean_gains(labels: &[Labels], methods: &[&str], sets: &[Vec<Vec<MethodSummary>>]) -> String {
    let columns: String = labels.iter().map(|l| format!(" {l} labels |")).collect();
    let mut table = format!(
        "### Mean gain ×10⁻⁴ over {} data sets\n\n| method |{columns}\n|---|{}\n",
        sets.len(),
        "---|".repeat(labels.len())
    );
    for (m, method) in methods.iter().enumerate() {
        let cell = |l: usize| {
            let gains: Vec<_> = sets.iter().filter_map(|s| s[l][m].gain).collect();
            match Estimate::mean(&gains) {
                Some(gain) => format!(" {:+.0} ± {:.0} |", 1e4 * gain.mean, 1e4 * gain.se),
                None => " – |".into(),
            }
        };
        let cells: String = (0..labels.len()).map(cell).collect();
        table += &format!("| {method} |{cells}\n");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Model, Prompt};
    use crate::eval::{Curve, Score};
    use ndarray::{Array2, ArrayView2};

    const NAMES: [&str; 2] = ["zero_router", "uniroute"];

    fn data(price: Option<f64>) -> Dataset {
        let model = |h| Model {
            id: format!("m{h}"),
            price_in: price,
            price_out: price,
            ..Model::default()
        };
        Dataset {
            name: "data".into(),
            prompts: vec![Prompt::default(); 20],
            models: (0..4).map(model).collect(),
            scores: Array2::zeros((20, 4)),
            costs: None,
        }
    }

    fn plan<'a>(data: &'a Dataset, labels: &'a [Labels]) -> Plan<'a> {
        Plan {
            cards: None,
            data,
            points: ArrayView2::from_shape((20, 0), &[]).unwrap(),
            labels,
            unseen: 3,
            trials: 2,
            seed: 5,
        }
    }

    /// The baseline's area is 0.5 in both trials, the other method's 0.51 and 0.53.
    fn results() -> [TrialResult; 2] {
        let score = |area| Score {
            curve: Curve::default(),
            area,
            peak: area,
            qnc: 1.0,
            cost_of_99: 0.5,
        };
        [0.51, 0.53].map(|area| TrialResult {
            scores: vec![score(0.5), score(area)],
            guarantee: None,
        })
    }

    #[test]
    fn a_report_says_what_was_run_and_what_came_out() {
        let (data, labels) = (data(Some(1.0)), [Labels::Percent(10.0)]);
        let plan = plan(&data, &labels);
        let report = Report::new(&plan, labels[0], "static", &NAMES, &results());
        let title = "data: 3 of 4 models unseen, 10% labels, 2 trials";
        assert_eq!(report.title(), title);
        let text = report.to_markdown();
        assert!(
            text.starts_with(&format!("### {title}, static\n\n| method |")),
            "{text}"
        );
        let json = report.to_json();
        assert_eq!((&json["labels"], &json["seed"]), (&json!("10%"), &json!(5)));
        assert_eq!(json["methods"]["uniroute"]["area"]["mean"], 0.52);
        assert!(json["guarantee"].is_null());
        assert!(
            report
                .to_csv()
                .starts_with("method,cost,quality\nzero_router,")
        );
        assert!(report.to_svg().contains(title));
    }

    #[test]
    fn a_report_without_prices_says_so() {
        let (data, labels) = (data(None), [Labels::Count(2)]);
        let plan = plan(&data, &labels);
        let report = Report::new(&plan, labels[0], "static", &NAMES, &results());
        assert!(report.to_markdown().contains("No prices"));
        assert_eq!(report.to_json()["labels"], 2);
    }

    #[test]
    fn folds_repeat_the_splits_of_the_trials() {
        let (data, labels) = (data(None), [Labels::Count(1), Labels::Count(2)]);
        let text = folds(&plan(&data, &labels));
        let lines: Vec<Value> = text
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        let split = Split::draw(20, 4, 3, 5, 1);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1]["test"], json!(split.test));
        assert_eq!(lines[1]["labelled"], json!(split.validation[..2]));
        assert_eq!(lines[1]["seen"], json!([format!("m{}", split.seen[0])]));
    }

    #[test]
    fn more_labels_than_validation_prompts_are_noted() {
        let (data, labels) = (data(None), [Labels::Count(2), Labels::Count(3)]);
        let notes = label_notes(&plan(&data, &labels));
        assert_eq!(notes, ["data: only 2 validation prompts, all are labelled"]);
    }

    #[test]
    fn mean_gains_have_a_row_for_each_method_and_a_column_for_each_number_of_labels() {
        let labels = [Labels::Count(20), Labels::Percent(5.0)];
        let summaries = summary::summarise(&NAMES, &results());
        let mut blank = summaries.clone();
        blank.iter_mut().for_each(|s| s.gain = None);
        let set = vec![summaries, blank];
        assert_eq!(
            mean_gains(&labels, &NAMES, &[set.clone(), set]),
            "### Mean gain ×10⁻⁴ over 2 data sets\n\n\
             | method | 20 labels | 5% labels |\n|---|---|---|\n\
             | zero_router | +0 ± 0 | – |\n| uniroute | +200 ± 71 | – |\n"
        );
    }
}

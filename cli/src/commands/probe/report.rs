//! What a run found, in words.

use super::asking::Ended;
use super::limits::Prices;
use super::measured::{Graded, Run, latency};
use crate::output::streams::{self, note};
use crate::output::table;
use anyhow::Result;
use std::collections::BTreeMap;
use uniroute::Router;
use uniroute::pool::Pool;
use uniroute_probe::Probe;
use uniroute_probe::choose::Plan;

/// Kinds of problems that are listed.
const SHOWN: usize = 12;

/// Reports on standard error.
pub fn print(
    plan: &Plan,
    open: &[Probe],
    run: &Run,
    graded: &Graded,
    ended: &Ended,
    prices: Option<Prices>,
) {
    let mut lines = Vec::new();
    let of_plan: Vec<&(usize, f32)> = graded
        .scores
        .iter()
        .filter(|(at, _)| *at < plan.probes.len())
        .collect();
    let right = of_plan.iter().filter(|(_, score)| *score > 0.5).count();
    let mut first = format!("{right} of {} answers right", of_plan.len());
    if run.resumed > 0 {
        first += &format!("; {} answers were there before", run.resumed);
    }
    lines.push(first);
    lines.extend(ending(plan, ended, of_plan.len()));
    let cut = run.answers.values().filter(|kept| kept.cut).count();
    if cut > 0 {
        lines.push(format!("{cut} answers were cut by the limit of tokens and graded as they are; see --max-output-tokens"));
    }
    let estimated = run.answers.values().filter(|kept| !kept.counted).count();
    if estimated > 0 {
        lines.push(format!(
            "the server did not count the tokens of {estimated} answers; they are estimates"
        ));
    }
    lines.extend(problems(plan, open, run));
    if !open.is_empty() {
        let judge = &graded.judge;
        let bias = judge
            .position_bias()
            .map_or("unknown".into(), |b| format!("{:+.0} %", 100.0 * b));
        lines.push(format!(
            "judge: {} open answers compared in both orders; it prefers the first place by {bias}, the orders disagree on {}, {} \
             verdicts cannot be read",
            judge.scores.len(),
            judge.disagree,
            judge.unreadable
        ));
    }
    let (first_token, speed) = latency(run.answers.values());
    if let Some(seconds) = first_token {
        lines.push(format!("first token after {seconds:.3} s (median)"));
    }
    if let Some(speed) = speed {
        lines.push(format!("{speed:.1} tokens a second (median)"));
    }
    if prices.is_some() {
        lines.push(format!("spent ${:.4}", run.spent));
    }
    for line in lines {
        note!("{line}");
    }
}

fn ending(plan: &Plan, ended: &Ended, answered: usize) -> Option<String> {
    match ended {
        Ended::All => None,
        Ended::Stable(share) => Some(format!(
            "stopped after {answered} of {} questions: the next ones would change about {:.1} % of decisions",
            plan.probes.len(),
            100.0 * share
        )),
        Ended::Budget => Some(format!(
            "stopped after {answered} of {} questions: the next one could exceed the budget",
            plan.probes.len()
        )),
        Ended::Interrupted => Some("interrupted".into()),
        Ended::Unanswered(reason) => Some(format!("stopped: {reason}")),
    }
}

/// Questions without an answer, and problems that further attempts solved, each with its number.
fn problems(plan: &Plan, open: &[Probe], run: &Run) -> Vec<String> {
    let mut lines = Vec::new();
    let mut failed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, problem) in &run.failed {
        failed.entry(problem).or_default().push(id);
    }
    if !run.failed.is_empty() {
        let all = plan.probes.len() + open.len();
        lines.push(format!(
            "{} of {all} questions have no answer and count for nothing:",
            run.failed.len()
        ));
    }
    for (problem, ids) in failed.iter().take(SHOWN) {
        let first = ids.first().copied().unwrap_or_default();
        lines.push(format!("  {} × {problem} (first: {first})", ids.len()));
    }
    let mut solved: BTreeMap<&str, usize> = BTreeMap::new();
    for kept in run.answers.values() {
        for problem in &kept.problems {
            *solved.entry(problem).or_default() += 1;
        }
    }
    if !solved.is_empty() {
        lines.push("answered in spite of:".into());
    }
    for (problem, times) in solved.iter().take(SHOWN) {
        lines.push(format!("  {times} × {problem}"));
    }
    lines
}

/// Prints what is known of the model in each field of the router, on standard output.
pub fn fields(pool: &Pool, id: &str, router: &Router) -> Result<()> {
    let Some(model) = pool.raw().models.iter().find(|m| m.id == id) else {
        return Ok(());
    };
    let preview = model.preview(router)?;
    let row = |name: &str, quality: f64, [low, high]: [f64; 2]| {
        vec![
            name.to_owned(),
            format!("{:.0} %", 100.0 * quality),
            format!("{:.0}–{:.0} %", 100.0 * low, 100.0 * high),
        ]
    };
    let mut rows: Vec<Vec<String>> = preview
        .fields
        .iter()
        .map(|f| row(&f.field, f.quality, f.interval))
        .collect();
    rows.push(row(
        "all prompts",
        preview.model.quality,
        preview.model.interval,
    ));
    streams::print(&table::lines(&["field", "quality", "90 % interval"], &rows))
}

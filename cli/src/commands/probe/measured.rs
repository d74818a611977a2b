//! What a run measured: answers to scores.

use super::journal::Kept;
use super::judge;
use std::collections::BTreeMap;
use uniroute_probe::Probe;
use uniroute_probe::choose::Plan;
use uniroute_probe::grade::{Answer, Grader};

/// Answers and failures of a run, by id.
pub struct Run {
    pub answers: BTreeMap<String, Kept>,
    pub failed: BTreeMap<String, String>,
    /// US dollars, where prices are known.
    pub spent: f64,
    /// Answers that an earlier part of the run had got.
    pub resumed: usize,
}

/// Scores of the answers.
pub struct Graded {
    /// Position in the plan, or after it in the list of open questions, and score in [0, 1].
    pub scores: Vec<(usize, f32)>,
    /// What the judge said, if there is one.
    pub judge: judge::Summary,
}

impl Graded {
    pub fn of(plan: &Plan, open: &[Probe], run: &Run, grader: &Grader) -> Self {
        let mut scores = Self::of_plan(plan, plan.probes.len(), &run.answers, grader);
        let judge = judge::Summary::of(open, &run.answers);
        let judged = judge
            .scores
            .iter()
            .map(|(at, score)| (plan.probes.len() + at, *score));
        scores.extend(judged);
        Self { scores, judge }
    }

    /// Scores of the first `count` questions of the plan, as far as they are answered.
    pub fn of_plan(
        plan: &Plan,
        count: usize,
        answers: &BTreeMap<String, Kept>,
        grader: &Grader,
    ) -> Vec<(usize, f32)> {
        let probes = plan.probes.iter().take(count).enumerate();
        let score = |(at, probe): (usize, &Probe)| {
            let kept = answers.get(&probe.id)?;
            let answer = Answer {
                text: kept.text.clone(),
                calls: kept.calls.clone(),
            };
            let right = grader.is_right(&probe.key, &answer)?;
            Some((at, if right { 1.0 } else { 0.0 }))
        };
        probes.filter_map(score).collect()
    }
}

/// The value below which `part` of the values lie; `None` without values.
pub fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    values.get((part * last as f64).round() as usize).copied()
}

/// How fast the model answered: median seconds to the first part, and median tokens a second.
pub fn latency<'a>(answers: impl Iterator<Item = &'a Kept> + Clone) -> (Option<f64>, Option<f64>) {
    let mut first: Vec<f64> = answers
        .clone()
        .filter_map(|kept| kept.first_token_s)
        .collect();
    let speed = |kept: &Kept| {
        let writing = kept.seconds - kept.first_token_s.unwrap_or(0.0);
        // So few tokens come with the first part.
        (kept.output_tokens >= 8.0 && writing > 1e-4).then_some(kept.output_tokens / writing)
    };
    let mut speeds: Vec<f64> = answers.filter_map(speed).collect();
    (quantile(&mut first, 0.5), quantile(&mut speeds, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_medians_of_the_answers_that_have_them() {
        let kept = |first: Option<f64>, seconds: f64, tokens: f64| Kept {
            first_token_s: first,
            seconds,
            output_tokens: tokens,
            ..Kept::default()
        };
        let answers = [
            kept(Some(0.2), 1.2, 100.0),
            kept(Some(0.4), 2.4, 100.0),
            kept(Some(9.0), 9.5, 100.0),
            kept(None, 1.0, 2.0),
        ];
        assert_eq!(latency(answers.iter()), (Some(0.4), Some(100.0)));
        assert_eq!(latency([].iter()), (None, None));
    }
}

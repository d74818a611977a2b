//! What verdicts from use are worth: the area after some verdicts, beside that of as many labels.
//!
//! A trial is divided as in [`super::run()`]. The unseen models begin with what the prior expects. Then prompts
//! come, in random order, from those that are not tested. Each goes to the model that the router prefers at a λ of
//! its own: people move the slider, so λ·(cost of the most expensive model) is drawn from 0.01 to 10, evenly in
//! its logarithm. The person says whether the answer was good, which is true with the score as its probability;
//! only the model that answered gets a verdict. Labels are scores themselves, each of a random model on a random
//! prompt.

use std::fmt::Write;
use std::sync::Arc;

use ndarray::{Array2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};

use super::estimate::Estimate;
use super::fits::{FittedRouter, TrainingFits};
use super::protocol::Split;
use super::run::Plan;
use super::trial::{Training, Trial};
use crate::fit::Fitted;
use crate::observation::Observations;
use crate::parallel;
use crate::profile::{Information, Posterior, Profile};

/// Share of false verdicts in the second column.
pub const FALSE_SHARE: f64 = 0.1;
/// Powers of ten of λ, in quality per cost of the most expensive model.
const POWERS: std::ops::Range<f64> = -2.0..1.0;

/// The areas of one trial after each number of verdicts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VerdictAreas {
    /// With verdicts.
    pub verdicts: Vec<f64>,
    /// With verdicts of which [`FALSE_SHARE`] say the contrary.
    pub partly_false: Vec<f64>,
    /// With as many labels.
    pub labels: Vec<f64>,
}

/// Runs all trials on all cores and calls `progress` after each. `counts` are the numbers of verdicts.
/// Trials in which nothing can be fitted are left out.
pub fn verdict_areas(
    plan: &Plan,
    counts: &[usize],
    progress: impl Fn() + Sync + Send,
) -> Vec<VerdictAreas> {
    let trials = parallel::map(plan.trials, |trial| {
        let areas = run_trial(plan, counts, trial as u64);
        progress();
        areas
    });
    trials.into_iter().flatten().collect()
}

/// The unseen models in use: what was said of them, and what is expected of them.
struct InUse<'a> {
    fitted: &'a Fitted,
    base: Posterior,
    overlap: Array2<f64>,
    information: Vec<Information>,
    profiles: Vec<Profile>,
}

impl<'a> InUse<'a> {
    fn new(fitted: &'a Fitted, models: usize) -> Option<Self> {
        let clusters = fitted.clusters.len();
        let base = Posterior::new(&fitted.prior, &Observations::none(clusters)).ok()?;
        let overlap = fitted.clusters.overlap();
        let profile = base.profile(overlap.view());
        Some(Self {
            fitted,
            base,
            overlap,
            information: vec![Information::none(clusters); models],
            profiles: vec![profile; models],
        })
    }

    fn add(&mut self, model: usize, membership: &[f32], error: f64) {
        let prior = &self.fitted.prior;
        let expected = membership.iter().zip(prior.mean());
        let expected: f64 = expected.map(|(phi, mean)| f64::from(*phi) * mean).sum();
        let information = &mut self.information[model];
        information.add(membership, error, prior.label_noise(expected), 1.0);
        if let Some(posterior) = self.base.with_information(information) {
            self.profiles[model] = posterior.profile(self.overlap.view());
        }
    }

    fn area(&self, trial: &Trial) -> f64 {
        let router = FittedRouter {
            clusters: self.fitted.clusters.clone(),
            profiles: self.profiles.clone(),
        };
        area(trial, &router)
    }
}

fn area(trial: &Trial, router: &FittedRouter) -> f64 {
    let predicted = router.predict(trial.known.test.view());
    trial.curve(predicted.view()).area()
}

fn run_trial(plan: &Plan, counts: &[usize], number: u64) -> Option<VerdictAreas> {
    let (prompts, models) = plan.data.scores.dim();
    let split = Split::draw(prompts, models, plan.unseen, plan.seed, number);
    let seed = plan.seed.wrapping_mul(1_000_003).wrapping_add(number);
    let training = Arc::new(Training::new(plan.data, plan.points, &split, seed));
    let fits = TrainingFits::new(training.clone());
    let fitted = fits.fitted()?;
    // Costs are those of all validation prompts, however many verdicts there are.
    let trial = Trial::new(plan.data, plan.points, &split, prompts, training);
    let mut rows = [&split.validation[..], &split.training].concat();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(1);
    rows.shuffle(&mut rng);
    let points = plan.points.select(Axis(0), &rows);
    let scores = plan.data.scores.select(Axis(0), &rows);
    let scores = scores.select(Axis(1), &split.unseen);
    let stream = Stream {
        memberships: fitted.clusters.memberships(points.view()),
        scores,
        costs: &trial.hidden.expected_costs,
    };
    let in_use = |false_share| -> Option<Vec<f64>> {
        let models = InUse::new(fitted, split.unseen.len())?;
        Some(stream.verdicts(models, &trial, counts, false_share, seed))
    };
    let labels = |count: &usize| -> Option<f64> {
        let labels = stream.labels(*count, seed);
        let router = FittedRouter::new(fitted, points.view(), labels.view())?;
        Some(area(&trial, &router))
    };
    Some(VerdictAreas {
        verdicts: in_use(0.0)?,
        partly_false: in_use(FALSE_SHARE)?,
        labels: counts.iter().map(labels).collect::<Option<_>>()?,
    })
}

/// The prompts that come, in their order.
struct Stream<'a> {
    /// `(prompts, K)`.
    memberships: Array2<f32>,
    /// Scores of the unseen models, `(prompts, unseen)`; NaN if missing.
    scores: Array2<f32>,
    /// Expected cost of each unseen model.
    costs: &'a [f64],
}

impl Stream<'_> {
    /// The areas after each number of verdicts; a prompt that no model has a score on gets none.
    fn verdicts(
        &self,
        mut models: InUse,
        trial: &Trial,
        counts: &[usize],
        false_share: f64,
        seed: u64,
    ) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(2);
        let unit = self.costs.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let mut areas = vec![0.0; counts.len()];
        let most = counts.iter().copied().max().unwrap_or(0);
        let mut prompts = (0..self.scores.nrows()).cycle();
        let mut record = |given: usize, models: &InUse| {
            for (area, _) in areas.iter_mut().zip(counts).filter(|(_, n)| **n == given) {
                *area = models.area(trial);
            }
        };
        record(0, &models);
        let (mut given, mut without) = (0, 0);
        while given < most && without < self.scores.nrows() {
            let Some(prompt) = prompts.next() else { break };
            let lambda = 10f64.powf(rng.random_range(POWERS)) / unit;
            // Drawn in any case, so that false verdicts are the only difference between two runs.
            let [said, lied] = [rng.random::<f64>(), rng.random::<f64>()];
            let membership = self.memberships.row(prompt).to_vec();
            let Some((model, score)) = self.answer(prompt, &membership, lambda, &models) else {
                without += 1;
                continue;
            };
            let good = (said < f64::from(score)) != (lied < false_share);
            models.add(model, &membership, if good { 0.0 } else { 1.0 });
            (given, without) = (given + 1, 0);
            record(given, &models);
        }
        areas
    }

    /// The model that answers, and the score of its answer.
    fn answer(
        &self,
        prompt: usize,
        membership: &[f32],
        lambda: f64,
        models: &InUse,
    ) -> Option<(usize, f32)> {
        let scores = self.scores.row(prompt);
        let value =
            |h: usize| f64::from(models.profiles[h].expect(membership)) + lambda * self.costs[h];
        let with_score = (0..scores.len()).filter(|h| !scores[*h].is_nan());
        let best = with_score.min_by(|a, b| value(*a).total_cmp(&value(*b)))?;
        Some((best, scores[best]))
    }

    /// Errors `(prompts, unseen)` with `count` labels, each of a random model on a random prompt; NaN elsewhere.
    fn labels(&self, count: usize, seed: u64) -> Array2<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(3);
        let known = self.scores.indexed_iter().filter(|(_, s)| !s.is_nan());
        let mut known: Vec<_> = known.map(|(at, _)| at).collect();
        let (chosen, _) = known.partial_shuffle(&mut rng, count);
        let mut labels = Array2::from_elem(self.scores.dim(), f32::NAN);
        for at in chosen {
            labels[*at] = 1.0 - self.scores[*at];
        }
        labels
    }
}

/// The areas of all trials as a table.
pub fn verdict_report(plan: &Plan, counts: &[usize], trials: &[VerdictAreas]) -> String {
    let mut text = format!(
        "{}: {} of {} models unseen, {} trials\n\n\
         | n | n verdicts | gain | n verdicts, {}% false | gain | n labels | gain |\n\
         |---|---|---|---|---|---|---|\n",
        plan.data.name,
        plan.unseen,
        plan.data.models.len(),
        trials.len(),
        100.0 * FALSE_SHARE,
    );
    for (i, count) in counts.iter().enumerate() {
        let _ = write!(text, "| {count} |");
        for (area, gain) in columns(trials, i) {
            let _ = write!(
                text,
                " {:.4} | {:+.4} ± {:.4} |",
                area.mean, gain.mean, gain.se
            );
        }
        text.push('\n');
    }
    text
}

/// The same as JSON.
pub fn verdict_json(plan: &Plan, counts: &[usize], trials: &[VerdictAreas]) -> Value {
    let row = |(i, count): (usize, &usize)| {
        let [verdicts, partly_false, labels] = columns(trials, i)
            .map(|(area, gain)| json!({"area": area.to_json(), "gain": gain.to_json()}));
        json!({"count": count, "verdicts": verdicts, "partlyFalse": partly_false, "labels": labels})
    };
    let rows: Vec<Value> = counts.iter().enumerate().map(row).collect();
    json!({"data": plan.data.name, "trials": trials.len(), "falseShare": FALSE_SHARE, "rows": rows})
}

/// Verdicts, partly false verdicts and labels: the mean area, and the mean gain over the prior alone.
fn columns(trials: &[VerdictAreas], i: usize) -> [(Estimate, Estimate); 3] {
    let of = |areas: fn(&VerdictAreas) -> &Vec<f64>| {
        let found: Vec<f64> = trials.iter().map(|t| areas(t)[i]).collect();
        // The first count is what a trial begins with where it is 0; gains are against it.
        let gains: Vec<f64> = trials.iter().map(|t| areas(t)[i] - t.verdicts[0]).collect();
        (Estimate::of(&found), Estimate::of(&gains))
    };
    [
        of(|t| &t.verdicts),
        of(|t| &t.partly_false),
        of(|t| &t.labels),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Model, Prompt};
    use ndarray::Array2;

    /// Prompts of two kinds. Of four models each is good at one of them, and they cost the same.
    fn data() -> (Dataset, Array2<f32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let kind = |i: usize| i % 2;
        let scores = Array2::from_shape_fn((600, 8), |(i, h)| {
            let good = if kind(i) == h % 2 { 0.9 } else { 0.2 };
            f32::from(u8::from(rng.random::<f64>() < good))
        });
        let points = Array2::from_shape_fn((600, 2), |(i, d)| {
            let near = if kind(i) == d { 1.0 } else { 0.0 };
            near + 0.1 * ((i * 7 + d * 3) % 11) as f32 / 11.0
        });
        let model = |h: usize| Model {
            id: format!("m{h}"),
            price_in: Some(1.0),
            price_out: Some(1.0),
            ..Model::default()
        };
        let data = Dataset {
            name: "two kinds".into(),
            prompts: vec![Prompt::default(); 600],
            models: (0..8).map(model).collect(),
            scores,
            costs: None,
        };
        (data, points)
    }

    #[test]
    fn verdicts_raise_the_area_towards_that_of_labels() {
        let (data, points) = data();
        let plan = Plan {
            data: &data,
            points: points.view(),
            cards: None,
            labels: &[],
            unseen: 4,
            trials: 3,
            seed: 5,
        };
        let counts = [0, 10, 120];
        let trials = verdict_areas(&plan, &counts, || {});
        assert_eq!(trials.len(), 3);
        assert_eq!(
            trials,
            verdict_areas(&plan, &counts, || {}),
            "the same seed"
        );
        let [verdicts, partly_false, labels] = columns(&trials, 2).map(|(area, _)| area.mean);
        let [none, ..] = columns(&trials, 0);
        assert!((none.1.mean, none.1.se) == (0.0, 0.0));
        assert_eq!(
            columns(&trials, 0)[2].1.mean,
            0.0,
            "no labels are no verdicts"
        );
        assert!(verdicts > none.0.mean + 0.05, "{verdicts} {none:?}");
        assert!(partly_false > none.0.mean + 0.02, "{partly_false} {none:?}");
        assert!(labels > none.0.mean + 0.05, "{labels} {none:?}");
        let table = verdict_report(&plan, &counts, &trials);
        assert_eq!(table.lines().count(), 7, "{table}");
        assert_eq!(
            verdict_json(&plan, &counts, &trials)["rows"][2]["count"],
            120
        );
    }
}

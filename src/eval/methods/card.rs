//! The router of this crate with models known from the scores on a model card.
//!
//! The card is simulated: its benchmarks are the tasks of the training prompts, and its scores the
//! unseen model's means on them, disturbed as another harness would.

use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::method::Method;
use super::uniroute::predict;
use crate::eval::fits::{Context, FittedRouter};
use crate::eval::means::mean;
use crate::eval::trial::Hidden;
use crate::observation::{BenchmarkScores, Observations};

/// Fewest training prompts of a task that counts as a benchmark.
const FEWEST_PROMPTS: usize = 20;
/// Least standard deviation that the router assumes for another harness.
const LEAST_HARNESS: f64 = 0.03;

/// Profiles from the scores of a card, alone or beside the labels.
pub struct UnirouteCard {
    /// Name in results.
    pub name: &'static str,
    /// Standard deviation of the disturbance of each score.
    pub harness: f64,
    /// Share of the benchmarks that the card has.
    pub share: f64,
    /// Whether the labels are known, too.
    pub labels: bool,
}

impl Method for UnirouteCard {
    fn name(&self) -> &'static str {
        self.name
    }

    fn predict(&self, context: &Context, hidden: &Hidden) -> Array2<f32> {
        predict(context, self.router(context, hidden).as_ref())
    }
}

impl UnirouteCard {
    fn router(&self, context: &Context, hidden: &Hidden) -> Option<FittedRouter> {
        let (training, known) = (context.training(), context.known);
        let fitted = context.fits.fitted()?;
        let memberships = fitted.clusters.memberships(training.points.view());
        let tasks: Vec<(&Vec<usize>, Array1<f32>)> = training
            .tasks
            .iter()
            .filter(|rows| rows.len() >= FEWEST_PROMPTS)
            .map(|rows| Some((rows, memberships.select(Axis(0), rows).mean_axis(Axis(0))?)))
            .collect::<Option<_>>()?;
        let mut rng = ChaCha8Rng::seed_from_u64(training.seed);
        let mut cards = Vec::new();
        for h in 0..known.labels.ncols() {
            let mut tasks: Vec<_> = tasks.iter().collect();
            tasks.shuffle(&mut rng);
            tasks.truncate((self.share * tasks.len() as f64).ceil() as usize);
            let (mut rows, mut values, mut prompts) = (Vec::new(), Vec::new(), Vec::new());
            for (task, row) in tasks {
                let errors = task
                    .iter()
                    .map(|&i| f64::from(hidden.training_errors[[i, h]]));
                let disturbed = self.harness * normal(&mut rng);
                let Some(error) = mean(errors) else { continue };
                rows.extend(row.iter().copied());
                values.push((error + disturbed).clamp(0.0, 1.0));
                prompts.push(task.len() as f64);
            }
            let n = values.len();
            let rows = Array2::from_shape_vec((n, memberships.ncols()), rows).ok()?;
            let card = Observations::from_benchmarks(BenchmarkScores {
                benchmarks: &(0..n).collect::<Vec<_>>(),
                weights: rows.mapv(f64::from),
                values: Array1::from_vec(values),
                prompts: &prompts,
                extra_variances: &vec![self.harness.max(LEAST_HARNESS).powi(2); n],
                loadings: Array2::zeros((n, 0)),
            });
            cards.push(card.ok()?);
        }
        let labels = (known.labelled.view(), known.labels.view());
        FittedRouter::from_cards(fitted, cards, self.labels.then_some(labels))
    }
}

/// A number from the standard normal distribution (Box and Muller's transform).
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

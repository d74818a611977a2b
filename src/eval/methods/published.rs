//! The router of this crate with unseen models known from their real published scores.
//!
//! How much harder a benchmark is than the clusters of its prompts, and how much its scores vary
//! beyond them, is learned from the seen models, whose cluster errors their labels show. A benchmark
//! whose prompts lie outside the training prompts says little of the clusters. How far cards are to
//! be trusted beside labels is learned by treating seen models as unseen ones.

use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::method::Method;
use super::uniroute::predict;
use crate::cluster::Clusters;
use crate::eval::cards::TrialCards;
use crate::eval::fits::{Context, FittedRouter, observed_labels};
use crate::eval::trial::Hidden;
use crate::observation::{BenchmarkScores, Observations};
use crate::prior::Prior;
use crate::profile::Posterior;

/// Number of models that the usual shift and variance of a benchmark count for.
const USUAL_MODELS: f64 = 2.0;
/// Usual standard deviation of a score beyond its clusters.
const USUAL_SD: f64 = 0.08;
/// The same for a benchmark whose prompts lie wholly outside.
const OUTSIDE_SD: f64 = 0.15;
/// Standard deviation of what all scores of a model share.
const SHARED_SD: f64 = 0.05;
/// Standard deviation of one score.
const SCORE_SD: f64 = 0.03;
/// Share of the training prompts that count as inside.
const INSIDE: f64 = 0.9;
/// By how much the variances of cards may be multiplied.
const FACTORS: [f64; 5] = [1.0, 2.0, 4.0, 10.0, 100.0];

/// Profiles from published scores, alone or beside the labels.
pub struct UniroutePublished {
    /// Name in results.
    pub name: &'static str,
    /// Whether the labels are known, too.
    pub labels: bool,
}

impl Method for UniroutePublished {
    fn name(&self) -> &'static str {
        self.name
    }

    fn predict(&self, context: &Context, _: &Hidden) -> Array2<f32> {
        predict(context, self.router(context).as_ref())
    }
}

impl UniroutePublished {
    fn router(&self, context: &Context) -> Option<FittedRouter> {
        let (training, known) = (context.training(), context.known);
        let fitted = context.fits.fitted()?;
        let Some(cards) = &training.cards else {
            return context.fitted_router().cloned();
        };
        let memberships = fitted.clusters.memberships(training.points.view());
        let reader = Reader::new(
            cards,
            &fitted.clusters,
            &fitted.prior,
            &memberships,
            training.points.view(),
            training.errors.view(),
        )?;
        let labels = (known.labelled.view(), known.labels.view());
        let labels = self.labels.then_some(labels);
        let number = labels.map_or(0, |(labelled, _)| labelled.nrows());
        let factor = reader.factor(&memberships, training.errors.view(), number, training.seed);
        let card = |&h: &usize| reader.observations(&cards.cards.models[h], factor);
        let observed = cards.unseen.iter().map(card).collect::<Option<_>>()?;
        FittedRouter::from_cards(fitted, observed, labels)
    }
}

/// Reads cards as observations of cluster errors.
struct Reader<'a> {
    prior: &'a Prior,
    cards: &'a TrialCards,
    /// `(B, K)`.
    rows: Array2<f64>,
    shifts: Vec<f64>,
    variances: Vec<f64>,
}

impl<'a> Reader<'a> {
    fn new(
        cards: &'a TrialCards,
        clusters: &Clusters,
        prior: &'a Prior,
        memberships: &Array2<f32>,
        points: ndarray::ArrayView2<f32>,
        errors: ndarray::ArrayView2<f32>,
    ) -> Option<Self> {
        let shares = memberships.mapv(f64::from).mean_axis(Axis(0))?;
        let limit = quantile(
            points
                .outer_iter()
                .map(|p| clusters.distance(p.as_slice().unwrap_or_default())),
            INSIDE,
        );
        let count = cards.cards.prompts.len();
        let mut rows = Array2::zeros((count, clusters.len()));
        let mut trusts = Vec::with_capacity(count);
        for (mut row, prompts) in rows.rows_mut().into_iter().zip(&cards.cards.prompts) {
            let own = clusters.memberships(prompts.view()).mapv(f64::from);
            let inside = prompts
                .outer_iter()
                .filter(|p| clusters.distance(p.as_slice().unwrap_or_default()) <= limit)
                .count();
            let trust = (inside as f64 / prompts.nrows().max(1) as f64 / INSIDE).min(1.0);
            row.assign(&(own.mean_axis(Axis(0))? * trust + &shares * (1.0 - trust)));
            trusts.push(trust);
        }
        // What the seen models' scores have beyond their clusters.
        let mut residuals: Vec<Vec<f64>> = vec![Vec::new(); count];
        for (column, &model) in errors.columns().into_iter().zip(&cards.seen) {
            let psi = Posterior::new(prior, &observed_labels(memberships, column)?).ok()?;
            for (b, error) in &cards.cards.models[model] {
                residuals[*b].push(error - rows.row(*b).dot(&psi.mean()));
            }
        }
        let all: Vec<f64> = residuals.iter().flatten().copied().collect();
        let usual = all.iter().sum::<f64>() / all.len().max(1) as f64;
        let (mut shifts, mut variances) = (Vec::new(), Vec::new());
        for (residuals, trust) in residuals.iter().zip(&trusts) {
            let n = residuals.len() as f64;
            let weight = n + USUAL_MODELS;
            let shift = (residuals.iter().sum::<f64>() + USUAL_MODELS * usual) / weight;
            let spread: f64 = residuals.iter().map(|r| (r - shift).powi(2)).sum();
            let outside = USUAL_SD.powi(2) + ((1.0 - trust) * OUTSIDE_SD).powi(2);
            let variance = (spread + USUAL_MODELS * outside) / weight;
            shifts.push(shift);
            variances.push(variance + USUAL_SD.powi(2) / weight + SCORE_SD.powi(2));
        }
        Some(Self {
            prior,
            cards,
            rows,
            shifts,
            variances,
        })
    }

    /// A card with variances multiplied by `factor`.
    fn observations(&self, scores: &[(usize, f64)], factor: f64) -> Option<Observations> {
        let n = scores.len();
        let at: Vec<usize> = scores.iter().map(|(b, _)| *b).collect();
        let value = |(b, error): &(usize, f64)| error - self.shifts[*b];
        let prompts: Vec<f64> = at.iter().map(|&b| self.cards.cards.counts[b]).collect();
        let variances: Vec<f64> = at
            .iter()
            .map(|&b| (self.variances[b] * factor).min(1.0))
            .collect();
        let shared = (SHARED_SD * factor.sqrt()).min(1.0);
        Observations::from_benchmarks(BenchmarkScores {
            benchmarks: &at,
            weights: self.rows.select(Axis(0), &at),
            values: scores.iter().map(value).collect::<Array1<f64>>(),
            prompts: &prompts,
            extra_variances: &variances,
            loadings: Array2::from_elem((n, 1), shared),
        })
        .ok()
    }

    /// The factor with which seen models, known from `number` labels and their cards, are predicted
    /// best on the other training prompts.
    fn factor(
        &self,
        memberships: &Array2<f32>,
        errors: ndarray::ArrayView2<f32>,
        number: usize,
        seed: u64,
    ) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut rows: Vec<usize> = (0..memberships.nrows()).collect();
        rows.shuffle(&mut rng);
        let (known, others) = rows.split_at(number.min(rows.len() / 2));
        let labelled = memberships.select(Axis(0), known);
        let means = memberships.select(Axis(0), others).mapv(f64::from);
        let loss = |factor: f64| {
            let mut sum = 0.0;
            for (column, &model) in errors.columns().into_iter().zip(&self.cards.seen) {
                let errors = column.select(Axis(0), known);
                let observed = observed_labels(&labelled, errors.view()).and_then(|l| {
                    l.and(&self.observations(&self.cards.cards.models[model], factor)?)
                        .ok()
                });
                let psi = observed.and_then(|o| Posterior::new(self.prior, &o).ok());
                let Some(psi) = psi else { return f64::INFINITY };
                for (row, &i) in means.dot(&psi.mean()).iter().zip(others) {
                    let error = f64::from(column[i]);
                    if !error.is_nan() {
                        sum += (row - error).powi(2);
                    }
                }
            }
            sum
        };
        FACTORS
            .into_iter()
            .map(|factor| (factor, loss(factor)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(1.0, |best| best.0)
    }
}

fn quantile(values: impl Iterator<Item = f32>, level: f64) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    let at = (level * values.len().saturating_sub(1) as f64) as usize;
    values.get(at).copied().unwrap_or(f32::INFINITY)
}

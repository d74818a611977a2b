//! The prior learned from published benchmark scores, by expectation maximisation.
//!
//! A model's error on benchmark b is y = β_b + r_b·(Ψ − μ) + u_b + ε with β_b = r_b·μ + μ_b. The M
//! models of a table of scores show μ, Σ, the mean effects μ_b and the covariance U of u. A model's
//! scores enter only through R = (r_b), so the work is done in the space of the B benchmarks.

use ndarray::{Array1, Array2, ArrayView2};

use super::Prior;
use super::uninformed::NEARNESS_POWER;
use crate::linalg::Cholesky;
use crate::observation::{ProfileError, check_length, check_unit};

/// Iterations of expectation maximisation. With more, scores that were left out are predicted better,
/// but benchmarks that were left out are ordered worse: U takes over what clusters have in common.
const ITERATIONS: usize = 12;
/// What Σ is shrunk towards: a covariance that all clusters share, one that near clusters share, and
/// a variance of each cluster alone.
const BASE: [f64; 3] = [0.04, 0.02, 0.005];
/// Number of models that this counts for.
const BASE_MODELS: f64 = 20.0;
/// Variance of a model's effect on one benchmark, towards which U is shrunk.
const EFFECT_VARIANCE: f64 = 0.003;
/// Number of models that this counts for.
const EFFECT_MODELS: f64 = 20.0;
/// Variance of a label where its prediction is not known, for the noise of a benchmark's own prompts.
const LABEL_VARIANCE: f64 = 0.2;
/// Standard deviation of one score around its prediction: what two harnesses differ by on the same
/// variant of a benchmark.
const SCORE_NOISE: f64 = 0.02;
/// Standard deviation of what all scores of a model share: a maker measures its own models with care.
const SHARED_NOISE: f64 = 0.02;
/// Standard deviation of how much harder a benchmark is than its clusters: of one that measures
/// everyday use, and of another.
const MEAN_EFFECT: [f64; 2] = [0.03, 0.15];
/// Variance of μ between clusters that near ones share, and of each alone.
const MEAN_VARIANCE: [f64; 2] = [0.02, 0.005];

/// Benchmarks and the scores of models on them.
#[derive(Debug, Clone, Copy)]
pub struct PublishedScores<'a> {
    /// Mean membership of the prompts of each benchmark, `(B, K)`.
    pub weights: ArrayView2<'a, f64>,
    /// Number of prompts of each benchmark, `(B)`.
    pub prompts: &'a [f64],
    /// Whether each benchmark measures everyday use, `(B)`. The level of these is taken at face
    /// value; others may be harder than what people ask.
    pub anchors: &'a [bool],
    /// Scores of each model: pairs of a benchmark's position and an error in `[0, 1]`.
    pub models: &'a [Vec<(usize, f64)>],
}

/// What published scores show beside the prior.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedBenchmarks {
    /// μ_b, `(B)`.
    pub mean_effects: Array1<f64>,
    /// U, `(B, B)`.
    pub effects: Array2<f64>,
    /// Standard deviation of one score around its prediction.
    pub score_noise: f64,
    /// Standard deviation of what all scores of a model share.
    pub shared_noise: f64,
}

impl Prior {
    /// Learns μ, Σ and the effects of benchmarks from published scores. `nearness` `(K, K)` says how
    /// alike clusters are, as from [`crate::cluster::Clusters::nearness`]. `labelled` is the prior of
    /// models with labels, over the same clusters, if there are any: its noise of a label is kept. Its
    /// mean and covariance are not: labelled models are others, often older, and where they have no
    /// labels their covariance only says how unlike exam questions are.
    ///
    /// # Errors
    /// [`ProfileError::Length`] or [`ProfileError::Range`] when the parts do not fit,
    /// [`ProfileError::Covariance`] when no covariance can be computed from them.
    ///
    /// # Panics
    /// If a score is of a benchmark that does not exist.
    pub fn learn_from_scores(
        scores: PublishedScores,
        nearness: ArrayView2<f64>,
        labelled: Option<&Prior>,
    ) -> Result<(Self, LearnedBenchmarks), ProfileError> {
        let (b, k) = scores.weights.dim();
        check_length("nearness", nearness.nrows(), k)?;
        check_length("benchmark prompts", scores.prompts.len(), b)?;
        check_length("benchmark anchors", scores.anchors.len(), b)?;
        let errors = scores.models.iter().flatten().map(|(_, error)| *error);
        check_unit("published error", errors.clone())?;
        let count = errors.clone().count();
        let mean_error = errors.sum::<f64>() / count.max(1) as f64;
        let near = nearness.mapv(|n| n.powi(NEARNESS_POWER));
        let base = base(&near);
        let mut state = State::new(&scores, &near, base.clone(), mean_error);
        for _ in 0..ITERATIONS {
            let found = state.expect(&scores).ok_or(ProfileError::Covariance)?;
            state
                .maximise(&found, &base)
                .ok_or(ProfileError::Covariance)?;
        }
        let (mean, mean_effects) = state.means(&scores).ok_or(ProfileError::Covariance)?;
        let models = scores.models.len() as f64;
        // As for labelled models: the covariance of the next model.
        let widened = (models + 1.0) / (models - 1.0).max(1.0);
        let (noise_ratio, labelled) = match labelled {
            Some(prior) => (prior.noise_ratio, prior.training_models),
            None => (Self::fallback(1, 0.5).noise_ratio, 0),
        };
        let prior = Self::try_new(
            mean,
            state.covariance * widened,
            noise_ratio,
            mean_error,
            scores.models.len() + labelled,
        )?;
        let learned = LearnedBenchmarks {
            mean_effects,
            effects: state.effects,
            score_noise: SCORE_NOISE,
            shared_noise: SHARED_NOISE,
        };
        Ok((prior, learned))
    }
}

/// What Σ is shrunk towards.
fn base(near: &Array2<f64>) -> Array2<f64> {
    let [shared, neighbours, own] = BASE;
    let mut base = near * neighbours + shared;
    base.diag_mut().mapv_inplace(|v| v + own);
    base
}

/// The parameters in one iteration.
struct State {
    covariance: Array2<f64>,
    effects: Array2<f64>,
    /// β, the mean error on each benchmark.
    expected: Array1<f64>,
    /// Mean error over all scores, around which μ and μ_b are shrunk.
    level: f64,
    /// Prior covariance of μ.
    of_mean: Array2<f64>,
    /// Rᵀ times this and the prior variances of μ_b: the prior covariance of β.
    of_expected: Array2<f64>,
    /// Prior variances of μ_b.
    of_effects: Array1<f64>,
    /// RΣ.
    cross: Array2<f64>,
}

/// Sums over models in one iteration, with G the covariance of a model's scores and d their
/// differences from β.
struct Sums {
    /// Σ G⁻¹.
    precision: Array2<f64>,
    /// Σ G⁻¹ddᵀG⁻¹.
    scatter: Array2<f64>,
    /// Σ G⁻¹d.
    pull: Array1<f64>,
    models: f64,
}

impl State {
    fn new(
        scores: &PublishedScores,
        near: &Array2<f64>,
        covariance: Array2<f64>,
        level: f64,
    ) -> Self {
        let b = scores.weights.nrows();
        let [neighbours, own] = MEAN_VARIANCE;
        let mut of_mean = near * neighbours;
        of_mean.diag_mut().mapv_inplace(|v| v + own);
        let [anchor, other] = MEAN_EFFECT.map(|sd| sd * sd);
        let of_effects: Array1<f64> = scores
            .anchors
            .iter()
            .map(|a| if *a { anchor } else { other })
            .collect();
        let mut of_expected = scores.weights.dot(&of_mean).dot(&scores.weights.t());
        of_expected
            .diag_mut()
            .zip_mut_with(&of_effects, |v, e| *v += e);
        Self {
            cross: scores.weights.dot(&covariance),
            covariance,
            effects: Array2::eye(b) * EFFECT_VARIANCE,
            expected: Array1::from_elem(b, level),
            level,
            of_mean,
            of_expected,
            of_effects,
        }
    }

    fn expect(&mut self, scores: &PublishedScores) -> Option<Sums> {
        let b = scores.weights.nrows();
        self.cross = scores.weights.dot(&self.covariance);
        // Covariance of a model's errors on all benchmarks, without the noise of scores.
        let joint = self.cross.dot(&scores.weights.t()) + &self.effects;
        let mut sums = Sums {
            precision: Array2::zeros((b, b)),
            scatter: Array2::zeros((b, b)),
            pull: Array1::zeros(b),
            models: scores.models.len() as f64,
        };
        for model in scores.models {
            let n = model.len();
            let mut gram = Array2::from_shape_fn((n, n), |(i, j)| joint[[model[i].0, model[j].0]]);
            for (i, (at, _)) in model.iter().enumerate() {
                gram[[i, i]] += score_variance(scores.prompts[*at], SCORE_NOISE);
            }
            let difference: Array1<f64> = model
                .iter()
                .map(|(at, error)| error - self.expected[*at])
                .collect();
            let precision = Cholesky::new(gram.view())?.inverse();
            let solved = precision.dot(&difference);
            for (i, (at, _)) in model.iter().enumerate() {
                sums.pull[*at] += solved[i];
                for (j, (other, _)) in model.iter().enumerate() {
                    sums.precision[[*at, *other]] += precision[[i, j]];
                    sums.scatter[[*at, *other]] += solved[i] * solved[j];
                }
            }
        }
        Some(sums)
    }

    /// Σ, U and β from the sums. The mean of E[ddᵀ] over models is A + A(S − P)A/M for a part with
    /// covariance A, P the sum of precisions and S the scatter.
    fn maximise(&mut self, sums: &Sums, base: &Array2<f64>) -> Option<()> {
        let m = sums.models;
        let excess = (&sums.scatter - &sums.precision) / m;
        let covariance = &self.covariance + &self.cross.t().dot(&excess).dot(&self.cross);
        let effects = &self.effects + &self.effects.dot(&excess).dot(&self.effects);
        self.covariance = symmetric((covariance * m + base * BASE_MODELS) / (m + BASE_MODELS));
        let mut effects = effects * m;
        effects
            .diag_mut()
            .mapv_inplace(|v| v + EFFECT_VARIANCE * EFFECT_MODELS);
        self.effects = symmetric(effects / (m + EFFECT_MODELS));
        // One Newton step for β, which is exact: the objective is quadratic in it.
        let prior = Cholesky::new(self.of_expected.view())?;
        let away = &self.expected - self.level;
        let slope = &sums.pull - &prior.solve_vector(&away);
        let curvature = &sums.precision + &prior.inverse();
        self.expected += &Cholesky::new(curvature.view())?.solve_vector(&slope);
        Some(())
    }

    /// μ and μ_b, of which β is the sum.
    fn means(&self, scores: &PublishedScores) -> Option<(Array1<f64>, Array1<f64>)> {
        let away = &self.expected - self.level;
        let solved = Cholesky::new(self.of_expected.view())?.solve_vector(&away);
        let mean = self.of_mean.dot(&scores.weights.t().dot(&solved)) + self.level;
        Some((mean, &self.of_effects * &solved))
    }
}

/// Variance of a score on this number of prompts around its prediction, where that is not known and
/// `noise` is the standard deviation of one score.
pub(crate) fn score_variance(prompts: f64, noise: f64) -> f64 {
    LABEL_VARIANCE / prompts.max(1.0) + noise * noise
}

fn symmetric(a: Array2<f64>) -> Array2<f64> {
    (&a + &a.t()) * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::dot;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Models over three clusters with known means, on five benchmarks of which the last is harder
    /// than its clusters, without noise.
    fn table(seed: u64) -> (Array2<f64>, Vec<Vec<(usize, f64)>>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let weights = ndarray::array![
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0],
            [0.5, 0.5, 0.0],
            [0.0, 0.0, 1.0],
        ];
        let model = |_| {
            let ability = rng.random::<f64>() * 0.4 - 0.2;
            let mut near = |mean: f64| mean + ability + rng.random::<f64>() * 0.1 - 0.05;
            let psi = [near(0.3), near(0.4), near(0.5)];
            let error = |b: usize| {
                let row: Vec<f64> = weights.row(b).to_vec();
                (dot(&row, &psi) + if b == 4 { 0.2 } else { 0.0 }).clamp(0.0, 1.0)
            };
            (0..5).map(|b| (b, error(b))).collect()
        };
        let models = (0..80).map(model).collect();
        (weights.clone(), models)
    }

    fn learn(
        weights: &Array2<f64>,
        models: &[Vec<(usize, f64)>],
        labelled: Option<&Prior>,
    ) -> (Prior, LearnedBenchmarks) {
        let n = weights.nrows();
        let scores = PublishedScores {
            weights: weights.view(),
            prompts: &vec![500.0; n],
            anchors: &(0..n).map(|b| b < 4).collect::<Vec<_>>(),
            models,
        };
        Prior::learn_from_scores(scores, Array2::eye(3).view(), labelled).unwrap()
    }

    #[test]
    fn means_and_the_harder_benchmark_are_found() {
        let (weights, models) = table(1);
        let (prior, learned) = learn(&weights, &models, None);
        for (found, truth) in prior.mean().iter().zip([0.3, 0.4, 0.5]) {
            assert!((found - truth).abs() < 0.06, "{}", prior.mean());
        }
        let effects = &learned.mean_effects;
        assert!(effects.iter().take(4).all(|e| e.abs() < 0.05), "{effects}");
        assert!((effects[4] - 0.2).abs() < 0.07, "{effects}");
        assert_eq!(prior.training_models(), 80);
        // Ability is shared: its variance is .4²/12.
        assert!((prior.covariance()[[0, 1]] - 0.0133).abs() < 0.01);
    }

    #[test]
    fn a_model_without_some_scores_counts_by_those_it_has() {
        let (weights, mut models) = table(2);
        for (i, model) in models.iter_mut().enumerate() {
            model.retain(|(b, _)| (b + i) % 3 != 0);
        }
        let (prior, _) = learn(&weights, &models, None);
        for (found, truth) in prior.mean().iter().zip([0.3, 0.4, 0.5]) {
            assert!((found - truth).abs() < 0.08, "{}", prior.mean());
        }
    }

    #[test]
    fn labelled_models_give_the_noise_of_a_label_and_are_counted() {
        let (weights, models) = table(3);
        let covariance = Prior::fallback(3, 0.5).covariance().to_owned();
        let labelled = Prior::try_new(Array1::from_elem(3, 0.9), covariance, 0.7, 0.9, 5).unwrap();
        let (prior, _) = learn(&weights, &models, Some(&labelled));
        assert_eq!((prior.noise_ratio(), prior.training_models()), (0.7, 85));
        assert!(prior.mean().iter().all(|m| *m < 0.7));
    }

    #[test]
    fn what_does_not_fit_is_rejected() {
        let (weights, models) = table(4);
        let learn = |models: &[Vec<(usize, f64)>], prompts: &[f64]| {
            let scores = PublishedScores {
                weights: weights.view(),
                prompts,
                anchors: &[true; 5],
                models,
            };
            Prior::learn_from_scores(scores, Array2::eye(3).view(), None)
        };
        assert!(matches!(
            learn(&models, &[500.0; 4]),
            Err(ProfileError::Length {
                what: "benchmark prompts",
                ..
            })
        ));
        let wrong = [vec![(0, 1.5)]];
        assert!(matches!(
            learn(&wrong, &[500.0; 5]),
            Err(ProfileError::Range {
                what: "published error",
                ..
            })
        ));
    }
}

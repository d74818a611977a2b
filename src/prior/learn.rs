//! The prior learned from training models, by expectation maximisation.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::Prior;
use super::uninformed::{OWN_VARIANCE, SHARED_VARIANCE};
use crate::linalg::Cholesky;
use crate::observation::{ProfileError, check_length};
use crate::parallel;

/// Iterations of expectation maximisation.
const ITERATIONS: usize = 15;
/// Number of models that the target of the shrinkage counts for (ν₀). Values from 3 to 50 cost at
/// most .001 of area (four data sets, 20 splits).
const SHRINKAGE: f64 = 20.0;
/// Number of models that the a and b of [`Prior::fallback`] count for.
const STRUCTURE_MODELS: f64 = 2.0;

/// Sufficient statistics of the labels of one model, for every iteration.
struct Statistics {
    /// FᵀF over its labelled prompts, `(k, k)`.
    gram: Array2<f64>,
    /// Fᵀy.
    cross: Array1<f64>,
    /// yᵀy.
    square: f64,
    labels: f64,
    mean_error: f64,
}

/// Posterior of one model in one iteration (the E step).
struct Expectation {
    mean: Array1<f64>,
    covariance: Array2<f64>,
    noise: f64,
}

impl Prior {
    /// Learns μ, Σ and κ from the errors of M models on n prompts: `memberships` `(n, k)`, `errors`
    /// `(n, m)` in `[0, 1]` with NaN where there is no label. Models without any label are left out.
    /// If there are no labels at all, this is [`Prior::uninformed`]. `nearness` `(k, k)` says how
    /// alike clusters are, as from [`crate::cluster::Clusters::nearness`].
    ///
    /// # Errors
    /// [`ProfileError::Length`] or [`ProfileError::Range`] when the parts do not fit.
    pub fn learn(
        memberships: ArrayView2<f32>,
        errors: ArrayView2<f32>,
        nearness: ArrayView2<f64>,
    ) -> Result<Self, ProfileError> {
        check_length("errors", errors.nrows(), memberships.nrows())?;
        check_length("nearness", nearness.nrows(), memberships.ncols())?;
        check_errors(errors)?;
        let k = memberships.ncols();
        let memberships = memberships.mapv(f64::from);
        let models: Vec<Statistics> = statistics(&memberships, errors)
            .into_iter()
            .flatten()
            .collect();
        if models.is_empty() {
            return Self::uninformed(nearness, 0.5);
        }
        let training_models = models.len() as f64;
        let mean_error = models.iter().map(|s| s.mean_error).sum::<f64>() / training_models;
        let mut prior = Self {
            training_models: models.len(),
            ..Self::fallback(k, mean_error)
        };
        let alike = Nearness::new(nearness);
        let mut noise: Vec<f64> = models.iter().map(|s| binomial(s.mean_error)).collect();
        for _ in 0..ITERATIONS {
            let Some(precision) = Cholesky::new(prior.covariance.view()).map(|c| c.inverse())
            else {
                break;
            };
            let posteriors: Option<Vec<Expectation>> = parallel::map(models.len(), |h| {
                models[h].expect(&prior.mean, &precision, noise[h])
            })
            .into_iter()
            .collect();
            let Some(posteriors) = posteriors else { break };
            noise = posteriors.iter().map(|p| p.noise).collect();
            prior.maximise(&posteriors, &alike);
        }
        let ratios = models
            .iter()
            .zip(&noise)
            .map(|(s, v)| v / binomial(s.mean_error));
        prior.noise_ratio = ratios.sum::<f64>() / training_models;
        prior.covariance = match models.len() {
            // A single model does not show how models differ.
            1 => Self::uninformed(nearness, mean_error)?.covariance,
            // The covariance of the next model, not of the training models: around their own mean
            // their variance is too small by (M − 1)/M, and that mean has a variance of 1/M.
            _ => prior.covariance * ((training_models + 1.0) / (training_models - 1.0)),
        };
        Ok(prior)
    }

    /// μ and Σ from the posteriors (the M step). Σ is shrunk towards a common covariance a, with
    /// a + b on the diagonal. Between near clusters the target is larger than a, between far ones
    /// smaller, by the slope that the scatter shows.
    fn maximise(&mut self, posteriors: &[Expectation], nearness: &Nearness) {
        let (k, m) = (self.clusters(), posteriors.len() as f64);
        let sum = |sum: Array1<f64>, p: &Expectation| sum + &p.mean;
        self.mean = posteriors.iter().fold(Array1::zeros(k), sum) / m;
        let mut scatter = Array2::<f64>::zeros((k, k));
        let mut deviations = Array2::<f64>::zeros((posteriors.len(), k));
        for (mut deviation, posterior) in deviations.outer_iter_mut().zip(posteriors) {
            deviation.assign(&(&posterior.mean - &self.mean));
            scatter += &posterior.covariance;
        }
        scatter = (scatter + deviations.t().dot(&deviations)) / m;
        let diagonal = scatter.diag().sum() / k as f64;
        let off = match k {
            1 => 0.0,
            _ => (scatter.sum() - scatter.diag().sum()) / (k * (k - 1)) as f64,
        };
        let shrink = |found: f64, usual: f64| {
            (m * found.max(1e-4) + STRUCTURE_MODELS * usual) / (m + STRUCTURE_MODELS)
        };
        let (a, b) = (
            shrink(off, SHARED_VARIANCE),
            shrink(diagonal - off, OWN_VARIANCE),
        );
        // Beyond these bounds the target would not be a covariance.
        let most = b.min(a / nearness.mean.max(f64::MIN_POSITIVE));
        let slope = nearness.slope(&scatter).clamp(0.0, most);
        let mut target = &nearness.centred * slope + a;
        target.diag_mut().fill(a + b);
        self.covariance = (scatter * m + target * SHRINKAGE) / (m + SHRINKAGE);
    }
}

/// How alike two different clusters are, relative to the mean over all pairs.
struct Nearness {
    /// 0 on the diagonal.
    centred: Array2<f64>,
    mean: f64,
    square: f64,
}

impl Nearness {
    fn new(nearness: ArrayView2<f64>) -> Self {
        let k = nearness.nrows() as f64;
        let mean = (nearness.sum() - nearness.diag().sum()) / (k * (k - 1.0)).max(1.0);
        let mut centred = &nearness - mean;
        centred.diag_mut().fill(0.0);
        let square = centred.mapv(|v| v * v).sum();
        Self {
            centred,
            mean,
            square,
        }
    }

    /// Least-squares slope of the covariance of two clusters against their nearness.
    fn slope(&self, covariance: &Array2<f64>) -> f64 {
        if self.square > 0.0 {
            (covariance * &self.centred).sum() / self.square
        } else {
            0.0
        }
    }
}

impl Statistics {
    /// V = (Σ⁻¹ + FᵀF/v)⁻¹, m = μ + VFᵀ(y − Fμ)/v, and the next noise v.
    fn expect(
        &self,
        mean: &Array1<f64>,
        precision: &Array2<f64>,
        noise: f64,
    ) -> Option<Expectation> {
        let mut inverse = precision.clone();
        inverse.scaled_add(1.0 / noise, &self.gram);
        let covariance = Cholesky::new(inverse.view())?.inverse();
        let shift = covariance.dot(&(&self.cross - &self.gram.dot(mean))) / noise;
        let m = mean + &shift;
        let residual = self.square - 2.0 * self.cross.dot(&m) + m.dot(&self.gram.dot(&m));
        let trace = (&self.gram * &covariance).sum();
        let noise = ((residual.max(0.0) + trace) / self.labels).max(0.01);
        Some(Expectation {
            mean: m,
            covariance,
            noise,
        })
    }
}

/// How well cluster errors from some prompts predict others: the sum of squared errors over all
/// models, each with the fallback prior of its own mean. `known` and `held_out` are pairs of
/// memberships `(n, k)` and errors `(n, m)`, NaN where there is no label.
pub(crate) fn held_out_loss(
    known: (ArrayView2<f32>, ArrayView2<f32>),
    held_out: (ArrayView2<f32>, ArrayView2<f32>),
) -> f64 {
    let k = known.0.ncols();
    let Some(precision) = Cholesky::new(Prior::fallback(k, 0.5).covariance()).map(|c| c.inverse())
    else {
        return f64::INFINITY;
    };
    let models = statistics(&known.0.mapv(f64::from), known.1);
    let losses = parallel::map(models.len(), |h| {
        let model = models[h].as_ref()?;
        let mean = Array1::from_elem(k, model.mean_error);
        let posterior = model.expect(&mean, &precision, binomial(model.mean_error))?;
        let psi = posterior.mean.mapv(|m| m.clamp(0.0, 1.0) as f32);
        let predicted = held_out.0.dot(&psi);
        let truth = held_out.1.column(h);
        let pairs = predicted.iter().zip(truth).filter(|(_, t)| !t.is_nan());
        Some(pairs.map(|(p, t)| f64::from(p - t).powi(2)).sum::<f64>())
    });
    losses.into_iter().flatten().sum()
}

/// Variance of a label with mean p, at least .02.
fn binomial(p: f64) -> f64 {
    (p * (1.0 - p)).max(0.02)
}

/// Rejects an error that is neither missing (NaN) nor in `[0, 1]`.
fn check_errors(errors: ArrayView2<f32>) -> Result<(), ProfileError> {
    let wrong = errors
        .iter()
        .enumerate()
        .find(|(_, e)| !e.is_nan() && !(0.0..=1.0).contains(*e));
    match wrong {
        Some((index, &value)) => Err(ProfileError::Range {
            what: "training errors",
            index,
            value: value.into(),
            range: "[0, 1]",
        }),
        None => Ok(()),
    }
}

/// The statistics of each model, `None` for a model without labels.
fn statistics(memberships: &Array2<f64>, errors: ArrayView2<f32>) -> Vec<Option<Statistics>> {
    let complete = memberships.t().dot(memberships);
    let of_column = |h: usize| {
        let column = errors.column(h);
        let labelled: Vec<usize> = (0..column.len()).filter(|&i| !column[i].is_nan()).collect();
        if labelled.is_empty() {
            return None;
        }
        let y: Array1<f64> = labelled.iter().map(|&i| f64::from(column[i])).collect();
        let f = memberships.select(Axis(0), &labelled);
        let gram = if labelled.len() == column.len() {
            complete.clone()
        } else {
            f.t().dot(&f)
        };
        Some(Statistics {
            gram,
            cross: f.t().dot(&y),
            square: y.dot(&y),
            labels: y.len() as f64,
            mean_error: y.sum() / y.len() as f64,
        })
    };
    parallel::map(errors.ncols(), of_column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// M models on hard clusters: an ability each, and cluster 0 twice as hard as 1.
    fn world(m: usize, n: usize, missing: f64) -> (Array2<f32>, Array2<f32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let f = Array2::from_shape_fn((n, 3), |(i, k)| if i % 3 == k { 1.0 } else { 0.0 });
        let ability: Vec<f64> = (0..m).map(|_| 0.1 + 0.3 * rng.random::<f64>()).collect();
        let errors = Array2::from_shape_fn((n, m), |(i, h)| {
            let p = ability[h] * [2.0, 1.0, 1.5][i % 3];
            let error = if rng.random::<f64>() < p { 1.0 } else { 0.0 };
            if rng.random::<f64>() < missing {
                f32::NAN
            } else {
                error
            }
        });
        (f, errors)
    }

    fn learn(f: &Array2<f32>, errors: &Array2<f32>) -> Result<Prior, ProfileError> {
        Prior::learn(f.view(), errors.view(), Array2::eye(f.ncols()).view())
    }

    #[test]
    fn near_clusters_that_vary_together_are_expected_to() {
        // Clusters 0 and 1 share their errors, 2 and 3 do; 0 and 2 do not.
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let f = Array2::from_shape_fn((400, 4), |(i, k)| if i % 4 == k { 1.0f32 } else { 0.0 });
        let level: Vec<[f64; 2]> = (0..8).map(|_| [rng.random(), rng.random()]).collect();
        let errors = Array2::from_shape_fn((400, 8), |(i, h)| {
            if rng.random::<f64>() < level[h][i % 4 / 2] {
                1.0f32
            } else {
                0.0
            }
        });
        let pairs = Array2::from_shape_fn((4, 4), |(a, b)| if a / 2 == b / 2 { 1.0 } else { 0.2 });
        let prior = |nearness: &Array2<f64>| {
            Prior::learn(f.view(), errors.view(), nearness.view()).unwrap()
        };
        let (with, without) = (prior(&pairs), prior(&Array2::eye(4)));
        let extra = |p: &Prior| p.covariance[[0, 1]] - p.covariance[[0, 2]];
        assert!(
            extra(&with) > 1.5 * extra(&without),
            "{} {}",
            extra(&with),
            extra(&without)
        );
        assert!(Cholesky::new(with.covariance()).is_some());
    }

    #[test]
    fn finds_hard_clusters_and_that_errors_vary_together() {
        let (f, errors) = world(30, 900, 0.0);
        let prior = learn(&f, &errors).unwrap();
        assert!(
            (prior.mean()[0] / prior.mean()[1] - 2.0).abs() < 0.15,
            "{}",
            prior.mean()
        );
        let c = prior.covariance();
        let correlation = c[[0, 1]] / (c[[0, 0]] * c[[1, 1]]).sqrt();
        assert!(correlation > 0.7, "{correlation}");
        assert!(
            (0.8..1.05).contains(&prior.noise_ratio()),
            "{}",
            prior.noise_ratio()
        );
        assert_eq!(prior.training_models(), 30);
    }

    #[test]
    fn missing_labels_are_left_out_and_do_not_count_as_zero() {
        let (f, full) = world(20, 3000, 0.0);
        let (_, holes) = world(20, 3000, 0.5);
        let full = learn(&f, &full).unwrap();
        let holes = learn(&f, &holes).unwrap();
        assert!((full.mean_error() - holes.mean_error()).abs() < 0.05);
    }

    #[test]
    fn none_one_and_two_models_work() {
        for m in 0..3 {
            let (f, errors) = world(m, 300, 0.1);
            let prior = learn(&f, &errors).unwrap();
            assert_eq!(prior.training_models(), m);
            assert!(Cholesky::new(prior.covariance()).is_some());
        }
        let (f, mut errors) = world(2, 30, 0.0);
        errors.column_mut(1).fill(f32::NAN);
        assert_eq!(learn(&f, &errors).unwrap().training_models(), 1);
    }

    #[test]
    fn what_is_learned_passes_its_own_check() {
        let (f, errors) = world(5, 300, 0.1);
        let p = learn(&f, &errors).unwrap();
        let again = Prior::try_new(
            p.mean.clone(),
            p.covariance.clone(),
            p.noise_ratio,
            p.mean_error,
            p.training_models,
        );
        assert_eq!(again, Ok(p));
    }

    #[test]
    fn errors_outside_the_unit_interval_are_rejected() {
        let (f, mut errors) = world(2, 30, 0.0);
        errors[[3, 1]] = 1.5;
        assert!(matches!(
            learn(&f, &errors),
            Err(ProfileError::Range { index: 7, .. })
        ));
    }
}

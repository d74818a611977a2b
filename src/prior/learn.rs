//! The prior learned from other language models, by expectation maximisation.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::{OWN_VARIANCE, Prior, SHARED_VARIANCE};
use crate::linalg::Cholesky;
use crate::parallel;
use crate::profile::{ProfileError, check_length};

/// Iterations of expectation maximisation.
const ITERATIONS: usize = 15;
/// Language models that the target of the shrinkage counts for (ν₀). Values from 3 to
/// 50 cost at most .001 of area (four data sets, 20 splits).
const SHRINKAGE: f64 = 20.0;
/// Language models that the fallback's a and b count for.
const STRUCTURE_LLMS: f64 = 2.0;

/// What one language model's labels say, sufficient for every iteration.
struct Evidence {
    /// FᵀF over its labelled prompts, `(k, k)`.
    gram: Array2<f64>,
    /// Fᵀy.
    cross: Array1<f64>,
    /// yᵀy.
    square: f64,
    labels: f64,
    mean_error: f64,
}

/// Posterior of one language model in one iteration.
struct Step {
    mean: Array1<f64>,
    covariance: Array2<f64>,
    noise: f64,
}

impl Prior {
    /// Learns μ, Σ and κ from the errors of M language models on n prompts: `memberships` `(n, k)`,
    /// `errors` `(n, m)` in `[0, 1]` with NaN where a language model was not asked. Language models
    /// without any label are left out; without any at all this is [`Prior::uninformed`]. `nearness`
    /// `(k, k)` says how alike clusters are, as from [`crate::cluster::Clusters::nearness`].
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
        let wrong = errors
            .iter()
            .enumerate()
            .find(|(_, e)| !e.is_nan() && !(0.0..=1.0).contains(*e));
        if let Some((index, &value)) = wrong {
            let (what, range) = ("training errors", "[0, 1]");
            return Err(ProfileError::Range {
                what,
                index,
                value: value.into(),
                range,
            });
        }
        let k = memberships.ncols();
        let memberships = memberships.mapv(f64::from);
        let evidence: Vec<Evidence> = evidence(&memberships, errors)
            .into_iter()
            .flatten()
            .collect();
        if evidence.is_empty() {
            return Self::uninformed(nearness, 0.5);
        }
        let training_models = evidence.len() as f64;
        let mean_error = evidence.iter().map(|e| e.mean_error).sum::<f64>() / training_models;
        let mut prior = Self {
            training_models: evidence.len(),
            ..Self::fallback(k, mean_error)
        };
        let how_near = Nearness::new(nearness);
        let mut noise: Vec<f64> = evidence.iter().map(|e| binomial(e.mean_error)).collect();
        for _ in 0..ITERATIONS {
            let Some(precision) = Cholesky::new(prior.covariance.view()).map(|c| c.inverse())
            else {
                break;
            };
            let steps: Option<Vec<Step>> = parallel::map(evidence.len(), |h| {
                evidence[h].step(&prior.mean, &precision, noise[h])
            })
            .into_iter()
            .collect();
            let Some(steps) = steps else { break };
            noise = steps.iter().map(|s| s.noise).collect();
            prior.maximise(&steps, &how_near);
        }
        let ratios = evidence
            .iter()
            .zip(&noise)
            .map(|(e, v)| v / binomial(e.mean_error));
        prior.noise_ratio = ratios.sum::<f64>() / training_models;
        prior.covariance = match evidence.len() {
            // One alone does not show how language models differ.
            1 => Self::uninformed(nearness, mean_error)?.covariance,
            // Of the next language model, not of these: their own mean lies too near to them by
            // (M − 1)/M, and is itself off by 1/M.
            _ => prior.covariance * ((training_models + 1.0) / (training_models - 1.0)),
        };
        Ok(prior)
    }

    /// μ and Σ from the posteriors. Σ shrinks towards a common covariance a, more between near
    /// clusters and less between far ones as far as the scatter shows that, and a + b on the
    /// diagonal.
    fn maximise(&mut self, steps: &[Step], nearness: &Nearness) {
        let (k, m) = (self.clusters(), steps.len() as f64);
        self.mean = steps.iter().fold(Array1::zeros(k), |sum, s| sum + &s.mean) / m;
        let mut scatter = Array2::<f64>::zeros((k, k));
        let mut deviations = Array2::<f64>::zeros((steps.len(), k));
        for (mut deviation, step) in deviations.outer_iter_mut().zip(steps) {
            deviation.assign(&(&step.mean - &self.mean));
            scatter += &step.covariance;
        }
        scatter = (scatter + deviations.t().dot(&deviations)) / m;
        let diagonal = scatter.diag().sum() / k as f64;
        let off = match k {
            1 => 0.0,
            _ => (scatter.sum() - scatter.diag().sum()) / (k * (k - 1)) as f64,
        };
        let pool = |found: f64, usual: f64| {
            (m * found.max(1e-4) + STRUCTURE_LLMS * usual) / (m + STRUCTURE_LLMS)
        };
        let (a, b) = (
            pool(off, SHARED_VARIANCE),
            pool(diagonal - off, OWN_VARIANCE),
        );
        // Beyond these bounds the target would not be a covariance.
        let most = b.min(a / nearness.mean.max(f64::MIN_POSITIVE));
        let slope = nearness.slope(&scatter).clamp(0.0, most);
        let mut target = &nearness.centred * slope + a;
        target.diag_mut().fill(a + b);
        self.covariance = (scatter * m + target * SHRINKAGE) / (m + SHRINKAGE);
    }
}

/// How alike two different clusters are, about the mean.
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

    /// Least-squares slope of the covariance of two clusters by their nearness.
    fn slope(&self, covariance: &Array2<f64>) -> f64 {
        if self.square > 0.0 {
            (covariance * &self.centred).sum() / self.square
        } else {
            0.0
        }
    }
}

impl Evidence {
    /// V = (Σ⁻¹ + FᵀF/v)⁻¹, m = μ + VFᵀ(y − Fμ)/v, and the noise they leave.
    fn step(&self, mean: &Array1<f64>, precision: &Array2<f64>, noise: f64) -> Option<Step> {
        let mut inverse = precision.clone();
        inverse.scaled_add(1.0 / noise, &self.gram);
        let covariance = Cholesky::new(inverse.view())?.inverse();
        let shift = covariance.dot(&(&self.cross - &self.gram.dot(mean))) / noise;
        let m = mean + &shift;
        let residual = self.square - 2.0 * self.cross.dot(&m) + m.dot(&self.gram.dot(&m));
        let trace = (&self.gram * &covariance).sum();
        let noise = ((residual.max(0.0) + trace) / self.labels).max(0.01);
        Some(Step {
            mean: m,
            covariance,
            noise,
        })
    }
}

/// How well cluster errors from some prompts predict others: the sum of squared errors over all
/// language models, each with the fallback prior of its own mean. `known` and `asked` are pairs of
/// memberships `(n, k)` and errors `(n, m)`, NaN where a language model was not asked.
pub(crate) fn held_out_loss(
    known: (ArrayView2<f32>, ArrayView2<f32>),
    asked: (ArrayView2<f32>, ArrayView2<f32>),
) -> f64 {
    let k = known.0.ncols();
    let Some(precision) = Cholesky::new(Prior::fallback(k, 0.5).covariance()).map(|c| c.inverse())
    else {
        return f64::INFINITY;
    };
    let evidence = evidence(&known.0.mapv(f64::from), known.1);
    let losses = parallel::map(evidence.len(), |h| {
        let evidence = evidence[h].as_ref()?;
        let mean = Array1::from_elem(k, evidence.mean_error);
        let step = evidence.step(&mean, &precision, binomial(evidence.mean_error))?;
        let psi = step.mean.mapv(|m| m.clamp(0.0, 1.0) as f32);
        let predicted = asked.0.dot(&psi);
        let truth = asked.1.column(h);
        let pairs = predicted.iter().zip(truth).filter(|(_, t)| !t.is_nan());
        Some(pairs.map(|(p, t)| f64::from(p - t).powi(2)).sum::<f64>())
    });
    losses.into_iter().flatten().sum()
}

/// Variance of a label with mean p, not below .02.
fn binomial(p: f64) -> f64 {
    (p * (1.0 - p)).max(0.02)
}

/// Of each language model with any label.
fn evidence(memberships: &Array2<f64>, errors: ArrayView2<f32>) -> Vec<Option<Evidence>> {
    let complete = memberships.t().dot(memberships);
    let of_column = |h: usize| {
        let column = errors.column(h);
        let asked: Vec<usize> = (0..column.len()).filter(|&i| !column[i].is_nan()).collect();
        if asked.is_empty() {
            return None;
        }
        let y: Array1<f64> = asked.iter().map(|&i| f64::from(column[i])).collect();
        let f = memberships.select(Axis(0), &asked);
        let gram = if asked.len() == column.len() {
            complete.clone()
        } else {
            f.t().dot(&f)
        };
        Some(Evidence {
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

    /// M language models on hard clusters: an ability each, and cluster 0 twice as hard as 1.
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
        let near = Array2::from_shape_fn((4, 4), |(a, b)| if a / 2 == b / 2 { 1.0 } else { 0.2 });
        let prior =
            |near: &Array2<f64>| Prior::learn(f.view(), errors.view(), near.view()).unwrap();
        let (told, not) = (prior(&near), prior(&Array2::eye(4)));
        let extra = |p: &Prior| p.covariance[[0, 1]] - p.covariance[[0, 2]];
        assert!(
            extra(&told) > 1.5 * extra(&not),
            "{} {}",
            extra(&told),
            extra(&not)
        );
        assert!(Cholesky::new(told.covariance()).is_some());
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
    fn missing_labels_are_left_out_not_taken_for_zero() {
        let (f, full) = world(20, 3000, 0.0);
        let (_, holes) = world(20, 3000, 0.5);
        let full = learn(&f, &full).unwrap();
        let holes = learn(&f, &holes).unwrap();
        assert!((full.mean_error() - holes.mean_error()).abs() < 0.05);
    }

    #[test]
    fn none_one_and_two_language_models_work() {
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
    fn refuses_errors_outside_the_unit_interval() {
        let (f, mut errors) = world(2, 30, 0.0);
        errors[[3, 1]] = 1.5;
        assert!(matches!(
            learn(&f, &errors),
            Err(ProfileError::Range { index: 7, .. })
        ));
    }
}

//! The prior conditioned on observations: one linear solve.

use super::Posterior;
use crate::linalg::{Cholesky, add_symmetric};
use crate::observation::{Observations, ProfileError, Source};
use crate::prior::{Prior, answer_noise};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// Labels that the mean error of a prior without training models counts for.
pub(super) const MEAN_ERROR_LABELS: f64 = 2.0;
/// Times that the noise is computed from the prediction and the prediction from the noise.
pub(super) const NOISE_ROUNDS: usize = 2;
/// Observations whose information is added at once.
const BLOCK: usize = 512;

impl Posterior {
    /// Ψ of the model that was observed. No observations give the prior itself.
    ///
    /// A prior without training models does not know which error is usual. The mean of the labels
    /// says it, where there are labels; observations of other sources are not drawn like the prompts
    /// that a model will be used for, so their mean does not.
    ///
    /// # Errors
    /// [`ProfileError::Length`] when prior and observations are not over the same clusters.
    pub fn new(prior: &Prior, observations: &Observations) -> Result<Self, ProfileError> {
        observations.check_clusters(prior.clusters())?;
        if has_usual_error(prior, observations) {
            return Ok(condition(prior, observations));
        }
        let (labels, sum) = observations.labels_and_sum();
        let sum = sum + MEAN_ERROR_LABELS * prior.mean_error();
        let mean_error = sum / (labels as f64 + MEAN_ERROR_LABELS);
        Ok(condition(&prior.around(mean_error), observations))
    }
}

/// Whether the mean of the prior is used as it is; see [`Posterior::new`].
pub(super) fn has_usual_error(prior: &Prior, observations: &Observations) -> bool {
    let without_labels = || observations.labels_and_sum().0 == 0 && !observations.is_empty();
    prior.training_models() > 0 || without_labels()
}

/// Conditions the prior on the observations.
///
/// The variance of a label is κγ(1 − γ) with γ its predicted error, so an error says more where
/// errors are rare. γ is the prior's at first, then the posterior's. It is never the labels' own
/// mean, with which a model that was lucky on a few labels would also look certain.
pub(super) fn condition(prior: &Prior, observations: &Observations) -> Posterior {
    let rows = observations.weights();
    let residual = &observations.values() - &rows.dot(&prior.mean());
    let mut psi = Posterior {
        mean: prior.mean().to_owned(),
        covariance: prior.covariance().to_owned(),
        labels: observations.labels_by_cluster(),
    };
    for round in 1..=NOISE_ROUNDS {
        let noise = Noise::new(prior, observations, &rows.dot(&psi.mean));
        let system = match rows.dim() {
            (0, _) => None,
            (n, k) if n <= k => System::by_observations(prior, rows, &noise),
            _ => System::by_clusters(prior, rows, &residual, &noise),
        };
        let Some(system) = system else {
            break;
        };
        psi.mean = &prior.mean() + &system.shift(&residual);
        // The noise of the next round follows from the mean alone.
        if round == NOISE_ROUNDS {
            psi.covariance = system.covariance(prior);
        }
    }
    psi
}

/// The noise of observations, with covariance N = D + LLᵀ.
pub(super) struct Noise<'a> {
    /// D: κγ(1 − γ)/n + τ² of each observation, with κ = 1 for answers that are right or wrong.
    variances: Array1<f64>,
    /// L: its loadings on effects that observations share.
    loadings: ArrayView2<'a, f64>,
}

impl<'a> Noise<'a> {
    /// The noise where γ is the `predicted` error of each observation.
    pub(super) fn new(
        prior: &Prior,
        observations: &'a Observations,
        predicted: &Array1<f64>,
    ) -> Self {
        let (labels, extra) = (observations.labels(), observations.extra_variances());
        let each = predicted.iter().zip(labels).zip(extra);
        let of_one = |p: f64, source: &Source| match source {
            Source::Answer => answer_noise(p),
            _ => prior.label_noise(p),
        };
        Self {
            variances: each
                .zip(observations.sources())
                .map(|(((p, n), extra), source)| of_one(*p, source) / n + extra)
                .collect(),
            loadings: observations.loadings(),
        }
    }

    /// A + N.
    pub(super) fn added_to(&self, mut a: Array2<f64>) -> Array2<f64> {
        let mut diagonal = a.diag_mut();
        diagonal += &self.variances;
        match self.loadings.ncols() {
            0 => a,
            _ => a + self.loadings.dot(&self.loadings.t()),
        }
    }

    /// The lower triangle of RᵀN⁻¹R, and RᵀN⁻¹r, for `rows` R, `(n, K)`, and the `residual` r, `(n)`: what the observations say, in
    /// the space of the clusters. Effects take one solve of their number (Woodbury's identity). Works on a
    /// block of rows at a time, so that many labels need no memory beside their own.
    fn information(
        &self,
        rows: ArrayView2<f64>,
        residual: &Array1<f64>,
    ) -> Option<(Array2<f64>, Array1<f64>)> {
        let (k, effects) = (rows.ncols(), self.loadings.ncols());
        let (mut gram, mut vector) = (Array2::zeros((k, k)), Array1::zeros(k));
        let (mut cross, mut shared) = (Array2::zeros((k, effects)), Array1::zeros(effects));
        let mut inner = Array2::eye(effects);
        for start in (0..rows.nrows()).step_by(BLOCK) {
            let block = s![start..rows.nrows().min(start + BLOCK), ..];
            let part = s![start..rows.nrows().min(start + BLOCK)];
            let variances = self.variances.slice(part).insert_axis(Axis(1));
            let (rows, residual) = (rows.slice(block), residual.slice(part));
            let scaled = &rows / &variances;
            add_symmetric(&mut gram, scaled.view(), rows);
            vector += &scaled.t().dot(&residual);
            if effects > 0 {
                let loadings = self.loadings.slice(block);
                cross += &scaled.t().dot(&loadings);
                let scaled = &loadings / &variances;
                inner += &scaled.t().dot(&loadings);
                shared += &scaled.t().dot(&residual);
            }
        }
        if effects > 0 {
            let inner = Cholesky::new(inner.view())?;
            gram -= &cross.dot(&inner.solve(cross.t()));
            vector -= &cross.dot(&inner.solve_vector(&shared));
        }
        Some((gram, vector))
    }
}

/// The linear system that gives the posterior, factored, with R the `rows` of the observations, r their residual
/// and N the covariance of their noise. Both ways give the same posterior.
enum System {
    /// m − μ = ΣRᵀ(RΣRᵀ + N)⁻¹r and V = Σ − ΣRᵀ(RΣRᵀ + N)⁻¹RΣ: as large as the number of observations.
    ByObservations {
        /// RΣ, `(n, k)`.
        cross: Array2<f64>,
        factor: Cholesky,
    },
    /// V = (Σ⁻¹ + RᵀN⁻¹R)⁻¹ and m − μ = VRᵀN⁻¹r: as large as the number of clusters.
    ByClusters {
        /// RᵀN⁻¹r, `(k)`.
        vector: Array1<f64>,
        /// Of V⁻¹.
        factor: Cholesky,
    },
}

impl System {
    fn by_observations(prior: &Prior, rows: ArrayView2<f64>, noise: &Noise) -> Option<Self> {
        let cross = rows.dot(&prior.covariance());
        let gram = noise.added_to(cross.dot(&rows.t()));
        let factor = Cholesky::new(gram.view())?;
        Some(Self::ByObservations { cross, factor })
    }

    fn by_clusters(
        prior: &Prior,
        rows: ArrayView2<f64>,
        residual: &Array1<f64>,
        noise: &Noise,
    ) -> Option<Self> {
        let (gram, vector) = noise.information(rows, residual)?;
        let factor = Cholesky::new((gram + prior.precision()?).view())?;
        Some(Self::ByClusters { vector, factor })
    }

    /// m − μ.
    fn shift(&self, residual: &Array1<f64>) -> Array1<f64> {
        match self {
            Self::ByObservations { cross, factor } => cross.t().dot(&factor.solve_vector(residual)),
            Self::ByClusters { vector, factor } => factor.solve_vector(vector),
        }
    }

    /// V.
    fn covariance(&self, prior: &Prior) -> Array2<f64> {
        match self {
            Self::ByObservations { cross, factor } => {
                let half = factor.forward(cross.view());
                &prior.covariance() - &half.t().dot(&half)
            }
            Self::ByClusters { factor, .. } => factor.inverse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::BenchmarkScores;
    use ndarray::{array, concatenate};
    use rand::seq::SliceRandom;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn from_labels(prior: &Prior, memberships: ArrayView2<f32>, errors: &[f32]) -> Posterior {
        let labels = Observations::from_labels(memberships, errors).unwrap();
        Posterior::new(prior, &labels).unwrap()
    }

    #[test]
    fn one_cluster_and_one_label_by_hand() {
        let prior = Prior::try_new(array![0.4], array![[0.03]], 1.0, 0.4, 5).unwrap();
        let psi = from_labels(&prior, array![[1.0f32]].view(), &[1.0]);
        // First v = 0.4·0.6 and m = 0.4 + 0.6·0.03 / 0.27, then v = m(1 − m).
        let m = 0.4 + 0.6 * 0.03 / (0.03 + 0.24);
        let gain = 0.03 / (0.03 + m * (1.0 - m));
        assert!((psi.mean[0] - (0.4 + gain * 0.6)).abs() < 1e-12);
        assert!((psi.covariance[[0, 0]] - 0.03 * (1.0 - gain)).abs() < 1e-12);
    }

    #[test]
    fn an_answer_says_as_much_as_a_label_of_a_prior_with_a_ratio_of_one() {
        let with_ratio =
            |ratio| Prior::try_new(array![0.4], array![[0.03]], ratio, 0.4, 5).unwrap();
        let memberships = array![[1.0f32], [0.7]];
        let answers = Observations::from_answers(memberships.view(), &[1.0, 0.0]).unwrap();
        let found = Posterior::new(&with_ratio(0.6), &answers).unwrap();
        let labels = from_labels(&with_ratio(1.0), memberships.view(), &[1.0, 0.0]);
        assert_eq!(found, labels);
        let graded = from_labels(&with_ratio(0.6), memberships.view(), &[1.0, 0.0]);
        assert!(graded.covariance[[0, 0]] < found.covariance[[0, 0]]);
    }

    #[test]
    fn both_ways_to_solve_agree() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let prior = Prior::fallback(6, 0.3);
        for (n, effects) in [(9, 0), (9, 1), (9, 4), (2 * BLOCK + 7, 3)] {
            let rows = Array2::from_shape_fn((n, 6), |_| rng.random::<f64>());
            let r = Array1::from_shape_fn(n, |_| rng.random::<f64>() - 0.5);
            let variances = Array1::from_shape_fn(n, |_| 0.05 + 0.2 * rng.random::<f64>());
            let loadings = Array2::from_shape_fn((n, effects), |_| rng.random::<f64>() - 0.5);
            let noise = Noise {
                variances,
                loadings: loadings.view(),
            };
            let small = System::by_observations(&prior, rows.view(), &noise).unwrap();
            let large = System::by_clusters(&prior, rows.view(), &r, &noise).unwrap();
            let shifts = small.shift(&r) - large.shift(&r);
            assert!(shifts.iter().all(|d| d.abs() < 1e-10));
            let covariances = small.covariance(&prior) - large.covariance(&prior);
            assert!(covariances.iter().all(|d| d.abs() < 1e-10));
        }
    }

    #[test]
    fn a_label_in_one_cluster_moves_the_others_less() {
        let prior = Prior::fallback(3, 0.5);
        let psi = from_labels(&prior, array![[1.0f32, 0.0, 0.0]].view(), &[0.0]);
        assert!(psi.mean[0] < psi.mean[1] && psi.mean[1] < 0.5);
        assert_eq!(psi.mean[1], psi.mean[2]);
        assert!(psi.covariance[[0, 0]] < psi.covariance[[1, 1]]);
    }

    #[test]
    fn no_labels_give_the_prior_and_many_give_their_mean() {
        let prior = Prior::fallback(2, 0.5);
        for none in [
            Posterior::new(&prior, &Observations::none(2)).unwrap(),
            from_labels(&prior, Array2::zeros((0, 2)).view(), &[]),
        ] {
            assert_eq!(none.mean, prior.mean());
            assert_eq!(none.covariance, prior.covariance());
        }
        let many = Array2::from_shape_fn((4000, 2), |(i, k)| if i % 2 == k { 1.0f32 } else { 0.0 });
        let errors: Vec<f32> = (0..4000)
            .map(|i| if i % 2 == 0 { 0.1 } else { 0.8 })
            .collect();
        let psi = from_labels(&prior, many.view(), &errors);
        assert!((psi.mean[0] - 0.1).abs() < 5e-3 && (psi.mean[1] - 0.8).abs() < 5e-3);
    }

    #[test]
    fn without_training_models_the_labels_say_what_is_usual() {
        let f = Array2::from_shape_fn((18, 3), |(i, k)| if i % 2 == k { 1.0f32 } else { 0.0 });
        let alone = from_labels(&Prior::fallback(3, 0.5), f.view(), &[0.0; 18]);
        // (0 + 2·½) / 20: what is expected of the cluster without labels is at most that.
        assert!(alone.mean[2] < 0.05);
    }

    #[test]
    fn without_training_models_a_label_tells_of_near_clusters() {
        // Clusters 0 and 1 are near each other, 2 is far from both.
        let nearness = array![[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]];
        let prior = Prior::uninformed(nearness.view(), 0.5).unwrap();
        let psi = from_labels(&prior, array![[1.0f32, 0.0, 0.0]].view(), &[1.0]);
        assert!(psi.mean[0] > psi.mean[1] && psi.mean[1] > psi.mean[2]);
    }

    #[test]
    fn an_overall_error_shifts_every_cluster() {
        let prior = Prior::fallback(4, 0.5);
        let overall = Observations::from_overall(&[0.25; 4], 0.2, 1000.0).unwrap();
        let psi = Posterior::new(&prior, &overall).unwrap();
        assert!(
            psi.mean.iter().all(|m| (m - 0.2).abs() < 0.02),
            "{}",
            psi.mean
        );
        // A single cluster stays uncertain by about its own variance, .01.
        assert!(psi.covariance[[0, 0]] > 0.5 * 0.01);
    }

    /// `n` labels of random memberships over four clusters.
    fn random_labels(n: usize, rng: &mut ChaCha8Rng) -> (Array2<f32>, Vec<f32>) {
        let mut memberships = Array2::from_shape_fn((n, 4), |_| rng.random::<f32>());
        for mut row in memberships.outer_iter_mut() {
            row /= row.sum();
        }
        let errors = (0..n).map(|_| rng.random()).collect();
        (memberships, errors)
    }

    /// The largest difference between any two numbers of the posteriors.
    fn largest_difference(a: &Posterior, b: &Posterior) -> f64 {
        let means = (&a.mean - &b.mean).into_iter();
        let variances = (&a.covariance - &b.covariance).into_iter();
        let labels = (&a.labels - &b.labels).into_iter();
        means
            .chain(variances)
            .chain(labels)
            .fold(0.0, |most, d| most.max(d.abs()))
    }

    fn trained() -> Prior {
        let covariance = Prior::fallback(4, 0.3).covariance().to_owned();
        Prior::try_new(array![0.1, 0.3, 0.4, 0.6], covariance, 0.9, 0.35, 7).unwrap()
    }

    #[test]
    fn the_order_of_observations_does_not_matter() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for n in [2, 4, 5, 40] {
            let (memberships, errors) = random_labels(n, &mut rng);
            let mut order: Vec<usize> = (0..n).collect();
            order.shuffle(&mut rng);
            let shuffled: Vec<f32> = order.iter().map(|&i| errors[i]).collect();
            let rows = memberships.select(Axis(0), &order);
            for prior in [trained(), Prior::fallback(4, 0.4)] {
                let one = from_labels(&prior, memberships.view(), &errors);
                let other = from_labels(&prior, rows.view(), &shuffled);
                assert!(largest_difference(&one, &other) < 1e-12, "{n}");
            }
        }
    }

    #[test]
    fn sources_may_be_joined_in_either_order() {
        let (memberships, errors) = random_labels(6, &mut ChaCha8Rng::seed_from_u64(5));
        let labels = Observations::from_labels(memberships.view(), &errors).unwrap();
        let overall = Observations::from_overall(&[0.25; 4], 0.2, 50.0).unwrap();
        let before = overall.clone().and(&labels).unwrap();
        let after = labels.clone().and(&overall).unwrap();
        for prior in [trained(), Prior::fallback(4, 0.4)] {
            let psi = |batch| Posterior::new(&prior, batch).unwrap();
            assert!(largest_difference(&psi(&before), &psi(&after)) < 1e-12);
            let without = psi(&labels);
            let variance = |psi: &Posterior| psi.covariance.sum();
            assert!(variance(&psi(&after)) < variance(&without));
        }
    }

    #[test]
    fn a_batch_without_observations_changes_nothing() {
        let (memberships, errors) = random_labels(6, &mut ChaCha8Rng::seed_from_u64(6));
        let labels = Observations::from_labels(memberships.view(), &errors).unwrap();
        let joined = labels.clone().and(&Observations::none(4)).unwrap();
        assert_eq!(joined, labels);
        for prior in [trained(), Prior::fallback(4, 0.4)] {
            let none = Posterior::new(&prior, &Observations::none(4)).unwrap();
            assert_eq!(none.mean, prior.mean());
            assert_eq!(none.covariance, prior.covariance());
            assert_eq!(none.labels, Array1::<f64>::zeros(4));
        }
    }

    #[test]
    fn a_mean_of_labels_on_one_kind_of_prompt_counts_as_much_as_they_do() {
        // Equal memberships have equal noise, so n labels are one observation of their mean.
        let prior = trained();
        let shares = [0.1f32, 0.2, 0.3, 0.4];
        let rows = Array2::from_shape_fn((5, 4), |(_, k)| shares[k]);
        let labels = from_labels(&prior, rows.view(), &[0.0, 1.0, 0.5, 0.0, 0.25]);
        let mean = Observations::from_benchmarks(BenchmarkScores {
            benchmarks: &[0],
            weights: Array2::from_shape_fn((1, 4), |(_, k)| f64::from(shares[k])),
            values: array![0.35],
            prompts: &[5.0],
            extra_variances: &[0.0],
            loadings: Array2::zeros((1, 0)),
        });
        let mut mean = Posterior::new(&prior, &mean.unwrap()).unwrap();
        mean.labels.clone_from(&labels.labels);
        assert!(largest_difference(&labels, &mean) < 1e-12);
    }

    /// Scores of a model whose prior is that of `trained`, on benchmarks of two clusters each.
    fn benchmarks(values: &[f64], loadings: Array2<f64>) -> Observations {
        let weights = [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]];
        Observations::from_benchmarks(BenchmarkScores {
            benchmarks: &(0..values.len()).collect::<Vec<_>>(),
            weights: Array2::from_shape_fn((values.len(), 4), |(i, k)| weights[i % 2][k]),
            values: values.iter().copied().collect(),
            prompts: &vec![500.0; values.len()],
            extra_variances: &vec![0.001; values.len()],
            loadings,
        })
        .unwrap()
    }

    #[test]
    fn an_effect_is_a_cluster_that_no_prompt_is_in() {
        // The same solve with each effect as a further cluster of variance 1 and mean 0.
        let prior = trained();
        let loadings = array![[0.1, 0.0], [0.05, 0.2]];
        let scores = benchmarks(&[0.7, 0.1], loadings.clone());
        let psi = Posterior::new(&prior, &scores).unwrap();
        let mut covariance = Array2::eye(6);
        covariance
            .slice_mut(ndarray::s![..4, ..4])
            .assign(&prior.covariance());
        let rows = concatenate![Axis(1), scores.weights(), loadings];
        let mean = concatenate![Axis(0), prior.mean(), Array1::zeros(2)];
        let (mut shift, mut predicted) = (Array1::zeros(6), scores.weights().dot(&prior.mean()));
        for _ in 0..NOISE_ROUNDS {
            let noise = |p: &f64| prior.label_noise(*p) / 500.0 + 0.001;
            let mut gram = rows.dot(&covariance).dot(&rows.t());
            let mut diagonal = gram.diag_mut();
            diagonal += &predicted.mapv(|p| noise(&p));
            let residual = &scores.values() - &rows.dot(&mean);
            let solved = Cholesky::new(gram.view()).unwrap().solve_vector(&residual);
            shift = covariance.dot(&rows.t().dot(&solved));
            let psi = &mean + &shift;
            predicted = scores.weights().dot(&psi.slice(ndarray::s![..4]));
        }
        for k in 0..4 {
            assert!((psi.mean[k] - prior.mean()[k] - shift[k]).abs() < 1e-12);
        }
    }

    #[test]
    fn scores_that_share_an_effect_say_less_than_independent_ones() {
        let prior = trained();
        let psi = |loadings| Posterior::new(&prior, &benchmarks(&[0.6, 0.6, 0.6], loadings));
        let variance = |loadings| psi(loadings).unwrap().covariance.sum();
        let none = variance(Array2::zeros((3, 0)));
        let own = variance(Array2::eye(3) * 0.2);
        let one = variance(Array2::from_elem((3, 1), 0.2));
        assert!(none < own && own < one, "{none} {own} {one}");
        assert!(one < prior.covariance().sum());
    }

    #[test]
    fn a_benchmark_beside_labels_does_not_say_what_is_usual() {
        let prior = Prior::fallback(4, 0.5);
        let labels = || Observations::from_labels(Array2::eye(4).view(), &[1.0; 4]).unwrap();
        let scores = benchmarks(&[0.1], Array2::zeros((1, 0)));
        let both = Posterior::new(&prior, &labels().and(&scores).unwrap()).unwrap();
        let alone = Posterior::new(&prior, &labels()).unwrap();
        assert!(
            both.mean[0] < alone.mean[0] && both.mean[3] > 0.3,
            "{}",
            both.mean
        );
    }

    #[test]
    fn observations_over_other_clusters_are_rejected() {
        let prior = Prior::fallback(2, 0.5);
        let problem = |o: Observations| Posterior::new(&prior, &o).unwrap_err().to_string();
        let labels = Observations::from_labels(array![[0.5f32, 0.25, 0.25]].view(), &[1.0]);
        assert_eq!(
            problem(labels.unwrap()),
            "memberships of a label: length 3, expected 2"
        );
        let overall = Observations::from_overall(&[1.0], 0.5, 9.0).unwrap();
        assert_eq!(problem(overall), "shares: length 1, expected 2");
    }
}

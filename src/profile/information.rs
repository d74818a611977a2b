//! Evidence that is added up one observation at a time, and a posterior conditioned on it.

use super::Posterior;
use super::condition::{MEAN_ERROR_LABELS, condition};
use crate::linalg::Cholesky;
use crate::observation::{Observations, ProfileError, check_length, check_range};
use crate::prior::Prior;
use ndarray::{Array2, ArrayView1, ArrayView2};

/// Negative eigenvalues that rounding may leave in a precision, as a part of its largest entry.
const ROUNDING: f64 = 1e-10;
/// What is added to the diagonal of a covariance that is singular by rounding, as a part of it.
const JITTER: [f64; 4] = [0.0, 1e-12, 1e-9, 1e-6];
/// The range of a sum over observations, in words.
const BOUNDS: &str = "[0, weight of the observations / least variance]";

/// Observations y = φᵀΨ + noise of one model in information form: Λ = Σ w·φφᵀ/v and η = Σ w·φy/v, with
/// φ the membership of a prompt, y the error on it, v the variance of the noise and w a weight.
///
/// The variances are those that the caller fixed for each observation, so information adds up: neither
/// the order of observations matters, nor how they were divided. Its size depends on the number of
/// clusters K alone: K(K + 1)/2 + 2K numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Information {
    /// Λ: its lower triangle by rows.
    precision: Vec<f64>,
    /// η, `(K)`.
    vector: Vec<f64>,
    /// Σ w·φ, the weight of the observations in each cluster, `(K)`.
    labels: Vec<f64>,
}

impl Information {
    /// No observation of a model over `clusters` clusters.
    pub fn none(clusters: usize) -> Self {
        Self {
            precision: vec![0.0; triangle(clusters)],
            vector: vec![0.0; clusters],
            labels: vec![0.0; clusters],
        }
    }

    /// Checks parts as [`Information::parts`] gives them. `least_variance` is the least variance that an
    /// observation may have had.
    ///
    /// # Errors
    /// [`ProfileError::Length`] or [`ProfileError::Range`] naming the part, and
    /// [`ProfileError::Covariance`] where Λ is not a sum of φφᵀ.
    pub fn try_new(
        labels: Vec<f64>,
        precision: Vec<f64>,
        vector: Vec<f64>,
        least_variance: f64,
    ) -> Result<Self, ProfileError> {
        let k = labels.len();
        check_length("precision", precision.len(), triangle(k))?;
        check_length("vector", vector.len(), k)?;
        check_range("labels", "[0, 1e9]", labels.iter().copied(), |v| {
            (0.0..=1e9).contains(&v)
        })?;
        // No membership is negative or above 1, and no error outside [0, 1].
        let most: Vec<f64> = labels.iter().map(|n| n / least_variance * 1.001).collect();
        for (value, most) in vector.iter().zip(&most) {
            check_range("vector", BOUNDS, [*value], |v| (0.0..=*most).contains(&v))?;
        }
        let made = Self {
            precision,
            vector,
            labels,
        };
        let mut largest = 0.0;
        for (row, most) in made.rows().zip(&most) {
            check_range("precision", BOUNDS, row.iter().copied(), |v| {
                (0.0..=*most).contains(&v)
            })?;
            largest = row.iter().copied().fold(largest, f64::max);
        }
        let mut matrix = made.matrix();
        matrix
            .diag_mut()
            .mapv_inplace(|v| v + (ROUNDING * largest).max(f64::MIN_POSITIVE));
        match Cholesky::new(matrix.view()) {
            Some(_) => Ok(made),
            None => Err(ProfileError::Covariance),
        }
    }

    /// Parts that no check would accept, for tests of files.
    #[cfg(test)]
    pub(crate) fn unchecked(labels: Vec<f64>, precision: Vec<f64>, vector: Vec<f64>) -> Self {
        Self {
            precision,
            vector,
            labels,
        }
    }

    /// The weight of the observations in each cluster, Λ (its lower triangle by rows), and η.
    pub fn parts(&self) -> [&[f64]; 3] {
        [&self.labels, &self.precision, &self.vector]
    }

    /// Number of clusters K.
    pub fn clusters(&self) -> usize {
        self.labels.len()
    }

    /// The sum of the weights of the observations.
    pub fn weight(&self) -> f64 {
        self.labels.iter().sum()
    }

    /// The mean error of the observations, each counted by w/v: Ση/ΣΛ, since a membership sums to 1. `None`
    /// without any.
    fn mean_error(&self) -> Option<f64> {
        let diagonal = self.rows().filter_map(<[f64]>::last);
        let all = 2.0 * self.precision.iter().sum::<f64>() - diagonal.sum::<f64>();
        (all > 0.0).then(|| self.vector.iter().sum::<f64>() / all)
    }

    /// Adds an observation with a `weight`: the `error` on a prompt of this membership, whose noise has
    /// this `variance`. A membership over other clusters adds nothing.
    pub fn add(&mut self, membership: &[f32], error: f64, variance: f64, weight: f64) {
        if membership.len() != self.clusters() {
            return;
        }
        let per = weight / variance;
        let mut rest = self.precision.as_mut_slice();
        for (i, phi) in membership.iter().enumerate() {
            let phi = f64::from(*phi);
            let (row, below) = std::mem::take(&mut rest).split_at_mut(i + 1);
            for (entry, other) in row.iter_mut().zip(membership) {
                *entry += per * phi * f64::from(*other);
            }
            rest = below;
        }
        let sums = self.vector.iter_mut().zip(&mut self.labels);
        for ((vector, labels), phi) in sums.zip(membership) {
            *vector += per * f64::from(*phi) * error;
            *labels += weight * f64::from(*phi);
        }
    }

    /// Adds what is known of the same model from other observations, over the same clusters.
    pub fn add_all(&mut self, other: &Self) {
        let pairs = [
            (&mut self.precision, &other.precision),
            (&mut self.vector, &other.vector),
            (&mut self.labels, &other.labels),
        ];
        for (own, other) in pairs {
            own.iter_mut().zip(other).for_each(|(a, b)| *a += b);
        }
    }

    /// Multiplies the weight of every observation.
    pub fn scale(&mut self, by: f64) {
        for part in [&mut self.precision, &mut self.vector, &mut self.labels] {
            part.iter_mut().for_each(|v| *v *= by);
        }
    }

    /// The rows of the lower triangle of Λ.
    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.clusters()).map(|i| {
            let row = self.precision.get(triangle(i)..triangle(i + 1));
            row.unwrap_or_default()
        })
    }

    /// Λ, `(K, K)`.
    fn matrix(&self) -> Array2<f64> {
        let mut matrix = Array2::zeros((self.clusters(), self.clusters()));
        for (i, row) in self.rows().enumerate() {
            for (j, v) in row.iter().enumerate() {
                matrix[[i, j]] = *v;
                matrix[[j, i]] = *v;
            }
        }
        matrix
    }
}

/// Numbers in the lower triangle of a matrix of `n` rows.
fn triangle(n: usize) -> usize {
    n * (n + 1) / 2
}

impl Posterior {
    /// Ψ of a model with these `observations` and further `labels`, which are known by their sums.
    ///
    /// It differs from [`Posterior::new`] with the labels themselves only in their noise, which was fixed when
    /// they were added up. As there, the mean of the labels says which error is usual where the prior has no
    /// training models.
    ///
    /// # Errors
    /// [`ProfileError::Length`] when prior, observations and labels are not over the same clusters.
    pub fn with_labels(
        prior: &Prior,
        observations: &Observations,
        labels: &Information,
    ) -> Result<Self, ProfileError> {
        observations.check_clusters(prior.clusters())?;
        check_length("statistics", labels.clusters(), prior.clusters())?;
        let before = match labels.mean_error() {
            Some(error) if prior.training_models() == 0 => {
                let (sum, weight) = (labels.weight() * error, labels.weight());
                let sum = sum + MEAN_ERROR_LABELS * prior.mean_error();
                condition(
                    &prior.around(sum / (weight + MEAN_ERROR_LABELS)),
                    observations,
                )
            }
            _ => Self::new(prior, observations)?,
        };
        before
            .with_information(labels)
            .ok_or(ProfileError::Covariance)
    }

    /// This posterior with further `information`: V′ = (V⁻¹ + Λ)⁻¹ and m′ = m + V′(η − Λm). `None` where
    /// the two are not over the same clusters, or V is not a covariance.
    ///
    /// With V = LLᵀ and I + LᵀΛL = CCᵀ it is V′ = HᵀH, H = C⁻¹Lᵀ: no inverse of V, which may be nearly
    /// singular, and all eigenvalues of CCᵀ are at least 1.
    pub fn with_information(&self, information: &Information) -> Option<Self> {
        if information.clusters() != self.mean.len() {
            return None;
        }
        let lower = factor(self.covariance.view())?;
        let mut precision = information.matrix();
        let whitened = |precision: ArrayView2<f64>| {
            let inner = lower.t().dot(&precision.dot(&lower));
            Cholesky::new((inner + Array2::<f64>::eye(self.mean.len())).view())
        };
        let solved = whitened(precision.view()).or_else(|| {
            // Rounding in a sum of very many observations.
            let largest = precision.diag().iter().copied().fold(0.0, f64::max);
            precision
                .diag_mut()
                .mapv_inplace(|v| v + 2.0 * ROUNDING * largest);
            whitened(precision.view())
        })?;
        let half = solved.forward(lower.t());
        let residual = &ArrayView1::from(&information.vector) - &precision.dot(&self.mean);
        Some(Self {
            mean: &self.mean + &half.t().dot(&half.dot(&residual)),
            covariance: half.t().dot(&half),
            labels: &self.labels + &ArrayView1::from(&information.labels),
        })
    }
}

/// L of a covariance LLᵀ.
fn factor(covariance: ArrayView2<f64>) -> Option<Array2<f64>> {
    JITTER.iter().find_map(|part| {
        let mut widened = covariance.to_owned();
        widened.diag_mut().mapv_inplace(|v| v * (1.0 + part));
        Cholesky::new(widened.view()).map(|factor| factor.lower())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array1;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const K: usize = 6;

    fn random_covariance(rng: &mut ChaCha8Rng) -> Array2<f64> {
        let factor = Array2::from_shape_fn((K, K), |_| rng.random::<f64>() - 0.5);
        factor.dot(&factor.t()) * 0.1
    }

    fn random_memberships(n: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
        let row = |rng: &mut ChaCha8Rng| {
            let raw: Vec<f32> = (0..K).map(|_| rng.random::<f32>().powi(4)).collect();
            let sum: f32 = raw.iter().sum();
            raw.iter().map(|v| v / sum).collect()
        };
        (0..n).map(|_| row(rng)).collect()
    }

    /// Solves Ax = b by Gauss–Jordan elimination with pivots: shares no code with the library.
    fn inverse(a: &Array2<f64>) -> Array2<f64> {
        let n = a.nrows();
        let (mut a, mut b) = (a.clone(), Array2::<f64>::eye(n));
        for c in 0..n {
            let largest = |i: &usize, j: &usize| a[[*i, c]].abs().total_cmp(&a[[*j, c]].abs());
            let pivot = (c..n).max_by(largest).unwrap();
            for j in 0..n {
                a.swap([c, j], [pivot, j]);
                b.swap([c, j], [pivot, j]);
            }
            let by = a[[c, c]];
            for j in 0..n {
                a[[c, j]] /= by;
                b[[c, j]] /= by;
            }
            for i in (0..n).filter(|i| *i != c) {
                let by = a[[i, c]];
                for j in 0..n {
                    a[[i, j]] -= by * a[[c, j]];
                    b[[i, j]] -= by * b[[c, j]];
                }
            }
        }
        b
    }

    #[test]
    fn added_up_evidence_gives_the_posterior_of_all_observations_at_once() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        for n in [1, 5, 40, 400] {
            let covariance = random_covariance(&mut rng);
            let mean = Array1::from_shape_fn(K, |_| rng.random::<f64>());
            let rows = random_memberships(n, &mut rng);
            let mut information = Information::none(K);
            // The joint normal distribution of Ψ and the observations, conditioned the textbook way.
            let r = Array2::from_shape_fn((n, K), |(i, k)| f64::from(rows[i][k]));
            let mut noise = Array2::zeros((n, n));
            let mut errors = Array1::zeros(n);
            for (i, row) in rows.iter().enumerate() {
                let (variance, weight) = (0.05 + rng.random::<f64>(), 0.1 + rng.random::<f64>());
                errors[i] = rng.random::<f64>();
                noise[[i, i]] = variance / weight;
                information.add(row, errors[i], variance, weight);
            }
            let cross = r.dot(&covariance);
            let gain = cross.t().dot(&inverse(&(cross.dot(&r.t()) + noise)));
            let expected_mean = &mean + &gain.dot(&(errors - r.dot(&mean)));
            let expected = &covariance - &gain.dot(&cross);
            let base = Posterior::of(mean, covariance, Array1::zeros(K));
            let found = base.with_information(&information).unwrap();
            let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
            assert!(
                found
                    .mean
                    .iter()
                    .zip(&expected_mean)
                    .all(|(a, b)| close(*a, *b)),
                "{n}"
            );
            assert!(
                found
                    .covariance
                    .iter()
                    .zip(&expected)
                    .all(|(a, b)| close(*a, *b)),
                "{n}"
            );
        }
    }

    #[test]
    fn no_information_changes_nothing_and_a_certain_cluster_stays() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let covariance = random_covariance(&mut rng);
        let base = Posterior::of(Array1::from_elem(K, 0.4), covariance, Array1::zeros(K));
        let same = base.with_information(&Information::none(K)).unwrap();
        assert!(
            (&same.covariance - &base.covariance)
                .iter()
                .all(|d| d.abs() < 1e-12)
        );
        assert_eq!(same.mean, base.mean);
        assert!(base.with_information(&Information::none(K + 1)).is_none());

        let mut certain = base.clone();
        for k in 0..K {
            certain.covariance[[0, k]] = 0.0;
            certain.covariance[[k, 0]] = 0.0;
        }
        certain.covariance[[0, 0]] = 1e-12;
        let mut information = Information::none(K);
        for row in random_memberships(50, &mut rng) {
            information.add(&row, 1.0, 0.2, 1.0);
        }
        let found = certain.with_information(&information).unwrap();
        assert!((found.mean[0] - 0.4).abs() < 1e-6);
        assert!(found.mean.iter().skip(1).any(|m| *m > 0.5));
    }

    #[test]
    fn parts_are_read_back_and_wrong_ones_refused() {
        let mut rng = ChaCha8Rng::seed_from_u64(10);
        let mut information = Information::none(K);
        for row in random_memberships(30, &mut rng) {
            information.add(&row, rng.random(), 0.2, 1.0);
        }
        let [l, p, v] = information.parts().map(<[f64]>::to_vec);
        let new = |p: &[f64], v: &[f64], l: &[f64]| {
            Information::try_new(l.to_vec(), p.to_vec(), v.to_vec(), 0.2)
        };
        assert_eq!(new(&p, &v, &l), Ok(information));
        assert!(new(&p[1..], &v, &l).is_err() && new(&p, &v[1..], &l).is_err());
        for wrong in [f64::NAN, f64::INFINITY, -1e-3, 1e12] {
            for at in [0, 4, p.len() - 1] {
                let mut p = p.clone();
                p[at] = wrong;
                assert!(new(&p, &v, &l).is_err(), "precision {at} {wrong}");
            }
            let (mut v2, mut l2) = (v.clone(), l.clone());
            (v2[2], l2[2]) = (wrong, wrong);
            assert!(
                new(&p, &v2, &l).is_err() && new(&p, &v, &l2).is_err(),
                "{wrong}"
            );
        }
        // Entries in range that no sum of φφᵀ has: more off the diagonal than on it.
        let mut indefinite = p.clone();
        (indefinite[0], indefinite[2]) = (1e-6, 1e-6);
        assert_eq!(new(&indefinite, &v, &l), Err(ProfileError::Covariance));
    }
}

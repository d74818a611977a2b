//! The profile of a posterior without its covariance: what a pool of many models needs.

use ndarray::{Array1, Array2, ArrayView2};

use super::condition::{NOISE_ROUNDS, Noise, has_usual_error};
use super::summary::summarised;
use super::{Posterior, Profile};
use crate::linalg::Cholesky;
use crate::observation::{Observations, ProfileError};
use crate::prior::Prior;

/// The overlap O of the clusters, `(K, K)`, with what the profiles of all models need of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    matrix: Array2<f64>,
    /// The sum of O∘Σ, with Σ the covariance of the prior.
    of_prior: f64,
}

impl Overlap {
    /// `matrix` is the mean of ΦΦᵀ over prompts.
    pub fn new(prior: &Prior, matrix: Array2<f64>) -> Self {
        let of_prior = (&matrix * &prior.covariance()).sum();
        Self { matrix, of_prior }
    }

    /// O, `(K, K)`.
    pub fn view(&self) -> ArrayView2<'_, f64> {
        self.matrix.view()
    }
}

/// RΣ and RΣO for rows of weights R over the clusters, with Σ the covariance of a prior and O the
/// overlap of the clusters, each `(n, K)`. They depend on no model, so those of benchmarks and of the
/// clusters' shares are computed once.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    cross: Array2<f64>,
    overlapping: Array2<f64>,
}

impl Projection {
    /// The projection of these rows, `(n, K)`.
    pub fn new(prior: &Prior, overlap: ArrayView2<f64>, rows: ArrayView2<f64>) -> Self {
        let cross = rows.dot(&prior.covariance());
        let overlapping = cross.dot(&overlap);
        Self { cross, overlapping }
    }

    /// Copies the row of another projection.
    fn copy_row(&mut self, to: usize, other: &Self, from: usize) {
        self.cross.row_mut(to).assign(&other.cross.row(from));
        let overlapping = other.overlapping.row(from);
        self.overlapping.row_mut(to).assign(&overlapping);
    }

    /// The projection of `rows`, of which those in `known` (a position, and a row of `others`) are
    /// copied.
    pub fn with_known(
        prior: &Prior,
        overlap: ArrayView2<f64>,
        rows: ArrayView2<f64>,
        known: &[(usize, usize)],
        others: &Self,
    ) -> Self {
        let mut all = Self {
            cross: Array2::zeros(rows.dim()),
            overlapping: Array2::zeros(rows.dim()),
        };
        for (to, from) in known {
            all.copy_row(*to, others, *from);
        }
        let is_known = |row: &usize| known.iter().any(|(to, _)| to == row);
        let rest: Vec<usize> = (0..rows.nrows()).filter(|row| !is_known(row)).collect();
        if !rest.is_empty() {
            let rest_rows = rows.select(ndarray::Axis(0), &rest);
            let computed = Self::new(prior, overlap, rest_rows.view());
            for (from, to) in rest.into_iter().enumerate() {
                all.copy_row(to, &computed, from);
            }
        }
        all
    }
}

impl Profile {
    /// The profile of the model that was observed; the same as that of its [`Posterior`], at a
    /// fraction of the work where observations are fewer than clusters. `overlap` is that of the
    /// clusters with this `prior`; `project` makes the projection of the observations' weights where it is needed.
    ///
    /// # Errors
    /// [`ProfileError::Length`] when prior and observations are not over the same clusters.
    pub fn of(
        prior: &Prior,
        observations: &Observations,
        overlap: &Overlap,
        project: impl FnOnce() -> Projection,
    ) -> Result<Self, ProfileError> {
        observations.check_clusters(prior.clusters())?;
        let few = !observations.is_empty() && observations.len() <= observations.clusters();
        let solved = match few && has_usual_error(prior, observations) {
            true => solve(prior, observations, overlap, &project()),
            false => None,
        };
        match solved {
            Some(profile) => Ok(profile),
            None => Ok(Posterior::new(prior, observations)?.profile(overlap.view())),
        }
    }
}

/// With V = Σ − HᵀH, H = L⁻¹RΣ and LLᵀ = RΣRᵀ + N, the profile needs of V its diagonal and the sum of
/// O∘V, which is that of O∘Σ less the sum of H∘(HO), and HO = L⁻¹RΣO.
fn solve(
    prior: &Prior,
    observations: &Observations,
    overlap: &Overlap,
    projection: &Projection,
) -> Option<Profile> {
    let rows = observations.weights();
    let Projection { cross, overlapping } = projection;
    let residual = &observations.values() - &rows.dot(&prior.mean());
    let gram = cross.dot(&rows.t());
    let mut mean = prior.mean().to_owned();
    let mut factor = None;
    for _ in 0..NOISE_ROUNDS {
        let noise = Noise::new(prior, observations, &rows.dot(&mean));
        let solved = Cholesky::new(noise.added_to(gram.clone()).view())?;
        mean = &prior.mean() + &cross.t().dot(&solved.solve_vector(&residual));
        factor = Some(solved);
    }
    let factor = factor?;
    let half = factor.forward(cross.view());
    let overlapping = factor.forward(overlapping.view());
    let mut variances: Array1<f64> = prior.covariance().diag().to_owned();
    for row in half.outer_iter() {
        variances.zip_mut_with(&row, |v, h| *v -= h * h);
    }
    let all = overlap.of_prior - (&half * &overlapping).sum();
    let labels = observations.labels_by_cluster();
    Some(summarised(&mean, &variances, &labels, overlap.view(), all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::BenchmarkScores;
    use ndarray::array;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_profile_is_that_of_the_posterior() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let k = 9;
        let factor = Array2::from_shape_fn((k, k), |_| rng.random::<f64>() - 0.5);
        let covariance = factor.dot(&factor.t()) * 0.02;
        let mean = Array1::from_shape_fn(k, |_| 0.2 + 0.6 * rng.random::<f64>());
        let prior = Prior::try_new(mean, covariance, 0.9, 0.4, 5).unwrap();
        let spread = Array2::from_shape_fn((30, k), |_| rng.random::<f64>());
        let overlap = Overlap::new(&prior, spread.t().dot(&spread) / 30.0);
        for n in [1, 2, 5, 9, 12] {
            let weights = Array2::from_shape_fn((n, k), |_| rng.random::<f64>() / k as f64);
            let scores = Observations::from_benchmarks(BenchmarkScores {
                benchmarks: &(0..n).collect::<Vec<_>>(),
                weights,
                values: Array1::from_shape_fn(n, |_| rng.random()),
                prompts: &vec![300.0; n],
                extra_variances: &vec![0.001; n],
                loadings: Array2::from_shape_fn((n, 2), |_| 0.2 * rng.random::<f64>()),
            })
            .unwrap();
            let labels = array![[0.5f32, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]];
            let labels = Observations::from_labels(labels.view(), &[1.0]).unwrap();
            for observed in [scores.clone(), scores.and(&labels).unwrap()] {
                let rows = observed.weights();
                let whole = Projection::new(&prior, overlap.view(), rows);
                let known = [(0, 0)];
                let copied = Projection::with_known(&prior, overlap.view(), rows, &known, &whole);
                let slow = Posterior::new(&prior, &observed).unwrap();
                let slow = slow.profile(overlap.view());
                for projection in [whole, copied] {
                    let quick = Profile::of(&prior, &observed, &overlap, || projection);
                    let quick = quick.unwrap();
                    for (a, b) in [
                        (&quick.mean, &slow.mean),
                        (&quick.sd, &slow.sd),
                        (&quick.labels, &slow.labels),
                    ] {
                        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5), "{n}");
                    }
                    assert!((quick.correlation - slow.correlation).abs() < 1e-4, "{n}");
                }
            }
        }
    }
}

//! From a profile, which keeps one correlation, back to a normal distribution with a full covariance.

use super::summary::{SMOOTHING, unbent};
use super::{Posterior, Profile};
use crate::prior::Prior;
use ndarray::{Array1, Array2, ArrayView2};

/// Least standard deviation: a cluster that is called certain is still a row of a covariance.
const LEAST_SD: f64 = 1e-6;
/// Most of the way to one correlation of 1 between all clusters, where the covariance is singular.
const MOST_SHARED: f64 = 0.999;

impl Profile {
    /// Ψ ~ N(m, V) as this profile describes it. V = D·R·D with D the standard deviations. R has the
    /// pattern of the prior's correlations: it is mixed with the identity, or with correlations of 1, so
    /// that a prediction has the variance that the profile's one correlation gives it on average.
    /// `overlap` `(K, K)` is the mean of ΦΦᵀ over prompts.
    pub fn posterior(&self, prior: &Prior, overlap: ArrayView2<f64>) -> Posterior {
        let wide =
            |values: &[f32]| -> Array1<f64> { values.iter().map(|v| f64::from(*v)).collect() };
        let sd = wide(&self.sd).mapv(|sd| sd.max(LEAST_SD));
        let mut mean = wide(&self.mean);
        mean.zip_mut_with(&sd, |m, sd| *m = unbent(*m, SMOOTHING * sd));
        let covariance = self.like_prior(prior, overlap, &sd);
        Posterior::of(mean, covariance, wide(&self.labels))
    }

    fn like_prior(&self, prior: &Prior, overlap: ArrayView2<f64>, sd: &Array1<f64>) -> Array2<f64> {
        let scale = prior.covariance().diag().mapv(|v| v.sqrt().recip());
        let mut v = prior.covariance().to_owned();
        // Where no prompt is in two clusters, the overlap says nothing of correlations: each pair counts the same.
        let apart = overlap
            .indexed_iter()
            .all(|((i, j), o)| i == j || *o <= 0.0);
        // The sums of O∘V beside its diagonal: with the prior's correlations, and with 1.
        let (mut patterned, mut together) = (0.0, 0.0);
        for ((i, j), v) in v.indexed_iter_mut() {
            let product = sd[i] * sd[j];
            *v *= scale[i] * scale[j] * product;
            if i != j {
                let weight = if apart { 1.0 } else { overlap[[i, j]] };
                patterned += weight * *v;
                together += weight * product;
            }
        }
        let wanted = f64::from(self.correlation) * together;
        let ratio = |part: f64, whole: f64| match whole > 0.0 {
            true => (part / whole).clamp(0.0, 1.0),
            false => 0.0,
        };
        match wanted <= patterned {
            true => {
                let kept = ratio(wanted, patterned);
                for ((i, j), v) in v.indexed_iter_mut() {
                    *v *= if i == j { 1.0 } else { kept };
                }
            }
            false => {
                let shared = ratio(wanted - patterned, together - patterned).min(MOST_SHARED);
                for ((i, j), v) in v.indexed_iter_mut() {
                    *v += shared * (sd[i] * sd[j] - *v);
                }
            }
        }
        v
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Observations;
    use crate::profile::Information;
    use ndarray::array;

    fn prior() -> Prior {
        let covariance = array![[0.05, 0.03, 0.01], [0.03, 0.04, 0.02], [0.01, 0.02, 0.06]];
        Prior::try_new(array![0.3, 0.5, 0.4], covariance, 0.9, 0.4, 5).unwrap()
    }

    fn overlap() -> Array2<f64> {
        array![[0.2, 0.05, 0.03], [0.05, 0.3, 0.04], [0.03, 0.04, 0.25]]
    }

    #[test]
    fn the_profile_of_the_prior_is_the_prior_again() {
        let prior = prior();
        let none = Posterior::new(&prior, &Observations::none(3)).unwrap();
        let profile = none.profile(overlap().view());
        let again = profile.posterior(&prior, overlap().view());
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
        assert!(again.covariance().iter().zip(prior.covariance()).all(close));
        assert!(
            again.mean().iter().zip(prior.mean()).all(close),
            "{}",
            again.mean()
        );
    }

    #[test]
    fn a_profile_survives_the_way_there_and_back() {
        for correlation in [0.0f32, 0.1, 0.37, 0.8, 1.0] {
            for mean in [[0.001f32, 0.5, 0.999], [0.02, 0.3, 0.9]] {
                let profile = Profile {
                    mean: mean.to_vec(),
                    sd: vec![0.1, 0.0, 0.2],
                    labels: vec![3.0, 0.0, 1.0],
                    correlation,
                };
                let posterior = profile.posterior(&prior(), overlap().view());
                // No verdict at all goes the whole way, factor included.
                let same = posterior.with_information(&Information::none(3)).unwrap();
                let back = same.profile(overlap().view());
                for (a, b) in profile.sd.iter().zip(&back.sd) {
                    assert!((a - b).abs() < 1e-5, "{profile:?} {back:?}");
                }
                assert_eq!(back.labels, profile.labels);
                let near = |a: f32, b: f32| (a - b).abs() < 2e-3;
                assert!(near(correlation, back.correlation), "{back:?}");
                assert!(
                    profile
                        .mean
                        .iter()
                        .zip(&back.mean)
                        .all(|(a, b)| near(*a, *b)),
                    "{back:?}"
                );
            }
        }
    }
}

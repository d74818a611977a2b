//! What is stored and shared of Ψ(h).

use super::{Prediction, ProfileError};
use crate::observation::{check_length, check_range, check_unit};
use crate::prior::Prior;
use ndarray::{Array1, ArrayView2};

/// Ψ(h) as a pool carries it: the error of a model in each cluster, with its standard deviation,
/// the number of labels it was estimated from, and the correlation of the clusters' uncertainties.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Expected error in each cluster, in `[0, 1]`, length K.
    pub mean: Vec<f32>,
    /// Standard deviation of each, length K.
    pub sd: Vec<f32>,
    /// Labels that fell into each cluster (fractions, by membership), length K.
    pub labels: Vec<f32>,
    /// Correlation of the uncertainties of any two clusters, in `[0, 1]`: with few labels the
    /// model's overall ability is uncertain, and all clusters share it.
    pub correlation: f32,
}

/// Part of its standard deviation within which an expected error bends at 0 and at 1.
pub(super) const SMOOTHING: f64 = 0.2;

/// The profile of Ψ with this `mean`, these `variances` and `labels`, each `(K)`. `overlap` O `(K, K)`
/// is the mean of ΦΦᵀ over prompts and `all` the sum of O∘V, V being the covariance of Ψ. A profile
/// keeps one correlation: the one that gives a prediction the right variance on average.
pub(super) fn summarised(
    mean: &Array1<f64>,
    variances: &Array1<f64>,
    labels: &Array1<f64>,
    overlap: ArrayView2<f64>,
    all: f64,
) -> Profile {
    let variances = variances.mapv(|v| v.max(0.0));
    let sd = variances.mapv(f64::sqrt);
    let own = (&overlap.diag() * &variances).sum();
    let together = sd.dot(&overlap.dot(&sd)) - own;
    let correlation = match together > 0.0 {
        true => ((all - own) / together).clamp(0.0, 1.0),
        false => 0.0,
    };
    let inside = mean.iter().zip(&sd).map(|(m, sd)| within(*m, *sd) as f32);
    Profile {
        mean: inside.collect(),
        sd: sd.iter().map(|s| *s as f32).collect(),
        labels: labels.iter().map(|l| *l as f32).collect(),
        correlation: correlation as f32,
    }
}

/// An expected error inside `[0, 1]`. A normal distribution may have its mean at an error of 0 or
/// below it, and nobody answers every prompt well: near the ends the error approaches them smoothly,
/// within a fifth of its standard deviation. The order of models with equal deviations stays.
fn within(mean: f64, sd: f64) -> f64 {
    let width = SMOOTHING * sd;
    let above = |x: f64| match x / width {
        far if far.is_nan() || far.abs() >= 40.0 => x.max(0.0),
        near => width * near.exp().ln_1p(),
    };
    (1.0 - above(1.0 - above(mean))).clamp(0.0, 1.0)
}

/// The mean of which [`within`] made this one, `width` being that of its bend. An error that is at the end of
/// the range for want of digits came from a mean at most 5 widths beyond it.
pub(super) fn unbent(mean: f64, width: f64) -> f64 {
    let below = |y: f64| match y / width {
        far if far.is_nan() || far >= 40.0 => y,
        near => (width * near.max(0.0).exp_m1().ln()).max(-5.0 * width),
    };
    below(1.0 - below(1.0 - mean))
}

impl Profile {
    /// Checks parts as a pool carries them. Missing labels count as 0. A missing standard deviation
    /// is the prior's, narrowed by the labels. A missing correlation is the prior's.
    ///
    /// # Errors
    /// [`ProfileError::Length`] or [`ProfileError::Range`] naming the part and position.
    pub fn try_new(
        prior: &Prior,
        mean: Vec<f32>,
        labels: Option<Vec<f32>>,
        sd: Option<Vec<f32>>,
        correlation: Option<f32>,
    ) -> Result<Self, ProfileError> {
        let k = prior.clusters();
        check_length("mean", mean.len(), k)?;
        check_unit("mean", as_f64(&mean))?;
        let labels = labels.unwrap_or_else(|| vec![0.0; k]);
        check_length("labels", labels.len(), k)?;
        check_range("labels", "[0, 1e9]", as_f64(&labels), |v| {
            (0.0..=1e9).contains(&v)
        })?;
        let sd = sd.unwrap_or_else(|| narrowed(prior, &mean, &labels));
        check_length("sd", sd.len(), k)?;
        check_unit("sd", as_f64(&sd))?;
        let correlation = correlation.unwrap_or_else(|| mean_correlation(prior));
        check_unit("correlation", [f64::from(correlation)])?;
        Ok(Self {
            mean,
            sd,
            labels,
            correlation,
        })
    }

    /// Expected error ΦᵀΨ of a prompt of this membership, with its standard deviation.
    pub fn predict(&self, membership: &[f32]) -> Prediction {
        Prediction {
            mean: self.expect(membership),
            sd: self.deviation(membership),
        }
    }

    /// [`Profile::predict`] for a prompt whose clusters are known with a trust below 1 (`trust` is in
    /// `[0, 1]`). The prompt may belong to other clusters, so (1 − trust) times the variance between
    /// clusters is added to the variance of the prediction.
    pub fn predict_with_trust(&self, membership: &[f32], trust: f32) -> Prediction {
        let Prediction { mean, sd } = self.predict(membership);
        let pairs = membership.iter().zip(&self.mean);
        let spread: f32 = pairs.map(|(phi, psi)| phi * (psi - mean).powi(2)).sum();
        Prediction {
            mean,
            sd: (sd * sd + (1.0 - trust) * spread).sqrt(),
        }
    }

    /// Expected error ΦᵀΨ of a prompt of this membership.
    pub fn expect(&self, membership: &[f32]) -> f32 {
        let mut sums = [0.0; LANES];
        for_each_pair(membership, &self.mean, |lane, phi, mean| {
            sums[lane] += phi * mean;
        });
        sums.iter().sum::<f32>().clamp(0.0, 1.0)
    }

    /// Its standard deviation √((1 − ρ)·Σφ²s² + ρ·(Σφs)²).
    fn deviation(&self, membership: &[f32]) -> f32 {
        let (mut own, mut together) = ([0.0; LANES], [0.0; LANES]);
        for_each_pair(membership, &self.sd, |lane, phi, sd| {
            let spread = phi * sd;
            own[lane] += spread * spread;
            together[lane] += spread;
        });
        let [own, together] = [own, together].map(|lanes| lanes.iter().sum::<f32>());
        let variance = (1.0 - self.correlation) * own + self.correlation * together * together;
        variance.max(0.0).sqrt()
    }
}

/// Number of partial sums: with a single sum each addition would wait for the one before it.
const LANES: usize = 8;

/// Calls `add` with the number of a partial sum and each pair of `a` and `b` to add to it.
#[inline(always)]
fn for_each_pair(a: &[f32], b: &[f32], mut add: impl FnMut(usize, f32, f32)) {
    let (a, a_rest) = a.as_chunks();
    let (b, b_rest) = b.as_chunks();
    let mut add_all = |a: &[f32; LANES], b: &[f32; LANES]| {
        for lane in 0..LANES {
            add(lane, a[lane], b[lane]);
        }
    };
    a.iter().zip(b).for_each(|(a, b)| add_all(a, b));
    add_all(&padded(a_rest), &padded(b_rest));
}

fn padded(rest: &[f32]) -> [f32; LANES] {
    let mut lanes = [0.0; LANES];
    lanes[..rest.len()].copy_from_slice(rest);
    lanes
}

fn as_f64(values: &[f32]) -> impl Iterator<Item = f64> {
    values.iter().map(|v| f64::from(*v))
}

/// Standard deviations where none were given: each cluster's prior variance, narrowed by its own
/// labels only.
fn narrowed(prior: &Prior, mean: &[f32], labels: &[f32]) -> Vec<f32> {
    let variances = prior.covariance().diag().to_vec();
    let narrow = |((variance, m), n): ((f64, &f32), &f32)| {
        let noise = prior.label_noise(f64::from(*m));
        (1.0 / (1.0 / variance + f64::from(*n) / noise))
            .sqrt()
            .min(1.0) as f32
    };
    variances
        .into_iter()
        .zip(mean)
        .zip(labels)
        .map(narrow)
        .collect()
}

fn mean_correlation(prior: &Prior) -> f32 {
    let sd = prior.covariance().diag().mapv(f64::sqrt);
    let (all, own) = (prior.covariance().sum(), prior.covariance().diag().sum());
    let together = sd.sum() * sd.sum() - own;
    if together > 0.0 {
        ((all - own) / together).clamp(0.0, 1.0) as f32
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(correlation: f32) -> Profile {
        Profile {
            mean: vec![0.2, 0.6],
            sd: vec![0.1, 0.1],
            labels: vec![0.0; 2],
            correlation,
        }
    }

    #[test]
    fn an_expected_error_bends_at_the_ends_and_keeps_its_order() {
        // A fifth of the deviation: .04·ln(1 + e⁰) and .04·ln(1 + e).
        assert!((within(0.0, 0.2) - 0.04 * 2f64.ln()).abs() < 1e-9);
        assert!((within(0.04, 0.2) - 0.04 * (1.0 + 1f64.exp()).ln()).abs() < 1e-9);
        assert!((within(0.4, 0.2) - 0.4).abs() < 1e-5);
        assert!((within(1.0, 0.2) - (1.0 - 0.04 * 2f64.ln())).abs() < 1e-9);
        for (mean, expected) in [(0.3, 0.3), (-0.1, 0.0), (1.5, 1.0)] {
            assert!((within(mean, 0.0) - expected).abs() < 1e-12);
        }
        let ordered = [-0.5, -0.1, 0.0, 0.05, 0.5, 0.95, 1.0, 1.2];
        let errors = ordered.map(|m| within(m, 0.15));
        assert!(errors.is_sorted() && errors.iter().all(|e| (0.0..=1.0).contains(e)));
    }

    #[test]
    fn a_bend_is_undone() {
        for sd in [0.0, 0.01, 0.1, 0.3] {
            for mean in [-0.9 * sd, 0.0, 0.03, 0.5, 0.98, 1.0 + 0.9 * sd] {
                let found = unbent(within(mean, sd), SMOOTHING * sd);
                assert!((found - mean).abs() < 1e-9, "{mean} {sd} {found}");
            }
            assert!((unbent(0.0, SMOOTHING * sd) + sd).abs() < 1e-9);
        }
    }

    #[test]
    fn uncertainty_averages_out_only_as_far_as_it_is_not_shared() {
        let half = [0.5, 0.5];
        let close = |a: f32, b: f32| (a - b).abs() < 1e-6;
        assert!(close(profile(1.0).predict(&half).sd, 0.1));
        assert!(close(profile(0.0).predict(&half).sd, 0.1 / 2f32.sqrt()));
        assert!(close(profile(0.0).predict(&half).mean, 0.4));
    }

    #[test]
    fn without_trust_the_variance_between_clusters_is_added() {
        let profile = Profile {
            mean: vec![0.2, 0.6],
            sd: vec![0.0; 2],
            labels: vec![0.0; 2],
            correlation: 0.0,
        };
        let sd = |trust| profile.predict_with_trust(&[0.5, 0.5], trust).sd;
        assert_eq!(sd(1.0), 0.0);
        assert!((sd(0.0) - 0.2).abs() < 1e-6 && (sd(0.75) - 0.1).abs() < 1e-6);
    }

    #[test]
    fn missing_parts_come_from_the_prior() {
        let prior = Prior::fallback(2, 0.4);
        let found = Profile::try_new(&prior, vec![0.3, 0.4], Some(vec![0.0, 900.0]), None, None);
        let found = found.unwrap();
        assert!((found.sd[0] - 0.03f32.sqrt()).abs() < 1e-6);
        assert!(found.sd[1] < 0.02);
        assert!((found.correlation - 2.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn parts_that_do_not_fit_are_rejected() {
        let prior = Prior::fallback(2, 0.4);
        let new = |mean: Vec<f32>, sd| Profile::try_new(&prior, mean, None, sd, None);
        assert!(matches!(
            new(vec![0.1], None),
            Err(ProfileError::Length { what: "mean", .. })
        ));
        assert!(matches!(
            new(vec![0.1, 1e20], None),
            Err(ProfileError::Range {
                what: "mean",
                index: 1,
                ..
            })
        ));
        assert!(matches!(
            new(vec![0.1, 0.1], Some(vec![0.1, f32::NAN])),
            Err(ProfileError::Range {
                what: "sd",
                index: 1,
                ..
            })
        ));
    }
}

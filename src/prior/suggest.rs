//! Which prompts to label for a new language model.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::Prior;
use crate::profile::{ProfileError, check_length};

impl Prior {
    /// Rows of `memberships` `(n, k)` most worth labelling, the best first, at most `labels`.
    ///
    /// Each next one is the prompt whose label will most reduce the variance of the predicted error
    /// of a prompt like those that the router was fitted on (a greedy Bayesian I-optimal design;
    /// Chaloner & Verdinelli 1995). `overlap` `(k, k)` is the mean of ΦΦᵀ over such prompts, as
    /// from [`crate::cluster::Clusters::overlap`].
    ///
    /// # Errors
    /// [`ProfileError::Length`] when memberships or overlap are not of K clusters.
    pub fn suggest(
        &self,
        memberships: ArrayView2<f32>,
        overlap: ArrayView2<f64>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        let k = self.clusters();
        check_length("memberships of a prompt", memberships.ncols(), k)?;
        check_length("overlap", overlap.nrows(), k)?;
        let phi = memberships.mapv(f64::from);
        let noise = self.label_noise(self.mean_error);
        // Rows Vφ, V being Ψ's covariance given the labels so far.
        let mut shift: Array2<f64> = phi.dot(&self.covariance);
        let mut left: Vec<bool> = vec![true; phi.nrows()];
        let mut picks = Vec::with_capacity(labels.min(phi.nrows()));
        while picks.len() < labels.min(phi.nrows()) {
            let reach = shift.dot(&overlap);
            let variance: Array1<f64> = (&shift * &phi).sum_axis(Axis(1)) + noise;
            let worth = (&shift * &reach).sum_axis(Axis(1)) / &variance;
            let best = (0..left.len())
                .filter(|&i| left[i])
                .max_by(|&a, &b| worth[a].total_cmp(&worth[b]).then(b.cmp(&a)));
            let Some(best) = best else { break };
            let along = shift.row(best).to_owned();
            let with_best = shift.dot(&phi.row(best)) / variance[best];
            for (mut row, share) in shift.rows_mut().into_iter().zip(with_best) {
                row.scaled_add(-share, &along);
            }
            left[best] = false;
            picks.push(best);
        }
        Ok(picks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Mean variance of a prediction once the prompts of `rows` are labelled, from the posterior.
    fn left_over(
        prior: &Prior,
        memberships: &Array2<f32>,
        overlap: &Array2<f64>,
        rows: &[usize],
    ) -> f64 {
        let errors = vec![0.5; rows.len()];
        let seen = memberships.select(Axis(0), rows);
        let psi = prior.posterior(seen.view(), &errors).unwrap();
        (&psi.covariance() * overlap).sum()
    }

    #[test]
    fn no_other_prompt_would_have_taught_more() {
        let memberships = array![
            [1.0f32, 0.0, 0.0],
            [0.6, 0.4, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.2, 0.8],
            [0.0, 0.0, 1.0]
        ];
        // A mean error of ½ keeps the noise the same whatever is predicted.
        let prior = Prior::fallback(3, 0.5);
        let overlap = Array2::from_diag(&array![0.6, 0.3, 0.1]);
        let picks = prior
            .suggest(memberships.view(), overlap.view(), 3)
            .unwrap();
        for n in 0..picks.len() {
            let with = |i: usize| {
                let rows = [&picks[..n], &[i]].concat();
                left_over(&prior, &memberships, &overlap, &rows)
            };
            let others = (0..5).filter(|i| !picks[..n].contains(i));
            assert!(
                others
                    .into_iter()
                    .all(|i| with(picks[n]) <= with(i) + 1e-12),
                "{picks:?}"
            );
        }
    }

    #[test]
    fn never_twice_and_never_more_than_there_are() {
        let prior = Prior::fallback(2, 0.4);
        let same = Array2::from_elem((4, 2), 0.5f32);
        let mut picks = prior
            .suggest(same.view(), Array2::eye(2).view(), 9)
            .unwrap();
        picks.sort_unstable();
        assert_eq!(picks, [0, 1, 2, 3]);
        assert!(
            prior
                .suggest(same.view(), Array2::eye(3).view(), 1)
                .is_err()
        );
    }
}

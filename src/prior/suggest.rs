//! Which prompts to label for a new model.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::Prior;
use crate::observation::{ProfileError, check_length};

impl Prior {
    /// The rows of `memberships` `(n, k)` that are most benefit labelling, the best first, at most
    /// `labels` of them.
    ///
    /// Each next row is the prompt whose label reduces the variance of the predicted error most, on
    /// average over prompts like those that the router was fitted on (a greedy Bayesian I-optimal
    /// design; Chaloner & Verdinelli 1995). `overlap` `(k, k)` is the mean of ΦΦᵀ over such prompts, as
    /// from [`crate::cluster::Clusters::overlap`].
    ///
    /// # Errors
    /// [`ProfileError::Length`] when memberships or overlap are not over K clusters.
    pub fn suggest(
        &self,
        memberships: ArrayView2<f32>,
        overlap: ArrayView2<f64>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        self.suggest_after(self.covariance.view(), memberships, overlap, labels)
    }

    /// As [`Prior::suggest`], for a model of which something is known: `covariance` `(k, k)` is that of its
    /// errors.
    ///
    /// # Errors
    /// As [`Prior::suggest`].
    pub fn suggest_after(
        &self,
        covariance: ArrayView2<f64>,
        memberships: ArrayView2<f32>,
        overlap: ArrayView2<f64>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        let one = vec![0; memberships.nrows()];
        self.picks(covariance, memberships, &one, overlap, labels)
    }

    /// [`Prior::suggest`] where each row has a group (`groups`, `(n)`) and the groups take turns: of those with the
    /// fewest rows so far, as long as they have any left, the best row of any is next. So a model is not asked hard
    /// questions more often than easy ones because of where they lie.
    ///
    /// # Errors
    /// As [`Prior::suggest`], and unless there is one group for each row.
    pub fn suggest_in_turn(
        &self,
        memberships: ArrayView2<f32>,
        groups: &[usize],
        overlap: ArrayView2<f64>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        self.picks(self.covariance.view(), memberships, groups, overlap, labels)
    }

    fn picks(
        &self,
        covariance: ArrayView2<f64>,
        memberships: ArrayView2<f32>,
        groups: &[usize],
        overlap: ArrayView2<f64>,
        labels: usize,
    ) -> Result<Vec<usize>, ProfileError> {
        let k = self.clusters();
        check_length("covariance", covariance.nrows(), k)?;
        check_length("memberships of a prompt", memberships.ncols(), k)?;
        check_length("groups", groups.len(), memberships.nrows())?;
        check_length("overlap", overlap.nrows(), k)?;
        let phi = memberships.mapv(f64::from);
        let noise = self.label_noise(self.mean_error);
        // Rows Vφ, with V the covariance of Ψ given the labels so far.
        let mut cross: Array2<f64> = phi.dot(&covariance);
        // The same times the overlap; each pick takes the same multiple of a row from both.
        let mut reach = cross.dot(&overlap);
        let mut available: Vec<bool> = vec![true; phi.nrows()];
        // For each row, how many of its group were picked.
        let mut so_far: Vec<usize> = vec![0; phi.nrows()];
        let mut picks = Vec::with_capacity(labels.min(phi.nrows()));
        while picks.len() < labels.min(phi.nrows()) {
            let variance: Array1<f64> = (&cross * &phi).sum_axis(Axis(1)) + noise;
            let benefit = (&cross * &reach).sum_axis(Axis(1)) / &variance;
            let left = (0..available.len()).filter(|&i| available[i]);
            let fewest = left.clone().map(|i| so_far[i]).min();
            let best = left
                .filter(|&i| Some(so_far[i]) == fewest)
                .max_by(|&a, &b| benefit[a].total_cmp(&benefit[b]).then(b.cmp(&a)));
            let Some(best) = best else { break };
            let (best_row, best_reach) = (cross.row(best).to_owned(), reach.row(best).to_owned());
            let with_best = cross.dot(&phi.row(best)) / variance[best];
            let rows = cross.rows_mut().into_iter().zip(reach.rows_mut());
            for ((mut row, mut reached), share) in rows.zip(with_best) {
                row.scaled_add(-share, &best_row);
                reached.scaled_add(-share, &best_reach);
            }
            available[best] = false;
            for (count, group) in so_far.iter_mut().zip(groups) {
                *count += usize::from(*group == groups[best]);
            }
            picks.push(best);
        }
        Ok(picks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::Cholesky;
    use ndarray::array;

    /// Mean variance of a prediction once the prompts of `rows` are labelled, from the posterior
    /// covariance (Σ⁻¹ + FᵀF/v)⁻¹ with v the noise of a label.
    fn remaining_variance(
        prior: &Prior,
        memberships: &Array2<f32>,
        overlap: &Array2<f64>,
        rows: &[usize],
    ) -> f64 {
        let f = memberships.select(Axis(0), rows).mapv(f64::from);
        let gram = f.t().dot(&f) / prior.label_noise(prior.mean_error);
        let inverse = |a: ArrayView2<f64>| Cholesky::new(a).unwrap().inverse();
        let precision = inverse(prior.covariance()) + gram;
        (inverse(precision.view()) * overlap).sum()
    }

    #[test]
    fn no_other_prompt_would_reduce_the_variance_more() {
        let memberships = array![
            [1.0f32, 0.0, 0.0],
            [0.6, 0.4, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.2, 0.8],
            [0.0, 0.0, 1.0]
        ];
        let prior = Prior::fallback(3, 0.5);
        let overlap = Array2::from_diag(&array![0.6, 0.3, 0.1]);
        let picks = prior
            .suggest(memberships.view(), overlap.view(), 3)
            .unwrap();
        for n in 0..picks.len() {
            let with = |i: usize| {
                let rows = [&picks[..n], &[i]].concat();
                remaining_variance(&prior, &memberships, &overlap, &rows)
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
    fn groups_take_turns_even_if_one_tells_more() {
        let prior = Prior::fallback(3, 0.5);
        // The rows of the first group tell of the cluster with most prompts.
        let memberships = array![
            [1.0f32, 0.0, 0.0],
            [0.9, 0.1, 0.0],
            [0.8, 0.2, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0]
        ];
        let groups = [7, 7, 7, 2, 2];
        let overlap = Array2::from_diag(&array![0.8, 0.1, 0.1]);
        let picks = prior
            .suggest_in_turn(memberships.view(), &groups, overlap.view(), 5)
            .unwrap();
        let turns: Vec<usize> = picks.iter().map(|i| groups[*i]).collect();
        assert_eq!(turns[..2].iter().sum::<usize>(), 9, "{picks:?}");
        assert_eq!(turns[2..4].iter().sum::<usize>(), 9, "{picks:?}");
        assert_eq!(turns[4], 7, "the other group has none left");
        let wrong = prior.suggest_in_turn(memberships.view(), &[0], overlap.view(), 1);
        assert!(wrong.is_err());
    }

    #[test]
    fn each_prompt_is_suggested_once_at_most() {
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

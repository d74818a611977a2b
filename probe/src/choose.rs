//! Which probes to ask, and in which order.

use crate::families::probes;
use crate::probe::Probe;
use ndarray::Array2;
use uniroute::Router;
use uniroute::observation::{Observations, ProfileError};

/// Questions of each family and difficulty to choose from.
const CANDIDATES: usize = 4;

/// Probes in the order in which they are asked, with their place among the clusters of a router.
pub struct Plan {
    /// The probes.
    pub probes: Vec<Probe>,
    /// Their memberships, `(probes, K)`.
    pub memberships: Array2<f32>,
}

impl Plan {
    /// The `count` probes of a seed that tell most of a model of which nothing is known, the best first.
    ///
    /// Each next probe reduces the variance of predictions most ([`Router::suggest_in_turn`]). Difficulties take turns, so
    /// that a score is not a matter of how hard the chosen questions were. The order depends on no answer: a run that
    /// was interrupted goes on with the same questions.
    ///
    /// # Errors
    /// [`ProfileError`] never happens for a router that was loaded.
    pub fn new(router: &Router, seed: u64, count: usize) -> Result<Self, ProfileError> {
        let per_family = CANDIDATES.max(count.div_ceil(crate::families::FAMILIES.len() * 3));
        let candidates = probes(seed, per_family);
        let memberships = memberships(router, candidates.iter().map(|p| p.query.as_str()));
        let groups: Vec<usize> = candidates.iter().map(|p| p.difficulty as usize).collect();
        let order = router.suggest_in_turn(memberships.view(), &groups, count)?;
        let memberships = memberships.select(ndarray::Axis(0), &order);
        let mut all: Vec<Option<Probe>> = candidates.into_iter().map(Some).collect();
        let probes = order
            .iter()
            .filter_map(|i| all.get_mut(*i)?.take())
            .collect();
        Ok(Self {
            probes,
            memberships,
        })
    }

    /// What answers say of a model that are right (1) or wrong (0): `scores` has a position and a score for each answered probe.
    ///
    /// # Errors
    /// [`ProfileError`] for a score out of range.
    pub fn observations(&self, scores: &[(usize, f32)]) -> Result<Observations, ProfileError> {
        let rows: Vec<usize> = scores.iter().map(|(row, _)| *row).collect();
        let errors: Vec<f32> = scores.iter().map(|(_, score)| 1.0 - score).collect();
        let memberships = self.memberships.select(ndarray::Axis(0), &rows);
        Observations::from_answers(memberships.view(), &errors)
    }
}

/// Memberships of texts, `(n, K)`.
pub fn memberships<'a>(router: &Router, texts: impl Iterator<Item = &'a str>) -> Array2<f32> {
    let texts: Vec<&str> = texts.collect();
    let mut all = Array2::zeros((texts.len(), router.clusters().len()));
    for (mut row, embedded) in all
        .rows_mut()
        .into_iter()
        .zip(router.embedder().embed_batch(&texts))
    {
        for (to, from) in row
            .iter_mut()
            .zip(router.clusters().membership(&embedded.vector))
        {
            *to = from;
        }
    }
    all
}

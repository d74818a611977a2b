//! Values of a pool file that the library computes: the other direction of the checks.

use super::check;
use super::error::PoolError;
use super::raw::{RawErrors, RawModel, RawRouterRef};
use crate::profile::Profile;
use crate::router::Router;
use serde_json::Map;

impl From<&Profile> for RawErrors {
    /// Rounds to four digits: labels do not support more, and the files stay readable.
    fn from(profile: &Profile) -> Self {
        let round = |v: &f32, digits: f64| (f64::from(*v) * digits).round() / digits;
        let all = |values: &[f32], digits| values.iter().map(|v| round(v, digits)).collect();
        Self {
            mean: all(&profile.mean, 1e4),
            labels: Some(all(&profile.labels, 1e4)),
            sd: Some(all(&profile.sd, 1e4)),
            correlation: Some(round(&profile.correlation, 1e4)),
            extra: Map::new(),
        }
    }
}

impl From<&Router> for RawRouterRef {
    /// The reference that a pool with per-cluster values carries.
    fn from(router: &Router) -> Self {
        Self {
            id: Some(router.id().to_owned()),
            sha256: router.sha256().to_owned(),
        }
    }
}

impl RawModel {
    /// The model with per-cluster errors instead of its labelled prompts, so that the prompts are
    /// not shared along with the pool. The errors also rest on its published scores and accuracy. A
    /// model without labels is returned unchanged.
    ///
    /// # Errors
    /// [`PoolError`] for scores that are not in [0, 1].
    pub fn labels_to_errors(mut self, router: &Router) -> Result<Self, PoolError> {
        if self.labels.as_ref().is_none_or(Vec::is_empty) {
            return Ok(Self {
                labels: None,
                ..self
            });
        }
        let profile = check::profile(&self, router)?;
        self.labels = None;
        self.errors = Some(RawErrors::from(&profile));
        Ok(self)
    }
}

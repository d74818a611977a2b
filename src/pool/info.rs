//! A checked pool as a table for people.

use super::error::PoolError;
use super::model::{Model, Note, ProfileSource};
use super::pool::Pool;
use crate::router::Router;
use serde::Serialize;

/// A checked pool as a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PoolInfo {
    /// Name of the pool for people.
    pub name: Option<String>,
    /// Date of the prices, as written.
    pub as_of: Option<String>,
    /// The models, in the order of the file.
    pub models: Vec<ModelInfo>,
    /// What was assumed where the file was silent.
    pub notes: Vec<Note>,
}

/// One checked model of a pool.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ModelInfo {
    /// Unique in the pool.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Name of its provider.
    pub provider: Option<String>,
    /// Where its quality comes from.
    pub source: ProfileSource,
    /// Expected quality over all clusters, weighted by their shares, in [0, 1].
    pub quality: f64,
    /// 90 % interval of the quality.
    pub interval: [f64; 2],
    /// Number of labels behind the quality; a verdict counts as much as it was trusted.
    pub labels: f64,
    /// Number of verdicts from use behind the quality.
    #[cfg_attr(feature = "schema", ts(type = "number"))]
    pub verdicts: u64,
    /// Titles of the benchmarks whose published scores the quality rests on.
    pub benchmarks: Vec<String>,
    /// USD per million input tokens; `null` is unknown.
    pub input: Option<f64>,
    /// USD per million output tokens; `null` is unknown.
    pub output: Option<f64>,
    /// Date of its prices, as written: its own, else that of the pool; `null` if neither has one.
    pub priced: Option<String>,
    /// Most input and output tokens together.
    pub context_limit: Option<f64>,
    /// Most output tokens.
    pub output_limit: Option<f64>,
    /// What it can do beside text.
    pub capabilities: Vec<String>,
    /// What it is, for requests that allow only some kinds of models.
    pub tags: Vec<String>,
}

impl Pool {
    /// The pool as a table for people.
    pub fn info(&self, router: &Router) -> PoolInfo {
        let models = self.models().iter();
        PoolInfo {
            name: self.name().map(str::to_owned),
            as_of: self.as_of().map(str::to_owned),
            models: models.map(|model| self.row(model, router)).collect(),
            notes: self.notes().to_vec(),
        }
    }

    /// One model of the pool, as [`Pool::info`] lists it.
    ///
    /// # Errors
    /// [`PoolError::UnknownModel`].
    pub fn model_info(&self, id: &str, router: &Router) -> Result<ModelInfo, PoolError> {
        self.model(id).map(|model| self.row(model, router))
    }

    fn row(&self, model: &Model, router: &Router) -> ModelInfo {
        let info = model_info(model, router.clusters().shares());
        let priced = info.priced.or_else(|| self.as_of().map(str::to_owned));
        ModelInfo { priced, ..info }
    }
}

pub(super) fn model_info(model: &Model, shares: &[f32]) -> ModelInfo {
    let profile = &model.profile;
    let error: f64 = profile
        .mean
        .iter()
        .zip(shares)
        .map(|(e, share)| f64::from(e * share))
        .sum();
    let [low, high] = profile.predict(shares).interval();
    ModelInfo {
        id: model.id.clone(),
        name: model.name.clone(),
        provider: model.provider.clone(),
        source: model.evidence.source,
        quality: (1.0 - error).clamp(0.0, 1.0),
        interval: [1.0 - f64::from(high), 1.0 - f64::from(low)],
        labels: profile.labels.iter().copied().map(f64::from).sum(),
        verdicts: model.verdicts,
        benchmarks: model.evidence.benchmarks.clone(),
        input: model.prices.input,
        output: model.prices.output,
        priced: model.priced.clone(),
        context_limit: model.context_limit,
        output_limit: model.output_limit,
        capabilities: model.capabilities.clone(),
        tags: model.tags.clone(),
    }
}

impl Model {
    /// Expected quality over the prompts that the router was fitted on, in [0, 1]: 1 − ΦᵀΨ, with
    /// the shares of the clusters as Φ.
    pub fn overall_quality(&self, router: &Router) -> f32 {
        1.0 - self.profile.predict(router.clusters().shares()).mean
    }
}

#[cfg(test)]
mod tests {
    use crate::pool::Pool;
    use crate::router::fixture;

    #[test]
    fn overall_quality_weights_clusters_by_their_shares() {
        let router = fixture::router();
        let json = br#"{"models": [{"id": "a", "errors": {"mean": [0.25, 0.75]}}]}"#;
        let pool = Pool::from_json(json, &router).unwrap();
        assert_eq!(pool.models()[0].overall_quality(&router), 0.5);
    }

    #[test]
    fn prices_have_the_date_of_their_model_or_that_of_the_pool() {
        let json = br#"{"as_of": "2026-01-02", "models": [{"id": "a", "priced": "2026-11-30"}, {"id": "b"}]}"#;
        let pool = Pool::from_json(json, &fixture::router()).unwrap();
        let info = pool.info(&fixture::router());
        let dates: Vec<_> = info.models.iter().map(|m| m.priced.as_deref()).collect();
        assert_eq!(dates, [Some("2026-11-30"), Some("2026-01-02")]);
        assert!(pool.to_json().contains(r#""priced": "2026-11-30""#));
    }
}

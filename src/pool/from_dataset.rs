//! Scores of models on prompts to a pool.

#![allow(
    clippy::indexing_slicing,
    reason = "positions were found in the same list of models"
)]

use super::error::PoolError;
use super::pool::Pool;
use super::raw::{RawCost, RawErrors, RawModel, RawPool, RawRouterRef, RawScore};
use crate::dataset::{Dataset, DatasetError, Model, read_models};
use crate::observation::Observations;
use crate::profile::{Profile, ProfileError};
use crate::router::Router;
use ndarray::{ArrayView1, ArrayView2, Axis};
use std::collections::HashMap;

/// Characters of English prose in one token of the usual tokenizers, by the rule of thumb of their
/// makers.
const CHARACTERS_PER_TOKEN: f64 = 4.0;

/// What a pool contains beside the profiles of a data set's models; see [`from_dataset`].
#[derive(Default)]
pub struct PoolParams<'a> {
    /// Pool to which the models are added. A model of the same id keeps its other fields.
    pub base: Option<&'a Pool>,
    /// Names, providers and prices, which take precedence over those of the data set.
    pub list: ModelList,
    /// Name of the pool; by default that of the base, or else of the data set.
    pub name: Option<String>,
    /// Whether every score says that an answer is right or wrong; see
    /// [`Observations::from_answers`].
    pub right_or_wrong: bool,
    /// Date of the prices, `YYYY-MM-DD`; by default that of the base.
    pub as_of: Option<String>,
}

/// A pool as [`from_dataset`] makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolDraft {
    /// The pool, still to be checked by [`Pool::from_raw`].
    pub pool: RawPool,
    /// Ids of the models that were left out because they have no score.
    pub without_scores: Vec<String>,
}

/// Makes a pool of the models of a data set: each gets the profile that follows from its scores and
/// the router's prior. `points` `(prompts, dim)` are the embeddings of the data set's prompts.
///
/// # Errors
/// [`ProfileError`] for scores that are not in [0, 1].
pub fn from_dataset(
    router: &Router,
    data: &Dataset,
    points: ArrayView2<f32>,
    params: PoolParams,
) -> Result<PoolDraft, ProfileError> {
    let mut pool = begun(router, &data.name, &params);
    let memberships = router.clusters().memberships(points);
    let mut without_scores = Vec::new();
    for (column, model) in data.models.iter().enumerate() {
        let raw = known(&pool, &model.id);
        let published = published(router, &raw)?;
        let column = data.scores.column(column);
        let Some(observed) = observed(memberships.view(), column, params.right_or_wrong)? else {
            without_scores.push(model.id.clone());
            continue;
        };
        let profile = router.profile(&observed.and(&published)?)?;
        put(&mut pool, raw, model, &profile, &params.list);
    }
    Ok(PoolDraft {
        pool,
        without_scores,
    })
}

/// A pool that is to get models with measured profiles: the base, or an empty one. `name` is its name where
/// neither the parameters nor the base have one.
pub(super) fn begun(router: &Router, name: &str, params: &PoolParams) -> RawPool {
    let mut pool = params.base.map(|b| b.raw().clone()).unwrap_or_default();
    pool.schema_version = Some(super::limits::SCHEMA_VERSION);
    let default_name = || Some(name.to_owned());
    pool.name = params.name.clone().or(pool.name).or_else(default_name);
    pool.as_of = params.as_of.clone().or(pool.as_of);
    pool.currency = Some("USD".into());
    pool.router = Some(RawRouterRef::from(router));
    pool
}

/// What the pool says of a model so far.
pub(super) fn known(pool: &RawPool, id: &str) -> RawModel {
    let known = pool.models.iter().find(|m| m.id == id);
    known.cloned().unwrap_or_default()
}

/// Puts a model with its measured profile into the pool, in place of the one of the same id. `raw` is what was
/// known of it.
pub(super) fn put(
    pool: &mut RawPool,
    mut raw: RawModel,
    model: &Model,
    profile: &Profile,
    list: &ModelList,
) {
    describe(&mut raw, model, list.get(&model.id));
    raw.errors = Some(RawErrors::from(profile));
    raw.labels = None;
    raw.accuracy = None;
    raw.labels_count = None;
    match pool.models.iter_mut().find(|m| m.id == model.id) {
        Some(old) => *old = raw,
        None => pool.models.push(raw),
    }
}

/// The scores of one model; `None` if it has none.
fn observed(
    memberships: ArrayView2<f32>,
    scores: ArrayView1<f32>,
    right_or_wrong: bool,
) -> Result<Option<Observations>, ProfileError> {
    let scored = scores.iter().enumerate().filter(|(_, s)| !s.is_nan());
    let (rows, errors): (Vec<usize>, Vec<f32>) = scored.map(|(row, s)| (row, 1.0 - s)).unzip();
    if rows.is_empty() {
        return Ok(None);
    }
    let memberships = memberships.select(Axis(0), &rows);
    let from = match right_or_wrong {
        true => Observations::from_answers,
        false => Observations::from_labels,
    };
    from(memberships.view(), &errors).map(Some)
}

/// What the published scores of a model of the base say.
pub(super) fn published(router: &Router, raw: &RawModel) -> Result<Observations, ProfileError> {
    let benchmarks = router.benchmarks();
    let known = |score: &RawScore| Some((benchmarks.find(&score.name)?, score.score));
    let scores: Vec<_> = raw.benchmarks.iter().flatten().filter_map(known).collect();
    match scores.is_empty() {
        true => Ok(Observations::none(router.clusters().len())),
        false => benchmarks.observations(&scores),
    }
}

/// Sets name, provider, prices and answer length of a model where the list or else the data set has
/// them. Otherwise `raw` keeps what the base pool says.
fn describe(raw: &mut RawModel, model: &Model, listed: Option<&RawModel>) {
    raw.id.clone_from(&model.id);
    if let Some(listed) = listed {
        raw.name = listed.name.clone().or(raw.name.take());
        raw.provider = listed.provider.clone().or(raw.provider.take());
    }
    raw.name.get_or_insert_with(|| model.name.clone());
    let listed_cost = listed.and_then(|listed| listed.cost.clone());
    if let Some(cost) = listed_cost.or(cost(model)) {
        raw.cost = Some(cost);
    }
    if raw.output_tokens.is_none()
        && let Some(characters) = model.output_chars
    {
        let tokens = (characters / CHARACTERS_PER_TOKEN).round();
        raw.output_tokens = Some(serde_json::json!({ "mean": tokens }));
    }
    if let Some(source) = &model.price_source {
        raw.extra
            .insert("price_source".into(), source.as_str().into());
    }
}

fn cost(model: &Model) -> Option<RawCost> {
    let (input, output) = model.price_in.zip(model.price_out)?;
    Some(RawCost {
        input: Some(input),
        output: Some(output),
        ..RawCost::default()
    })
}

/// Field of a listed model that says how tables of published scores name it, where that is not its id.
const PUBLISHED_AS: &str = "published_as";

/// Names, providers and prices of models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelList {
    models: Vec<RawModel>,
    by_id: HashMap<String, usize>,
    by_published: HashMap<String, usize>,
}

/// Why a list of models was rejected.
#[derive(Debug, thiserror::Error)]
pub enum ModelListError {
    /// It is a models.json with a wrong value.
    #[error(transparent)]
    Models(#[from] DatasetError),
    /// It is neither a models.json nor a pool.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

impl ModelList {
    /// Reads the models of a pool, or the models.json of a data folder, which is a JSON list.
    ///
    /// # Errors
    /// [`ModelListError`], naming the place of the first thing that is wrong.
    pub fn parse(json: &[u8]) -> Result<Self, ModelListError> {
        let models = if json.trim_ascii_start().starts_with(b"[") {
            read_models(json)?.iter().map(listed).collect()
        } else {
            RawPool::parse(json)?.models
        };
        Ok(Self::from_models(models))
    }

    fn from_models(models: Vec<RawModel>) -> Self {
        let numbered = |name: fn(&RawModel) -> &str| {
            let names = models.iter().enumerate();
            names.map(|(i, m)| (name(m).to_owned(), i)).collect()
        };
        Self {
            by_id: numbered(|m| &m.id),
            by_published: numbered(published_name),
            models,
        }
    }

    /// What a table of published scores calls each model, in the order of the list: its
    /// `published_as`, or else its id.
    pub fn published_names(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(published_name)
    }

    /// The model with this id.
    pub(super) fn get(&self, id: &str) -> Option<&RawModel> {
        self.by_id.get(id).map(|&i| &self.models[i])
    }

    /// The model that tables of published scores call so, and its position.
    pub(super) fn published(&self, name: &str) -> Option<(usize, &RawModel)> {
        self.by_published.get(name).map(|&i| (i, &self.models[i]))
    }
}

fn published_name(model: &RawModel) -> &str {
    let named = model.extra.get(PUBLISHED_AS);
    named.and_then(|name| name.as_str()).unwrap_or(&model.id)
}

fn listed(model: &Model) -> RawModel {
    RawModel {
        id: model.id.clone(),
        name: Some(model.name.clone()),
        cost: cost(model),
        ..RawModel::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Prompt;
    use crate::router::fixture;
    use ndarray::{Array2, array};
    use serde_json::json;

    /// One model that is right about code and wrong about poems, and one without scores.
    fn data() -> Dataset {
        let model = |id: &str| Model {
            id: id.into(),
            name: format!("{id} by its data set"),
            price_in: Some(1.0),
            price_out: Some(2.0),
            output_chars: Some(402.0),
            price_source: Some("its maker".into()),
            ..Model::default()
        };
        Dataset {
            name: "labels".into(),
            prompts: vec![Prompt::default(); 3],
            models: vec![model("coder"), model("unknown")],
            scores: array![[1.0, f32::NAN], [0.0, f32::NAN], [f32::NAN, f32::NAN]],
            costs: None,
        }
    }

    fn points() -> Array2<f32> {
        array![[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    }

    fn draft(params: PoolParams) -> PoolDraft {
        from_dataset(&fixture::router(), &data(), points().view(), params).unwrap()
    }

    #[test]
    fn scores_become_errors_in_the_clusters_of_their_prompts() {
        let router = fixture::router();
        let PoolDraft {
            pool,
            without_scores,
        } = draft(PoolParams::default());
        assert_eq!(without_scores, ["unknown"]);
        assert_eq!(pool.name.as_deref(), Some("labels"));
        let pool = Pool::from_raw(pool, &router).unwrap();
        let mean = &pool.models()[0].profile.mean;
        assert!(mean[0] < 0.5 && mean[1] > 0.5, "{mean:?}");
        // The third prompt has no score.
        let labels: f32 = pool.models()[0].profile.labels.iter().sum();
        assert!((labels - 2.0).abs() < 1e-3, "{labels}");
    }

    #[test]
    fn the_data_set_describes_a_model_that_no_list_names() {
        let model = draft(PoolParams::default()).pool.models.remove(0);
        assert_eq!(model.name.as_deref(), Some("coder by its data set"));
        assert_eq!(model.cost.unwrap().output, Some(2.0));
        // 402 characters are 100.5 tokens, rounded away from zero.
        assert_eq!(model.output_tokens, Some(json!({"mean": 101.0})));
        assert_eq!(model.extra["price_source"], "its maker");
    }

    #[test]
    fn a_list_takes_precedence_over_the_data_set() {
        let lists = [
            r#"{"models": [{"id": "coder", "name": "Coder", "provider": "P", "cost": {"input": 5}}]}"#,
            r#" [{"id": "coder", "name": "Coder", "price_in_per_mtok": 5, "price_out_per_mtok": 6}]"#,
        ];
        for json in lists {
            let list = ModelList::parse(json.as_bytes()).unwrap();
            let params = PoolParams {
                list,
                ..PoolParams::default()
            };
            let model = draft(params).pool.models.remove(0);
            assert_eq!(model.name.as_deref(), Some("Coder"), "{json}");
            assert_eq!(model.cost.unwrap().input, Some(5.0), "{json}");
        }
    }

    #[test]
    fn a_model_of_the_base_keeps_what_is_not_replaced_and_the_others_stay() {
        let router = fixture::router();
        let json = json!({"name": "base", "as_of": "2025-01-02", "note": "kept", "models": [
            {"id": "other", "accuracy": 0.5},
            {"id": "coder", "name": "Named", "accuracy": 0.5, "output_tokens": 7, "note": "kept"},
        ]});
        let base = Pool::from_json(json.to_string().as_bytes(), &router).unwrap();
        let pool = draft(PoolParams {
            base: Some(&base),
            ..PoolParams::default()
        })
        .pool;
        assert_eq!(pool.name.as_deref(), Some("base"));
        assert_eq!(pool.as_of.as_deref(), Some("2025-01-02"));
        assert_eq!(pool.extra["note"], "kept");
        assert_eq!(pool.models[0], base.raw().models[0]);
        let coder = &pool.models[1];
        assert_eq!(coder.name.as_deref(), Some("Named"));
        assert_eq!(coder.output_tokens, Some(json!(7)));
        assert_eq!(coder.extra["note"], "kept");
        assert!(coder.errors.is_some() && coder.accuracy.is_none());
    }

    #[test]
    fn a_wrong_list_is_rejected_with_its_place() {
        let error = |json: &str| ModelList::parse(json.as_bytes()).unwrap_err().to_string();
        let twice = r#"[{"id": "a"}, {"id": "a"}]"#;
        assert!(error(twice).starts_with("models.json, [1].id"));
        assert!(error("{}").contains("models"));
    }
}

//! Expected quality of models in each field of topics.

use super::model::Model;
use super::pool::Pool;
use crate::router::Router;
use serde::Serialize;

/// A model and its expected quality in each field of topics.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ModelFields {
    /// The model's id in the pool.
    pub id: String,
    /// In the order of the router's fields; empty for a router without fields.
    pub fields: Vec<FieldQuality>,
}

/// Expected quality in one field of topics.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct FieldQuality {
    /// Name of the field.
    pub field: String,
    /// Expected quality over its clusters, weighted by their shares, in [0, 1].
    pub quality: f64,
    /// 90 % interval of the quality.
    pub interval: [f64; 2],
}

impl Pool {
    /// The expected quality of each model in each field of topics, in the order of the pool.
    pub fn fields(&self, router: &Router) -> Vec<ModelFields> {
        let fields = Fields::of(router);
        let models = self.models().iter().map(|model| ModelFields {
            id: model.id.clone(),
            fields: fields.qualities(model),
        });
        models.collect()
    }
}

/// The fields of a router that have clusters.
pub(super) struct Fields<'a> {
    /// Name, and membership of a prompt of the field of which nothing else is known.
    all: Vec<(&'a str, Vec<f32>)>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(router: &'a Router) -> Self {
        let names = router.meta().fields.iter().enumerate();
        Self {
            all: names
                .filter_map(|(field, name)| Some((name.as_str(), router.field_membership(field)?)))
                .collect(),
        }
    }

    pub(super) fn qualities(&self, model: &Model) -> Vec<FieldQuality> {
        let qualities = self.all.iter().map(|(field, membership)| {
            let prediction = model.profile.predict(membership);
            FieldQuality {
                field: (*field).to_owned(),
                quality: f64::from(1.0 - prediction.mean),
                interval: prediction.quality_interval().map(f64::from),
            }
        });
        qualities.collect()
    }
}

#[cfg(all(test, feature = "bundled"))]
mod tests {
    use super::*;
    use crate::pool::RawModel;

    const MODELS: [&str; 2] = [
        r#"{"id": "a", "accuracy": 0.4}"#,
        r#"{"id": "b", "accuracy": 0.8, "labels_count": 400}"#,
    ];

    #[test]
    fn a_models_fields_are_those_of_its_preview() {
        let router = Router::bundled().unwrap();
        let json = format!(r#"{{"models": [{}]}}"#, MODELS.join(","));
        let pool = Pool::from_json(json.as_bytes(), &router).unwrap();
        let all = pool.fields(&router);
        assert_eq!(all.len(), MODELS.len());
        for (model, found) in MODELS.iter().zip(&all) {
            let alone = RawModel::parse(model.as_bytes()).unwrap();
            let alone = alone.preview(&router).unwrap();
            assert_eq!(found.id, alone.model.id);
            assert_eq!(found.fields, alone.fields);
            assert!(found.fields.len() > 5);
        }
        assert_ne!(all[0].fields, all[1].fields);
    }

    /// The field's quality by its definition, one topic at a time.
    #[test]
    fn a_fields_quality_is_the_mean_over_its_topics_weighted_by_their_shares() {
        let router = Router::bundled().unwrap();
        let json =
            br#"{"models": [{"id": "a", "benchmarks": [{"name": "MMLU-Pro", "score": 0.7}]}]}"#;
        let pool = Pool::from_json(json, &router).unwrap();
        let (meta, shares) = (router.meta(), router.clusters().shares());
        for found in &pool.fields(&router)[0].fields {
            let field = meta.fields.iter().position(|name| *name == found.field);
            let (mut sum, mut weight) = (0.0, 0.0);
            for (k, topic) in meta.topics.iter().enumerate() {
                if Some(topic.field) == field {
                    let mut alone = vec![0.0; shares.len()];
                    alone[k] = 1.0;
                    let error = f64::from(pool.models()[0].profile.predict(&alone).mean);
                    sum += f64::from(shares[k]) * (1.0 - error);
                    weight += f64::from(shares[k]);
                }
            }
            assert!((found.quality - sum / weight).abs() < 1e-4, "{found:?}");
        }
    }
}

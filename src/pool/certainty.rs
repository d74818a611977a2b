//! How much is known of a model in each field, and what to label next.

use super::model::Model;
use crate::profile::Profile;
use crate::router::Router;
use serde::Serialize;

/// A quality is a guess if evidence has removed less than a quarter of the variance before any.
const GUESS: f64 = 0.75;

/// How sure the router is of a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ModelCertainty {
    /// The model in each field of topics; one entry for all prompts if the router has no fields.
    pub fields: Vec<FieldCertainty>,
    /// Prompts whose labels would reduce the uncertainty most, the best first; none if the router has no
    /// fields.
    pub next: Vec<NextLabel>,
}

/// How sure the router is of a model in one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct FieldCertainty {
    /// Name of the field.
    pub field: String,
    /// Expected quality over its clusters, weighted by their shares, in [0, 1].
    pub quality: f64,
    /// 90 % interval of the quality.
    pub interval: [f64; 2],
    /// Labels of prompts in the field (fractions, by membership).
    pub labels: f64,
    /// Number of labels in the field that would give the same certainty, if nothing else were known. Labels
    /// of other fields and published scores count as far as they tell about this one.
    pub effective_labels: f64,
    /// Variance of the quality, as a share of its variance before anything was known, in [0, 1].
    pub remaining: f64,
    /// Whether the quality rests mostly on what is usual for models.
    pub guess: bool,
}

/// A prompt to label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct NextLabel {
    /// Name of its field.
    pub field: String,
    /// Name of its cluster.
    pub cluster: String,
    /// A typical prompt of the cluster.
    pub prompt: String,
}

impl Model {
    /// How sure the router is of this model, with at most `next` prompts to label.
    pub fn certainty(&self, router: &Router, next: usize) -> ModelCertainty {
        let shares = router.clusters().shares();
        // Without observations nothing can be out of range.
        let before = router
            .prior_profile()
            .unwrap_or_else(|_| self.profile.clone());
        let names = &router.meta().fields;
        let mut fields: Vec<FieldCertainty> = names
            .iter()
            .enumerate()
            .filter_map(|(field, name)| {
                let membership = router.field_membership(field)?;
                Some(field_certainty(
                    &self.profile,
                    &before,
                    name,
                    &membership,
                    router,
                ))
            })
            .collect();
        if names.is_empty() {
            fields.push(field_certainty(
                &self.profile,
                &before,
                "all prompts",
                shares,
                router,
            ));
        }
        ModelCertainty {
            fields,
            next: next_labels(&self.profile, router, next),
        }
    }
}

fn field_certainty(
    profile: &Profile,
    before: &Profile,
    field: &str,
    membership: &[f32],
    router: &Router,
) -> FieldCertainty {
    let (after, before) = (profile.predict(membership), before.predict(membership));
    let [now, at_first] = [after.sd, before.sd].map(|sd| f64::from(sd) * f64::from(sd));
    let remaining = match at_first > 0.0 {
        true => (now / at_first).min(1.0),
        false => 1.0,
    };
    let labels = profile.labels.iter().zip(membership);
    FieldCertainty {
        field: field.to_owned(),
        quality: f64::from(1.0 - after.mean),
        interval: after.quality_interval().map(f64::from),
        labels: labels
            .filter(|(_, m)| **m > 0.0)
            .map(|(n, _)| f64::from(*n))
            .sum(),
        effective_labels: router.effective_labels(before, after),
        remaining,
        guess: remaining > GUESS,
    }
}

fn next_labels(profile: &Profile, router: &Router, most: usize) -> Vec<NextLabel> {
    let clusters = router.clusters_to_label(profile, most);
    let names = &router.meta().cluster_names;
    let next = clusters.into_iter().filter_map(|cluster| {
        Some(NextLabel {
            field: router.field(cluster)?.to_owned(),
            cluster: names.get(cluster)?.clone(),
            prompt: router.examples(cluster).first()?.clone(),
        })
    });
    next.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::Pool;
    use crate::router::fixture;

    fn certainty(json: &str) -> ModelCertainty {
        let router = fixture::router_with_benchmarks();
        let pool = Pool::from_json(json.as_bytes(), &router).unwrap();
        pool.models()[0].certainty(&router, 3)
    }

    #[test]
    fn a_model_of_which_nothing_is_known_is_a_guess_and_labels_end_that() {
        let unknown = certainty(r#"{"models": [{"id": "a"}]}"#);
        for field in &unknown.fields {
            assert!(field.guess && field.labels == 0.0, "{field:?}");
            assert!(
                (field.remaining - 1.0).abs() < 1e-6 && field.effective_labels < 1e-3,
                "{field:?}"
            );
        }
        let label = r#"{"prompt": "code", "score": 1}, {"prompt": "poem", "score": 0}"#;
        let labels = vec![label; 100].join(",");
        let known = certainty(&format!(
            r#"{{"models": [{{"id": "a", "labels": [{labels}]}}]}}"#
        ));
        let counted: f64 = known.fields.iter().map(|field| field.labels).sum();
        assert!((counted - 200.0).abs() < 0.01, "{counted}");
        let best = known
            .fields
            .iter()
            .map(|field| field.remaining)
            .fold(1.0, f64::min);
        assert!(best < 0.2, "{known:?}");
        for field in &known.fields {
            let [low, high] = field.interval;
            assert!(low <= field.quality && field.quality <= high);
            assert_eq!(field.guess, field.remaining > GUESS);
        }
    }
}

//! Labels of models that were added up, to a pool.

use super::from_dataset::{PoolParams, begun, known, published, put};
use super::raw::RawPool;
use crate::dataset::Model;
use crate::profile::{Information, ProfileError};
use crate::router::Router;

/// Makes a pool of models whose labels are known by their sums, as [`crate::feedback::Feedback`] adds them up:
/// each gets the profile that follows from them, from the published scores that the base has of it and from
/// the router's prior. `name` is the name of the pool where neither the parameters nor the base have one; the
/// pool is still to be checked by [`Pool::from_raw`](super::Pool::from_raw).
///
/// The variance of a label is the one that the prior expects on its prompt, where
/// [`from_dataset`](super::from_dataset) takes the one that the model's own labels suggest.
///
/// # Errors
/// [`ProfileError::Length`] for sums over another number of clusters than the router's.
pub fn from_statistics<'a>(
    router: &Router,
    models: impl IntoIterator<Item = (&'a str, &'a Information)>,
    name: &str,
    params: &PoolParams,
) -> Result<RawPool, ProfileError> {
    let mut pool = begun(router, name, params);
    for (id, labels) in models {
        let raw = known(&pool, id);
        let profile = router.profile_from_statistics(&published(router, &raw)?, labels)?;
        let model = Model {
            id: id.to_owned(),
            name: id.to_owned(),
            ..Model::default()
        };
        put(&mut pool, raw, &model, &profile, &params.list);
    }
    Ok(pool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Prompt};
    use crate::feedback::Feedback;
    use crate::pool::{ModelList, Pool, from_dataset};
    use crate::prior::Prior;
    use crate::router::{Parts, fixture};
    use ndarray::{Array2, array};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// A router whose prior knows the usual error of each cluster, and one without training models.
    fn routers() -> [Router; 2] {
        let covariance = array![[0.03, 0.015], [0.015, 0.03]];
        let prior = Prior::try_new(array![0.3, 0.5], covariance, 0.9, 0.4, 8).unwrap();
        let trained = Parts {
            prior,
            ..fixture::parts()
        };
        [Router::new(trained).unwrap(), fixture::router()]
    }

    /// Answers of a model that is right about code with a probability of 0.8, and about poems of 0.4.
    fn labels(n: usize) -> (Array2<f32>, Vec<f32>) {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let points = Array2::from_shape_fn((n, 2), |(i, k)| f32::from(i % 2 == k));
        let score = |i: usize| rng.random::<f64>() < [0.8, 0.4][i % 2];
        (points, (0..n).map(score).map(f32::from).collect())
    }

    fn added_up(router: &Router, points: &Array2<f32>, scores: &[f32]) -> Feedback {
        let mut sums = Feedback::new(router);
        let memberships = router.clusters().memberships(points.view());
        for (membership, score) in memberships.outer_iter().zip(scores) {
            let membership = membership.to_vec();
            sums.add_label(router, &membership, "m", f64::from(*score))
                .unwrap();
        }
        sums
    }

    fn pool(router: &Router, sums: &Feedback, params: &PoolParams) -> Pool {
        let models = sums.models().map(|(id, v)| (id, &v.information));
        let raw = from_statistics(router, models, "sums", params).unwrap();
        Pool::from_raw(raw, router).unwrap()
    }

    #[test]
    fn sums_of_labels_give_nearly_the_profile_of_the_labels() {
        for router in routers() {
            // The fixed variance matters less the more labels there are.
            for (n, tolerance) in [(40, 0.03), (400, 0.01), (4000, 0.002)] {
                let (points, scores) = labels(n);
                let sums = pool(
                    &router,
                    &added_up(&router, &points, &scores),
                    &PoolParams::default(),
                );
                let data = Dataset {
                    name: "labels".into(),
                    prompts: vec![Prompt::default(); n],
                    models: vec![Model {
                        id: "m".into(),
                        name: "m".into(),
                        ..Model::default()
                    }],
                    scores: Array2::from_shape_vec((n, 1), scores).unwrap(),
                    costs: None,
                };
                let draft = from_dataset(&router, &data, points.view(), PoolParams::default());
                let whole = Pool::from_raw(draft.unwrap().pool, &router).unwrap();
                let (found, expected) = (&sums.models()[0].profile, &whole.models()[0].profile);
                for k in 0..2 {
                    let mean = (found.mean[k] - expected.mean[k]).abs();
                    assert!(mean < tolerance, "{n}: {found:?} {expected:?}");
                    let sd = found.sd[k] / expected.sd[k];
                    assert!((0.75..1.33).contains(&sd), "{n}: {found:?} {expected:?}");
                }
                assert_eq!(found.labels, expected.labels);
            }
        }
    }

    #[test]
    fn without_training_models_the_mean_of_the_sums_says_what_is_usual() {
        let router = fixture::router();
        // All about code, and right: the model is expected to be right about poems, too.
        let points = Array2::from_shape_fn((60, 2), |(_, k)| f32::from(k == 0));
        let sums = added_up(&router, &points, &[1.0; 60]);
        let found = pool(&router, &sums, &PoolParams::default());
        assert!(found.models()[0].profile.mean[1] < 0.1);
    }

    #[test]
    fn the_list_names_and_prices_a_model_and_the_base_keeps_the_others() {
        let router = fixture::router();
        let base = br#"{"name": "base", "models": [{"id": "other", "accuracy": 0.5},
            {"id": "m", "accuracy": 0.1, "note": "kept"}]}"#;
        let base = Pool::from_json(base, &router).unwrap();
        let list = br#"{"models": [{"id": "m", "name": "M", "cost": {"input": 5, "output": 6}}]}"#;
        let (points, scores) = labels(50);
        let params = PoolParams {
            base: Some(&base),
            list: ModelList::parse(list).unwrap(),
            as_of: Some("2026-01-02".into()),
            ..PoolParams::default()
        };
        let found = pool(&router, &added_up(&router, &points, &scores), &params);
        assert_eq!(
            (found.name(), found.as_of()),
            (Some("base"), Some("2026-01-02"))
        );
        assert_eq!(found.raw().models[0], base.raw().models[0]);
        let raw = &found.raw().models[1];
        assert_eq!((raw.name.as_deref(), raw.accuracy), (Some("M"), None));
        assert_eq!(raw.extra["note"], "kept");
        assert_eq!(found.models()[1].prices.output, Some(6.0));
    }

    #[test]
    fn scores_of_the_base_count_beside_the_sums() {
        let router = fixture::router_with_benchmarks();
        let base =
            br#"{"models": [{"id": "m", "benchmarks": [{"name": "Poem Bench", "score": 0.95}]}]}"#;
        let base = Pool::from_json(base, &router).unwrap();
        let points = Array2::from_shape_fn((40, 2), |(_, k)| f32::from(k == 0));
        let sums = added_up(&router, &points, &[0.5; 40]);
        let params = PoolParams {
            base: Some(&base),
            ..PoolParams::default()
        };
        let (with, without) = (
            pool(&router, &sums, &params),
            pool(&router, &sums, &PoolParams::default()),
        );
        let poems = |pool: &Pool| pool.models()[0].profile.mean[1];
        assert!(poems(&with) < poems(&without) - 0.1);
    }

    #[test]
    fn sums_over_other_clusters_are_refused() {
        let router = fixture::router();
        let other = Information::none(3);
        let found = from_statistics(&router, [("m", &other)], "sums", &PoolParams::default());
        assert!(matches!(
            found,
            Err(ProfileError::Length {
                got: 3,
                expected: 2,
                ..
            })
        ));
    }
}

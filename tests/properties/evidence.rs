//! What observations say of a model.

use ndarray::Array2;
use proptest::collection::vec;
use proptest::prelude::*;
use uniroute::observation::Observations;
use uniroute::profile::Posterior;

use crate::config;
use crate::world::{pool, router};

/// Weights of a prompt over `k` clusters, and the error made on it.
fn label() -> impl Strategy<Value = (Vec<f32>, f32)> {
    (
        vec(0.01..1.0f32, 5),
        prop_oneof![Just(0.0f32), Just(1.0), 0.0..1.0f32],
    )
}

fn observed(labels: &[(Vec<f32>, f32)], k: usize) -> Observations {
    let mut weights = Array2::zeros((labels.len(), k));
    for (mut row, (weight, _)) in weights.rows_mut().into_iter().zip(labels) {
        let whole: f32 = weight[..k].iter().sum();
        row.iter_mut()
            .zip(weight)
            .for_each(|(to, from)| *to = from / whole);
    }
    let errors: Vec<f32> = labels.iter().map(|(_, error)| *error).collect();
    Observations::from_labels(weights.view(), &errors).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn without_observations_the_prior_is_expected(router in router()) {
        let nothing = Observations::none(router.clusters().len());
        let posterior = Posterior::new(router.prior(), &nothing).unwrap();
        for (found, prior) in posterior.mean().iter().zip(router.prior().mean()) {
            prop_assert!((found - prior).abs() < 1e-12);
        }
        let pool = pool(&[serde_json::json!({"id": "unknown"})], &router);
        for (found, prior) in pool.models()[0].profile.mean.iter().zip(router.prior().mean()) {
            prop_assert!((f64::from(*found) - prior).abs() < 1e-3, "{} for {}", found, prior);
        }
    }

    #[test]
    fn many_labels_outweigh_the_prior(router in router(), rates in vec(0.1..0.9f64, 5)) {
        const EACH: usize = 2000;
        let k = router.clusters().len();
        let of = |cluster: usize, i: usize| {
            let weights = (0..5).map(|at| f32::from(u8::from(at == cluster))).collect();
            (weights, f32::from(u8::from((i as f64) < rates[cluster] * EACH as f64)))
        };
        let labels: Vec<_> = (0..k).flat_map(|cluster| (0..EACH).map(move |i| of(cluster, i))).collect();
        let profile = router.profile(&observed(&labels, k)).unwrap();
        for (cluster, found) in profile.mean.iter().enumerate() {
            prop_assert!((f64::from(*found) - rates[cluster]).abs() < 0.02, "{} for {}", found, rates[cluster]);
            prop_assert!(profile.sd[cluster] < 0.05);
        }
    }

    #[test]
    fn the_order_of_labels_does_not_matter(router in router(), labels in vec(label(), 1..40), turns in 0..40usize) {
        let k = router.clusters().len();
        let turned = { let mut labels = labels.clone(); let turns = turns % labels.len(); labels.rotate_left(turns); labels };
        let posterior = |labels: &[_]| Posterior::new(router.prior(), &observed(labels, k)).unwrap();
        let (a, b) = (posterior(&labels), posterior(&turned));
        prop_assert!(a.mean().iter().zip(b.mean()).all(|(a, b)| (a - b).abs() < 1e-9));
        prop_assert!(a.covariance().iter().zip(b.covariance()).all(|(a, b)| (a - b).abs() < 1e-9));
        // Two batches say what one says.
        let (first, second) = labels.split_at(turns % labels.len());
        let joined = observed(first, k).and(&observed(second, k)).unwrap();
        let joined = Posterior::new(router.prior(), &joined).unwrap();
        prop_assert!(a.mean().iter().zip(joined.mean()).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn a_further_label_never_widens_what_is_known(router in router(), labels in vec(label(), 1..20)) {
        let k = router.clusters().len();
        let variance = |labels: &[_]| {
            let posterior = Posterior::new(router.prior(), &observed(labels, k)).unwrap();
            posterior.covariance().diag().to_owned()
        };
        // The noise of a label follows its predicted error, which all labels move: compare with none.
        let (none, all) = (router.prior().covariance().diag().to_owned(), variance(&labels));
        prop_assert!(all.iter().zip(&none).all(|(all, none)| *all <= none + 1e-9));
    }

    #[test]
    fn a_better_accuracy_is_a_better_profile(router in router(), accuracy in 0.0..0.9f64) {
        let of = |accuracy: f64| {
            let pool = pool(&[serde_json::json!({"id": "a", "accuracy": accuracy})], &router);
            pool.models()[0].overall_quality(&router)
        };
        prop_assert!(of(accuracy + 0.1) > of(accuracy));
    }
}

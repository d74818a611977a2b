//! What is written is read again as the same.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use uniroute::Router;
use uniroute::pool::{Pool, RawModel};
use uniroute::route::route;
use uniroute::router::LoadOptions;

use crate::config;
use crate::world::{Numbers, models, pool, request, router, scene};

/// A number of at most 15 digits: those are read exactly.
fn number() -> impl Strategy<Value = f64> {
    (-999_999_999_999_999i64..=999_999_999_999_999, 0..12i32)
        .prop_map(|(digits, places)| digits as f64 / 10f64.powi(places))
}

/// Any JSON that a pool may carry without knowing it.
fn unknown() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let list = vec(inner.clone(), 0..4).prop_map(Value::from);
        let object = vec(("[a-z]{1,6}", inner), 0..4);
        prop_oneof![
            list,
            object.prop_map(|fields| Value::Object(fields.into_iter().collect()))
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_exported_pool_is_imported_as_the_same((router, drafts, prompt) in scene(), unknown in unknown(), request in request(), price in 0..1_000_000_000u32) {
        let mut models = models(&drafts, router.clusters().len());
        models[0]["cost"] = json!({"input": f64::from(price) / 1e4, "output": f64::from(price) / 1e3});
        models[0]["mine"] = unknown.clone();
        let written = json!({"models": models, "name": "random", "mine": unknown}).to_string();
        let before = Pool::from_json(written.as_bytes(), &router).unwrap();
        let after = Pool::from_json(before.to_json().as_bytes(), &router).unwrap();
        prop_assert_eq!(before.raw(), after.raw());
        prop_assert_eq!(before.to_json(), after.to_json());
        let decide = |pool: &Pool| route(&router, pool, &prompt, &request).unwrap();
        prop_assert_eq!(decide(&before), decide(&after));
    }

    #[test]
    fn a_saved_router_decides_alike((router, drafts, prompt) in scene(), request in request()) {
        let load = |bytes: &[u8]| Router::load(bytes, LoadOptions::with_embedder(Box::new(Numbers))).unwrap();
        // A file has fewer digits than a router that was just fitted.
        let router = load(&router.to_bytes().unwrap());
        let bytes = router.to_bytes().unwrap();
        let loaded = load(&bytes);
        prop_assert_eq!(loaded.sha256(), router.sha256());
        prop_assert!(loaded.to_bytes().unwrap() == bytes);
        let pool = pool(&models(&drafts, router.clusters().len()), &router);
        let decide = |router: &Router| route(router, &pool, &prompt, &request).unwrap();
        prop_assert_eq!(decide(&router), decide(&loaded));
    }

    #[test]
    fn labels_become_errors_that_say_the_same(router in router(), scores in vec((crate::world::prompt(), 0.0..=1.0f64), 1..20)) {
        let labels: Vec<Value> = scores.iter().map(|(prompt, score)| json!({"prompt": prompt, "score": score})).collect();
        let model = json!({"id": "labelled", "labels": labels});
        let raw = RawModel::parse(model.to_string().as_bytes()).unwrap();
        let private = raw.labels_to_errors(&router).unwrap();
        prop_assert_eq!(&private.labels, &None);
        let of_labels = pool(&[model], &router);
        let of_errors = pool(&[serde_json::to_value(&private).unwrap()], &router);
        let profiles = of_labels.models()[0].profile.mean.iter().zip(&of_errors.models()[0].profile.mean);
        // A pool states four digits.
        for (labels, errors) in profiles {
            prop_assert!((labels - errors).abs() <= 0.51e-4);
        }
    }
}

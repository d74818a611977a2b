//! Pools, single models and price lists.

use uniroute::Router;
use uniroute::pool::{Pool, RawModel, import_prices};

use crate::check;
use crate::fixture::{bundled, small, small_pool};

/// A pool with the small router.
pub fn pool(data: &[u8]) {
    pool_with(data, small());
}

/// A pool with the router that comes with uniroute.
pub fn pool_bundled(data: &[u8]) {
    pool_with(data, bundled());
}

fn pool_with(data: &[u8], router: &Router) {
    if let Some(pool) = check::accepted(Pool::from_json(data, router)) {
        check::pool(&pool, router);
    }
}

/// One model: its preview is what the pool would say, and it can be added exactly if it can be
/// previewed.
pub fn model(data: &[u8]) {
    let router = small();
    let Some(raw) = check::accepted(RawModel::parse(data)) else {
        return;
    };
    let preview = check::accepted(raw.preview(router));
    let added = check::accepted(small_pool().with_model(raw.clone(), router));
    assert_eq!(
        preview.is_some(),
        added.is_some(),
        "a preview and a pool that disagree"
    );
    let (Some(preview), Some(added)) = (preview, added) else {
        return;
    };
    check::pool(&added, router);
    // A model without a date of its own has that of its pool, which a preview does not know.
    let mut expected = preview.model.clone();
    expected.priced = expected.priced.or(added.as_of().map(str::to_owned));
    let infos = added.info(router).models;
    let found = infos.iter().find(|info| info.id == raw.id);
    assert_eq!(found, Some(&expected));
    check::preview(&preview);
    let private = raw
        .labels_to_errors(router)
        .expect("labels that were accepted");
    assert_eq!(private.labels, None);
    let private = small_pool().with_model(private, router);
    check::pool(&private.expect("errors that the library wrote"), router);
}

/// A price list: each of its models fits into a pool.
pub fn prices(data: &[u8]) {
    let (router, pool) = (small(), small_pool());
    let Some(list) = check::accepted(import_prices(data, pool)) else {
        return;
    };
    list.notes
        .iter()
        .for_each(|note| check::text(&note.message));
    for found in &list.matches {
        assert!(
            pool.model(&found.id).is_ok(),
            "a match that is not in the pool"
        );
    }
    for model in list.models.into_iter().take(20) {
        let added = pool.with_model(model, router);
        check::pool(
            &added.expect("a model of a list is ready for a pool"),
            router,
        );
    }
}

//! Router files and the static table.

use sha2::{Digest, Sha256};
use uniroute::Router;
use uniroute::embed::{Embed, StaticEmbedder};
use uniroute::feedback::Feedback;
use uniroute::pool::Pool;
use uniroute::router::LoadOptions;
use uniroute::session::Session;

use crate::fixture::{POOL, PROMPTS, small, small_pool};
use crate::{check, frame::Frame};

/// Any bytes as a router file.
pub fn router_bytes(data: &[u8]) {
    if let Some(router) = check::accepted(Router::load(data, LoadOptions::default())) {
        usable(router);
    }
}

/// A file of the input's content, with the hash of that content.
fn with_right_hash(data: &[u8]) -> Option<Vec<u8>> {
    let mut frame = Frame::of_input(data)?;
    frame.set("sha256", vec![0; 32]);
    let content = Router::hashed(&frame.to_file()?).ok()?;
    frame.set("sha256", Sha256::digest(&content).to_vec());
    frame.to_file()
}

/// A router file of any content whose hash is right.
pub fn router_content(data: &[u8]) {
    if let Some(file) = with_right_hash(data) {
        let loaded = Router::load(&file, LoadOptions::default());
        assert!(
            !loaded.as_ref().is_err_and(|e| e.code() == "router_damaged"),
            "a wrong hash"
        );
        if let Some(router) = check::accepted(loaded) {
            usable(router);
        }
    }
}

/// Feedback of any content whose hash is right.
pub fn feedback(data: &[u8]) {
    let Some(file) = with_right_hash(data) else {
        return;
    };
    let read = Feedback::from_bytes(&file, small());
    assert!(
        !read.as_ref().is_err_and(|e| e.code() == "feedback_damaged"),
        "a wrong hash"
    );
    let of_any = check::accepted(Feedback::from_bytes_of_any_router(&file));
    let Some(feedback) = check::accepted(read) else {
        return;
    };
    assert!(of_any.as_ref() == Some(&feedback), "read as something else");
    let written = feedback.to_bytes().expect("feedback can be written");
    let again = Feedback::from_bytes(&written, small()).expect("written feedback is read again");
    assert!(again == feedback, "read as something else");
    let mut twice = feedback.clone();
    let _ = check::accepted(twice.merge(&feedback));
    // Models of the small pool that have verdicts are still models that a decision can use.
    let mut pool = small_pool().clone();
    for (id, verdicts) in feedback.models() {
        let evidence = (verdicts.count, &verdicts.information);
        let known = pool.observe(small(), id, Some(evidence));
        known.expect("a checked model can be observed");
    }
    check::pool(&pool, small());
}

/// A router that was accepted places prompts, takes a pool, draws its map, and is written so that it
/// is read again as the same router.
fn usable(router: Router) {
    check::router(&router);
    let file = router.to_bytes().expect("a router can be written");
    // Half precision may round a covariance of tiny numbers to one that is none.
    let Some(again) = check::accepted(Router::load(&file, LoadOptions::default())) else {
        return;
    };
    assert!(
        again.to_bytes().expect("it can be written") == file,
        "written in two ways"
    );
    if let Some(pool) = check::accepted(Pool::from_json(POOL.as_bytes(), &again)) {
        check::pool(&pool, &again);
    }
    if let Some(mut session) = check::accepted(Session::new(router, POOL.as_bytes())) {
        for cluster in session.map().clusters {
            let [x, y] = cluster.at;
            check::within(
                "distance from the middle of the map",
                x.hypot(y),
                0.0,
                1.001,
            );
        }
        let model = br#"{"id": "new", "accuracy": 0.5}"#;
        let preview = session
            .preview_model(model)
            .expect("a model that fits every router");
        check::preview(&preview);
    }
}

/// A static table of any content whose hashes are right.
pub fn static_table(data: &[u8]) {
    let Some(mut frame) = Frame::of_input(data) else {
        return;
    };
    frame.set_hashes();
    let Some(file) = frame.to_file() else {
        return;
    };
    let Some(table) = check::accepted(StaticEmbedder::from_bytes(&file)) else {
        return;
    };
    for prompt in PROMPTS {
        let embedded = table.embed(prompt);
        assert_eq!(embedded.vector.len(), table.dim());
        let square: f64 = embedded.vector.iter().map(|x| f64::from(*x).powi(2)).sum();
        assert!(
            square == 0.0 || (square - 1.0).abs() < 1e-3,
            "a vector of length {square}"
        );
        assert_eq!(table.count(prompt), embedded.tokens);
    }
    let written = table.to_bytes().expect("a table can be written");
    let again = StaticEmbedder::from_bytes(&written).expect("a written table is read again");
    assert!(
        again.to_bytes().expect("it can be written") == written,
        "written in two ways"
    );
}

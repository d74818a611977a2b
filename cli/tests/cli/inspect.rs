//! `inspect`: the bundled pools.

use crate::common::{Folder, fitted, json, rejects, succeeds};

#[test]
fn the_bundled_pools_fit_the_bundled_router_and_carry_a_date() {
    for pool in [
        "models-2026",
        "open-weight-2026",
        "small-local",
        "open",
        "reasoning",
        "api",
    ] {
        let decision = json(&succeeds(
            &["route", "--pool", pool, "--json", "What is 7 times 8?"],
            b"",
        ));
        assert!(decision["model"].is_string(), "{pool}");
        let file = format!("{}/../assets/pools/{pool}.json", env!("CARGO_MANIFEST_DIR"));
        let about = json(&succeeds(&["inspect", "--json", &file], b""));
        assert!(
            about["asOf"].as_str().is_some_and(|d| d.len() == 10),
            "{pool} has no date"
        );
    }
}

#[test]
fn the_first_bytes_say_whether_it_is_a_pool_or_a_router() {
    let folder = Folder::new("kinds");
    let (router, pool) = fitted(&folder);
    let pool = std::fs::read_to_string(pool).unwrap();
    let marked = folder.write("marked.json", format!("\u{feff}{pool}"));
    let about = json(&succeeds(
        &["inspect", "--json", "--router", &router, &marked],
        b"",
    ));
    assert_eq!(about["models"][0]["id"], "poet");
    for neither in [&b"a text"[..], b"\xff\xfe{\0", b"", b"[]"] {
        let file = folder.write("neither", neither);
        let error = rejects(&["inspect", &file], b"");
        assert!(error.contains("neither an LLM profile JSON"), "{error}");
    }
    let mut damaged = std::fs::read(&router).unwrap();
    damaged.truncate(1000);
    let damaged = folder.write("damaged.router", damaged);
    assert!(rejects(&["inspect", &damaged], b"").contains("cut short"));
}

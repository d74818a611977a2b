//! `inspect`: the bundled pools.

use crate::common::{json, succeeds};

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

//! The check on small crates.

use std::collections::BTreeMap;

use super::{Report, check};

const LIST: &str = "# Plan\n```arrows\n# down\npool: error\nroute: pool, error\n\nerror:\n```\n";

/// A crate of `error ← pool ← route`, with these files added, or replaced where the crate has them.
fn crate_with(changed: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = [
        (
            "src/lib.rs",
            "mod error; pub mod pool; pub mod route; pub use error::Error;",
        ),
        ("src/error.rs", "pub enum Error { Bad }"),
        (
            "src/pool/mod.rs",
            "mod checked; mod raw; pub use checked::Pool; pub use raw::*;",
        ),
        (
            "src/pool/checked.rs",
            "use super::raw::RawPool; use crate::Error;\npub struct Pool(RawPool);",
        ),
        (
            "src/pool/raw.rs",
            "pub struct RawPool; pub const MAX: usize = 1;",
        ),
        (
            "src/route.rs",
            "use crate::{Error, pool::{self as models, Pool}};\n\
             pub struct Placed;\n\
             pub fn route(pool: &Pool) -> Result<Placed, Error> { let _ = models::MAX; todo!() }",
        ),
    ];
    own.iter()
        .chain(changed)
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect()
}

fn report(changed: &[(&str, &str)]) -> Report {
    check("src/lib.rs", &crate_with(changed), Some(LIST)).unwrap()
}

/// Asserts that there is one problem, and that it says all of `wanted`.
fn assert_one(report: &Report, wanted: &[&str]) {
    let [problem] = report.problems.as_slice() else {
        panic!("{:#?}", report.problems);
    };
    for part in wanted {
        assert!(problem.contains(part), "no {part:?} in {problem}");
    }
}

/// The `raw` module with other code. Gives the messages on the arrow pool → route, which is wrong,
/// and not those on the circle, which it makes where route uses the file.
fn wrong_arrows(raw: &str, more: &[(&str, &str)]) -> Vec<String> {
    let raw = format!("pub struct RawPool; pub const MAX: usize = 1;\n{raw}");
    let mut changed = vec![("src/pool/raw.rs", raw.as_str())];
    changed.extend(more);
    let report = report(&changed);
    let arrows = report.problems.into_iter();
    arrows
        .filter(|problem| problem.contains("the arrow pool → route is not allowed"))
        .collect()
}

#[test]
fn a_crate_that_follows_the_plan_passes() {
    let report = report(&[]);
    assert!(report.problems.is_empty(), "{:#?}", report.problems);
    assert_eq!(report.list, "error:\npool: error\nroute: error, pool\n");
}

#[test]
fn a_wrong_arrow_is_found_in_each_form() {
    for code in [
        "use crate::route::Placed;",
        "use super::super::route::Placed;",
        "use crate::{error::Error as E, route::{Placed as P}};",
        "use crate::route::*; type P = Placed;",
        "use crate::route; type P = Vec<route::Placed>;",
        "type P = crate::route::Placed;",
        "fn f() { crate::route::route; }",
        "fn f(p: u8) { match p { crate::route::Placed => {} } }",
        "fn f() { use crate::route::route as go; go(); }",
        "fn f() { println!(\"{}\", super::super::route::route(1)); }",
        "#[derive(Serialize)] struct S { #[serde(with = \"crate::route\")] a: u8 }",
        "impl From<crate::route::Placed> for RawPool {}",
        "mod inner { use crate::route::Placed; }",
        "mod inner { type P = super::super::super::route::Placed; }",
    ] {
        let arrows = wrong_arrows(code, &[]);
        let [arrow] = arrows.as_slice() else {
            panic!("{code}: {arrows:#?}");
        };
        for part in [
            "src/pool/raw.rs:2: ",
            "defined in src/route.rs",
            "Move the item down",
        ] {
            assert!(arrow.contains(part), "{code}: {arrow}");
        }
    }
}

#[test]
fn a_re_export_counts_as_the_file_that_defines() {
    let root = "mod error; pub mod pool; pub mod route; pub use error::Error; pub use route::*;";
    let route = "mod place; pub use place::Placed as Put; pub use self::inner::*;\n\
                 mod inner { pub use super::place::place; }\n\
                 pub fn route(_: crate::pool::Pool) -> crate::Error { crate::pool::MAX; todo!() }";
    let place = "use crate::{Error, pool::Pool}; pub struct Placed(Pool); pub fn place() {}";
    let more = |root| {
        [
            ("src/lib.rs", root),
            ("src/route.rs", route),
            ("src/route/place.rs", place),
        ]
    };
    let code = "use crate::Put; fn f() { crate::place(); }";
    let arrows = wrong_arrows(code, &more(root));
    assert_eq!(arrows.len(), 1, "{arrows:#?}");
    assert!(
        arrows[0].contains("`crate::Put` is defined in src/route/place.rs"),
        "{arrows:#?}"
    );
    let two_steps = "mod error; pub mod pool; pub mod route; pub use error::Error;\n\
                     pub mod api { pub use crate::route::{Put as Seat}; } pub use api::Seat as Chair;";
    let listed = LIST.replace("error:\n", "error:\napi:\n");
    let mut files = crate_with(&more(two_steps));
    files.insert(
        "src/pool/raw.rs".into(),
        "use crate::Chair; pub struct RawPool; pub const MAX: usize = 1;".into(),
    );
    let report = check("src/lib.rs", &files, Some(&listed)).unwrap();
    let found = "`crate::Chair` is defined in src/route/place.rs";
    assert!(
        report.problems.iter().any(|p| p.contains(found)),
        "{:#?}",
        report.problems
    );
}

#[test]
fn a_re_export_alone_is_not_an_arrow_and_its_use_is() {
    let hands_on = "mod checked; mod raw; pub use checked::Pool; pub use raw::*;\n\
                    pub use crate::route::Placed;";
    let report = report(&[("src/pool/mod.rs", hands_on)]);
    assert!(report.problems.is_empty(), "{:#?}", report.problems);
    let uses = format!("{hands_on} pub fn f(_: Placed) {{}}");
    let arrows = wrong_arrows("", &[("src/pool/mod.rs", &uses)]);
    assert!(arrows[0].starts_with("src/pool/mod.rs:2: "), "{arrows:#?}");
}

#[test]
fn a_circle_of_siblings_is_shown_with_each_place() {
    let raw = "pub struct RawPool;\npub const MAX: usize = 1;\nfn f(_: super::checked::Pool) {}";
    let report = report(&[("src/pool/raw.rs", raw)]);
    assert_one(
        &report,
        &[
            "circle between modules, 2 files",
            "src/pool/checked.rs:1: uses src/pool/raw.rs (`super::raw::RawPool`)",
            "src/pool/raw.rs:3: uses src/pool/checked.rs (`super::checked::Pool`)",
            "Remedy",
        ],
    );
}

#[test]
fn a_re_export_does_not_hide_a_circle() {
    for code in [
        "use super::Pool;",
        "use super::*; type P = Pool;",
        "use crate::pool::Pool as P;",
    ] {
        let raw = format!("{code} pub struct RawPool; pub const MAX: usize = 1;");
        assert_one(
            &report(&[("src/pool/raw.rs", &raw)]),
            &["circle between modules, 2 files", "src/pool/raw.rs:1"],
        );
    }
}

#[test]
fn a_circle_of_folders_is_found_where_their_files_make_none() {
    let report = report(&[
        (
            "src/route.rs",
            "mod place; mod weigh; pub fn route(_: crate::pool::Pool) -> crate::Error { crate::pool::MAX; todo!() }",
        ),
        ("src/route/place.rs", "mod near; pub mod far;"),
        (
            "src/route/place/near.rs",
            "use crate::route::weigh::heavy::Heavy;",
        ),
        ("src/route/place/far.rs", "pub struct Far;"),
        ("src/route/weigh.rs", "mod light; pub mod heavy;"),
        (
            "src/route/weigh/light.rs",
            "type F = super::super::place::far::Far;",
        ),
        ("src/route/weigh/heavy.rs", "pub struct Heavy;"),
    ]);
    assert_one(
        &report,
        &[
            "circle between folders, 2 modules",
            "src/route/place/near.rs:1: uses src/route/weigh/heavy.rs",
            "src/route/weigh/light.rs:1: uses src/route/place/far.rs",
        ],
    );
}

#[test]
fn a_circle_through_a_parent_is_a_kind_of_its_own() {
    let parent = "mod checked; mod raw; pub use checked::Pool; pub use raw::*;\n\
                  pub const LIMIT: usize = 2; pub fn open() -> Pool { todo!() }";
    let child = "use super::raw::RawPool; use crate::Error; pub struct Pool(RawPool);\n\
                 const L: usize = super::LIMIT; type E = Error;";
    let report = report(&[("src/pool/mod.rs", parent), ("src/pool/checked.rs", child)]);
    assert_one(
        &report,
        &[
            "circle through the items of a parent module, 2 files",
            "src/pool/checked.rs:2: uses src/pool/mod.rs (`super::LIMIT`)",
            "src/pool/mod.rs:2: uses src/pool/checked.rs (`Pool`)",
        ],
    );
}

#[test]
fn a_parent_whose_items_use_no_child_makes_no_circle() {
    let parent =
        "mod checked; mod raw; pub use checked::Pool; pub use raw::*; pub const LIMIT: usize = 2;";
    let raw = "pub struct RawPool; pub const MAX: usize = super::LIMIT;";
    let report = report(&[("src/pool/mod.rs", parent), ("src/pool/raw.rs", raw)]);
    assert!(report.problems.is_empty(), "{:#?}", report.problems);
}

#[test]
fn what_only_tests_use_is_left_out() {
    for code in [
        "#[cfg(test)] use crate::route::Placed;",
        "#[cfg(test)] mod tests { use crate::route::Placed; }",
        "#[cfg(all(test, feature = \"x\"))] mod absent;",
        "#[cfg(test)] mod fixture { pub fn f() -> crate::route::Placed { todo!() } }",
        "#[cfg(test)] impl RawPool { fn f(_: crate::route::Placed) {} }",
        "impl RawPool { #[cfg(test)] fn f(_: crate::route::Placed) {} }",
        "#[test] fn f() { crate::route::route(); }",
    ] {
        let raw = format!("pub struct RawPool; pub const MAX: usize = 1; {code}");
        let report = report(&[("src/pool/raw.rs", &raw)]);
        assert!(report.problems.is_empty(), "{code}: {:#?}", report.problems);
    }
    // These conditions also hold without tests.
    for code in ["#[cfg(not(test))]", "#[cfg(any(test, feature = \"x\"))]"] {
        assert_eq!(
            wrong_arrows(&format!("{code} use crate::route::Placed;"), &[]).len(),
            1
        );
    }
}

#[test]
fn other_crates_comments_and_variables_are_no_arrows() {
    let raw = "//! See [`crate::route::Placed`].\n\
               use route::Placed; use ::route::Other; use std::route;\n\
               /// Not `crate::route::route`.\n\
               pub struct RawPool; pub const MAX: usize = 1;\n\
               fn f() { let route = 1; let s = \"crate::route::Placed\"; x(route, s.route, json!({route: 1})); }";
    let report = report(&[("src/pool/raw.rs", raw)]);
    assert!(report.problems.is_empty(), "{:#?}", report.problems);
}

#[test]
fn a_list_that_is_not_true_is_reported() {
    let files = crate_with(&[]);
    let problems = |list: &str| {
        let list = format!("```arrows\n{list}\n```");
        check("src/lib.rs", &files, Some(&list)).unwrap().problems
    };
    let has = |list: &str, wanted: &str| {
        let found = problems(list);
        assert!(
            found.iter().any(|p| p.contains(wanted)),
            "{wanted:?}: {found:#?}"
        );
    };
    has(
        "pool: error, route\nroute: pool, error\nerror:",
        "ARCHITECTURE.md:2: pool → route is allowed but not used",
    );
    has(
        "pool: error, route\nroute: pool, error\nerror:",
        "the allowed arrows make a circle of pool, route",
    );
    has(
        "pool: error\nroute: pool, error",
        "module `error` is missing",
    );
    has(
        "pool: error\nroute: pool, error\nerror:\nnothing:",
        "ARCHITECTURE.md:5: there is no module `nothing`",
    );
    has(
        "pool: error\nroute: pool, error\nerror:\npool:",
        "`pool` is listed twice",
    );
    has("pool error", "is not `module: used, used`");
    let without = check("src/lib.rs", &files, Some("# no list")).unwrap();
    assert_one(&without, &["the list of arrows is missing"]);
}

#[test]
fn a_path_that_cannot_be_followed_is_reported() {
    let raw = "pub struct RawPool; pub const MAX: usize = 1;\nuse crate::nowhere::Thing;";
    assert_one(
        &report(&[("src/pool/raw.rs", raw)]),
        &["src/pool/raw.rs:2: `crate::nowhere::Thing` cannot be found"],
    );
    // The source does not show what a macro defines; it belongs to the module that calls the macro.
    let raw = "pub struct RawPool; pub const MAX: usize = 1; make!(Thing);";
    let route =
        "use crate::{Error, pool::{Pool, Thing}}; pub fn route(_: Pool) -> Error { todo!() }";
    let report = report(&[("src/pool/raw.rs", raw), ("src/route.rs", route)]);
    assert!(report.problems.is_empty(), "{:#?}", report.problems);
}

#[test]
fn imports_that_name_each_other_come_to_an_end() {
    let pool =
        "mod checked; mod raw; pub use checked::Pool; pub use raw::*; pub use crate::route::*;";
    let route = "pub use crate::pool::*; use crate::Error; fn f(_: Pool) -> Error { MAX; todo!() }";
    let report = report(&[("src/pool/mod.rs", pool), ("src/route.rs", route)]);
    assert!(report.problems.is_empty(), "{:#?}", report.problems);
}

//! Wrong options, and help.

use crate::common::{succeeds, uniroute};

#[test]
fn usage_errors_exit_with_2_and_help_explains() {
    assert_eq!(
        uniroute(&["route", "--lambda", "1", "--max-cost", "2", "hi"], b"")
            .status
            .code(),
        Some(2)
    );
    assert_eq!(uniroute(&["no-such-command"], b"").status.code(), Some(2));
    for command in [
        "fit", "probe", "profile", "merge", "route", "report", "assign", "cost", "inspect", "serve",
    ] {
        assert!(
            succeeds(&[command, "--help"], b"").contains("Usage: uniroute"),
            "{command}"
        );
    }
}

#[test]
fn the_version_names_the_program_not_its_package() {
    let version = succeeds(&["--version"], b"");
    assert_eq!(version, format!("uniroute {}\n", env!("CARGO_PKG_VERSION")));
}

//! The dependencies of the library with its default features.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::{cargo, process};

/// Packages of the command line, which the library must not depend on.
const FORBIDDEN: [&str; 5] = ["axum", "clap", "indicatif", "tiktoken-rs", "tokio"];

/// Checks the dependencies of a default build of the library, and prints their number.
pub fn check() -> Result<()> {
    let mut tree = cargo::on_default_library("tree");
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let printed = process::output(&mut tree)?;
    let dependencies = names(&printed);
    let forbidden = forbidden(&dependencies);
    if !forbidden.is_empty() {
        bail!(
            "the library with its default features depends on {}; only {} may",
            forbidden.join(", "),
            cargo::CLI
        );
    }
    eprintln!(
        "[xtask] the library with its default features has {} dependencies",
        dependencies.len()
    );
    Ok(())
}

/// Name and version of each package that `cargo tree` lists below the first one.
fn names(printed: &str) -> BTreeSet<String> {
    let packages = printed.lines().skip(1).map(|line| {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        words.join(" ")
    });
    packages.filter(|package| !package.is_empty()).collect()
}

fn forbidden(dependencies: &BTreeSet<String>) -> Vec<&str> {
    FORBIDDEN
        .into_iter()
        .filter(|name| {
            let of_name = |package: &String| package.split(' ').next() == Some(name);
            dependencies.iter().any(of_name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "uniroute v0.1.0 (/home)\nserde v1.0.0\nserde_core v1.0.0\n\
                           serde v1.0.0 (*)\nclap_lex v1.0.0\nrand v0.8.0\nrand v0.9.0\n";

    #[test]
    fn each_version_of_a_package_counts_once() {
        assert_eq!(names(PRINTED).len(), 5);
        assert!(forbidden(&names(PRINTED)).is_empty());
    }

    #[test]
    fn a_package_of_the_command_line_is_found_by_its_whole_name() {
        let printed = format!("{PRINTED}tokio v1.47.0\nclap v4.0.0 (proc-macro)\n");
        assert_eq!(forbidden(&names(&printed)), ["clap", "tokio"]);
    }
}

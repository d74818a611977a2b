//! `cargo xtask architecture`: checks that modules use each other as ARCHITECTURE.md says.
//!
//! The check parses the source, follows `use` items, paths and re-exports to the file that defines a
//! name, and reports two faults: an arrow between top-level modules of the library that the list in
//! ARCHITECTURE.md does not allow, and a circle of files or folders in any crate. It does not follow
//! method calls, whose types only the compiler knows.

mod circles;
mod plan;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod uses;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::circles::{Circle, Kind};
use crate::{cargo, files, process};

/// What to check.
#[derive(clap::Args, Default)]
pub struct Args {
    /// Repository to check [default: this one]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Print the arrows that the library has, in the form of the list in ARCHITECTURE.md
    #[arg(long)]
    list: bool,
    /// Source folders to check, below the repository's root [default: those of all packages]
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

/// What the check found in one crate.
#[derive(Debug, Default)]
struct Report {
    /// The arrows between top-level modules, as lines of the list.
    list: String,
    /// What was read and found, in one line.
    summary: String,
    /// One message each.
    problems: Vec<String>,
}

/// Checks a repository.
pub fn run(args: &Args) -> Result<()> {
    let root = match &args.root {
        Some(root) => std::path::absolute(root)?,
        None => files::root(),
    };
    let mut problems = Vec::new();
    for (is_library, crate_root) in crate_roots(&root)? {
        let folder = crate_root.parent().unwrap_or(Path::new(""));
        let wanted = args.folders.is_empty() || args.folders.iter().any(|f| f == folder);
        if !wanted || (args.list && !is_library) {
            continue;
        }
        let plan = match is_library {
            true => Some(String::from_utf8(files::read(
                &root.join("ARCHITECTURE.md"),
            )?)?),
            false => None,
        };
        let name = slashed(&crate_root);
        let report = check(&name, &sources(&root, folder)?, plan.as_deref())?;
        if args.list {
            print!("{}", report.list);
            return Ok(());
        }
        eprintln!("[xtask] {name}: {}", report.summary);
        problems.extend(report.problems);
    }
    if !problems.is_empty() {
        for problem in &problems {
            eprintln!("{problem}\n");
        }
        bail!(
            "the modules do not follow the plan: {} problems",
            problems.len()
        );
    }
    Ok(())
}

/// The root file of each library and program of the workspace, and whether it is the library that
/// the plan is about.
fn crate_roots(root: &Path) -> Result<Vec<(bool, PathBuf)>> {
    let mut cargo = cargo::cargo();
    cargo.current_dir(root);
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--locked"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut cargo)?)?;
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut roots = Vec::new();
    for package in list(&metadata, "packages") {
        for target in list(&package, "targets") {
            let kinds = list(&target, "kind");
            let has = |kind: &str| kinds.iter().any(|k| k == kind);
            let is_library = has("lib") || has("rlib") || has("cdylib");
            if !is_library && !has("bin") {
                continue;
            }
            let path = target["src_path"].as_str();
            let path = PathBuf::from(path.context("cargo metadata names no source")?);
            let path = path.strip_prefix(root)?.to_path_buf();
            roots.push((is_library && package["name"] == cargo::LIBRARY, path));
        }
    }
    roots.sort_by(|a, b| (!a.0, &a.1).cmp(&(!b.0, &b.1)));
    Ok(roots)
}

/// The Rust files below a folder, by their path from the root.
fn sources(root: &Path, folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut sources = BTreeMap::new();
    for path in files::walk(&root.join(folder))? {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let path = folder.join(path);
            let text = String::from_utf8(files::read(&root.join(&path))?)
                .with_context(|| format!("{} is not UTF-8", path.display()))?;
            sources.insert(slashed(&path), text);
        }
    }
    Ok(sources)
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Checks one crate, whose root is the file `root` of `files`, against the text of
/// ARCHITECTURE.md if there is a plan for it.
fn check(root: &str, files: &BTreeMap<String, String>, plan: Option<&str>) -> Result<Report> {
    let tree = tree::Tree::read(root, files)?;
    let uses = uses::collect(&tree);
    let present = plan::present(&tree, &uses.found);
    let mut problems = uses.unknown;
    if let Some(markdown) = plan {
        let (plan, unreadable) = plan::read(markdown);
        let listed = !plan.is_empty();
        problems.extend(unreadable);
        if listed {
            problems.extend(plan::compare(&tree, &uses.found, &plan));
        }
    }
    let circles = circles::find(&tree, &uses.found);
    problems.extend(circles.iter().map(Circle::describe));
    let count = |kind| circles.iter().filter(|circle| circle.kind == kind).count();
    let mut read: Vec<&str> = tree.modules.iter().map(|m| m.file.as_str()).collect();
    read.dedup();
    Ok(Report {
        list: present
            .iter()
            .map(|(module, used)| plan::line(module, used) + "\n")
            .collect(),
        summary: format!(
            "{} files, {} uses across files, {} arrows between {} top-level modules, circles: {} \
             between modules, {} between folders, {} through the items of a parent",
            read.len(),
            uses.found.len(),
            present.values().map(BTreeMap::len).sum::<usize>(),
            present.len(),
            count(Kind::Files),
            count(Kind::Folders),
            count(Kind::ThroughParent),
        ),
        problems,
    })
}

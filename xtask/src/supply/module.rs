//! The packages that are compiled into the WebAssembly modules, and how they depend on each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{
    licences,
    lock::{Lock, REGISTRY},
    metadata::{Metadata, Package},
};
use crate::{cargo, process, toolchain};

/// The standard library, which is in the modules, but not in the lock file.
const STANDARD_LIBRARY: &str = "rust-std";

/// Name and version.
pub type Key = (String, String);
/// The packages that each package uses.
pub type Graph = BTreeMap<Key, BTreeSet<Key>>;

/// What the modules consist of.
pub struct Module {
    /// The library that the modules are made of.
    pub root: Key,
    /// All packages, sorted.
    pub parts: BTreeMap<Key, Part>,
    /// Which of them uses which.
    pub graph: Graph,
}

/// One package in the modules.
#[derive(Clone, Default)]
pub struct Part {
    /// Its licence expression.
    pub licence: String,
    /// The address of its source code.
    pub repository: Option<String>,
    /// Where its source is on this machine.
    pub folder: Option<PathBuf>,
    /// The licence file that its manifest names.
    pub license_file: Option<PathBuf>,
    /// SHA-256 of its archive, if it comes from the registry.
    pub checksum: Option<String>,
}

impl Module {
    /// Asks cargo what the modules consist of. `compiler` is the version of the compiler that builds them.
    pub fn new(metadata: &Metadata, lock: &Lock, compiler: &str) -> Result<Self> {
        let printed =
            process::output(cargo::module_tree(toolchain::TARGET).args(["--prefix", "depth"]))?;
        let (root, mut graph) = parse(&printed)?;
        let mut parts = BTreeMap::new();
        for key in graph.keys() {
            let mut packages = metadata.packages.iter();
            let package = packages
                .find(|p| p.name == key.0 && p.version == key.1)
                .with_context(|| format!("cargo metadata does not list {} {}", key.0, key.1))?;
            parts.insert(key.clone(), part(package, lock)?);
        }
        let (key, standard) = standard_library(compiler)?;
        graph.entry(root.clone()).or_default().insert(key.clone());
        graph.insert(key.clone(), BTreeSet::new());
        parts.insert(key, standard);
        Ok(Self { root, parts, graph })
    }
}

fn part(package: &Package, lock: &Lock) -> Result<Part> {
    let shown = format!("{} {}", package.name, package.version);
    let licence = package.license.as_deref();
    let licence = licence.with_context(|| format!("{shown} states no licence"))?;
    let checksum = match package.source.as_deref() {
        Some(REGISTRY) => {
            let sum = lock.checksum(&package.name, &package.version);
            Some(sum.with_context(|| format!("{shown} has no checksum in Cargo.lock"))?)
        }
        Some(other) => {
            bail!("{shown} comes from {other}; only packages of the registry of cargo are allowed")
        }
        None => None,
    };
    Ok(Part {
        licence: licences::standard(licence),
        repository: package.repository.clone(),
        folder: package.manifest_path.parent().map(Path::to_path_buf),
        license_file: package.license_file.clone(),
        checksum: checksum.map(str::to_owned),
    })
}

/// `compiler` is what `rustc --version` prints: `rustc 1.95.0 (…)`.
fn standard_library(compiler: &str) -> Result<(Key, Part)> {
    let version = compiler.split_whitespace().nth(1);
    let version = version.context("rustc did not print its version")?;
    let part = Part {
        licence: "MIT OR Apache-2.0".into(),
        repository: Some("https://github.com/rust-lang/rust".into()),
        ..Part::default()
    };
    Ok(((STANDARD_LIBRARY.into(), version.into()), part))
}

/// Reads lines of depth, name and version: a package uses those of the next depth that follow it. Only
/// the first line of a package is followed by what it uses.
fn parse(printed: &str) -> Result<(Key, Graph)> {
    let mut graph = Graph::new();
    let mut path: Vec<Key> = Vec::new();
    for line in printed.lines() {
        let unexpected = || format!("cargo tree printed the unexpected line `{line}`");
        let mut words = line.split_whitespace();
        let depth: usize = words
            .next()
            .and_then(|w| w.parse().ok())
            .with_context(unexpected)?;
        let name = words.next().with_context(unexpected)?;
        let version = words
            .next()
            .and_then(|w| w.strip_prefix('v'))
            .with_context(unexpected)?;
        if depth > path.len() || (depth == 0 && !graph.is_empty()) {
            bail!(unexpected());
        }
        let key: Key = (name.into(), version.into());
        path.truncate(depth);
        if let Some(user) = path.last() {
            graph.entry(user.clone()).or_default().insert(key.clone());
        }
        graph.entry(key.clone()).or_default();
        path.push(key);
    }
    let root = path
        .into_iter()
        .next()
        .context("cargo tree printed nothing")?;
    Ok((root, graph))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        (name.into(), "1.0.0".into())
    }

    #[test]
    fn a_package_uses_what_follows_it_one_level_deeper() {
        let printed = "0 ours v1.0.0 (/home)\n1 a v1.0.0\n2 b v1.0.0\n3 c v1.0.0\n1 b v1.0.0 (*)\n1 d v1.0.0\n";
        let (root, graph) = parse(printed).unwrap();
        assert_eq!(root, key("ours"));
        let uses = |name: &str| {
            graph[&key(name)]
                .iter()
                .map(|k| k.0.as_str())
                .collect::<String>()
        };
        assert_eq!(uses("ours"), "abd");
        assert_eq!(["a", "b", "c", "d"].map(uses), ["b", "c", "", ""]);
    }

    #[test]
    fn a_line_that_is_no_package_is_an_error() {
        for printed in [
            "",
            "0 ours",
            "x ours v1.0.0",
            "0 ours v1.0.0\n2 a v1.0.0",
            "0 a v1.0.0\n0 b v1.0.0",
        ] {
            assert!(parse(printed).is_err(), "{printed}");
        }
    }

    #[test]
    fn the_standard_library_has_the_version_of_the_compiler() {
        let (key, _) = standard_library("rustc 1.95.0 (59807616e 2026-04-14)").unwrap();
        assert_eq!(key.1, "1.95.0");
        assert!(standard_library("").is_err());
    }
}

//! `Cargo.lock`: the exact version, source and checksum of each package, for every platform.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::files;

/// The only source from which packages may come.
pub const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The lock file.
#[derive(Deserialize)]
pub struct Lock {
    /// Its packages.
    #[serde(default, rename = "package")]
    pub packages: Vec<Locked>,
}

/// One version of one package.
#[derive(Deserialize)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where cargo gets it; `None` for a package of this repository.
    pub source: Option<String>,
    /// SHA-256 of the archive that the registry sends, in hexadecimal.
    pub checksum: Option<String>,
}

impl Lock {
    /// The checksum of a package from the registry.
    pub fn checksum(&self, name: &str, version: &str) -> Option<&str> {
        let mut packages = self.packages.iter();
        let found = packages.find(|p| p.name == name && p.version == version)?;
        found.checksum.as_deref()
    }

    /// What is wrong with the sources: a package that comes neither from the registry, with a
    /// checksum, nor from this repository, whose packages are `members`.
    pub fn faults(&self, members: &[&str]) -> Vec<String> {
        self.packages
            .iter()
            .filter_map(|package| Some(format!("{} {}", package.shown(), package.fault(members)?)))
            .collect()
    }
}

impl Locked {
    /// Name and version.
    pub fn shown(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    fn fault(&self, members: &[&str]) -> Option<String> {
        match (self.source.as_deref(), self.checksum.as_deref()) {
            (Some(REGISTRY), Some(sum)) if is_sha256(sum) => None,
            (Some(REGISTRY), _) => {
                Some("has no checksum in Cargo.lock; make the file again with cargo".into())
            }
            (Some(other), _) => Some(format!(
                "comes from {other}; only packages of the registry of cargo are allowed"
            )),
            (None, _) if members.contains(&self.name.as_str()) => None,
            (None, _) => {
                Some("comes from a folder outside the workspace; use a version of crates.io".into())
            }
        }
    }
}

/// Reads the lock file of the workspace in a `folder`.
pub fn read(folder: &Path) -> Result<Lock> {
    let path = folder.join("Cargo.lock");
    let text = String::from_utf8(files::read(&path)?)?;
    parse(&text).with_context(|| format!("cannot read {}", files::shown(&path)))
}

fn parse(text: &str) -> Result<Lock> {
    Ok(toml::from_str(text)?)
}

fn is_sha256(sum: &str) -> bool {
    sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(entry: &str) -> Vec<String> {
        let text = format!("version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n{entry}");
        parse(&text).unwrap().faults(&["ours"])
    }

    #[test]
    fn a_package_comes_from_the_registry_with_its_checksum_or_from_the_workspace() {
        let sum = "0".repeat(64);
        let good = format!("source = \"{REGISTRY}\"\nchecksum = \"{sum}\"");
        assert!(faults(&good).is_empty());
        for (entry, part) in [
            (format!("source = \"{REGISTRY}\""), "no checksum"),
            (
                format!("source = \"{REGISTRY}\"\nchecksum = \"12\""),
                "no checksum",
            ),
            (
                "source = \"git+https://example.org/a#1\"".into(),
                "comes from git+",
            ),
            (
                "source = \"registry+https://example.org\"".into(),
                "comes from registry+",
            ),
            (String::new(), "outside the workspace"),
        ] {
            let found = faults(&entry);
            assert!(
                found.len() == 1 && found[0].contains(part),
                "{entry}: {found:?}"
            );
        }
        assert!(
            parse("[[package]]\nname = \"ours\"\nversion = \"1.0.0\"")
                .unwrap()
                .faults(&["ours"])
                .is_empty()
        );
    }
}

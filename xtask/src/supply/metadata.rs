//! What `cargo metadata` says about packages.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{cargo, files, process, toolchain};

/// All packages of a resolved workspace.
#[derive(Deserialize)]
pub struct Metadata {
    /// Workspace members and everything that they depend on.
    pub packages: Vec<Package>,
}

/// One version of one package.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence expression that its manifest states.
    pub license: Option<String>,
    /// The licence file that its manifest names, relative to its folder.
    pub license_file: Option<PathBuf>,
    /// Where cargo got it; `None` for a package of this repository.
    pub source: Option<String>,
    /// The address of its source code.
    pub repository: Option<String>,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// What its manifest requires.
    pub dependencies: Vec<Dependency>,
}

/// One dependency in a manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Dependency {
    /// The name of the package.
    pub name: String,
    /// The versions that are accepted.
    pub req: String,
    /// Where it is, if it is a folder.
    pub path: Option<PathBuf>,
}

impl Metadata {
    /// The workspace in a `folder` with all features on `platforms`.
    pub fn of_workspace(folder: &Path, platforms: &[&str]) -> Result<Self> {
        Self::read(folder, &["--all-features"], platforms)
    }

    /// The packages from which the WebAssembly modules are chosen. cargo adds the features that other
    /// members of the workspace need, so the list may be too long, never too short.
    pub fn of_module() -> Result<Self> {
        let features = ["--no-default-features", "--features", cargo::WASM_FEATURES];
        Self::read(&files::root(), &features, &[toolchain::TARGET])
    }

    /// The member of the workspace with a name.
    pub fn member(&self, name: &str) -> Option<&Package> {
        let mut members = self.packages.iter().filter(|p| p.source.is_none());
        members.find(|package| package.name == name)
    }

    fn read(folder: &Path, features: &[&str], platforms: &[&str]) -> Result<Self> {
        let mut metadata = cargo::cargo();
        metadata
            .current_dir(folder)
            .args(["metadata", "--locked", "--format-version", "1", "--quiet"])
            .args(features);
        for platform in platforms {
            metadata.args(["--filter-platform", platform]);
        }
        let printed = process::output(&mut metadata).context(
            "if packages are missing and there is no network, run `cargo fetch --locked` with one",
        )?;
        serde_json::from_str(&printed).context("cannot read what `cargo metadata` prints")
    }
}

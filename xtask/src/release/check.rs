//! Whether a release can be published.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    cargo, files,
    package::{npm, tarball},
    process,
};

/// Checks versions and the change log, then packs everything as for publishing.
pub fn run(tag: Option<&str>) -> Result<()> {
    let version = version()?;
    if let Some(tag) = tag
        && tag.strip_prefix('v') != Some(version.as_str())
    {
        bail!(
            "the tag is {tag}, but Cargo.toml has version {version}; tag v{version}, or change the version"
        );
    }
    for manifest in [
        "pkg/package.json",
        "examples/extension/manifest.json",
        "examples/extension/manifest.firefox.json",
    ] {
        let found = version_in(manifest)?;
        if found != version {
            bail!("{manifest} has version {found}, Cargo.toml {version}; make them equal");
        }
    }
    let log = String::from_utf8(files::read(&files::root().join("CHANGELOG.md"))?)?;
    if tag.is_some() && !describes(&log, &version) {
        bail!(
            "CHANGELOG.md has no section of version {version}; give the unreleased one this name"
        );
    }
    tarball::pack()?;
    dry_run()
}

/// Publishes to nowhere: the registries' own programs check and pack the npm package, which was laid out before,
/// and the crates.
pub fn dry_run() -> Result<()> {
    npm::require()?;
    let mut publish = process::command("npm");
    publish
        .args([
            "publish",
            "--dry-run",
            "--ignore-scripts",
            "--access",
            "public",
            "--loglevel=error",
        ])
        .current_dir(files::target().join("pkg"));
    process::run(&mut publish)?;
    // The crates were built by other tests; that of the page comes from a clean checkout.
    let crates = [
        "publish",
        "--workspace",
        "--dry-run",
        "--no-verify",
        "--allow-dirty",
        "--locked",
    ];
    process::run(cargo::cargo().args(crates))
}

/// The version of all crates.
fn version() -> Result<String> {
    let manifest = String::from_utf8(files::read(&files::root().join("Cargo.toml"))?)?;
    let manifest: toml::Table = manifest.parse().context("Cargo.toml cannot be read")?;
    let version = manifest
        .get("workspace")
        .and_then(|w| w.get("package")?.get("version")?.as_str());
    Ok(version
        .context("Cargo.toml has no workspace.package.version")?
        .to_owned())
}

fn version_in(manifest: &str) -> Result<String> {
    let json: Value = serde_json::from_slice(&files::read(&files::root().join(manifest))?)
        .with_context(|| format!("{manifest} is not JSON"))?;
    let version = json.get("version").and_then(Value::as_str);
    Ok(version
        .with_context(|| format!("{manifest} has no version"))?
        .to_owned())
}

/// Whether a change log has a section of this version.
fn describes(log: &str, version: &str) -> bool {
    let titles = log.lines().filter_map(|line| line.strip_prefix("## "));
    titles
        .filter_map(|title| title.split([' ', ',']).next())
        .any(|name| name.trim_matches(['[', ']']) == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_log_describes_a_version_in_a_section_of_its_own() {
        let log = "# Changes\n\n## Unreleased\n\n## [0.2.0] - 2026-12-01\n\n## 0.1.0, 2026-10-01\n\nAs 0.3.0 will.\n";
        let found = ["0.1.0", "0.2.0", "0.3.0", "0.1"].map(|version| describes(log, version));
        assert_eq!(found, [true, true, false, false]);
    }

    #[test]
    fn all_packages_have_the_version_of_the_crates() {
        assert_eq!(version_in("pkg/package.json").unwrap(), version().unwrap());
    }
}

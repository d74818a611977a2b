//! Rules for the npm packages: those that tests, benches and examples install, and our own.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::files;

const LOCK: &str = "package-lock.json";
/// Scripts that npm runs on the machine of whoever installs the package.
const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// What the check saw.
#[derive(Default)]
pub struct Checked {
    /// The number of packages in lock files.
    pub packages: usize,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Checks every lock file and the manifest of our package.
pub fn check() -> Result<Checked> {
    let mut checked = Checked::default();
    for path in locks()? {
        let shown = files::shown(&path);
        let lock: Value = serde_json::from_slice(&files::read(&path)?)
            .with_context(|| format!("{shown} is not JSON"))?;
        let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
            bail!("{shown} has no `packages`; make it again with npm 7 or later");
        };
        checked.packages += packages.len().saturating_sub(1);
        let faults = faults(packages).into_iter();
        checked
            .faults
            .extend(faults.map(|f| format!("{shown}: {f}")));
    }
    let manifest = files::root().join("pkg/package.json");
    let manifest =
        serde_json::from_slice(&files::read(&manifest)?).context("pkg/package.json is not JSON")?;
    let own = own_faults(&manifest).into_iter();
    checked
        .faults
        .extend(own.map(|f| format!("pkg/package.json: {f}")));
    Ok(checked)
}

/// The lock files of the repository. Those of the tests and of the page must be there.
fn locks() -> Result<Vec<PathBuf>> {
    let root = files::root();
    let mut found = vec![
        root.join("tests").join(LOCK),
        root.join("tests/integrations").join(LOCK),
        root.join("vendor").join(LOCK),
    ];
    let mut optional = vec![root.join("benches/browser").join(LOCK)];
    let examples = root.join("examples");
    let entries = examples
        .read_dir()
        .with_context(|| format!("cannot list {}", files::shown(&examples)))?;
    for entry in entries {
        optional.push(entry?.path().join(LOCK));
    }
    optional.sort();
    found.extend(optional.into_iter().filter(|path| path.is_file()));
    Ok(found)
}

fn faults(packages: &Map<String, Value>) -> Vec<String> {
    // The entry with the empty name is the folder itself.
    let installed = packages.iter().filter(|(name, _)| !name.is_empty());
    installed
        .filter_map(|(name, entry)| Some(format!("`{name}` {}", fault(name, entry)?)))
        .collect()
}

fn fault(name: &str, entry: &Value) -> Option<&'static str> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let is = |key: &str| entry.get(key).and_then(Value::as_bool) == Some(true);
    if is("link") || !name.starts_with("node_modules/") {
        return Some("is a folder or link; install a version from the registry");
    }
    // npm's own registry needs no address, so one that is named may be another place.
    if entry.get("resolved").is_some() {
        return Some(
            "names an address; install a version from the registry, and make the lock file with \
             `omit-lockfile-registry-resolved`",
        );
    }
    // A bundled package is inside the archive of another one, whose hash covers it.
    let hashed = text("integrity").is_some_and(|hash| hash.starts_with("sha512-"));
    if !hashed && !is("inBundle") {
        return Some("has no SHA-512 in `integrity`; make the lock file again with npm");
    }
    None
}

/// What must not be in the manifest of the package that users install.
fn own_faults(manifest: &Value) -> Vec<String> {
    let keys = |key: &str| -> Vec<String> {
        let object = manifest.get(key).and_then(Value::as_object);
        object
            .map(|o| o.keys().cloned().collect())
            .unwrap_or_default()
    };
    let mut faults = Vec::new();
    for kind in [
        "dependencies",
        "optionalDependencies",
        "bundleDependencies",
        "bundledDependencies",
    ] {
        if manifest.get(kind).is_some() {
            faults.push(format!(
                "`{kind}`: the package has no runtime dependencies; remove it"
            ));
        }
    }
    for name in keys("peerDependencies") {
        let optional = manifest
            .pointer("/peerDependenciesMeta")
            .and_then(|meta| meta.get(&name)?.get("optional")?.as_bool());
        if optional != Some(true) {
            faults.push(format!("`peerDependencies`: {name} must be optional"));
        }
    }
    for script in keys("scripts") {
        if INSTALL_SCRIPTS.contains(&script.as_str()) {
            faults.push(format!(
                "`scripts`: {script} runs when users install; remove it"
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_npm_package_has_a_hash_and_comes_from_the_registry() {
        let hash = "sha512-AAAA";
        for good in [
            json!({"version": "1.0.0", "integrity": hash}),
            json!({"version": "1.0.0", "inBundle": true}),
        ] {
            assert_eq!(fault("node_modules/a", &good), None, "{good}");
        }
        for bad in [
            json!({"version": "1.0.0"}),
            json!({"integrity": "sha1-AAAA"}),
            json!({"integrity": hash, "resolved": "https://registry.example.org/a.tgz"}),
            json!({"integrity": hash, "resolved": "git+ssh://git@example.org/a.git#1"}),
            json!({"integrity": hash, "resolved": 5}),
            json!({"resolved": "a", "link": true}),
        ] {
            assert!(fault("node_modules/a", &bad).is_some(), "{bad}");
        }
        assert!(fault("a", &json!({"integrity": hash})).is_some());
    }

    #[test]
    fn our_package_brings_nothing_with_it_and_runs_nothing_at_installation() {
        let good = json!({
            "peerDependencies": {"a": "^1.0.0"},
            "peerDependenciesMeta": {"a": {"optional": true}},
            "scripts": {"build": "x"},
        });
        assert!(own_faults(&good).is_empty());
        for bad in [
            json!({"dependencies": {"a": "1.0.0"}}),
            json!({"optionalDependencies": {"a": "1.0.0"}}),
            json!({"bundleDependencies": ["a"]}),
            json!({"peerDependencies": {"a": "1.0.0"}}),
            json!({"scripts": {"postinstall": "x"}}),
        ] {
            assert_eq!(own_faults(&bad).len(), 1, "{bad}");
        }
    }
}

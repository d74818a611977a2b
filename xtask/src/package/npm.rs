//! The npm packages that `tests/package.json` lists, which tests and `cargo xtask pkg` run in Node.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{files, process};

/// Installs the packages of the tests if their lock file changed. Returns Node's version, or `None` if Node or
/// npm is missing.
pub fn install() -> Result<Option<String>> {
    install_in("tests")
}

/// Installs the packages of a folder if its lock file changed. Returns Node's version, or `None` if Node or npm
/// is missing.
pub fn install_in(folder: &str) -> Result<Option<String>> {
    if process::find(&["node"]).is_none() || process::find(&["npm", "npm.cmd"]).is_none() {
        return Ok(None);
    }
    let folder = files::root().join(folder);
    if !lock_is_installed(&folder) {
        eprintln!("[xtask] npm ci in {}", files::shown(&folder));
        let quiet = [
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ];
        process::run(process::command("npm").args(quiet).current_dir(&folder))?;
        let lock = files::read(&folder.join("package-lock.json"))?;
        files::write_if_changed(&folder.join("node_modules/.uniroute-lock"), &lock)?;
    }
    let version = process::output(process::command("node").arg("--version"))?;
    Ok(Some(format!("Node {}", version.trim_start_matches('v'))))
}

/// As [`install`], but a missing Node or npm is an error.
pub fn require() -> Result<()> {
    match install()? {
        Some(_) => Ok(()),
        None => bail!("Node.js with npm is missing; install version 20 or later"),
    }
}

/// The command of an installed package, by the path of its script below `node_modules`.
pub fn script(path: &str) -> Result<Command> {
    let script = files::root().join("tests/node_modules").join(path);
    let script = script
        .canonicalize()
        .with_context(|| format!("npm did not install {path}"))?;
    let mut node = process::command("node");
    node.arg(script);
    Ok(node)
}

fn lock_is_installed(tests: &Path) -> bool {
    let installed = files::read(&tests.join("node_modules/.uniroute-lock"));
    let wanted = files::read(&tests.join("package-lock.json"));
    matches!((installed, wanted), (Ok(a), Ok(b)) if a == b)
}

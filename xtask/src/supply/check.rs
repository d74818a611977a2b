//! The checks of the leg `licences`, which need no network once the packages are on this machine.

use anyhow::{Result, bail};

use super::{licences, lock, metadata::Metadata, npm, rules};
use crate::{files, toolchain};

/// The workspaces below the root of the repository: the project, and its fuzz targets.
const WORKSPACES: [&str; 2] = ["", "fuzz"];

/// Checks licences, sources and versions of all dependencies, of Rust and of JavaScript. `host` is
/// the target of this machine. Every fault is printed.
pub fn run(host: &str) -> Result<()> {
    let rules = rules::read()?;
    let (mut faults, mut crates, mut sources) = (Vec::new(), 0, 0);
    for workspace in WORKSPACES {
        let folder = files::root().join(workspace);
        let lock = lock::read(&folder)?;
        let metadata = Metadata::of_workspace(&folder, &[host, toolchain::TARGET])?;
        let members = metadata.packages.iter().filter(|p| p.source.is_none());
        let members: Vec<&str> = members.map(|package| package.name.as_str()).collect();
        faults.extend(licences::faults(&metadata.packages, &rules.allow));
        faults.extend(rules::wildcards(&metadata.packages));
        faults.extend(lock.faults(&members));
        faults.extend(rules.banned(&lock));
        crates += metadata.packages.len();
        sources += lock.packages.len();
    }
    let npm = npm::check()?;
    faults.extend(npm.faults);
    eprintln!(
        "[xtask] licences of {crates} crates (for {host} and {}), sources of {sources} crates, {} npm packages: {} faults",
        toolchain::TARGET,
        npm.packages,
        faults.len()
    );
    for fault in &faults {
        eprintln!("[xtask]   {fault}");
    }
    match faults.first() {
        None => Ok(()),
        Some(first) => bail!(
            "{} faults of dependencies; the first: {first}",
            faults.len()
        ),
    }
}

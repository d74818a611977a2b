//! The checks of the leg `licences`, which need no network once the packages are on this machine.

use anyhow::{Result, bail};

use super::{licences, lock, metadata::Metadata, npm, rules};
use crate::toolchain;

/// Checks licences, sources and versions of all dependencies, of Rust and of JavaScript. `host` is
/// the target of this machine. Every fault is printed.
pub fn run(host: &str) -> Result<()> {
    let (rules, lock) = (rules::read()?, lock::read()?);
    let metadata = Metadata::of_workspace(&[host, toolchain::TARGET])?;
    let members = metadata.packages.iter().filter(|p| p.source.is_none());
    let members: Vec<&str> = members.map(|package| package.name.as_str()).collect();
    let mut faults = licences::faults(&metadata.packages, &rules.allow);
    faults.extend(rules::wildcards(&metadata.packages));
    faults.extend(lock.faults(&members));
    faults.extend(rules.banned(&lock));
    let npm = npm::check()?;
    faults.extend(npm.faults);
    eprintln!(
        "[xtask] licences of {} crates (for {host} and {}), sources of {} crates, {} npm packages: {} faults",
        metadata.packages.len(),
        toolchain::TARGET,
        lock.packages.len(),
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

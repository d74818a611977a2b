//! `cargo xtask fuzz`: feeds every parser with inputs that libFuzzer makes, guided by coverage.
//!
//! The targets are in `fuzz/`. No nightly compiler, `cargo-fuzz` or sanitizer is needed: rustc has
//! the coverage counters on stable, and the targets check memory themselves. What a run finds is
//! kept in `target/fuzz`: `corpus` for the next run, `crashes` to be mended.

mod build;
mod campaign;
mod options;
mod report;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process;
pub use build::missing_compiler;
use build::{Built, build};
pub use options::Args;

/// Runs the targets. A crash, a hang and too much memory are failures.
pub fn run(args: &Args) -> Result<()> {
    if let Some(reason) = missing_compiler()? {
        bail!(reason);
    }
    if !(args.minutes.is_finite() && args.minutes > 0.0) {
        bail!(
            "--minutes {} is not a time; give a number above 0",
            args.minutes
        );
    }
    let mut built = build()?;
    select(&mut built, &args.targets)?;
    if let Some(input) = &args.input {
        return again(&built, input);
    }
    let results = campaign::run(&built, args)?;
    print!("{}", report::table(&results));
    let failures: Vec<String> = results.iter().filter_map(report::failure).collect();
    match failures.is_empty() {
        true => Ok(()),
        false => bail!("{}", failures.join("\n")),
    }
}

/// Keeps the targets with these names; all if there are none.
fn select(built: &mut Built, names: &[String]) -> Result<()> {
    let known: Vec<&str> = built.targets.iter().map(|t| t.name.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no fuzz target {unknown:?}; there are {}", known.join(", "));
    }
    built
        .targets
        .retain(|target| names.is_empty() || names.contains(&target.name));
    Ok(())
}

/// Runs the one selected target on one file.
fn again(built: &Built, input: &Path) -> Result<()> {
    let [target] = &built.targets[..] else {
        bail!("--input needs one --target");
    };
    let input = input
        .canonicalize()
        .with_context(|| format!("cannot open {}", input.display()))?;
    process::run(process::command(built.program(&target.name)).arg(input))
}

//! Builds the targets with counters of coverage, and writes their first inputs.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::options::folder;
use crate::{apt, cargo, process};

/// What makes rustc count which code an input reaches, as `cargo fuzz` does.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg fuzzing",
    "-Ccodegen-units=16",
];
const COMPILERS: [&str; 3] = ["c++", "g++", "clang++"];

/// The built targets.
pub struct Built {
    programs: PathBuf,
    /// The targets, in their order.
    pub targets: Vec<Target>,
}

/// A target as `fuzz/examples/seeds.rs` lists it.
#[derive(Debug, PartialEq)]
pub struct Target {
    /// Name of the program.
    pub name: String,
    /// Most bytes of an input.
    pub longest: u32,
}

impl Built {
    /// Where the program of a target is.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs
            .join(name)
            .with_extension(env::consts::EXE_EXTENSION)
    }
}

/// Why libFuzzer, which is C++, cannot be built here; `None` if it can. Installs a compiler where
/// that needs no answer from the user.
pub fn missing_compiler() -> Result<Option<String>> {
    let found = || env::var_os("CXX").is_some() || process::find(&COMPILERS).is_some();
    if !found() && apt::is_usable() {
        apt::install(&["g++"])?;
    }
    let reason = "no C++ compiler, which libFuzzer needs; install g++ or clang, or name one in CXX";
    Ok((!found()).then(|| reason.to_owned()))
}

/// Builds all targets and writes their seeds and dictionaries.
pub fn build() -> Result<Built> {
    let host = host()?;
    let builds = folder().join("build");
    let mut command = cargo::cargo();
    command
        .args([
            "build",
            "--locked",
            "--release",
            "--bins",
            "--example",
            "seeds",
        ])
        .args(["--manifest-path", "fuzz/Cargo.toml"])
        // With a target, build scripts and macros are built without the flags.
        .args(["--target", &host])
        .env("CARGO_TARGET_DIR", &builds)
        .env("RUSTFLAGS", FLAGS.join(" "));
    process::run(&mut command)?;
    let programs = builds.join(host).join("release");
    let targets = seeds(&programs)?;
    Ok(Built { programs, targets })
}

fn host() -> Result<String> {
    let verbose = process::output(process::command("rustc").arg("-vV"))?;
    let host = verbose.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say what it builds for")
}

fn seeds(programs: &Path) -> Result<Vec<Target>> {
    let program = programs
        .join("examples/seeds")
        .with_extension(env::consts::EXE_EXTENSION);
    let listed = process::output(process::command(program).arg(folder()))?;
    listed.lines().map(target).collect()
}

/// A line `NAME BYTES`.
fn target(line: &str) -> Result<Target> {
    let parsed = line.split_once(' ').and_then(|(name, longest)| {
        let (name, longest) = (name.to_owned(), longest.parse().ok()?);
        Some(Target { name, longest })
    });
    parsed.with_context(|| format!("{line:?} is not a target and its length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_name_and_a_length() {
        let expected = Target {
            name: "pool".into(),
            longest: 4096,
        };
        assert_eq!(target("pool 4096").unwrap(), expected);
        assert!(target("pool").is_err() && target("pool many").is_err());
    }
}

//! cargo on the project's packages: which features each build has, in one place, so that every
//! task builds the same thing and dependencies build once.

use std::{env::consts, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{files, process};

/// The library's package.
pub const LIBRARY: &str = "uniroute";
/// The command line's package.
pub const CLI: &str = "uniroute-cli";
/// The package of the questions that `uniroute probe` asks.
const PROBE: &str = "uniroute-probe";
/// The package of the tables that the command line reads and writes.
const TABLES: &str = "uniroute-tables";
/// The command line's program.
pub const PROGRAM: &str = "uniroute";
/// Everything that the library can do on this machine.
const NATIVE_FEATURES: &str = "uniroute/bundled,uniroute/eval,uniroute/minilm,uniroute/packed,\
                               uniroute/parallel,uniroute/quantise,uniroute/schema";
/// The library's features in the WebAssembly module that everything starts with.
pub const WASM_FEATURES: &str = "wasm";
/// Those in the modules with the transformer, which are loaded on demand.
pub const TRANSFORMER_FEATURES: &str = "wasm,minilm,forms";

/// `cargo` of the toolchain that this process runs under, with our own target folder.
pub fn cargo() -> Command {
    let mut cargo = process::command("cargo");
    cargo.env("CARGO_TARGET_DIR", files::target());
    cargo
}

/// cargo on the library, the command line and the packages that it uses, with all native features. Always on all of
/// them: the features of what they depend on are then the same in each build, and it is built once.
pub fn on_native(command: &str) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--locked", "--features", NATIVE_FEATURES]);
    for package in [LIBRARY, CLI, PROBE, TABLES] {
        cargo.args(["--package", package]);
    }
    cargo
}

/// cargo on the library as a package that depends on it sees it, with the default features.
pub fn on_default_library(command: &str) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--locked", "--package", LIBRARY]);
    cargo
}

/// What cargo builds of the library for WebAssembly.
pub fn wasm_arguments(features: &'static str) -> [&'static str; 7] {
    [
        "--locked",
        "--package",
        LIBRARY,
        "--lib",
        "--no-default-features",
        "--features",
        features,
    ]
}

/// Lists what is compiled into the package's WebAssembly module: one line for each use of a package. The caller
/// adds how cargo shows the depth. Procedural macros run in the compiler and are left out.
pub fn module_tree(target: &str) -> Command {
    let mut cargo = cargo();
    cargo
        .args(["tree", "--locked", "--package", LIBRARY])
        .args(["--no-default-features", "--features", WASM_FEATURES])
        .args(["--target", target, "--edges", "normal,no-proc-macro"])
        .args(["--format", " {p}"]);
    cargo
}

/// cargo on the command line without the native transformer, which takes long to build and which
/// the page does not use.
pub fn on_light_program(command: &str) -> Command {
    let mut cargo = cargo();
    cargo
        .args([command, "--locked", "--package", CLI, "--bin", PROGRAM])
        .arg("--no-default-features");
    cargo
}

/// Where cargo leaves the command line's program.
pub fn program() -> PathBuf {
    program_named(PROGRAM)
}

/// Where cargo leaves a program.
pub fn program_named(name: &str) -> PathBuf {
    let folder = files::target().join("debug");
    folder.join(name).with_extension(consts::EXE_EXTENSION)
}

/// Builds the command line's program with all native features.
pub fn build_program() -> Result<PathBuf> {
    process::run(on_native("build").args(["--bin", PROGRAM]))?;
    Ok(program())
}

/// cargo on these tasks, in the profile that they were built with.
pub fn on_xtask(command: &str) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--locked", "--package", "xtask"]);
    cargo.args(["--profile", "xtask"]);
    cargo
}

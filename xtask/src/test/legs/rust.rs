//! The legs on source and native code.

use anyhow::Result;

use super::place;
use crate::{
    architecture as modules, cargo, fuzz as fuzzing, local_model, minilm,
    package::npm,
    process, supply,
    test::{dependencies, leg::Ran, readme as commands},
    toolchain, wasm,
};

const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

pub fn format() -> Result<Ran> {
    process::run(cargo::cargo().args(["fmt", "--all", "--check"]))?;
    // The fuzz targets are a workspace of their own.
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    process::run(cargo::cargo().args(fuzz))?;
    let host = place::host()?;
    if npm::install()?.is_none() {
        let reason = "only the Rust files were checked: prettier needs Node.js with npm, version 20 or \
                      later";
        return Ok(Ran::Partly(host, reason.into()));
    }
    let mut prettier = npm::script("prettier/bin/prettier.cjs")?;
    process::run(prettier.args(["--log-level", "warn", "--check", "."]))?;
    Ok(Ran::On(host))
}

pub fn architecture() -> Result<Ran> {
    modules::run(&modules::Args::default())?;
    Ok(Ran::On(place::host()?))
}

pub fn lints() -> Result<Ran> {
    let clippy = |mut command: std::process::Command| process::run(command.args(DENY_WARNINGS));
    let mut on_xtask = cargo::on_xtask("clippy");
    on_xtask.arg("--all-targets");
    clippy(on_xtask)?;
    let mut on_native = cargo::on_native("clippy");
    on_native.arg("--all-targets");
    clippy(on_native)?;
    // The library as others use it: what a feature adds must not be missing without it.
    for features in [&[][..], &["--no-default-features"]] {
        let mut on_library = cargo::on_default_library("clippy");
        on_library.arg("--lib").args(features);
        clippy(on_library)?;
    }
    // The program as `cargo xtask demo` builds it.
    clippy(cargo::on_light_program("clippy"))?;
    dependencies::check()?;
    if toolchain::target_is_installed() {
        let features = wasm::Simd::default().target_features();
        for parts in [cargo::WASM_FEATURES, cargo::TRANSFORMER_FEATURES] {
            let mut on_wasm = cargo::cargo();
            on_wasm
                .arg("clippy")
                .args(cargo::wasm_arguments(parts))
                .args(["--target", toolchain::TARGET])
                .env("RUSTFLAGS", format!("-Ctarget-feature={features}"));
            clippy(on_wasm)?;
        }
    }
    Ok(Ran::On(place::host()?))
}

pub fn native() -> Result<Ran> {
    minilm::run_if_possible()?;
    process::run(&mut cargo::on_xtask("test"))?;
    process::run(cargo::on_native("test").args(["--lib", "--bins", "--tests", "--examples"]))?;
    Ok(Ran::On(place::host()?))
}

pub fn fuzz() -> Result<Ran> {
    if let Some(reason) = fuzzing::missing_compiler()? {
        return Ok(Ran::Cannot(reason));
    }
    fuzzing::run(&fuzzing::Args {
        minutes: 2.0,
        targets: Vec::new(),
        input: None,
        seed: 1,
        // The legs beside this one may hold it up for long.
        hang: 30,
    })?;
    Ok(Ran::On(place::host()?))
}

pub fn docs() -> Result<Ran> {
    process::run(cargo::on_native("test").arg("--doc"))?;
    process::run(
        cargo::on_native("doc")
            .args(["--no-deps", "--lib"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    Ok(Ran::On(place::host()?))
}

pub fn readme() -> Result<Ran> {
    if process::find(&["bash"]).is_none() {
        return Ok(Ran::Cannot(
            "bash is missing, which runs the commands of README.md".into(),
        ));
    }
    commands::run(&cargo::build_program()?)?;
    Ok(Ran::On(place::host()?))
}

/// Needs the weights of the model, which not every machine can fetch.
pub fn model() -> Result<Ran> {
    let weights = match local_model::weights() {
        Ok(weights) => weights,
        Err(problem) => return Ok(Ran::Cannot(format!("{problem:#}"))),
    };
    let server = local_model::server()?;
    process::run(
        cargo::on_native("test")
            .args(["--test", "cli", "--", "--ignored", "probe::real_model"])
            .env("UNIROUTE_MODEL_SERVER", server)
            .env("UNIROUTE_MODEL", weights),
    )?;
    Ok(Ran::On(place::host()?))
}

/// Checks what needs no network, and the rest where cargo-deny is installed.
pub fn licences() -> Result<Ran> {
    let host = place::host()?;
    supply::check(&host.target)?;
    if process::find(&["cargo-deny"]).is_none() {
        let reason = "licences, sources and bans were checked; advisories not checked: cargo-deny is not \
                      installed (`cargo install cargo-deny`)";
        return Ok(Ran::Partly(host, reason.into()));
    }
    process::run(cargo::cargo().args(["deny", "check"]))?;
    Ok(Ran::On(host))
}

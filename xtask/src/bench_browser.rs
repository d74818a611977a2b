//! `cargo xtask bench browser`: the transformer against ONNX Runtime Web and transformers.js in one
//! Chromium page.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{
    chromium, files, minilm, package, process,
    toolchain::{TARGET, Toolchain},
    wasm::{Args as WasmArgs, Simd},
};

/// How long to measure.
#[derive(clap::Args)]
pub struct Args {
    /// Number of turns; the figures are their medians
    #[arg(long, default_value_t = 9)]
    rounds: usize,
}

/// Builds and fetches what the benchmark needs, measures, prints a table and writes the figures to
/// target/bench/browser.json.
pub fn run(args: &Args) -> Result<()> {
    let chrome =
        chromium::find()?.context("no Chromium found; install one or name it in CHROME")?;
    let node = process::find(&["node"]).context("Node is missing; install Node 20 or later")?;
    minilm::run(&minilm::Args::default())?;
    let peers = make_peers()?;
    package::build(&WasmArgs::default())?;
    let toolchain = Toolchain::find()?;
    let simd128 = build(&toolchain, Simd::Simd128)?;
    let relaxed = build(&toolchain, Simd::Relaxed)?;
    let folder = files::root().join("benches/browser");
    process::run(process::command("npm").current_dir(&folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]))?;
    let out = files::target().join("bench");
    std::fs::create_dir_all(&out)?;
    process::run(
        process::command(node)
            .arg(folder.join("main.mjs"))
            .env("BENCH_SIMD128", simd128)
            .env("BENCH_RELAXED", relaxed)
            .env("BENCH_WEIGHTS", minilm::quantised())
            .env("BENCH_PEERS", peers)
            .env("BENCH_ROUNDS", args.rounds.to_string())
            .env("BENCH_OUT", out.join("browser.json"))
            .env("CHROME", chrome),
    )
}

/// The encoder without bindings.
fn build(toolchain: &Toolchain, simd: Simd) -> Result<PathBuf> {
    let features = simd.target_features();
    let folder = format!(
        "bench-{}-{}",
        toolchain.name(),
        features.replace([',', '+'], "")
    );
    let folder = files::target().join("wasm").join(folder);
    let mut cargo = toolchain.cargo_rustc();
    cargo
        .args([
            "--locked",
            "--package",
            "browser-bench",
            "--profile",
            "wasm",
            "--target-dir",
        ])
        .arg(&folder)
        .env("RUSTFLAGS", format!("-Ctarget-feature={features}"));
    process::run(&mut cargo)?;
    Ok(folder.join(TARGET).join("wasm/browser_bench.wasm"))
}

/// The ONNX models. `benches/peers/make_onnx.py` makes them from the same weights, in a Python
/// environment of its own.
fn make_peers() -> Result<PathBuf> {
    let peers = files::target().join("peers");
    if peers.join("model_quantized.onnx").exists() {
        return Ok(peers);
    }
    let python = process::find(&["python3", "python"])
        .context("Python 3 is missing; it makes the ONNX peers")?;
    let scripts = files::root().join("benches/peers");
    let environment = files::target().join("peers-python");
    process::run(
        process::command(python)
            .args(["-m", "venv"])
            .arg(&environment),
    )?;
    let bin = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    process::run(
        process::command(bin.join("pip"))
            .args(["install", "--quiet", "-r"])
            .arg(scripts.join("requirements.txt")),
    )?;
    process::run(
        process::command(bin.join("python"))
            .arg(scripts.join("make_onnx.py"))
            .arg(minilm::folder())
            .arg(&peers),
    )?;
    Ok(peers)
}

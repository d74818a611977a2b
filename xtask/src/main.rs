//! The project's own tasks: `cargo xtask demo`, `cargo xtask test` and the steps of both.

mod apt;
mod architecture;
mod bench_browser;
mod bytes;
mod cargo;
mod chromium;
mod demo;
mod distil;
mod files;
mod fuzz;
mod local_model;
mod minilm;
mod package;
mod process;
mod release;
mod screenshots;
mod site;
mod size;
mod supply;
mod test;
mod toolchain;
mod wasm;
mod wheel;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, shows and tests uniroute")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page, serve it on this machine and open the browser
    Demo(demo::Args),
    /// Write the page as static files that work from any path of any static host
    Site(site::Args),
    /// Build the WebAssembly modules, their JavaScript glue and the other files of pkg/dist
    Wasm(wasm::Args),
    /// Make the npm package: the folder target/pkg, and a tarball in target
    Pkg,
    /// Run the checks and print which ones ran, and on what
    Test(test::Args),
    /// Feed every parser with made-up inputs, and report what breaks
    Fuzz(fuzz::Args),
    /// Check that modules use each other as ARCHITECTURE.md says
    Architecture(architecture::Args),
    /// List what a visitor downloads, from the page in target/site
    Size,
    /// Take pictures of every view of the page, at three widths, light and dark
    Screenshots(screenshots::Args),
    /// Fetch, verify and quantise the transformer's weights into target/minilm
    Minilm(minilm::Args),
    /// Make the static table again from the transformer and general text
    Distil(distil::Args),
    /// Check a release, or pack it
    #[command(subcommand)]
    Release(release::Step),
    /// Measure speed
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Subcommand)]
enum Bench {
    /// The transformer against ONNX Runtime Web and transformers.js, in Chromium
    Browser(bench_browser::Args),
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Demo(args) => demo::run(&args),
        Task::Site(args) => site::run(&args),
        Task::Wasm(args) => package::build(&args).map(|_| ()),
        Task::Pkg => package::tarball::run(),
        Task::Test(args) => test::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Architecture(args) => architecture::run(&args),
        Task::Size => size::run(),
        Task::Screenshots(args) => screenshots::run(&args),
        Task::Minilm(args) => minilm::run(&args),
        Task::Distil(args) => distil::run(&args),
        Task::Release(step) => release::run(&step),
        Task::Bench(Bench::Browser(args)) => bench_browser::run(&args),
    }
}

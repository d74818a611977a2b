//! `cargo xtask demo`: the page on this machine, in the browser.

use std::process::Command;

use anyhow::Result;

use crate::{cargo, minilm, site};

/// How to show the page.
#[derive(clap::Args)]
pub struct Args {
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Port to listen on; an error if it is in use [default: 8080 or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Leave out the transformer, whose weights are an 84 MB download the first time
    #[arg(long)]
    without_transformer: bool,
}

/// Builds the page and serves it with the project's command line, which replaces this process.
pub fn run(args: &Args) -> Result<()> {
    if !args.without_transformer {
        minilm::run_if_possible()?;
    }
    site::run(&site::Args::default())?;
    eprintln!("[xtask] building the command line");
    let mut serve = cargo::on_light_program("run");
    serve.args(["--", "serve", "--dir"]);
    serve.arg(site::default_folder());
    if args.no_open {
        serve.arg("--no-open");
    }
    if let Some(port) = args.port {
        serve.args(["--port", &port.to_string()]);
    }
    replace_process(serve)
}

#[cfg(unix)]
fn replace_process(mut command: Command) -> Result<()> {
    use anyhow::Context;
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn replace_process(mut command: Command) -> Result<()> {
    crate::process::run(&mut command)
}

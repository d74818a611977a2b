//! `cargo xtask screenshots`: pictures of the page, for people to check.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{cargo, chromium, files, package::npm, process, site};

/// Where to write the pictures.
#[derive(clap::Args)]
pub struct Args {
    /// Folder to write to [default: target/screenshots]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Takes every view at the width of a phone, a tablet and a desktop, light, dark and in forced colours.
pub fn run(args: &Args) -> Result<()> {
    let chrome =
        chromium::find()?.context("no Chromium found; install one or name it in CHROME")?;
    npm::require()?;
    site::run(&site::Args::default())?;
    process::run(&mut cargo::on_light_program("build"))?;
    let out = match &args.out {
        Some(out) => std::path::absolute(out)?,
        None => files::target().join("screenshots"),
    };
    process::run(
        process::command("node")
            .arg("tests/browser/screenshots.mjs")
            .env("CHROME", chrome)
            .env("SCREENSHOTS", out),
    )
}

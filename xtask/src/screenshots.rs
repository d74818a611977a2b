//! `cargo xtask screenshots`: pictures of the page, to be looked at.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{files, npm, process, site, test::chromium};

/// Where the pictures go.
#[derive(clap::Args)]
pub struct Args {
    /// Folder to write to [default: target/screenshots]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Every view at the width of a phone, a tablet and a desk, light and dark.
pub fn run(args: &Args) -> Result<()> {
    let chrome =
        chromium::find()?.context("no Chromium found; install one or name it in CHROME")?;
    npm::require()?;
    site::run(&site::Args::default())?;
    process::run(
        process::cargo()
            .args(["build", "--locked", "--package", "uniroute"])
            .args(["--no-default-features", "--features", "cli"]),
    )?;
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

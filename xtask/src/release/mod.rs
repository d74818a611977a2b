//! `cargo xtask release`: what a release needs, checked and packed, so that publishing only uploads.

mod assets;
mod check;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

/// Steps of a release.
#[derive(Subcommand)]
pub enum Step {
    /// Check that versions agree and that the packages could be published, without publishing
    Check {
        /// The tag of the release, v and the version
        #[arg(long)]
        tag: Option<String>,
    },
    /// Write the npm package, the extensions and the page as archives
    Assets {
        /// Folder for them
        #[arg(long, value_name = "DIR", default_value = "target/release-assets")]
        out: PathBuf,
    },
}

pub fn run(step: &Step) -> Result<()> {
    match step {
        Step::Check { tag } => check::run(tag.as_deref()),
        Step::Assets { out } => assets::run(out),
    }
}

pub use check::dry_run;

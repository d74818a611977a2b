//! What a run of the fuzz targets is given, and where its files are.

use std::path::PathBuf;

use crate::files;

/// Which targets to run, and for how long.
#[derive(clap::Args)]
pub struct Args {
    /// Minutes in all, shared evenly by the targets
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    pub minutes: f64,
    /// Only this target; may be given several times [default: all]
    #[arg(long = "target", value_name = "NAME")]
    pub targets: Vec<String>,
    /// Run one target on this file alone, to see a crash again
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// The same seed starts with the same inputs [default: another one each time]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub seed: u32,
    /// Seconds after which one input counts as a hang
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub hang: u32,
}

/// Where the builds, corpora, logs and crashes are.
pub fn folder() -> PathBuf {
    files::target().join("fuzz")
}

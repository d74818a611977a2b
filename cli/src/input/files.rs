//! Files: everything that opens one to read it.

use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Reads a whole file of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let file = fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

/// Reads a whole file of at most `limit` bytes, or `path.gz` in its place, whose content is limited so.
pub fn unpacked(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_text(path)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

/// Opens `path`, or `path.gz` in its place, for reading text.
pub fn open_text(path: &Path) -> Result<Box<dyn Read>> {
    let gz = PathBuf::from(format!("{}.gz", path.display()));
    let (path, packed) = match (path.exists(), gz.exists()) {
        (true, _) => (path, path.extension().is_some_and(|e| e == "gz")),
        (false, true) => (gz.as_path(), true),
        _ => bail!("cannot find {} or {}", path.display(), gz.display()),
    };
    let file = fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(match packed {
        true => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        false => Box::new(BufReader::new(file)),
    })
}

//! The page's files compressed beside themselves, for hosts that serve such files and compress nothing.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{bytes, files, process};

/// Endings of the compressed files.
const ENDINGS: [&str; 2] = ["gz", "br"];
/// A smaller file fits in one packet as it is.
const SMALLEST: usize = 1024;

/// Compresses the files that its arguments name with brotli at its best level.
const BROTLI: &str = "
const { readFileSync, writeFileSync } = require('node:fs');
const { brotliCompressSync, constants } = require('node:zlib');
for (const path of process.argv.slice(1)) {
  const file = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: file.length, [constants.BROTLI_PARAM_LGWIN]: 24 };
  writeFileSync(`${path}.br`, brotliCompressSync(file, { params }));
}";

/// Whether the file is the compressed form of another.
pub fn is_one(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// Writes `NAME.gz`, and `NAME.br` if Node is there, beside each of the files that is smaller that way.
pub fn write(site: &Path, paths: &[PathBuf]) -> Result<()> {
    let mut compressible = Vec::new();
    for path in paths {
        let path = site.join(path);
        let file = files::read(&path)?;
        let compressed = bytes::gzip(&file)?;
        if file.len() < SMALLEST || compressed.len() * 10 > file.len() * 9 {
            continue;
        }
        let mut beside = path.clone().into_os_string();
        beside.push(".gz");
        files::write_if_changed(Path::new(&beside), &compressed)?;
        compressible.push(path);
    }
    let also = match process::find(&["node"]) {
        Some(node) => {
            process::run(
                process::command(node)
                    .args(["-e", BROTLI, "--"])
                    .args(&compressible),
            )?;
            " and .br"
        }
        None => ", without .br, which needs Node",
    };
    let count = compressible.len();
    eprintln!("[xtask] {count} files also as .gz{also}");
    Ok(())
}

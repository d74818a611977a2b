//! The packages of npm that the page loads on demand (`vendor/package.json`): what is copied of them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{files, package::npm};

/// Where their files are on the page.
pub const FOLDER: &str = "vendor";

/// Files and folders below `vendor/node_modules`, with their places below [`FOLDER`]. Each package comes with
/// its licence.
const COPIED: [(&str, &str); 7] = [
    ("fzstd/esm/index.mjs", "fzstd.js"),
    ("fzstd/LICENSE", "fzstd-LICENSE.txt"),
    ("hyparquet/src", "hyparquet"),
    ("hyparquet/LICENSE", "hyparquet/LICENSE.txt"),
    (
        "hyparquet-compressors/src/gzip.js",
        "hyparquet-compressors/gzip.js",
    ),
    (
        "hyparquet-compressors/src/gzip.huffman.js",
        "hyparquet-compressors/gzip.huffman.js",
    ),
    (
        "hyparquet-compressors/LICENSE",
        "hyparquet-compressors/LICENSE.txt",
    ),
];

/// The path of each file on the page, with the file that it is made from; none where npm is missing or has no
/// network, so that the page then reads no Parquet and no packed logs.
pub fn parts() -> Result<Vec<(PathBuf, PathBuf)>> {
    let installed = npm::install_in("vendor");
    if !matches!(installed, Ok(Some(_))) {
        let problem = installed
            .err()
            .map_or("npm is missing".to_owned(), |e| e.to_string());
        eprintln!("[xtask] the page reads no Parquet and no packed logs: {problem}");
        return Ok(Vec::new());
    }
    let modules = files::root().join("vendor/node_modules");
    let mut parts = Vec::new();
    for (from, to) in COPIED {
        let (source, place) = (modules.join(from), Path::new(FOLDER).join(to));
        if source.is_dir() {
            for path in files::walk(&source)? {
                parts.push((place.join(&path), source.join(path)));
            }
        } else {
            parts.push((place, source));
        }
    }
    Ok(parts)
}

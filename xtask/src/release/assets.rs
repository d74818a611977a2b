//! The archives of a release that do not depend on the machine.

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{files, package::tarball, process, site};

/// Writes them to `out`, from the modules that were built before.
pub fn run(out: &Path) -> Result<()> {
    let out = files::root().join(out);
    fs::create_dir_all(&out)?;
    let tarball = tarball::pack()?;
    let name = tarball.file_name().context("the npm package has no name")?;
    fs::copy(&tarball, out.join(name))?;
    for (browser, folder) in extensions()? {
        archive(
            &folder,
            &out.join(format!("uniroute-extension-{browser}.zip")),
        )?;
    }
    site::write_default()?;
    archive(&site::default_folder(), &out.join("uniroute-page.zip"))
}

/// Builds the extension for each kind of browser.
fn extensions() -> Result<[(&'static str, PathBuf); 2]> {
    let source = files::root().join("examples/extension");
    let package = files::target().join("pkg");
    process::run(
        process::command("node")
            .arg("build.mjs")
            .arg(package)
            .current_dir(&source),
    )?;
    Ok(["chromium", "firefox"].map(|browser| (browser, source.join("dist").join(browser))))
}

/// Packs a folder. The same files make the same archive: the order is sorted, and times are left out.
fn archive(folder: &Path, to: &Path) -> Result<()> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for path in files::walk(folder)? {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        zip.start_file(parts.join("/"), SimpleFileOptions::default())?;
        zip.write_all(&files::read(&folder.join(&path))?)?;
    }
    files::write_if_changed(to, zip.finish()?.get_ref())?;
    eprintln!("[xtask] {}", files::shown(to));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use zip::ZipArchive;

    #[test]
    fn an_archive_has_every_file_of_the_folder_and_does_not_depend_on_the_time() {
        let folder = std::env::temp_dir().join(format!("uniroute-archive-{}", std::process::id()));
        let (one, two) = (
            folder.with_extension("1.zip"),
            folder.with_extension("2.zip"),
        );
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(folder.join("b.txt"), "b").unwrap();
        fs::write(folder.join("inner/a.txt"), "a").unwrap();
        archive(&folder, &one).unwrap();
        archive(&folder, &two).unwrap();
        let bytes = fs::read(&one).unwrap();
        assert_eq!(bytes, fs::read(&two).unwrap());
        let mut read = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(read.len(), 2);
        let mut text = String::new();
        read.by_name("inner/a.txt")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "a");
        for path in [one, two] {
            fs::remove_file(path).unwrap();
        }
        fs::remove_dir_all(folder).unwrap();
    }
}

//! The same source gives the same tarball: npm writes fixed times and a fixed order, `modes`
//! fixes the modes, and packing twice shows that nothing else differs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use super::tarball;
use crate::{bytes, files};

/// Packs again, from another folder, and compares with `tarball`.
pub fn check(tarball: &Path) -> Result<()> {
    let again = files::target().join("pkg-again");
    let second = tarball::pack_from(&again.join("pkg"), &again)?;
    let (first, second) = (files::read(tarball)?, files::read(&second)?);
    if first != second {
        let differing = difference(&files::target().join("pkg"), &again.join("pkg"))?;
        bail!(
            "packing twice gives two tarballs: {} and {}; {}",
            bytes::sha256(&first),
            bytes::sha256(&second),
            match differing {
                Some(path) => format!("{} differs", path.display()),
                None => "the files are the same, so their order, times or modes differ".into(),
            }
        );
    }
    eprintln!(
        "[xtask] packed twice, the same bytes: sha256 {}",
        bytes::sha256(&first)
    );
    fs::remove_dir_all(&again)?;
    Ok(())
}

/// The first file that one folder does not have, or not with the same bytes.
fn difference(first: &Path, second: &Path) -> Result<Option<PathBuf>> {
    let mut paths = files::walk(first)?;
    paths.extend(files::walk(second)?);
    let bytes = |folder: &Path, path: &Path| fs::read(folder.join(path)).ok();
    let differs = |path: &PathBuf| bytes(first, path) != bytes(second, path);
    Ok(paths.into_iter().find(differs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, content: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("uniroute-{name}-{}", std::process::id()));
        files::write_if_changed(&folder.join("a/same"), b"1").unwrap();
        files::write_if_changed(&folder.join("b"), content.as_bytes()).unwrap();
        folder
    }

    #[test]
    fn the_file_that_differs_or_is_missing_is_named() {
        let (first, second) = (folder("first", "1"), folder("second", "2"));
        assert_eq!(difference(&first, &first).unwrap(), None);
        assert_eq!(difference(&first, &second).unwrap(), Some("b".into()));
        fs::write(second.join("b"), "1").unwrap();
        fs::write(second.join("c"), "1").unwrap();
        assert_eq!(difference(&first, &second).unwrap(), Some("c".into()));
        for folder in [first, second] {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}

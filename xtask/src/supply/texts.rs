//! The licence texts in the sources of packages.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::module::{Key, Module, Part};
use crate::files;

/// A package with its licence texts.
pub struct Licensed {
    /// Its name and version.
    pub key: Key,
    /// Its licence expression.
    pub licence: String,
    /// The texts, in the order of their file names.
    pub texts: Vec<String>,
    /// The package whose texts these are, if its own source has none.
    pub lender: Option<Key>,
}

/// Reads the licence texts of all packages. One without a text gets those of a package with the same
/// licence, of the same authors if there is one.
pub fn collect(module: &Module) -> Result<Vec<Licensed>> {
    let mut found = Vec::new();
    for (key, part) in &module.parts {
        // This package has its licence files beside the notices.
        if *key != module.root {
            found.push((key, part, read(part)?));
        }
    }
    found
        .iter()
        .map(|(key, part, texts)| {
            let (texts, lender) = if texts.is_empty() {
                let (lender, texts) = lend(part, &found).with_context(|| {
                    format!(
                        "the source of {} {} has no licence text, and no other package has the licence `{}`",
                        key.0, key.1, part.licence
                    )
                })?;
                (texts.clone(), Some(lender.clone()))
            } else {
                (texts.clone(), None)
            };
            Ok(Licensed {
                key: (*key).clone(),
                licence: part.licence.clone(),
                texts,
                lender,
            })
        })
        .collect()
}

/// The first package with the same licence and the nearest address of its source.
fn lend<'a>(
    part: &Part,
    all: &'a [(&'a Key, &Part, Vec<String>)],
) -> Option<(&'a Key, &'a Vec<String>)> {
    let able = |(_, other, texts): &&(&Key, &Part, Vec<String>)| {
        !texts.is_empty() && other.licence == part.licence
    };
    // The first of the best ones, so the order of the packages decides.
    let best = all
        .iter()
        .filter(able)
        .rev()
        .max_by_key(|(_, other, _)| nearness(part, other))?;
    Some((best.0, &best.2))
}

/// How many steps of the address of the source are the same: host, owner, repository.
fn nearness(a: &Part, b: &Part) -> usize {
    let (Some(a), Some(b)) = (&a.repository, &b.repository) else {
        return 0;
    };
    let same = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b);
    same.count()
}

fn read(part: &Part) -> Result<Vec<String>> {
    let Some(folder) = &part.folder else {
        return Ok(Vec::new());
    };
    let mut names: Vec<PathBuf> = Vec::new();
    for entry in folder
        .read_dir()
        .with_context(|| format!("cannot list {}", files::shown(folder)))?
    {
        let path = entry?.path();
        if path.is_file() && is_legal(&path) {
            names.push(path);
        }
    }
    names.extend(part.license_file.iter().map(|file| folder.join(file)));
    names.sort();
    names.dedup();
    let texts = names.iter().map(|path| {
        let bytes = files::read(path)?;
        Ok(tidy(&String::from_utf8_lossy(&bytes)))
    });
    texts.collect()
}

fn is_legal(path: &Path) -> bool {
    const STARTS: [&str; 6] = [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "UNLICENSE",
    ];
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_uppercase();
    STARTS.iter().any(|start| name.starts_with(start)) && !name.ends_with(".RS")
}

/// The text without differences that nobody sees: line ends, spaces at the end of lines, empty lines
/// around it.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(licence: &str, repository: &str) -> Part {
        Part {
            licence: licence.into(),
            repository: Some(repository.into()),
            ..Part::default()
        }
    }

    #[test]
    fn texts_that_look_the_same_are_the_same() {
        assert_eq!(tidy("\r\nMIT  \r\n\r\n  text\r\n\r\n"), "MIT\n\n  text");
    }

    #[test]
    fn a_package_without_a_text_gets_that_of_the_same_repository_then_owner_then_licence() {
        let keys = ["a", "b", "c", "d"].map(|name| (name.to_owned(), String::new()));
        let parts = [
            part("MIT", "https://example.org/x/other"),
            part("MIT", "https://example.org/me/other"),
            part("MIT", "https://example.org/me/same/"),
            part("Zlib", "https://example.org/me/same"),
        ];
        let lender = |wanted: &Part, from: usize| {
            let all: Vec<_> = keys
                .iter()
                .zip(&parts)
                .map(|(k, p)| (k, p, vec![k.0.clone()]))
                .collect();
            lend(wanted, &all[..from]).map(|(key, _)| key.0.clone())
        };
        let wanted = part("MIT", "https://example.org/me/same");
        assert_eq!(lender(&wanted, 4).as_deref(), Some("c"));
        assert_eq!(lender(&wanted, 2).as_deref(), Some("b"));
        assert_eq!(lender(&wanted, 1).as_deref(), Some("a"));
        assert_eq!(lender(&part("ISC", "https://example.org/me/same"), 4), None);
    }

    #[test]
    fn licence_files_are_known_by_their_names() {
        for name in [
            "LICENSE-MIT",
            "license.md",
            "COPYING",
            "UNLICENSE",
            "NOTICE.txt",
        ] {
            assert!(is_legal(Path::new(name)), "{name}");
        }
        assert!(!is_legal(Path::new("license.rs")));
        assert!(!is_legal(Path::new("README.md")));
    }
}

//! The supply chain: what other people's work is in this project, under which licence, and from where.
//!
//! `cargo xtask test licences` checks the dependencies without a network. `cargo xtask pkg` writes two
//! files into the npm package: the notices for people, the bill of materials (SPDX) for programs.

mod check;
mod data;
mod date;
mod licences;
mod lock;
mod metadata;
mod module;
mod notices;
mod npm;
mod rules;
mod sbom;
mod texts;

use std::path::Path;

use anyhow::{Context, Result};

use self::{metadata::Metadata, module::Module, sbom::Contents};
use crate::{cargo, files, toolchain::Toolchain};

pub use self::check::run as check;

const NOTICES: &str = "NOTICES.txt";
const SBOM: &str = "sbom.spdx.json";

/// Writes the notices and the bill of materials of the WebAssembly modules to `folder`. The same
/// lock file and compiler give the same bytes.
pub fn write(folder: &Path) -> Result<()> {
    let metadata = Metadata::of_module()?;
    let package = metadata
        .member(cargo::LIBRARY)
        .context("cargo does not list the library")?;
    let compiler = Toolchain::find()?.version()?;
    let module = Module::new(&metadata, &lock::read(&files::root())?, &compiler)?;
    let notices = notices::render(&package.version, &texts::collect(&module)?);
    let sbom = sbom::document(&Contents {
        version: &package.version,
        module: &module,
        sources: &data::read()?,
        created: &date::of_build()?,
    });
    let sbom = format!("{}\n", serde_json::to_string_pretty(&sbom)?);
    files::write_if_changed(&folder.join(NOTICES), notices.as_bytes())?;
    files::write_if_changed(&folder.join(SBOM), sbom.as_bytes())?;
    eprintln!(
        "[xtask] {NOTICES} and {SBOM}: {} packages in the modules",
        module.parts.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, env, fs, process};

    use serde_json::Value;

    use super::*;
    use crate::{process as programs, toolchain};

    /// Writes both files to a folder of its own and reads them.
    fn written(run: usize) -> [String; 2] {
        let folder = env::temp_dir().join(format!("uniroute-supply-{run}-{}", process::id()));
        write(&folder).unwrap();
        let files = [NOTICES, SBOM].map(|name| fs::read_to_string(folder.join(name)).unwrap());
        fs::remove_dir_all(folder).unwrap();
        files
    }

    #[test]
    fn each_package_of_the_module_is_in_both_files_once_and_two_runs_give_the_same_bytes() {
        let files = written(1);
        assert_eq!(files, written(2));
        let [notices, sbom] = files;
        let sbom: Value = serde_json::from_str(&sbom).unwrap();
        let mut listed = BTreeMap::new();
        for package in sbom["packages"].as_array().unwrap() {
            let field = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
            if field("SPDXID").starts_with("SPDXRef-Crate-") {
                *listed
                    .entry((field("name"), field("versionInfo")))
                    .or_insert(0) += 1;
            }
        }
        // cargo's own list, without the tree.
        let mut tree = cargo::module_tree(toolchain::TARGET);
        let printed = programs::output(tree.args(["--prefix", "none", "--no-dedupe"])).unwrap();
        let mut expected = BTreeMap::new();
        for line in printed.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            expected.insert((words[0].to_owned(), words[1][1..].to_owned()), 1);
        }
        assert!(expected.len() > 50, "{}", expected.len());
        listed.retain(|(name, _), _| name != "rust-std");
        assert_eq!(listed, expected);
        for (name, version) in expected.keys().filter(|(name, _)| name != cargo::LIBRARY) {
            let start = format!("\n{name} {version}: ");
            assert_eq!(notices.matches(&start).count(), 1, "{name} {version}");
        }
    }
}

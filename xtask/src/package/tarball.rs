//! `cargo xtask pkg`: the npm package as people install it.
//!
//! `target/pkg` holds the package: the modules of `pkg/`, what `cargo xtask wasm` generated,
//! declarations made from the modules' own types, the licences, the notices and the bill of materials.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{dist, modes, npm};
use crate::{bytes, files, process, supply, wasm};

/// Largest tarball, in bytes.
const LIMIT: u64 = 2_000_000;
/// Entry points, for which declarations are made.
const ENTRIES: [&str; 11] = [
    "index.js",
    "node.js",
    "workerd.js",
    "worker.js",
    "tokens.js",
    "inline.js",
    "sensitive.js",
    "local.js",
    "ai.js",
    "openai.js",
    "langchain.js",
];
const LEGAL: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"];

/// Builds the modules and packs the package.
pub fn run() -> Result<()> {
    dist::build(&wasm::Args::default())?;
    pack().map(|_| ())
}

/// Packs what was built before. Returns the path of the tarball.
pub fn pack() -> Result<PathBuf> {
    npm::require()?;
    let tarball = pack_from(&files::target().join("pkg"), &files::target())?;
    let size = fs::metadata(&tarball)?.len();
    eprintln!(
        "[xtask] {}: {} bytes",
        files::shown(&tarball),
        bytes::grouped(size as usize)
    );
    if size > LIMIT {
        bail!(
            "the package is {} bytes; {} are allowed",
            bytes::grouped(size as usize),
            bytes::grouped(LIMIT as usize)
        );
    }
    Ok(tarball)
}

/// Fills `folder`, which then holds nothing else, and packs it into a tarball in `destination`.
pub fn pack_from(folder: &Path, destination: &Path) -> Result<PathBuf> {
    lay_out(folder)?;
    let mut npm = process::command("npm");
    npm.args(["pack", "--json", "--ignore-scripts", "--loglevel=error"])
        .arg("--pack-destination")
        .arg(destination)
        .current_dir(folder);
    let printed = process::output(&mut npm)?;
    let name = name_of(&printed).context("npm pack did not print the name of the tarball")?;
    Ok(destination.join(name))
}

fn lay_out(folder: &Path) -> Result<()> {
    let source = files::root().join("pkg");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for path in files::walk(&source)?
        .iter()
        .filter(|path| is_published(path))
    {
        let file = files::read(&source.join(path))?;
        files::write_if_changed(&folder.join(path), &without_dispose(path, file))?;
    }
    for name in LEGAL {
        files::write_if_changed(&folder.join(name), &files::read(&files::root().join(name))?)?;
    }
    process::run(&mut declarations(&source, folder)?)?;
    process::run(&mut single(&source, folder)?)?;
    supply::write(folder)?;
    modes::set(folder)
}

/// Whether the tarball has a file of `pkg/`. The transformer's module and weights are too large; a
/// page that uses them serves them itself. `single.js` is published as one bundled script.
fn is_published(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let large = name.contains("relaxed") || name.contains("minilm");
    !(large && name.starts_with("dist")) && path != Path::new("lib/single.js")
}

/// Removes the line with `Symbol.dispose` from wasm-bindgen's declarations: the type libraries of
/// most projects do not know it yet, and the class is not part of the package's interface.
fn without_dispose(path: &Path, file: Vec<u8>) -> Vec<u8> {
    if path != Path::new("dist/uniroute.d.ts") {
        return file;
    }
    let text = String::from_utf8_lossy(&file);
    let kept = text.lines().filter(|l| !l.contains("[Symbol.dispose]"));
    kept.collect::<Vec<_>>().join("\n").into_bytes()
}

fn declarations(source: &Path, out: &Path) -> Result<Command> {
    let mut tsc = npm::script("typescript/bin/tsc")?;
    tsc.args([
        "--allowJs",
        "--declaration",
        "--emitDeclarationOnly",
        "--strict",
    ])
    .args(["--target", "ES2023", "--lib", "ES2023,DOM,DOM.Iterable"])
    .args(["--module", "ESNext", "--moduleResolution", "Bundler"])
    .args(["--skipLibCheck", "--types", "node", "--typeRoots"])
    .arg(files::root().join("tests/node_modules/@types"))
    .arg("--rootDir")
    .arg(source)
    .arg("--outDir")
    .arg(out)
    .args(ENTRIES.map(|entry| source.join(entry)));
    Ok(tsc)
}

/// The package's code as one script, into which `uniroute/inline` puts the files.
fn single(source: &Path, out: &Path) -> Result<Command> {
    let mut esbuild = npm::script("esbuild/bin/esbuild")?;
    esbuild
        .arg(source.join("lib/single.js"))
        .args(["--bundle", "--format=esm", "--minify", "--target=es2022"])
        .args(["--log-level=warning"])
        .arg(format!(
            "--outfile={}",
            out.join("dist/single.js").display()
        ));
    Ok(esbuild)
}

/// The file name in what `npm pack --json` prints: a list, or in later versions an object by name.
fn name_of(printed: &str) -> Option<String> {
    let printed: Value = serde_json::from_str(printed).ok()?;
    let packed = match &printed {
        Value::Array(list) => list.first()?,
        Value::Object(map) if map.contains_key("filename") => &printed,
        Value::Object(map) => map.values().next()?,
        _ => return None,
    };
    Some(packed.get("filename")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_tarball_is_found_in_the_output_of_each_npm_version() {
        for printed in [
            r#"[{"filename": "uniroute-1.tgz"}]"#,
            r#"{"uniroute": {"filename": "uniroute-1.tgz"}}"#,
        ] {
            assert_eq!(name_of(printed).as_deref(), Some("uniroute-1.tgz"));
        }
        assert_eq!(name_of("[]"), None);
    }

    #[test]
    fn the_tarball_does_not_have_the_transformer() {
        assert!(is_published(Path::new("dist/uniroute_bg.wasm")));
        assert!(is_published(Path::new("lib/relaxed.js")));
        assert!(!is_published(Path::new("dist/uniroute_relaxed_bg.wasm")));
    }
}

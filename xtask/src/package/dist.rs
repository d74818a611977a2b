//! `pkg/dist`, the generated part of the npm package: the WebAssembly modules, the default router,
//! the pools and the types, with a list of hashes by which the package recognises its own files.

use std::{cmp::Reverse, ffi::OsStr, fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    bytes, files, minilm,
    wasm::{self, Built},
};

/// The pool that is used if none is named. It is listed first.
pub const DEFAULT_POOL: &str = "models-2026";

/// The list of the pools, beside them.
const POOL_INDEX: &str = "index.json";

/// The transformer's weights as the package has them; see `cargo xtask minilm`.
const WEIGHTS: &str = "minilm/weights.safetensors";

/// Builds the modules and completes the folder; quick if nothing changed.
pub fn build(args: &wasm::Args) -> Result<Built> {
    let built = wasm::build(args)?;
    assemble()?;
    Ok(built)
}

/// Copies what is committed in `assets/` to `pkg/dist`, with the transformer's weights if they were
/// made, and lists all of it in `files.js`.
fn assemble() -> Result<()> {
    remove_stale()?;
    let assets = files::root().join("assets");
    if assets.is_dir() {
        for path in files::walk(&assets)? {
            if is_for_users(&path) {
                let source = assets.join(&path);
                let bytes = files::read(&source)?;
                let bytes = match path.extension().and_then(OsStr::to_str) {
                    Some("json") => without_white_space(&source, &bytes)?,
                    _ => bytes,
                };
                files::write_if_changed(&wasm::folder().join(&path), &bytes)?;
            }
        }
    }
    if minilm::quantised().is_file() {
        let weights = files::read(&minilm::quantised())?;
        files::write_if_changed(&wasm::folder().join(WEIGHTS), &weights)?;
    }
    write_pool_index()?;
    write_list()
}

/// A JSON file as the package ships it: indentation is for readers of the source.
fn without_white_space(path: &Path, json: &[u8]) -> Result<Vec<u8>> {
    let value: Value = serde_json::from_slice(json)
        .with_context(|| format!("{} is not JSON", files::shown(path)))?;
    Ok(serde_json::to_vec(&value)?)
}

/// Lists the pools that the page offers, the latest first, with the name, description and date that each
/// one states, and whether it fits every embedder.
fn write_pool_index() -> Result<()> {
    let pools = wasm::folder().join("pools");
    if !pools.is_dir() {
        return Ok(());
    }
    let mut listed = Vec::new();
    // The list of the former build lies there, too; it is no pool.
    let files = files::walk(&pools)?.into_iter();
    for file in files.filter(|file| file != Path::new(POOL_INDEX)) {
        let id = file.with_extension("").to_string_lossy().into_owned();
        let path = pools.join(&file);
        let pool: Value = serde_json::from_slice(&files::read(&path)?)
            .with_context(|| format!("{} is not JSON", files::shown(&path)))?;
        let text = |key: &str| pool.get(key).and_then(Value::as_str).unwrap_or_default();
        let portable = !wasm::folder().join("minilm/pools").join(&file).is_file();
        let date = text("as_of").to_owned();
        let entry = json!({"id": id, "file": file, "name": text("name"), "description": text("description"), "asOf": date, "portable": portable});
        listed.push((id != DEFAULT_POOL, Reverse(date), id, entry));
    }
    listed.sort_by(|a, b| (a.0, &a.1, &a.2).cmp(&(b.0, &b.1, &b.2)));
    let entries: Vec<Value> = listed.into_iter().map(|(_, _, _, entry)| entry).collect();
    let index = json!({"pools": entries}).to_string();
    files::write_if_changed(&pools.join(POOL_INDEX), index.as_bytes())?;
    Ok(())
}

/// Whether the package needs a file of `assets/`. The static table is inside the default router, and the
/// notes are for readers of the source.
fn is_for_users(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    !matches!(extension, Some("md" | "safetensors"))
}

fn write_list() -> Result<()> {
    let dist = wasm::folder();
    let mut lines = String::new();
    for path in files::walk(&dist)? {
        let extension = path.extension().and_then(OsStr::to_str);
        if matches!(extension, Some("js" | "ts") | None) {
            continue;
        }
        let file = files::read(&dist.join(&path))?;
        let name = path.to_string_lossy().replace('\\', "/");
        let entry = json!({"bytes": file.len(), "sha256": bytes::sha256(&file)});
        writeln!(lines, "  {}: {entry},", json!(name))?;
    }
    let script = format!(
        "// Made by `cargo xtask wasm`: the files this package was published with.\nexport const files = {{\n{lines}}};\n"
    );
    let types =
        "export const files: Record<string, { bytes: number; sha256: string } | undefined>;\n";
    files::write_if_changed(&dist.join("files.js"), script.as_bytes())?;
    files::write_if_changed(&dist.join("files.d.ts"), types.as_bytes())?;
    Ok(())
}

/// Removes each file that none of wasm-bindgen, `assets/` and this module puts there.
fn remove_stale() -> Result<()> {
    let (dist, assets) = (wasm::folder(), files::root().join("assets"));
    if !dist.is_dir() {
        return Ok(());
    }
    for path in files::walk(&dist)? {
        let top = path.parent() == Some(Path::new(""));
        let generated = path == Path::new("pools").join(POOL_INDEX)
            || (top && path.to_string_lossy().starts_with("uniroute"));
        let copied = is_for_users(&path) && assets.join(&path).is_file();
        let quantised = path == Path::new(WEIGHTS) && minilm::quantised().is_file();
        if !generated && !copied && !quantised {
            fs::remove_file(dist.join(&path))?;
        }
    }
    Ok(())
}

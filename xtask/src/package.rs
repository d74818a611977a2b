//! Completes the npm package: next to the module go the default router, the pools and the types,
//! with a list of hashes by which the package recognises its own files.

use std::{ffi::OsStr, fmt::Write, fs, path::Path};

use anyhow::Result;
use serde_json::json;

use crate::{files, wasm};

/// Puts what is committed in `assets/` into `pkg/dist` and lists it in `files.js`.
pub fn assemble() -> Result<()> {
    forget_stale()?;
    let assets = files::root().join("assets");
    if assets.is_dir() {
        for path in files::walk(&assets)? {
            if is_for_users(&path) {
                files::write_if_changed(
                    &wasm::dist().join(&path),
                    &files::read(&assets.join(&path))?,
                )?;
            }
        }
    }
    write_list()
}

/// The table is inside the default router already, and provenance is for readers of the source.
fn is_for_users(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    !matches!(extension, Some("md" | "safetensors"))
}

fn write_list() -> Result<()> {
    let dist = wasm::dist();
    let mut lines = String::new();
    for path in files::walk(&dist)? {
        let extension = path.extension().and_then(OsStr::to_str);
        if matches!(extension, Some("js" | "ts") | None) {
            continue;
        }
        let bytes = files::read(&dist.join(&path))?;
        let name = path.to_string_lossy().replace('\\', "/");
        let entry = json!({"bytes": bytes.len(), "sha256": files::sha256(&bytes)});
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

/// Removes what neither wasm-bindgen nor `assets/` put there.
fn forget_stale() -> Result<()> {
    let (dist, assets) = (wasm::dist(), files::root().join("assets"));
    if !dist.is_dir() {
        return Ok(());
    }
    for path in files::walk(&dist)? {
        let generated =
            path.parent() == Some(Path::new("")) && path.to_string_lossy().starts_with("uniroute");
        let copied = is_for_users(&path) && assets.join(&path).is_file();
        if !generated && !copied {
            fs::remove_file(dist.join(&path))?;
        }
    }
    Ok(())
}

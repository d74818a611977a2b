//! The list of files that the page's service worker stores, so that the page works offline and all of
//! its files have the same version.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;

use crate::bytes;

/// Name of the list, in the folder of `sw.js`.
pub const LIST: &str = "sw-files.js";

/// Name and hash of each file, added while the page is written.
#[derive(Default)]
pub struct Files {
    /// Files that the service worker fetches when it is installed.
    first: BTreeMap<String, String>,
    /// Files that it stores when the page first requests them.
    later: BTreeMap<String, String>,
}

impl Files {
    /// Adds a file if the service worker should store it.
    pub fn add(&mut self, path: &Path, file: &[u8]) {
        let name = path.to_string_lossy().replace('\\', "/");
        if !is_stored(&name) {
            return;
        }
        let list = match is_loaded_on_demand(&name) {
            true => &mut self.later,
            false => &mut self.first,
        };
        list.insert(name, bytes::sha256(file));
    }

    /// The list as a script. Its version is the hash of all names and hashes, so that each changed
    /// byte gives a new version.
    pub fn script(&self) -> String {
        let all: String = self
            .first
            .iter()
            .chain(&self.later)
            .map(|(name, hash)| format!("{name} {hash}\n"))
            .collect();
        let version = bytes::sha256(all.as_bytes());
        let list = json!({"version": version, "files": self.first, "later": self.later});
        format!("self.UNIROUTE_SITE = {list};\n")
    }
}

/// Whether the service worker stores a file. The browser itself updates the worker, and the package
/// stores the transformer's weights, which outlive a version of the page.
fn is_stored(name: &str) -> bool {
    name != "sw.js" && name != LIST && !name.ends_with(".safetensors")
}

/// Whether few visits need a file: those with the transformer, and those with packed files.
fn is_loaded_on_demand(name: &str) -> bool {
    let is_for_the_transformer =
        name.contains("/minilm/") || name.contains("_minilm") || name.contains("_relaxed");
    is_for_the_transformer || name.starts_with("vendor/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_gives_a_new_version_and_the_worker_does_not_store_itself() {
        let of = |bytes: &[u8]| {
            let mut files = Files::default();
            files.add(Path::new("js/app.js"), bytes);
            files.add(Path::new("sw.js"), bytes);
            files.script()
        };
        assert!(of(b"a").contains("js/app.js") && !of(b"a").contains("sw.js"));
        assert_ne!(of(b"a"), of(b"b"));
        assert_eq!(of(b"a"), of(b"a"));
    }

    #[test]
    fn what_only_the_transformer_needs_is_stored_on_request_and_its_weights_are_not_listed() {
        let mut files = Files::default();
        for name in [
            "index.html",
            "uniroute/dist/uniroute_relaxed_bg.wasm",
            "uniroute/dist/uniroute_minilm_bg.wasm",
            "uniroute/dist/minilm/default.router",
            "uniroute/dist/minilm/weights.safetensors",
        ] {
            files.add(Path::new(name), b"a");
        }
        assert_eq!(files.first.len(), 1);
        assert_eq!(files.later.len(), 3);
    }
}

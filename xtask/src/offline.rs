//! The list by which the page's service worker keeps the page, whole and in one version.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;

use crate::files;

/// Name of the list beside `sw.js`.
pub const LIST: &str = "sw-files.js";

/// Name and hash of each file, as they gather while the page is written.
#[derive(Default)]
pub struct Files {
    /// What the service worker fetches when it is installed.
    first: BTreeMap<String, String>,
    /// What it keeps once somebody has asked for it.
    later: BTreeMap<String, String>,
}

impl Files {
    /// Notes a file, if the service worker should keep it.
    pub fn add(&mut self, path: &Path, bytes: &[u8]) {
        let name = path.to_string_lossy().replace('\\', "/");
        if !is_kept(&name) {
            return;
        }
        let list = match is_for_the_transformer(&name) {
            true => &mut self.later,
            false => &mut self.first,
        };
        list.insert(name, files::sha256(bytes));
    }

    /// The list as a script. Its version is the hash of all names and hashes, so that a change of
    /// any byte is a new version.
    pub fn script(&self) -> String {
        let all: String = self
            .first
            .iter()
            .chain(&self.later)
            .map(|(name, hash)| format!("{name} {hash}\n"))
            .collect();
        let version = files::sha256(all.as_bytes());
        let list = json!({"version": version, "files": self.first, "later": self.later});
        format!("self.UNIROUTE_SITE = {list};\n")
    }
}

/// The browser itself looks for new versions of the worker; the transformer's weights are kept by
/// whoever asked for them, over more than one version of the page.
fn is_kept(name: &str) -> bool {
    name != "sw.js" && name != LIST && !name.ends_with(".safetensors")
}

/// What nobody needs who never asks for the transformer.
fn is_for_the_transformer(name: &str) -> bool {
    name.contains("/minilm/") || name.contains("_relaxed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_is_a_new_version_and_the_worker_does_not_keep_itself() {
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
    fn what_only_the_transformer_needs_is_kept_when_asked_for_and_its_weights_elsewhere() {
        let mut files = Files::default();
        for name in [
            "index.html",
            "uniroute/dist/uniroute_relaxed_bg.wasm",
            "uniroute/dist/minilm/default.router",
            "uniroute/dist/minilm/weights.safetensors",
        ] {
            files.add(Path::new(name), b"a");
        }
        assert_eq!(files.first.len(), 1);
        assert_eq!(files.later.len(), 2);
    }
}

//! The list by which the page's service worker keeps the page, whole and in one version.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use crate::files;

/// Name of the list beside `sw.js`.
pub const LIST: &str = "sw-files.js";

/// Name and hash of each file, as they gather while the page is written.
#[derive(Default)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// Notes a file, if the service worker should keep it.
    pub fn add(&mut self, path: &Path, bytes: &[u8]) {
        let name = path.to_string_lossy().replace('\\', "/");
        if is_kept(&name) {
            self.0.insert(name, files::sha256(bytes));
        }
    }

    /// The list as a script. Its version is the hash of all names and hashes, so that a change of
    /// any byte is a new version.
    pub fn script(&self) -> String {
        let all: String = self
            .0
            .iter()
            .map(|(name, hash)| format!("{name} {hash}\n"))
            .collect();
        let version = files::sha256(all.as_bytes());
        let files: Value = json!(self.0);
        format!(
            "self.UNIROUTE_SITE = {};\n",
            json!({"version": version, "files": files})
        )
    }
}

/// The browser itself looks for new versions of the worker; the transformer is large, fetched when
/// asked for and kept by whoever asked.
fn is_kept(name: &str) -> bool {
    name != "sw.js" && name != LIST && !name.contains("minilm")
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
}

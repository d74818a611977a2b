//! Files of the page in memory, so that many slow readers of a large file share one copy, and its hash
//! is computed once.

use std::{
    collections::HashMap,
    fs::Metadata,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use axum::body::Bytes;
use sha2::{Digest, Sha256};

/// Most bytes that are kept.
const MOST: u64 = 256 << 20;

/// A file with the beginning of its SHA-256.
#[derive(Clone)]
pub struct Content {
    pub bytes: Bytes,
    /// 24 hexadecimal digits.
    pub hash: String,
}

impl Content {
    pub fn new(bytes: Bytes) -> Self {
        let digits = Sha256::digest(&bytes).into_iter().take(12);
        let hash = digits.map(|byte| format!("{byte:02x}")).collect();
        Self { bytes, hash }
    }
}

/// The files that were read, by path. One that has changed since is read again.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<PathBuf, (Stamp, Content)>>);

/// Changes with the file.
#[derive(PartialEq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Cache {
    /// The content of a file, with `read` if it is not there.
    pub fn get(
        &self,
        path: &Path,
        about: &Metadata,
        read: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> io::Result<Content> {
        let stamp = Stamp {
            length: about.len(),
            modified: about.modified().ok(),
        };
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, content)) = files.get(path)
            && *known == stamp
        {
            return Ok(content.clone());
        }
        let content = Content::new(read()?.into());
        let kept: u64 = files.values().map(|(stamp, _)| stamp.length).sum();
        if kept + stamp.length > MOST {
            files.clear();
        }
        files.insert(path.to_owned(), (stamp, content.clone()));
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_until_it_changes() {
        let path = std::env::temp_dir().join(format!("uniroute-cache-{}", std::process::id()));
        let cache = Cache::default();
        let get = |reads: &mut u32| {
            let about = std::fs::metadata(&path).unwrap();
            let read = || {
                *reads += 1;
                std::fs::read(&path)
            };
            cache.get(&path, &about, read).unwrap()
        };
        let mut reads = 0;
        std::fs::write(&path, "one").unwrap();
        let (first, second) = (get(&mut reads), get(&mut reads));
        assert_eq!(
            (reads, &first.bytes, &first.hash),
            (1, &second.bytes, &second.hash)
        );
        std::fs::write(&path, "three").unwrap();
        let third = get(&mut reads);
        assert_eq!((reads, &third.bytes[..]), (2, &b"three"[..]));
        assert_ne!(third.hash, first.hash);
        std::fs::remove_file(path).unwrap();
    }
}

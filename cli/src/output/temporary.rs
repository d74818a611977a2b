//! Temporary files, which end with the program however it ends.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// Names that are tried before giving up: one is enough unless somebody guesses 128 random bits.
const TRIES: usize = 4;

/// The temporary files that there are, for the case that the program is interrupted.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A new file in a folder. It is removed when this is dropped, unless it was renamed.
pub struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    /// Makes an empty file with a name that nobody can foresee. A `private` one can be read by its
    /// owner only; others have the mode that new files have.
    pub fn create(folder: &Path, private: bool) -> io::Result<Self> {
        static WATCH: Once = Once::new();
        // Without the watch, an interrupted program leaves the file.
        WATCH.call_once(|| drop(interrupt::watch()));
        let mut options = OpenOptions::new();
        // Not through a link or into a file that somebody made before.
        options.write(true).create_new(true);
        #[cfg(unix)]
        if private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = private;
        let mut paths = paths();
        for _ in 0..TRIES {
            let path = folder.join(format!(".uniroute-{:016x}{:016x}", random(), random()));
            match options.open(&path) {
                Ok(file) => {
                    paths.push(path.clone());
                    return Ok(Self { path, file });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the file its place; what was there is replaced.
    pub fn rename(self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut paths = paths();
        // After a rename there is nothing of this name.
        let _ = fs::remove_file(&self.path);
        paths.retain(|path| *path != self.path);
    }
}

fn paths() -> MutexGuard<'static, Vec<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 64 random bits: the standard library seeds each hasher from the operating system.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(unix)]
mod interrupt {
    use super::{fs, io, paths};
    use std::process;
    use std::thread;
    use tokio::runtime;
    use tokio::signal::unix::{SignalKind, signal};

    /// What a shell reports of a program that a signal ended, less the signal's number.
    const ENDED_BY_SIGNAL: i32 = 128;

    /// From now on, an interrupted program removes its temporary files before it ends.
    pub fn watch() -> io::Result<()> {
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let (mut interrupted, mut terminated) = {
            let _context = runtime.enter();
            let of = |kind| signal(kind);
            (of(SignalKind::interrupt())?, of(SignalKind::terminate())?)
        };
        thread::Builder::new().spawn(move || {
            let kind = runtime.block_on(async {
                tokio::select! {
                    _ = interrupted.recv() => SignalKind::interrupt(),
                    _ = terminated.recv() => SignalKind::terminate(),
                }
            });
            // The lock is kept, so that no other file is made.
            let paths = paths();
            for path in paths.iter() {
                let _ = fs::remove_file(path);
            }
            process::exit(ENDED_BY_SIGNAL + kind.as_raw_value());
        })?;
        Ok(())
    }
}

#[cfg(not(unix))]
mod interrupt {
    /// Nothing: the system has no such signals.
    pub fn watch() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_file_is_gone_when_it_is_dropped_and_its_name_cannot_be_foreseen() {
        let folder = std::env::temp_dir();
        let (a, b) = (
            Temporary::create(&folder, true).unwrap(),
            Temporary::create(&folder, true).unwrap(),
        );
        let (a_path, b_path) = (a.path.clone(), b.path.clone());
        assert_ne!(a_path, b_path);
        assert!(a_path.exists() && paths().contains(&a_path));
        drop((a, b));
        assert!(!a_path.exists() && !b_path.exists() && !paths().contains(&a_path));
    }
}

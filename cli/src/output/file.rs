//! Writing files: whole or not at all, into whatever is at the path.

use super::temporary::Temporary;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Symbolic links in a row that are followed, as many as Linux follows.
const MAX_LINKS: usize = 40;

/// Writes a file; see [`Output`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut output = Output::create(path)?;
    output.write_all(bytes).with_context(|| failed(path))?;
    output.commit()
}

/// A file that is written. A regular file is replaced at the end, so that no reader sees a part of it, and a
/// full disk or an interrupted program leaves the old one; it keeps its mode and its owner, and a link to it
/// stays a link. A device or a pipe is written to.
pub struct Output {
    path: PathBuf,
    into: Destination,
}

enum Destination {
    Replaced {
        temporary: Temporary,
        target: PathBuf,
    },
    Passed(File),
}

impl Output {
    /// Prepares to write into what is at the path.
    pub fn create(path: &Path) -> Result<Self> {
        let target = target(path).with_context(|| format!("cannot write {}", path.display()))?;
        let into = match fs::metadata(&target) {
            Ok(found) if found.is_dir() => {
                bail!("{} is a folder; name a file in it", path.display())
            }
            Ok(found) if found.is_file() => replaced(target, Some(&found)),
            Ok(_) => OpenOptions::new()
                .write(true)
                .open(&target)
                .map(Destination::Passed),
            Err(error) if error.kind() == ErrorKind::NotFound => replaced(target, None),
            Err(error) => Err(error),
        };
        Ok(Self {
            into: into.with_context(|| failed(path))?,
            path: path.to_owned(),
        })
    }

    /// Gives the file its place. Without this, everything stays as it was.
    pub fn commit(self) -> Result<()> {
        let done = match self.into {
            Destination::Passed(mut file) => file.flush(),
            Destination::Replaced {
                mut temporary,
                target,
            } => temporary
                .file()
                .sync_all()
                .and_then(|()| temporary.rename(&target)),
        };
        done.with_context(|| failed(&self.path))
    }

    fn file(&mut self) -> &mut File {
        match &mut self.into {
            Destination::Passed(file) => file,
            Destination::Replaced { temporary, .. } => temporary.file(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

fn failed(path: &Path) -> String {
    format!(
        "cannot write {}; does the folder exist, and is there room?",
        path.display()
    )
}

/// A temporary file in the same folder, which replaces the one that is there.
fn replaced(target: PathBuf, old: Option<&Metadata>) -> io::Result<Destination> {
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty());
    let mut temporary = Temporary::create(folder.unwrap_or(Path::new(".")), old.is_some())?;
    if let Some(old) = old {
        // Fails for a file that must not be written.
        OpenOptions::new().write(true).open(&target)?;
        keep_owner_and_mode(temporary.file(), old)?;
    }
    Ok(Destination::Replaced { temporary, target })
}

/// Where symbolic links lead, if there is a file or not.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        // A path that is no link, or names nothing.
        let Ok(next) = fs::read_link(&path) else {
            return Ok(path);
        };
        // What the links of /proc say of pipes is no path.
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Ok(path);
        }
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Owner first: a change of it may clear bits of the mode.
fn keep_owner_and_mode(file: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            fchown(file, Some(old.uid()), Some(old.gid())).map_err(|error| {
                let text = format!(
                    "the file is of another user or group, and its owner cannot be kept ({error}); \
                     name another file"
                );
                io::Error::new(error.kind(), text)
            })?;
        }
    }
    file.set_permissions(old.permissions())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn folder(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("uniroute-file-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn links_stay_and_mode_and_content_are_those_of_one_file() {
        let dir = folder("links");
        fs::create_dir(dir.join("real")).unwrap();
        fs::write(dir.join("real/a"), "old").unwrap();
        fs::set_permissions(dir.join("real/a"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real/a", dir.join("link")).unwrap();
        symlink("real/new", dir.join("dangling")).unwrap();
        write(&dir.join("link"), b"new").unwrap();
        write(&dir.join("dangling"), b"made").unwrap();
        assert_eq!(names(&dir), ["dangling", "link", "real"]);
        assert!(dir.join("link").is_symlink() && dir.join("dangling").is_symlink());
        assert_eq!(fs::read(dir.join("real/a")).unwrap(), b"new");
        assert_eq!(fs::read(dir.join("real/new")).unwrap(), b"made");
        let mode = fs::metadata(dir.join("real/a")).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o640, "{mode:o}");
        // As the umask says, which a file made in the usual way shows.
        fs::write(dir.join("usual"), "").unwrap();
        let mode = |name: &str| fs::metadata(dir.join(name)).unwrap().mode();
        assert_eq!(mode("real/new"), mode("usual"));
        symlink("round", dir.join("round")).unwrap();
        assert!(write(&dir.join("round"), b"").is_err());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn devices_and_pipes_are_written_to_and_stay() {
        let dir = folder("devices");
        let pipe = dir.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        write(&pipe, b"through").unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        symlink("/dev/null", dir.join("null")).unwrap();
        write(&dir.join("null"), b"away").unwrap();
        assert_eq!(names(&dir), ["null", "pipe"]);
        for device in ["/dev/null", "/dev/full"] {
            use std::os::unix::fs::FileTypeExt;
            let _ = write(Path::new(device), b"x");
            assert!(fs::metadata(device).unwrap().file_type().is_char_device());
        }
        if Path::new("/dev/full").exists() {
            assert!(write(Path::new("/dev/full"), b"x").is_err());
        }
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_cannot_be_written_leaves_everything_as_it_was() {
        let dir = folder("refused");
        fs::create_dir(dir.join("folder")).unwrap();
        let error = write(&dir.join("folder"), b"x").unwrap_err().to_string();
        assert!(error.contains("is a folder"), "{error}");
        assert!(write(&dir.join("no/such/file"), b"x").is_err());
        assert_eq!(names(&dir), ["folder"]);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn several_writers_leave_one_whole_file() {
        let dir = folder("several");
        let path = dir.join("file");
        let contents: Vec<Vec<u8>> = (b'a'..b'i').map(|c| vec![c; 100_000]).collect();
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| (0..5).for_each(|_| write(&path, content).unwrap()));
            }
        });
        assert!(contents.contains(&fs::read(&path).unwrap()));
        assert_eq!(names(&dir), ["file"]);
        fs::remove_dir_all(dir).unwrap();
    }
}

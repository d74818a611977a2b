//! The files of the page.

use std::{
    fs::File,
    io::{self, ErrorKind, Read as _},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
#[cfg(feature = "page")]
use axum::body::Bytes;

use super::cache::{Cache, Content};

/// Where the page's files come from.
pub enum Page {
    /// The canonical path of a folder, and what was read from it.
    Folder(PathBuf, Cache),
    #[cfg(feature = "page")]
    Embedded,
}

/// The list of the page's files, as `cargo xtask site` writes it.
#[cfg(feature = "page")]
mod embedded {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site.rs"));
}

/// Most bytes of a file that is served.
pub const MAX_FILE: u64 = 64 << 20;

/// What is at the path of a request.
pub enum Found {
    File {
        path: String,
        content: Content,
    },
    Folder,
    Nothing,
    TooLarge,
    /// A file that could not be read, as when descriptors have run out.
    Failed,
}

impl Page {
    /// The page in the folder, or without one the page inside this program.
    pub fn find(dir: Option<&Path>) -> Result<Self> {
        match dir {
            Some(dir) if dir.is_dir() => {
                let root = dir.canonicalize();
                let root = root.with_context(|| format!("cannot open {}", dir.display()))?;
                Ok(Self::Folder(root, Cache::default()))
            }
            Some(dir) => bail!(
                "{} is not a folder; `cargo xtask site` writes one",
                dir.display()
            ),
            #[cfg(feature = "page")]
            None => Ok(Self::Embedded),
            #[cfg(not(feature = "page"))]
            None => bail!(
                "this program was built without the page. Run `cargo xtask site` and name its folder with \
                 --dir target/site, or build the program after it with `--features page`"
            ),
        }
    }

    /// The file at the path of a request. Paths with `..`, a root or hidden names lead to nothing, and
    /// so do links that lead out of the folder.
    pub fn get(&self, request_path: &str) -> Found {
        let relative = request_path.strip_prefix('/').unwrap_or(request_path);
        if !is_plain(Path::new(relative)) || relative.contains("//") || relative.contains('\\') {
            return Found::Nothing;
        }
        let mut path = relative.to_string();
        if path.is_empty() || path.ends_with('/') {
            path.push_str("index.html");
        }
        match self {
            Self::Folder(root, cache) => in_folder(root, cache, path),
            #[cfg(feature = "page")]
            Self::Embedded => match embedded::FILES.iter().find(|(name, _)| *name == path) {
                Some((_, bytes)) => Found::File {
                    path,
                    content: Content::new(Bytes::from_static(bytes)),
                },
                None => Found::Nothing,
            },
        }
    }
}

/// Whether a path goes down only, and through no hidden name.
fn is_plain(path: &Path) -> bool {
    path.components().all(|part| match part {
        Component::Normal(name) => !name.as_encoded_bytes().starts_with(b"."),
        _ => false,
    })
}

fn in_folder(root: &Path, cache: &Cache, path: String) -> Found {
    // Without links: what is compared here is what is opened.
    let Ok(real) = root.join(&path).canonicalize() else {
        return Found::Nothing;
    };
    if !real.strip_prefix(root).is_ok_and(is_plain) {
        return Found::Nothing;
    }
    match open(&real).and_then(|file| read(file, &real, cache)) {
        Ok(found) => match found {
            Read::Content(content) => Found::File { path, content },
            Read::TooLarge => Found::TooLarge,
            // A device, a pipe or a socket is not part of a page.
            Read::NotFile => Found::Nothing,
        },
        Err(_) if real.is_dir() => Found::Folder,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Found::Nothing,
        Err(_) if !real.is_file() => Found::Nothing,
        Err(_) => Found::Failed,
    }
}

/// Opens a file without waiting, as opening a pipe would, and without following a link that was put in
/// its place.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
        // The flags of the system are few and small.
        let flags = i32::try_from(flags.bits()).unwrap_or(0);
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.open(path)
}

/// What an open file is.
enum Read {
    Content(Content),
    TooLarge,
    NotFile,
}

fn read(file: File, path: &Path, cache: &Cache) -> io::Result<Read> {
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !about.is_file() {
        return Ok(Read::NotFile);
    }
    if about.len() > MAX_FILE {
        return Ok(Read::TooLarge);
    }
    let content = cache.get(path, &about, || {
        let mut bytes = Vec::new();
        // Not more if the file has grown meanwhile.
        file.take(about.len()).read_to_end(&mut bytes)?;
        Ok(bytes)
    })?;
    Ok(Read::Content(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder with a page in it, and a secret beside it.
    fn page(name: &str) -> (PathBuf, Page) {
        let root =
            std::env::temp_dir().join(format!("uniroute-serve-{name}-{}", std::process::id()));
        let site = root.join("site");
        fs::create_dir_all(site.join("js")).unwrap();
        fs::write(root.join("secret"), "secret").unwrap();
        fs::write(site.join("index.html"), "page").unwrap();
        fs::write(site.join("js/app.js"), "script").unwrap();
        fs::write(site.join(".hidden"), "hidden").unwrap();
        let page = Page::find(Some(&site)).unwrap();
        (root, page)
    }

    fn body(page: &Page, path: &str) -> Option<String> {
        match page.get(path) {
            Found::File { content, .. } => String::from_utf8(content.bytes.to_vec()).ok(),
            Found::Folder => Some("(folder)".into()),
            Found::TooLarge => Some("(too large)".into()),
            Found::Failed => Some("(failed)".into()),
            Found::Nothing => None,
        }
    }

    #[test]
    fn a_path_leads_to_its_file_and_a_folder_to_its_index() {
        let (root, page) = page("files");
        assert_eq!(body(&page, "/").as_deref(), Some("page"));
        assert_eq!(body(&page, "/js/app.js").as_deref(), Some("script"));
        assert_eq!(body(&page, "/js").as_deref(), Some("(folder)"));
        assert_eq!(body(&page, "/js/"), None);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn no_path_leads_out_of_the_folder_or_to_hidden_files() {
        let (root, page) = page("outside");
        let absolute = format!("/{}", root.join("secret").display());
        for path in [
            "/../secret",
            "/js/../../secret",
            "/..\\secret",
            "/.hidden",
            "/./index.html",
            &absolute,
            "//etc/hostname",
        ] {
            assert_eq!(body(&page, path), None, "{path}");
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_files_of_the_folder_only_and_pipes_and_devices_are_nothing() {
        use std::os::unix::{fs::symlink, net::UnixListener};
        let (root, page) = page("links");
        let site = root.join("site");
        symlink("js/app.js", site.join("inside.js")).unwrap();
        symlink("../secret", site.join("file")).unwrap();
        symlink("..", site.join("up")).unwrap();
        symlink(".hidden", site.join("shown")).unwrap();
        symlink("/dev/zero", site.join("device")).unwrap();
        symlink("nowhere", site.join("dangling")).unwrap();
        let pipe = std::process::Command::new("mkfifo")
            .arg(site.join("pipe"))
            .status();
        assert!(pipe.unwrap().success());
        let _socket = UnixListener::bind(site.join("socket")).unwrap();
        assert_eq!(body(&page, "/inside.js").as_deref(), Some("script"));
        for path in [
            "/file",
            "/up/secret",
            "/shown",
            "/device",
            "/dangling",
            "/pipe",
            "/socket",
        ] {
            assert_eq!(body(&page, path), None, "{path}");
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_file_above_the_limit_is_not_read() {
        let (root, page) = page("large");
        let large = File::create(root.join("site/large")).unwrap();
        large.set_len(MAX_FILE + 1).unwrap();
        assert_eq!(body(&page, "/large").as_deref(), Some("(too large)"));
        fs::remove_dir_all(root).unwrap();
    }
}

//! The files of the page.

use std::{
    borrow::Cow,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Result, bail};

/// Where the page's files come from.
pub enum Page {
    Folder(PathBuf),
    #[cfg(feature = "page")]
    Embedded,
}

/// The list of the page's files, as `cargo xtask site` writes it.
#[cfg(feature = "page")]
mod embedded {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site.rs"));
}

/// What is at the path of a request.
pub enum Found {
    File {
        path: String,
        bytes: Cow<'static, [u8]>,
    },
    Folder,
    Nothing,
}

impl Page {
    /// The page in the folder, or without one the page inside this program.
    pub fn find(dir: Option<&Path>) -> Result<Self> {
        match dir {
            Some(dir) if dir.is_dir() => Ok(Self::Folder(dir.to_path_buf())),
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

    /// The file at the path of a request. Paths with `..`, a root or hidden names lead to nothing.
    pub fn get(&self, request_path: &str) -> Found {
        let relative = request_path.strip_prefix('/').unwrap_or(request_path);
        let plain = Path::new(relative).components().all(|part| match part {
            Component::Normal(name) => !name.as_encoded_bytes().starts_with(b"."),
            _ => false,
        });
        if !plain || relative.contains("//") || relative.contains('\\') {
            return Found::Nothing;
        }
        let mut path = relative.to_string();
        if path.is_empty() || path.ends_with('/') {
            path.push_str("index.html");
        }
        match self {
            Self::Folder(dir) => {
                let file = dir.join(&path);
                match fs::read(&file) {
                    Ok(bytes) => Found::File {
                        path,
                        bytes: bytes.into(),
                    },
                    Err(_) if file.is_dir() => Found::Folder,
                    Err(_) => Found::Nothing,
                }
            }
            #[cfg(feature = "page")]
            Self::Embedded => match embedded::FILES.iter().find(|(name, _)| *name == path) {
                Some((_, bytes)) => Found::File {
                    path,
                    bytes: (*bytes).into(),
                },
                None => Found::Nothing,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        (root, Page::Folder(site))
    }

    fn body(page: &Page, path: &str) -> Option<String> {
        match page.get(path) {
            Found::File { bytes, .. } => String::from_utf8(bytes.into_owned()).ok(),
            Found::Folder => Some("(folder)".into()),
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
}

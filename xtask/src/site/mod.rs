//! `cargo xtask site`: the page as static files.

mod compact;
mod offline;
mod precompressed;
mod vendor;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::{files, package, wasm};

/// Where to write the page.
#[derive(clap::Args, Clone, Default)]
pub struct Args {
    /// Folder to write to; other files in it are removed [default: target/site]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write the files compressed beside themselves, too, for hosts that serve NAME.gz and NAME.br
    #[arg(long)]
    pub precompressed: bool,
}

/// Name of a file in every folder that this task wrote. Only such a folder, or an empty one, is
/// overwritten.
const MARK: &str = ".uniroute-site";

/// Builds the page and prints where it is.
pub fn run(args: &Args) -> Result<()> {
    package::build(&wasm::Args::default())?;
    let out = args.out.clone().unwrap_or_else(default_folder);
    match &args.out {
        Some(out) => write_and_report(out)?,
        None => write_default()?,
    }
    if args.precompressed {
        precompressed::write(&out, &files_of_page(&out)?)?;
    }
    Ok(())
}

/// Writes the page to its default folder, from the modules that were built before.
pub fn write_default() -> Result<()> {
    let out = default_folder();
    write_and_report(&out)?;
    write_list(&out)
}

fn write_and_report(out: &Path) -> Result<()> {
    let changed = write(out, is_served, compact::compact)?;
    eprintln!(
        "[xtask] {}: {changed} of its files changed",
        files::shown(out)
    );
    Ok(())
}

/// The folder of the page if none is named.
pub fn default_folder() -> PathBuf {
    files::root().join("target/site")
}

/// Writes the page for a type checker: all scripts with the paths by which they import each other,
/// and declarations instead of generated code.
pub fn write_for_types(out: &Path) -> Result<()> {
    let wanted = |path: &Path| {
        let name = path.to_string_lossy();
        let generated = (path.starts_with("uniroute/dist") && name.ends_with(".js"))
            || path == Path::new(offline::LIST);
        // Packages of others are checked by their authors.
        let is_vendored = path.starts_with(vendor::FOLDER);
        !generated && !is_vendored && (name.ends_with(".js") || name.ends_with(".d.ts"))
    };
    // Types are in comments, so these stay.
    write(out, wanted, |_, bytes| Ok(bytes)).map(|_| ())
}

/// Writes the `wanted` files of `www/` and the npm package to `out`, each as `convert` makes it, and
/// removes all others there. Returns how many files changed.
fn write(
    out: &Path,
    wanted: impl Fn(&Path) -> bool,
    convert: impl Fn(&Path, Vec<u8>) -> Result<Vec<u8>>,
) -> Result<usize> {
    let occupied = out.is_dir() && fs::read_dir(out)?.next().is_some();
    if occupied && !out.join(MARK).exists() {
        bail!(
            "{} holds other files; name an empty folder",
            files::shown(out)
        );
    }
    let mut parts = parts()?;
    parts.retain(|path, _| wanted(path));
    let mut changed = usize::from(files::write_if_changed(&out.join(MARK), b"")?);
    let mut offline = offline::Files::default();
    for (path, source) in &parts {
        let bytes = convert(path, files::read(source)?)?;
        offline.add(path, &bytes);
        changed += usize::from(files::write_if_changed(&out.join(path), &bytes)?);
    }
    let list = Path::new(offline::LIST);
    if wanted(list) {
        changed += usize::from(files::write_if_changed(
            &out.join(list),
            offline.script().as_bytes(),
        )?);
    }
    for path in files::walk(out)? {
        let own = path == Path::new(MARK) || (path == list && wanted(list));
        if !own && !parts.contains_key(&path) {
            fs::remove_file(out.join(path))?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// The files of the page in a folder that this task wrote, without their compressed forms.
pub fn files_of_page(site: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = files::walk(site)?;
    paths.retain(|path| path != Path::new(MARK) && !precompressed::is_one(path));
    Ok(paths)
}

/// Lists the page's files as Rust source, which the command line includes when it is built with its
/// feature `page`. cargo then knows each file and builds again if one changes.
fn write_list(site: &Path) -> Result<()> {
    let mut list = String::from(
        "/// Path below the root, and bytes.\npub static FILES: &[(&str, &[u8])] = &[\n",
    );
    for path in files_of_page(site)? {
        let name = path.to_string_lossy().replace('\\', "/");
        let file = format!("site/{name}");
        writeln!(list, "    ({name:?}, include_bytes!({file:?})),")?;
    }
    list.push_str("];\n");
    files::write_if_changed(&default_folder().with_extension("rs"), list.as_bytes())?;
    Ok(())
}

/// The path of each file of the page, with the file that it is made from: those of `www/` at the
/// top, those of the npm package under `uniroute/`, and packages of others under `vendor/`.
fn parts() -> Result<BTreeMap<PathBuf, PathBuf>> {
    let mut parts = BTreeMap::new();
    for (below, source) in [
        ("", files::root().join("www")),
        ("uniroute", files::root().join("pkg")),
    ] {
        for path in files::walk(&source)? {
            parts.insert(Path::new(below).join(&path), source.join(path));
        }
    }
    parts.extend(vendor::parts()?);
    Ok(parts)
}

/// Whether the page needs a file. Types, notes and settings are for readers of the source, and some
/// of the package's entry points are for Node and for edge workers.
fn is_served(path: &Path) -> bool {
    const NOT_FOR_PAGES: [&str; 15] = [
        "package.json",
        "node.js",
        "workerd.js",
        "inline.js",
        "inline-cli.js",
        "lib/single.js",
        "tokens.js",
        "ai.js",
        "openai.js",
        "langchain.js",
        "lib/adapters",
        "lib/messages.js",
        "local.js",
        "sensitive.js",
        "lib/sensitive",
    ];
    if NOT_FOR_PAGES
        .iter()
        .map(|name| Path::new("uniroute").join(name))
        .any(|other| path.starts_with(other))
    {
        return false;
    }
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    !(name.ends_with(".ts") || name.ends_with(".md") || name.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_other_files_is_not_changed() {
        let dir = std::env::temp_dir().join(format!("uniroute-site-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("mine.txt"), "precious").unwrap();
        let refused = write(&dir, is_served, compact::compact)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("other files"), "{refused}");
        assert_eq!(fs::read(dir.join("mine.txt")).unwrap(), b"precious");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn the_page_carries_scripts_and_artefacts_but_no_types() {
        assert!(is_served(Path::new("js/app.js")));
        assert!(is_served(Path::new("uniroute/dist/default.router")));
        assert!(!is_served(Path::new("uniroute/dist/uniroute.d.ts")));
        assert!(!is_served(Path::new("uniroute/node.js")));
    }
}

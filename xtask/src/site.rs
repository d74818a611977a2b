//! `cargo xtask site` and `cargo xtask demo`: the page as static files, and a look at it.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{files, minilm, offline, process, wasm};

/// Where to put the page.
#[derive(clap::Args, Clone, Default)]
pub struct Args {
    /// Folder to write to; files there that are not of the page are removed [default: target/site]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// How to show the page.
#[derive(clap::Args)]
pub struct DemoArgs {
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Port to listen on; an error when it is taken [default: 8080 or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Do without the transformer, whose weights are an 84 MB download the first time
    #[arg(long)]
    without_transformer: bool,
}

/// Present in every folder that we wrote, so that we never empty one that we did not.
const MARK: &str = ".uniroute-site";

/// Builds the page and says where it is.
pub fn run(args: &Args) -> Result<()> {
    wasm::build(&wasm::Args::default())?;
    match &args.out {
        Some(out) => write_and_tell(out),
        None => write_default(),
    }
}

/// Writes the page to its usual place, from the module that is built already.
pub fn write_default() -> Result<()> {
    let out = default_folder();
    write_and_tell(&out)?;
    write_list(&out)
}

fn write_and_tell(out: &Path) -> Result<()> {
    let changed = write(out, is_served)?;
    eprintln!(
        "[xtask] {}: {changed} of its files changed",
        files::shown(out)
    );
    Ok(())
}

/// Builds the page and serves it with our own command line, which replaces this process.
pub fn demo(args: &DemoArgs) -> Result<()> {
    if !args.without_transformer {
        minilm::run_if_possible()?;
    }
    run(&Args::default())?;
    eprintln!("[xtask] building the command line");
    let mut cargo = process::cargo();
    cargo.args([
        "run",
        "--locked",
        "--package",
        "uniroute",
        "--bin",
        "uniroute",
    ]);
    cargo.args([
        "--no-default-features",
        "--features",
        "cli",
        "--",
        "serve",
        "--dir",
    ]);
    cargo.arg(default_folder());
    if args.no_open {
        cargo.arg("--no-open");
    }
    if let Some(port) = args.port {
        cargo.args(["--port", &port.to_string()]);
    }
    replace(cargo)
}

#[cfg(unix)]
fn replace(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn replace(mut command: std::process::Command) -> Result<()> {
    process::run(&mut command)
}

/// The folder of the page when none is named.
pub fn default_folder() -> PathBuf {
    files::root().join("target/site")
}

/// Writes the page as a type checker wants it: all scripts in the places where they import each
/// other, with declarations in the place of generated code.
pub fn write_for_types(out: &Path) -> Result<()> {
    write(out, |path| {
        let name = path.to_string_lossy();
        let generated = (path.starts_with("uniroute/dist") && name.ends_with(".js"))
            || path == Path::new(offline::LIST);
        !generated && (name.ends_with(".js") || name.ends_with(".d.ts"))
    })
    .map(|_| ())
}

/// Writes those files of `www/` and the npm package that are `wanted` to `out`, which then holds
/// nothing else. Returns how many files changed.
fn write(out: &Path, wanted: impl Fn(&Path) -> bool) -> Result<usize> {
    let occupied = out.is_dir() && fs::read_dir(out)?.next().is_some();
    if occupied && !out.join(MARK).exists() {
        bail!(
            "{} holds files of something else; name an empty folder",
            files::shown(out)
        );
    }
    let mut parts = parts()?;
    parts.retain(|path, _| wanted(path));
    let mut changed = usize::from(files::write_if_changed(&out.join(MARK), b"")?);
    let mut kept = offline::Files::default();
    for (path, source) in &parts {
        let bytes = files::read(source)?;
        kept.add(path, &bytes);
        changed += usize::from(files::write_if_changed(&out.join(path), &bytes)?);
    }
    let list = Path::new(offline::LIST);
    if wanted(list) {
        changed += usize::from(files::write_if_changed(
            &out.join(list),
            kept.script().as_bytes(),
        )?);
    }
    for path in files::walk(out)? {
        let made = path == Path::new(MARK) || (path == list && wanted(list));
        if !made && !parts.contains_key(&path) {
            fs::remove_file(out.join(path))?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// What a folder that we wrote holds of the page.
pub fn files_of_page(site: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = files::walk(site)?;
    paths.retain(|path| path != Path::new(MARK));
    Ok(paths)
}

/// Lists the page's files as Rust, from which `uniroute serve` has them when built with its
/// feature `page`. cargo then knows each file and builds again when one changes.
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

/// Where each file of `www/` (at the top) and of the npm package (under `uniroute/`) goes, with
/// the file it is a copy of.
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
    Ok(parts)
}

/// Types, notes and settings are for those who read the source; the package's entry points for
/// Node and for edge workers are for others.
fn is_served(path: &Path) -> bool {
    const ELSEWHERE: [&str; 6] = [
        "package.json",
        "node.js",
        "workerd.js",
        "inline.js",
        "inline-cli.js",
        "lib/single.js",
    ];
    if ELSEWHERE
        .iter()
        .map(|name| Path::new("uniroute").join(name))
        .any(|other| path == other)
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
    fn a_folder_of_something_else_is_left_alone() {
        let dir = std::env::temp_dir().join(format!("uniroute-site-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("mine.txt"), "precious").unwrap();
        let refused = write(&dir, is_served).unwrap_err().to_string();
        assert!(refused.contains("something else"), "{refused}");
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

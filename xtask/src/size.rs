//! `cargo xtask size`: what a visitor downloads before the first decision.

use anyhow::{Result, bail};

use crate::{bytes, files, package::DEFAULT_POOL, site, toolchain::Toolchain};

/// Bytes, compressed, that everything needed for the first decision may take.
const LIMIT: usize = 1_000_000;
/// What a module of another compiler than rustup's, with another standard library, may be larger.
const OTHER_COMPILER: usize = 20_000;

/// Prints each file of the page with its size. A first load that is too large is an error.
pub fn run() -> Result<()> {
    let site = site::default_folder();
    let document = String::from_utf8(files::read(&site.join("index.html"))?)?;
    let (mut raw_sum, mut gzip_sum) = (0, 0);
    println!("{:>11}  {:>11}  file", "raw", "gzip");
    for path in site::files_of_page(&site)? {
        let file = files::read(&site.join(&path))?;
        let gzip = bytes::gzip_len(&file)?;
        let name = path.to_string_lossy().replace('\\', "/");
        let first = is_first_load(&name, &document);
        if first {
            raw_sum += file.len();
            gzip_sum += gzip;
        }
        let note = if first { "" } else { "  (on demand)" };
        println!(
            "{:>11}  {:>11}  {name}{note}",
            bytes::grouped(file.len()),
            bytes::grouped(gzip)
        );
    }
    println!(
        "{:>11}  {:>11}  first load, at most",
        bytes::grouped(raw_sum),
        bytes::grouped(gzip_sum)
    );
    let limit = match Toolchain::find()? {
        Toolchain::Rustup => LIMIT,
        Toolchain::Debian { .. } => LIMIT + OTHER_COMPILER,
    };
    if gzip_sum > limit {
        bail!(
            "the first load is {} bytes compressed; {} are allowed",
            bytes::grouped(gzip_sum),
            bytes::grouped(limit)
        );
    }
    Ok(())
}

/// Whether the first decision needs the file. On demand come scripts and styles of the page that its `document`
/// does not name, packages of others, other pools, other modules and the transformer; the icons come when the page is installed, and
/// the service worker with its list after the page has loaded.
fn is_first_load(name: &str, document: &str) -> bool {
    let of_page = name.starts_with("js/") || name.starts_with("css/");
    if of_page && !document.contains(name) {
        return false;
    }
    let on_demand = name.starts_with("vendor/")
        || name.contains("_relaxed")
        || name.contains("minilm")
        || name.ends_with(".schema.json")
        || (name.starts_with("icons/") && name.ends_with(".png"))
        || matches!(name, "sw.js" | "sw-files.js");
    let default_pool = format!("/pools/{DEFAULT_POOL}.json");
    let listed = name.ends_with(&default_pool) || name.ends_with("/pools/index.json");
    let other_pool = name.contains("/pools/") && !listed;
    !on_demand && !other_pool
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<link rel="modulepreload" href="js/main.js" />"#;

    #[test]
    fn the_default_pool_counts_and_what_is_fetched_on_demand_does_not() {
        assert!(is_first_load(
            "uniroute/dist/pools/models-2026.json",
            DOCUMENT
        ));
        assert!(is_first_load("uniroute/dist/uniroute_bg.wasm", DOCUMENT));
        assert!(is_first_load("js/main.js", DOCUMENT));
        assert!(!is_first_load("js/views/pool/heat.js", DOCUMENT));
        assert!(!is_first_load(
            "uniroute/dist/pools/reasoning.json",
            DOCUMENT
        ));
        assert!(!is_first_load("icons/icon-512.png", DOCUMENT));
        assert!(!is_first_load("sw-files.js", DOCUMENT));
        assert!(!is_first_load(
            "uniroute/dist/uniroute_relaxed_bg.wasm",
            DOCUMENT
        ));
    }
}

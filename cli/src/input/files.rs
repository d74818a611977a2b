//! Everything that opens or writes a file.

use crate::args::{PoolArgs, RouterArgs, WeightsArgs};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use uniroute::embed::{Embed, StaticEmbedder};
use uniroute::pool::Pool;
use uniroute::router::{LoadOptions, Router};

/// Reads a whole file of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let file = fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

/// Opens `path`, or `path.gz` in its place, for reading text.
pub fn open_text(path: &Path) -> Result<Box<dyn Read>> {
    let gz = PathBuf::from(format!("{}.gz", path.display()));
    let (path, packed) = match (path.exists(), gz.exists()) {
        (true, _) => (path, path.extension().is_some_and(|e| e == "gz")),
        (false, true) => (gz.as_path(), true),
        _ => bail!("cannot find {} or {}", path.display(), gz.display()),
    };
    let file = fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(match packed {
        true => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
        false => Box::new(BufReader::new(file)),
    })
}

/// Writes beside the file, then renames, so that nothing half-written is ever seen.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path
        .file_name()
        .with_context(|| format!("{} names no file", path.display()))?;
    let beside = folder.join(format!(
        ".{}.{}",
        name.to_string_lossy(),
        std::process::id()
    ));
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written
        .inspect_err(|_| drop(fs::remove_file(&beside)))
        .with_context(|| {
            format!(
                "cannot write {}; does the folder exist, and is there room?",
                path.display()
            )
        })
}

/// The router that was asked for, with its embedder.
pub fn router(args: &RouterArgs) -> Result<Router> {
    match &args.router {
        None => Ok(Router::bundled()?),
        Some(path) => router_at(path, &args.weights),
    }
}

/// Loads a router file, with the transformer's weights if it needs them.
pub fn router_at(path: &Path, weights: &WeightsArgs) -> Result<Router> {
    let bytes = read(path, uniroute::router::MAX_BYTES)?;
    let place = || format!("{}", path.display());
    let meta = Router::read_meta(&bytes).with_context(place)?;
    let options = match meta.embedder == uniroute::embed::MINILM_ID {
        true => LoadOptions::with_embedder(minilm(weights)?),
        false => LoadOptions::default(),
    };
    Router::load(&bytes, options).with_context(place)
}

/// The static embedder that comes with uniroute, and its file.
pub fn static_embedder() -> Result<(Box<dyn Embed>, Vec<u8>)> {
    let file = uniroute::embed::STATIC_FILE.to_vec();
    Ok((Box::new(StaticEmbedder::from_bytes(&file)?), file))
}

/// The transformer, from the weights named on the command line or fetched by xtask: quantised ones
/// run on the fast encoder, those in f32 through candle.
#[cfg(feature = "minilm")]
pub fn minilm(args: &WeightsArgs) -> Result<Box<dyn Embed>> {
    const FETCHED: [&str; 2] = [
        "target/minilm/minilm-int8.safetensors",
        "target/minilm/model.safetensors",
    ];
    const LIMIT: usize = 200_000_000;
    let found = || FETCHED.iter().map(PathBuf::from).find(|path| path.exists());
    let Some(path) = args.weights.clone().or_else(found) else {
        bail!(
            "the transformer's weights are not at {}; run `cargo xtask minilm` or name them with --weights",
            FETCHED[0]
        );
    };
    let bytes = read(&path, LIMIT)?;
    if let Ok(quantised) = uniroute::embed::QuantisedMiniLm::from_bytes(&bytes) {
        return Ok(Box::new(quantised));
    }
    let words = StaticEmbedder::from_bytes(uniroute::embed::STATIC_FILE)?;
    let vocabulary = words.tokenizer().vocabulary().as_bytes();
    let embedder = uniroute::embed::MiniLm::from_safetensors(vocabulary, &bytes)
        .with_context(|| format!("{}", path.display()))?;
    Ok(Box::new(embedder))
}

#[cfg(not(feature = "minilm"))]
pub fn minilm(_: &WeightsArgs) -> Result<Box<dyn Embed>> {
    bail!("this build has no transformer; build uniroute with the feature `minilm`")
}

/// The pool that was asked for, checked for the router.
pub fn pool(args: &PoolArgs, router: &Router) -> Result<Pool> {
    let path = Path::new(&args.pool);
    if !path.exists() {
        let bundled = uniroute::pool::BUNDLED
            .iter()
            .find(|(name, _)| *name == args.pool);
        let Some((_, json)) = bundled else {
            let names: Vec<_> = uniroute::pool::BUNDLED
                .iter()
                .map(|(name, _)| *name)
                .collect();
            bail!(
                "no file {:?}, and no pool of that name; there are {}",
                args.pool,
                names.join(", ")
            );
        };
        let pool = Pool::from_json(json.as_bytes(), router);
        return pool
            .context("the bundled pools fit the bundled router only; name a pool with --pool");
    }
    let json = read(path, uniroute::pool::MAX_BYTES)?;
    Pool::from_json(&json, router).with_context(|| format!("{}", path.display()))
}

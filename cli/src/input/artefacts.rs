//! Routers, pools and embedders, from files or from inside the program.

use super::files;
use crate::args::{EmbedderArgs, EmbedderKind, PoolArgs, RouterArgs, WeightsArgs};
use anyhow::{Context, Result, bail};
use std::path::Path;
use uniroute::embed::{Embed, MINILM_ID, STATIC_FILE, StaticEmbedder};
use uniroute::pool::{self, Pool};
use uniroute::router::{self, LoadOptions, Router};

/// The router that the options name, with its embedder.
pub fn router(args: &RouterArgs) -> Result<Router> {
    match &args.router {
        None => Ok(Router::bundled()?),
        Some(path) => router_at(path, &args.weights),
    }
}

/// Loads a router file, with the transformer's weights if it needs them.
fn router_at(path: &Path, weights: &WeightsArgs) -> Result<Router> {
    let bytes = files::read(path, router::MAX_BYTES)?;
    let place = || path.display().to_string();
    let meta = Router::read_meta(&bytes).with_context(place)?;
    let options = match meta.embedder == MINILM_ID {
        true => LoadOptions::with_embedder(minilm(weights)?),
        false => LoadOptions::default(),
    };
    Router::load(&bytes, options).with_context(place)
}

/// The embedder that the options name.
pub fn embedder(args: &EmbedderArgs) -> Result<Box<dyn Embed>> {
    match args.embedder {
        EmbedderKind::Static => Ok(Box::new(StaticEmbedder::from_bytes(STATIC_FILE)?)),
        EmbedderKind::Minilm => minilm(&args.weights),
    }
}

/// The embedder's file, if a router carries it: the static embedder's.
pub fn embedder_file(args: &EmbedderArgs) -> Option<Vec<u8>> {
    (args.embedder == EmbedderKind::Static).then(|| STATIC_FILE.to_vec())
}

/// The transformer, from the weights that the command line names or that xtask fetched. Quantised
/// weights run on the fast encoder, weights in f32 through candle.
#[cfg(feature = "minilm")]
fn minilm(args: &WeightsArgs) -> Result<Box<dyn Embed>> {
    const FETCHED: [&str; 2] = [
        "target/minilm/minilm-int8.safetensors",
        "target/minilm/model.safetensors",
    ];
    const LIMIT: usize = 200_000_000;
    let fetched = || FETCHED.iter().map(Path::new).find(|path| path.exists());
    let Some(path) = args.weights.as_deref().or_else(fetched) else {
        bail!(
            "the transformer's weights are not at {}; run `cargo xtask minilm` or name them with --weights",
            FETCHED[0]
        );
    };
    let bytes = files::read(path, LIMIT)?;
    if let Ok(quantised) = uniroute::embed::QuantisedMiniLm::from_bytes(&bytes) {
        return Ok(Box::new(quantised));
    }
    // The ids of weights in f32 are the lines of BERT's own list.
    let vocabulary = files::read(&path.with_file_name("vocab.txt"), LIMIT)?;
    let embedder = uniroute::embed::MiniLm::from_safetensors(&vocabulary, &bytes)
        .with_context(|| path.display().to_string())?;
    Ok(Box::new(embedder))
}

#[cfg(not(feature = "minilm"))]
fn minilm(_: &WeightsArgs) -> Result<Box<dyn Embed>> {
    bail!("this build has no transformer; build uniroute with the feature `minilm`")
}

/// The pool that the options name, checked for the router.
pub fn pool(args: &PoolArgs, router: &Router) -> Result<Pool> {
    let path = Path::new(&args.pool);
    if path.exists() {
        return pool_at(path, router);
    }
    let bundled = pool::BUNDLED.iter().find(|(name, _)| *name == args.pool);
    let Some((_, json)) = bundled else {
        let names: Vec<_> = pool::BUNDLED.iter().map(|(name, _)| *name).collect();
        bail!(
            "no file {:?}, and no pool of that name; there are {}",
            args.pool,
            names.join(", ")
        );
    };
    Pool::from_json(json.as_bytes(), router)
        .context("the bundled pools fit the bundled router only; name a pool with --pool")
}

/// Reads a pool file and checks it for the router.
pub fn pool_at(path: &Path, router: &Router) -> Result<Pool> {
    let json = files::read(path, pool::MAX_BYTES)?;
    Pool::from_json(&json, router).with_context(|| path.display().to_string())
}

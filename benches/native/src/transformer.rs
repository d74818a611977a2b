//! The transformer's weights, in the folder of `cargo xtask minilm`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use uniroute::embed::MiniLm;

use crate::Result;

/// Where a file of target/minilm is.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/minilm")
        .join(name)
}

/// A file of target/minilm.
pub fn read(name: &str) -> Result<Vec<u8>> {
    let path = path(name);
    fs::read(&path).map_err(|e| format!("{}: {e}; run `cargo xtask minilm`", path.display()).into())
}

/// The transformer in f32, through candle.
pub fn floats() -> Result<MiniLm> {
    let (vocabulary, weights) = (read("vocab.txt")?, read("model.safetensors")?);
    Ok(MiniLm::from_safetensors(&vocabulary, &weights)?)
}

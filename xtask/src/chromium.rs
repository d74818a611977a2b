//! A Chromium for tests, benchmarks and screenshots.

use std::{env, path::PathBuf};

use anyhow::Result;

use crate::{apt, process};

/// The variable that names the program, wherever it is.
const VARIABLE: &str = "CHROME";
const NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// The browser's program. Installs Debian's if this user may; `None` if there is none.
pub fn find() -> Result<Option<PathBuf>> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Ok(Some(named.into()));
    }
    if let Some(found) = installed() {
        return Ok(Some(found));
    }
    if apt::is_usable() {
        apt::install(&["chromium"])?;
    }
    Ok(installed())
}

fn installed() -> Option<PathBuf> {
    process::find(&NAMES).or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.exists()))
}

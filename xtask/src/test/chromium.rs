//! A Chromium for the tests.

use std::{env, path::PathBuf};

use anyhow::Result;

use crate::process;

/// Names an installed one, wherever it is.
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

/// The browser's program; installs Debian's where we may; `None` where there is none.
pub fn find() -> Result<Option<PathBuf>> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Ok(Some(named.into()));
    }
    if let Some(found) = installed() {
        return Ok(Some(found));
    }
    if process::can_apt() {
        process::apt_install(&["chromium"])?;
    }
    Ok(installed())
}

fn installed() -> Option<PathBuf> {
    process::find(&NAMES).or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.exists()))
}

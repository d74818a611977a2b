//! Debian's package manager, for what the tests need and cargo and npm do not have.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::process;

/// Whether it is on this machine and this user may install packages.
pub fn is_usable() -> bool {
    Path::new("/etc/debian_version").exists()
        && process::find(&["apt-get"]).is_some()
        && process::output(Command::new("id").arg("-u")).is_ok_and(|uid| uid == "0")
}

/// Installs packages.
pub fn install(packages: &[&str]) -> Result<()> {
    eprintln!("[xtask] installing Debian packages: {}", packages.join(" "));
    let apt = || {
        let mut apt = process::command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null());
        apt
    };
    process::run(apt().args(["-q", "update"]))?;
    process::run(
        apt()
            .args(["-q", "install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

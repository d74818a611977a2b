//! Debian's package manager, for what the tests need and cargo and npm do not have.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Result;

use crate::{files, process};

/// Whether it is on this machine and this user may install packages.
pub fn is_usable() -> bool {
    Path::new("/etc/debian_version").exists()
        && process::find(&["apt-get"]).is_some()
        && process::output(Command::new("id").arg("-u")).is_ok_and(|uid| uid == "0")
}

/// Installs packages. Waits for another leg that does so.
pub fn install(packages: &[&str]) -> Result<()> {
    eprintln!("[xtask] installing Debian packages: {}", packages.join(" "));
    fs::create_dir_all(files::target())?;
    let lock = files::target().join("apt.lock");
    let apt = || {
        // Part of every Debian.
        let mut apt = process::command("flock");
        apt.arg(&lock)
            .arg("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
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

//! A compiler for WebAssembly: the installed one, or one that this machine can install.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{apt, process};

/// The only target besides the host's.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Overrides the choice: `rustup` or `debian`.
const CHOICE: &str = "UNIROUTE_WASM_TOOLCHAIN";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// Where the standard library for [`TARGET`] comes from.
pub enum Toolchain {
    /// The toolchain that runs this process has it.
    Rustup,
    /// Debian's compiler, which builds it from its source package.
    Debian {
        /// Its linker for WebAssembly.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Finds a toolchain. Installs one where that needs no answer from the user.
    pub fn find() -> Result<Self> {
        let choice = env::var(CHOICE).unwrap_or_default();
        if !matches!(choice.as_str(), "" | "rustup" | "debian") {
            bail!("{CHOICE} is `{choice}`; it must be `rustup` or `debian`");
        }
        if choice != "debian" && (target_is_installed() || add_target()) {
            return Ok(Self::Rustup);
        }
        if choice != "rustup" {
            if let Some(found) = debian() {
                return Ok(found);
            }
            if apt::is_usable() {
                apt::install(&DEBIAN_PACKAGES)?;
                return debian().context("Debian's packages are installed but incomplete");
            }
        }
        bail!(
            "no Rust standard library for {TARGET}. Remedies:\n  \
             rustup target add {TARGET}\n  \
             or, on Debian, as root: apt-get install {}",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// Short name, also of the target folder: two compilers must not share a folder.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rustup => "rustup",
            Self::Debian { .. } => "debian",
        }
    }

    /// The compiler's version, for example `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub fn version(&self) -> Result<String> {
        let rustc = match self {
            Self::Rustup => "rustc",
            Self::Debian { .. } => "/usr/bin/rustc",
        };
        process::output(process::command(rustc).arg("--version"))
    }

    /// `cargo rustc` for [`TARGET`] with this toolchain. The caller adds the package and its features.
    pub fn cargo_rustc(&self) -> Command {
        match self {
            Self::Rustup => {
                let mut cargo = process::command("cargo");
                cargo.args(["rustc", "--target", TARGET]);
                cargo
            }
            Self::Debian { linker } => {
                let mut cargo = process::command("/usr/bin/cargo");
                cargo
                    .args(["rustc", "--target", TARGET, "-Zbuild-std=std,panic_abort"])
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env_remove("RUSTUP_TOOLCHAIN_SOURCE")
                    // Stable compilers accept -Zbuild-std only with this.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                cargo
            }
        }
    }
}

/// Whether the toolchain that runs this process has the target. rustc prints the folder's path even
/// if the folder does not exist, so this looks for the standard library inside.
pub fn target_is_installed() -> bool {
    let mut rustc = process::command("rustc");
    rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .stderr(Stdio::null());
    let Ok(output) = rustc.output() else {
        return false;
    };
    let dir = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    fs::read_dir(dir).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

fn add_target() -> bool {
    if process::find(&["rustup"]).is_none() {
        return false;
    }
    eprintln!("[xtask] rustup target add {TARGET}");
    let mut rustup = process::command("rustup");
    rustup.args(["target", "add", TARGET]);
    match process::run_within(&mut rustup, RUSTUP_LIMIT) {
        Ok(Some(status)) if status.success() => target_is_installed(),
        Ok(None) => {
            let seconds = RUSTUP_LIMIT.as_secs();
            eprintln!("[xtask] rustup did not finish in {seconds} s; trying another way");
            false
        }
        _ => {
            eprintln!("[xtask] rustup could not add the target; trying another way");
            false
        }
    }
}

fn debian() -> Option<Toolchain> {
    let rustc = Path::new("/usr/bin/rustc");
    if !rustc.exists() || !Path::new("/usr/bin/cargo").exists() {
        return None;
    }
    let sysroot = process::output(process::command(rustc).args(["--print", "sysroot"])).ok()?;
    let source = "lib/rustlib/src/rust/library/std/Cargo.toml";
    if !Path::new(&sysroot).join(source).exists() {
        return None;
    }
    let linkers = [
        "/usr/bin/wasm-ld-19",
        "/usr/bin/wasm-ld",
        "/usr/lib/llvm-19/bin/wasm-ld",
    ];
    let linker = linkers
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())?;
    Some(Toolchain::Debian { linker })
}

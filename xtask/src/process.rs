//! Other programs: how to find them, and how to run them with a clean environment and a time limit.

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::files;

/// Whether an outer `cargo run` or a rustup proxy sets the variable for its own child. Such a
/// variable changes what a cargo that this process starts would build.
fn leaks(name: &str) -> bool {
    const PREFIXES: [&str; 5] = [
        "CARGO_BUILD_",
        "CARGO_MANIFEST_",
        "CARGO_PKG_",
        "CARGO_TARGET_",
        "DEP_",
    ];
    const NAMES: [&str; 16] = [
        "CARGO",
        "CARGO_CRATE_NAME",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_MAKEFLAGS",
        "CARGO_PRIMARY_PACKAGE",
        "HOST",
        "LD_LIBRARY_PATH",
        "MAKEFLAGS",
        "OUT_DIR",
        "RUSTC",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOC",
        "RUSTFLAGS",
        "RUST_RECURSION_COUNT",
        "TARGET",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|p| name.starts_with(p))
}

/// A command in the repository's root that inherits no variable of the cargo above this process.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(files::root());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(leaks) {
            command.env_remove(name);
        }
    }
    command
}

/// The command as typed in a shell.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|w| w.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs the command to its end. A failure is an error that names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// What the command prints, trimmed. A failure is an error that names the command.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", line(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Runs the command with a time limit. `None` if the limit was reached and the program stopped.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<Option<ExitStatus>> {
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", command.get_program().to_string_lossy())
}

/// The first of `names` that is an executable file on the path.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut candidates = names.iter().flat_map(|name| {
        folders
            .iter()
            .map(move |dir| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
    });
    candidates.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_past_its_time_limit_is_ended() {
        let start = Instant::now();
        let status = run_within(Command::new("sleep").arg("20"), Duration::from_millis(100));
        assert!(matches!(status, Ok(None)));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn what_an_outer_cargo_sets_is_dropped_and_its_home_is_kept() {
        assert!(leaks("CARGO_TARGET_DIR"));
        assert!(leaks("CARGO_ENCODED_RUSTFLAGS"));
        assert!(leaks("RUSTC"));
        assert!(!leaks("CARGO_HOME"));
        assert!(!leaks("RUSTUP_TOOLCHAIN"));
    }

    #[test]
    fn a_failed_command_is_named_in_the_error() {
        let error = run(Command::new("false").arg("x")).unwrap_err();
        assert!(error.to_string().contains("`false x` failed"));
    }
}

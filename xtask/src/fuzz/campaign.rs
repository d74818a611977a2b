//! Runs targets next to each other, each for its share of the time.

use std::{
    fs::{self, File},
    num::NonZero,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use super::build::{Built, Target};
use super::options::{Args, folder};
use super::report::Run;
use crate::{files, process};

/// Most megabytes of memory of one process; one input has a limit of its own in `fuzz/src/memory.rs`.
const MEMORY: u32 = 1024;
/// What libFuzzer does besides fuzzing: it reads the corpus, and minimises a crash.
const GRACE: Duration = Duration::from_secs(120);

/// Runs all targets within the time, as many at once as there are cores.
pub fn run(built: &Built, args: &Args) -> Result<Vec<Run>> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let time = Duration::from_secs_f64(args.minutes * 60.0);
    let seconds = share(time, cores, built.targets.len());
    for name in ["crashes", "logs"] {
        fs::create_dir_all(folder().join(name))?;
    }
    eprintln!(
        "[xtask] {} targets, {seconds} s each, {cores} at once",
        built.targets.len()
    );
    let waiting = Mutex::new(built.targets.iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let next = || waiting.lock().ok()?.next();
                while let Some((at, target)) = next() {
                    let run = one(built, target, seconds, args);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, run));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, run)| run).collect()
}

/// Whole seconds of each target.
fn share(time: Duration, cores: usize, targets: usize) -> u64 {
    let at_once = cores.min(targets).max(1);
    (time.as_secs() * at_once as u64 / targets.max(1) as u64).max(1)
}

fn one(built: &Built, target: &Target, seconds: u64, args: &Args) -> Result<Run> {
    let name = &target.name;
    let log = folder().join("logs").join(format!("{name}.log"));
    let before = crashes(name)?;
    let mut command = process::command(built.program(name));
    command
        .arg(folder().join("corpus").join(name))
        .arg(format!(
            "-dict={}",
            folder().join(format!("{name}.dict")).display()
        ))
        .arg(format!(
            "-artifact_prefix={}-",
            folder().join("crashes").join(name).display()
        ))
        .arg(format!("-max_len={}", target.longest))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={}", args.hang))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-seed={}", args.seed))
        .arg("-print_final_stats=1")
        .stdout(File::create(&log)?)
        .stderr(File::options().append(true).open(&log)?);
    let status = process::run_within(&mut command, Duration::from_secs(seconds) + GRACE)?;
    let text = String::from_utf8_lossy(&files::read(&log)?).into_owned();
    let found = crashes(name)?
        .into_iter()
        .find(|crash| !before.contains(crash));
    let ended = match status {
        Some(status) if status.success() => None,
        Some(status) => Some(status.to_string()),
        None => Some("it did not end".to_owned()),
    };
    Ok(Run::new(name, &text, seconds, ended, found, &log))
}

/// Inputs of a target that crashed it, of this run and of earlier ones.
fn crashes(name: &str) -> Result<Vec<PathBuf>> {
    let folder = folder().join("crashes");
    let listed =
        fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let is_of = |path: &Path| {
        let file = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let rest = file.as_deref().and_then(|file| {
            file.strip_prefix(name)?
                .strip_prefix('-')
                .map(str::to_owned)
        });
        // Names of files go on with what happened: `crash`, `timeout`, `oom`, `leak`.
        rest.is_some()
    };
    let mut found: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    found.retain(|path| is_of(path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_shared_evenly_on_all_cores() {
        assert_eq!(share(Duration::from_secs(120), 2, 16), 15);
        assert_eq!(share(Duration::from_secs(60), 4, 1), 60);
        assert_eq!(share(Duration::from_secs(5), 2, 100), 1);
    }
}

//! The job for Apache Spark, in local-cluster mode with two executors.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::place;
use crate::test::leg::{Place, Ran};
use crate::{apt, cargo, files, process};

/// Java as Debian has it.
const JAVA: &str = "openjdk-17-jre-headless";
const REQUIREMENTS: &str = "tests/spark/requirements.txt";

/// Needs Java and the packages of [`REQUIREMENTS`], which not every machine can fetch.
pub fn run() -> Result<Ran> {
    let python = match prepared() {
        Ok(python) => python,
        Err(problem) => return Ok(Ran::Cannot(format!("{problem:#}"))),
    };
    let mut check = process::command(python);
    check.arg("tests/spark/check.py").arg("--program");
    process::run(check.arg(cargo::build_program()?))?;
    let java = process::command("java").arg("-version").output()?;
    let java = String::from_utf8_lossy(&java.stderr);
    Ok(Ran::On(Place {
        compiler: java.lines().next().unwrap_or_default().to_owned(),
        ..place::host()?
    }))
}

/// Java, and a Python with Spark: its program.
fn prepared() -> Result<PathBuf> {
    if process::find(&["java"]).is_none() && apt::is_usable() {
        apt::install(&[JAVA])?;
    }
    process::find(&["java"]).context("Java is missing, which Spark needs; install version 17")?;
    let python = process::find(&["python3"]).context("python3 is missing, which runs the job")?;
    let environment = files::target().join("spark-python");
    let bin = environment.join("bin");
    if !bin.join("spark-submit").exists() {
        process::run(
            process::command(python)
                .args(["-m", "venv"])
                .arg(&environment),
        )?;
        let mut pip = process::command(bin.join("pip"));
        process::run(pip.args(["install", "--quiet", "-r", REQUIREMENTS]))?;
    }
    Ok(bin.join("python"))
}

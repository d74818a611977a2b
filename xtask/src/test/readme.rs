//! Runs the commands of README.md as a reader types them.
//!
//! Blocks marked `sh` are scripts; in blocks marked `console`, lines after `$ ` are commands and
//! the other lines are their output. A block marked `sh no-run` is skipped. The commands run in one
//! scratch folder with links to the repository's files and made-up evaluation data in `mydata`. Of a
//! command that installs something, serves without end or starts these tests again, only the
//! arguments are checked.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, bail};

use super::sample;
use crate::{files, process};

const LIMIT: Duration = Duration::from_secs(300);

/// Shell functions that replace what a test must not do.
const PRELUDE: &str = r#"set -euo pipefail
git() { [ "$1" = clone ] || command git "$@"; }
cd() { [ "$1" = uniroute ] || builtin cd "$@"; }
cargo() {
  case "$1" in
    xtask) command "$XTASK" "${@:2}" --help >/dev/null ;;
    install|build) : ;;
    run) shift; while [ "$1" != -- ]; do shift; done; shift; uniroute "$@" ;;
    *) command cargo "$1" --help >/dev/null ;;
  esac
}
uniroute() {
  if [ "${1-}" = serve ]; then command uniroute "$@" --help >/dev/null; else command uniroute "$@"; fi
}
npm() { command npm help "$1" >/dev/null; }
"#;

/// Runs every block with the command line's program.
pub fn run(program: &Path) -> Result<()> {
    let readme = String::from_utf8(files::read(&files::root().join("README.md"))?)?;
    let scripts = scripts(&readme);
    let bin = program.parent().context("the program is in no folder")?;
    let scratch = files::target().join("readme");
    prepare(&scratch)?;
    sample::write(&scratch.join("mydata"))?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(bin.to_path_buf()).chain(std::env::split_paths(&path)),
    )?;
    let xtask = std::env::current_exe()?;
    for script in &scripts {
        eprintln!(
            "[xtask] README.md line {}:\n{}",
            script.line,
            script.text.trim_end()
        );
        let mut bash = process::command("bash");
        bash.arg("-c")
            .arg(format!("{PRELUDE}{}", script.text))
            .current_dir(&scratch)
            .env("PATH", &path)
            .env("XTASK", &xtask);
        match process::run_within(&mut bash, LIMIT)? {
            Some(status) if status.success() => {}
            Some(status) => bail!(
                "README.md line {}: the commands failed ({status})",
                script.line
            ),
            None => bail!(
                "README.md line {}: the commands did not end within {} s",
                script.line,
                LIMIT.as_secs()
            ),
        }
    }
    eprintln!("[xtask] {} blocks of README.md work", scripts.len());
    Ok(())
}

/// Makes an empty folder with a link to each file and folder of the repository's root that git tracks.
fn prepare(scratch: &Path) -> Result<()> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch)?;
    let tracked = process::output(process::command("git").args(["ls-files"]))?;
    let mut names: Vec<&str> = tracked
        .lines()
        .filter_map(|path| path.split('/').next())
        .collect();
    names.dedup();
    for name in names {
        link(&files::root().join(name), &scratch.join(name))
            .with_context(|| format!("cannot link {name}"))?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_file() {
        fs::copy(from, to).map(|_| ())
    } else {
        std::os::windows::fs::symlink_dir(from, to)
    }
}

#[derive(Debug, PartialEq)]
struct Script {
    /// Line of the fence, from 1.
    line: usize,
    text: String,
}

fn scripts(markdown: &str) -> Vec<Script> {
    let mut found = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| line.trim() != "```")
            .collect();
        let mut words = info.split_whitespace();
        let text = match (words.next(), words.next()) {
            (Some("sh"), None) => block.join("\n"),
            (Some("console"), None) => console_commands(&block),
            _ => continue,
        };
        if !text.trim().is_empty() {
            found.push(Script {
                line: number + 1,
                text: text + "\n",
            });
        }
    }
    found
}

/// The commands of a console block. A backslash at the end of a line continues the command.
fn console_commands(block: &[&str]) -> String {
    let mut commands = Vec::new();
    let mut continues = false;
    for line in block {
        let command = if continues {
            Some(*line)
        } else {
            line.strip_prefix("$ ")
        };
        continues = command.is_some_and(|text| text.ends_with('\\'));
        commands.extend(command);
    }
    commands.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_blocks_are_scripts() {
        let text = "a\n```sh\nls\n```\n```rust\nfn\n```\n```sh no-run\nrm\n```\n```\nplain\n```\n";
        assert_eq!(
            scripts(text),
            [Script {
                line: 2,
                text: "ls\n".into()
            }]
        );
    }

    #[test]
    fn a_console_block_gives_its_commands_and_not_their_output() {
        let block = ["$ echo a \\", "  b", "a b", "$ ls", "x"];
        assert_eq!(console_commands(&block), "echo a \\\n  b\nls");
    }

    #[test]
    fn an_unclosed_block_ends_with_the_file() {
        assert_eq!(scripts("```sh\nls").len(), 1);
    }

    #[test]
    fn a_command_that_does_not_end_is_only_asked_for_its_help() {
        let script = format!(
            "XTASK=xtask\n{PRELUDE}\ncommand() {{ echo \"$@\" >&2; }}\ncargo xtask demo --no-open"
        );
        let output = std::process::Command::new("bash")
            .arg("-c")
            .arg(script)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "xtask demo --no-open --help\n"
        );
    }
}

//! What a target did, from what libFuzzer prints.

use std::path::{Path, PathBuf};

use crate::files;

/// One target that ran.
#[derive(Debug, Default, PartialEq)]
pub struct Run {
    name: String,
    /// Inputs that were tried.
    executions: u64,
    per_second: u64,
    /// Inputs that are kept, each because it reaches something new.
    corpus: u64,
    /// Edges of the program that were reached.
    edges: u64,
    /// How it ended, where it ended too early.
    ended: Option<String>,
    /// The input that ended it, if it was kept.
    crash: Option<PathBuf>,
    /// The first line that says what was wrong.
    problem: String,
    log: PathBuf,
}

impl Run {
    /// Reads the log of a target that ran for so many seconds.
    pub fn new(
        name: &str,
        text: &str,
        seconds: u64,
        ended: Option<String>,
        crash: Option<PathBuf>,
        log: &Path,
    ) -> Self {
        let executions = number(text, "stat::number_of_executed_units:");
        Self {
            name: name.to_owned(),
            executions,
            per_second: executions / seconds.max(1),
            corpus: number(text, " corp:"),
            edges: number(text, " cov:"),
            ended,
            crash,
            problem: problem(text).to_owned(),
            log: log.to_owned(),
        }
    }
}

/// The number after the last occurrence of a word; 0 if there is none.
fn number(text: &str, word: &str) -> u64 {
    let after = text
        .rsplit_once(word)
        .map_or("", |(_, after)| after.trim_start());
    let digits = after
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(after.len());
    after[..digits].parse().unwrap_or(0)
}

/// The line after that of the panic, or the first line of an error.
fn problem(text: &str) -> &str {
    let mut lines = text.lines();
    if lines.by_ref().any(|line| line.contains("panicked at")) {
        return lines.next().unwrap_or_default();
    }
    let marks = ["of memory,", "ERROR: "];
    let marked = |line: &&str| marks.iter().any(|mark| line.contains(mark));
    text.lines().find(marked).unwrap_or_default()
}

/// All targets, one a line, and their sum.
pub fn table(runs: &[Run]) -> String {
    let line = |name: &str, cells: [&str; 4], result: &str| {
        let [executions, per_second, corpus, edges] = cells;
        format!("{name:<16}{executions:>12}{per_second:>12}{corpus:>8}{edges:>8}  {result}\n")
    };
    let head = ["executions", "per second", "corpus", "edges"];
    let mut out = line("target", head, "result");
    for run in runs {
        let numbers =
            [run.executions, run.per_second, run.corpus, run.edges].map(|n| n.to_string());
        let result = run.ended.as_ref().map_or("no fault", |_| "FAULT");
        out.push_str(&line(
            &run.name,
            numbers.each_ref().map(String::as_str),
            result,
        ));
    }
    let sum: u64 = runs.iter().map(|run| run.executions).sum();
    out.push_str(&format!("{sum} executions of {} targets\n", runs.len()));
    out
}

/// What a target found, and how to see it again; `None` if it found nothing.
pub fn failure(run: &Run) -> Option<String> {
    let ended = run.ended.as_ref()?;
    let (name, problem) = (&run.name, &run.problem);
    let log = files::shown(&run.log);
    Some(match &run.crash {
        Some(crash) => format!(
            "{name}: {problem}\n  see it again: cargo xtask fuzz --target {name} --input {}\n  log: {log}",
            files::shown(crash)
        ),
        None => format!("{name}: {ended}; {problem}\n  log: {log}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "#2\tINITED cov: 10 ft: 12 corp: 1/79b exec/s: 0\n\
        #99\tREDUCE cov: 2126 ft: 5037 corp: 213/89Kb lim: 557 exec/s: 1371 L: 149/557 MS: 1 Cross\n\
        thread '<unnamed>' (5) panicked at src/check.rs:18:5:\n\
        control characters: \"x\"\nstack backtrace:\n==5== ERROR: libFuzzer: deadly signal\n\
        stat::number_of_executed_units: 4126\n";

    fn run(ended: Option<&str>, crash: Option<&str>) -> Run {
        let (ended, crash) = (ended.map(str::to_owned), crash.map(PathBuf::from));
        Run::new("card", LOG, 10, ended, crash, Path::new("card.log"))
    }

    #[test]
    fn the_last_numbers_of_a_log_count() {
        let run = run(None, None);
        assert_eq!((run.executions, run.per_second), (4126, 412));
        assert_eq!((run.corpus, run.edges), (213, 2126));
        assert_eq!(failure(&run), None);
        assert!(table(&[run]).ends_with("no fault\n4126 executions of 1 targets\n"));
    }

    #[test]
    fn a_fault_names_its_problem_and_the_command_that_shows_it_again() {
        let fault = failure(&run(Some("exit status: 77"), Some("crashes/card-crash-1"))).unwrap();
        assert!(fault.starts_with("card: control characters"), "{fault}");
        assert!(
            fault.contains("--target card --input crashes/card-crash-1"),
            "{fault}"
        );
    }
}

//! `cargo xtask test`: every check of the project, in legs, with what each ran on.

pub mod chromium;
mod legs;
mod readme;
mod sample;

use std::{env, time::Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::wasm::Built;

/// Which legs to run.
#[derive(clap::Args)]
pub struct Args {
    /// Legs to run, in their order [default: all]
    #[arg(value_enum)]
    legs: Vec<Leg>,
}

/// One kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Leg {
    /// rustfmt agrees with every file
    Format,
    /// Modules use each other as ARCHITECTURE.md says
    Architecture,
    /// The WebAssembly module and the page build
    Wasm,
    /// clippy has nothing to say, natively and for WebAssembly
    Lints,
    /// Rust tests on this machine
    Native,
    /// Examples in the documentation run, and its links lead somewhere
    Docs,
    /// The commands in README.md work
    Readme,
    /// The JavaScript keeps to its types
    Types,
    /// The built npm package in Node
    Node,
    /// The npm tarball in Node, bundlers, Chromium and workerd, and the examples
    Package,
    /// The served page in Chromium
    Browser,
    /// What a visitor downloads
    Size,
    /// Licences and advisories of dependencies; optional, needs cargo-deny
    Licences,
}

impl Leg {
    /// Legs that may be skipped even where everything else must run.
    fn optional(self) -> bool {
        matches!(self, Self::Licences)
    }

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Where a leg ran.
#[derive(Clone, Debug, Default)]
struct Place {
    target: String,
    compiler: String,
    simd: String,
}

/// How a leg ended when nothing was wrong.
enum Ran {
    /// It ran there and found nothing.
    On(Place),
    /// This machine cannot run it, and why.
    Cannot(String),
}

/// What one leg leaves to the next.
#[derive(Default)]
struct State {
    /// Everything must run here, as in CI.
    strict: bool,
    wasm: Option<Built>,
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Row {
    leg: Leg,
    verdict: Verdict,
    place: Place,
    seconds: f32,
}

/// Runs the legs and prints the table of what ran.
pub fn run(args: &Args) -> Result<()> {
    let mut legs = args.legs.clone();
    if legs.is_empty() {
        legs = Leg::value_variants().to_vec();
    }
    legs.sort();
    legs.dedup();
    let strict = env::var("CI").is_ok_and(|value| value == "true");
    let mut state = State {
        strict,
        ..State::default()
    };
    let mut rows = Vec::new();
    for leg in legs {
        eprintln!("\n[xtask] ─── {} ───", leg.name());
        let start = Instant::now();
        let (verdict, place) = judge(leg, legs::run(leg, &mut state), state.strict);
        let seconds = start.elapsed().as_secs_f32();
        if let Verdict::Failed(reason) = &verdict {
            eprintln!("[xtask] {} failed: {reason}", leg.name());
        }
        rows.push(Row {
            leg,
            verdict,
            place,
            seconds,
        });
    }
    print!("{}", table(&rows));
    let failed = rows
        .iter()
        .filter(|row| matches!(row.verdict, Verdict::Failed(_)))
        .count();
    if failed > 0 {
        // The table has said it all; its last line stays the last.
        std::process::exit(1);
    }
    Ok(())
}

/// A leg that cannot run is a failure where all must (`strict`), unless it is optional.
fn judge(leg: Leg, ran: Result<Ran>, strict: bool) -> (Verdict, Place) {
    match ran {
        Ok(Ran::On(place)) => (Verdict::Passed, place),
        Ok(Ran::Cannot(reason)) if strict && !leg.optional() => {
            (Verdict::Failed(reason), Place::default())
        }
        Ok(Ran::Cannot(reason)) => (Verdict::Skipped(reason), Place::default()),
        Err(error) => (Verdict::Failed(format!("{error:#}")), Place::default()),
    }
}

fn table(rows: &[Row]) -> String {
    let head = [
        "leg",
        "result",
        "target",
        "compiler or engine",
        "SIMD",
        "seconds",
    ]
    .map(String::from);
    let mut cells = vec![head];
    for row in rows {
        let result = match row.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed(_) => "FAILED",
            Verdict::Skipped(_) => "skipped",
        };
        let Place {
            target,
            compiler,
            simd,
        } = row.place.clone();
        cells.push([
            row.leg.name(),
            result.into(),
            target,
            compiler,
            simd,
            format!("{:.0}", row.seconds),
        ]);
    }
    let width = |column: usize| {
        cells
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut out = String::from("\n");
    for row in &cells {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"));
        out.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    let mut counts = [0; 3];
    for row in rows {
        let (index, reason) = match &row.verdict {
            Verdict::Passed => (0, None),
            Verdict::Failed(reason) => (1, Some(reason)),
            Verdict::Skipped(reason) => (2, Some(reason)),
        };
        counts[index] += 1;
        if let Some(reason) = reason {
            let first = reason.lines().next().unwrap_or_default();
            out.push_str(&format!("{}: {first}\n", row.leg.name()));
        }
    }
    let [passed, failed, skipped] = counts;
    out.push_str(&format!(
        "{passed} passed, {failed} failed, {skipped} skipped\n"
    ));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cannot() -> Result<Ran> {
        Ok(Ran::Cannot("no browser".into()))
    }

    #[test]
    fn a_leg_that_cannot_run_fails_where_all_must() {
        assert_eq!(
            judge(Leg::Browser, cannot(), true).0,
            Verdict::Failed("no browser".into())
        );
        assert_eq!(
            judge(Leg::Browser, cannot(), false).0,
            Verdict::Skipped("no browser".into())
        );
        assert_eq!(
            judge(Leg::Licences, cannot(), true).0,
            Verdict::Skipped("no browser".into())
        );
    }

    #[test]
    fn the_last_line_counts_the_legs_and_every_failure_has_its_reason_above() {
        let row = |leg, verdict| Row {
            leg,
            verdict,
            place: Place::default(),
            seconds: 1.0,
        };
        let text = table(&[
            row(Leg::Format, Verdict::Passed),
            row(Leg::Native, Verdict::Failed("2 tests\nlong story".into())),
            row(Leg::Browser, Verdict::Skipped("no browser".into())),
        ]);
        assert!(
            text.ends_with(
                "\nnative: 2 tests\nbrowser: no browser\n1 passed, 1 failed, 1 skipped\n"
            ),
            "{text}"
        );
    }
}

//! The result of each leg, and the table of all results.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::leg::{Leg, Place, Ran};

/// One leg that ran.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    leg: Leg,
    verdict: Verdict,
    place: Place,
    seconds: f32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Verdict {
    Passed,
    /// Passed, but this machine cannot run a part of it.
    Partly(String),
    Failed(String),
    Skipped(String),
}

impl Row {
    /// Judges how a leg ended. Where all legs must run (`strict`), one that cannot run, or not
    /// completely, has failed, unless it is optional.
    pub fn new(leg: Leg, ran: Result<Ran>, seconds: f32, strict: bool) -> Self {
        let strict = strict && !leg.is_optional();
        let (verdict, place) = match ran {
            Ok(Ran::On(place)) => (Verdict::Passed, place),
            Ok(Ran::Partly(place, reason)) if strict => (Verdict::Failed(reason), place),
            Ok(Ran::Partly(place, reason)) => (Verdict::Partly(reason), place),
            Ok(Ran::Cannot(reason)) if strict => (Verdict::Failed(reason), Place::default()),
            Ok(Ran::Cannot(reason)) => (Verdict::Skipped(reason), Place::default()),
            Err(error) => (Verdict::Failed(format!("{error:#}")), Place::default()),
        };
        Self {
            leg,
            verdict,
            place,
            seconds,
        }
    }

    /// The leg that it is of.
    pub fn leg(&self) -> Leg {
        self.leg
    }

    /// Why the leg failed, if it did.
    pub fn failure(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Failed(reason) => Some(reason),
            _ => None,
        }
    }

    fn cells(&self) -> [String; 6] {
        let result = match self.verdict {
            Verdict::Passed | Verdict::Partly(_) => "passed",
            Verdict::Failed(_) => "FAILED",
            Verdict::Skipped(_) => "skipped",
        };
        let place = self.place.clone();
        [
            self.leg.name(),
            result.into(),
            place.target,
            place.compiler,
            place.simd,
            format!("{:.0}", self.seconds),
        ]
    }
}

/// The rows as a table, then the reasons of what did not run or failed, then the counts.
pub fn table(rows: &[Row]) -> String {
    let head = [
        "leg",
        "result",
        "target",
        "compiler or engine",
        "SIMD",
        "seconds",
    ];
    let mut cells = vec![head.map(String::from)];
    cells.extend(rows.iter().map(Row::cells));
    let width = |column: usize| {
        let lengths = cells.iter().map(|row| row[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
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
            Verdict::Partly(reason) => (0, Some(reason)),
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

    fn verdict(leg: Leg, ran: Ran, strict: bool) -> Verdict {
        Row::new(leg, Ok(ran), 1.0, strict).verdict
    }

    #[test]
    fn a_leg_that_cannot_run_fails_where_all_must() {
        let cannot = || Ran::Cannot("no browser".into());
        assert_eq!(
            verdict(Leg::Browser, cannot(), true),
            Verdict::Failed("no browser".into())
        );
        assert_eq!(
            verdict(Leg::Browser, cannot(), false),
            Verdict::Skipped("no browser".into())
        );
        assert_eq!(
            verdict(Leg::Licences, cannot(), true),
            Verdict::Skipped("no browser".into())
        );
    }

    #[test]
    fn a_leg_that_runs_in_part_passes_with_its_reason_and_fails_where_all_must() {
        let partly = || Ran::Partly(Place::default(), "no Node".into());
        assert_eq!(
            verdict(Leg::Format, partly(), true),
            Verdict::Failed("no Node".into())
        );
        assert_eq!(
            verdict(Leg::Licences, partly(), true),
            Verdict::Partly("no Node".into())
        );
        let text = table(&[Row::new(Leg::Format, Ok(partly()), 1.0, false)]);
        assert!(
            text.ends_with("\nformat: no Node\n1 passed, 0 failed, 0 skipped\n"),
            "{text}"
        );
    }

    #[test]
    fn the_last_line_counts_the_legs_and_every_failure_has_its_reason_above() {
        let failure = anyhow::anyhow!("2 tests\nlong story");
        let rows = [
            Row::new(Leg::Format, Ok(Ran::On(Place::default())), 1.0, false),
            Row::new(Leg::Native, Err(failure), 1.0, false),
            Row::new(
                Leg::Browser,
                Ok(Ran::Cannot("no browser".into())),
                1.0,
                false,
            ),
        ];
        let text = table(&rows);
        assert!(
            text.ends_with(
                "\nnative: 2 tests\nbrowser: no browser\n1 passed, 1 failed, 1 skipped\n"
            ),
            "{text}"
        );
    }
}

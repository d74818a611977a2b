//! Progress on standard error.

use super::streams::note;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// A bar over `total` steps, shown only in a terminal.
pub fn bar(total: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>24} {bar:32} {pos}/{len} {eta}");
    let bar = ProgressBar::new(total).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A spinner, shown only in a terminal, for work without countable steps.
pub fn spinner(what: &'static str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// Seconds between two lines of progress where there is no terminal.
const EVERY: Duration = Duration::from_secs(30);

/// A bar over slow steps. Without a terminal, as in a log, a line says now and then how far it is.
pub struct Steps {
    bar: ProgressBar,
    what: &'static str,
    start: Instant,
    /// Steps that were done before the start.
    before: u64,
    told: Instant,
}

impl Steps {
    /// A bar over `total` steps, of which `before` are done.
    pub fn new(total: u64, before: u64, what: &'static str) -> Self {
        let bar = bar(total, what);
        bar.inc(before);
        let start = Instant::now();
        Self {
            bar,
            what,
            start,
            before,
            told: start,
        }
    }

    /// One more step is done.
    pub fn step(&mut self) {
        self.bar.inc(1);
        if self.bar.is_hidden() && self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(0));
            note!(
                "{}: {done} of {total}, about {} left",
                self.what,
                HumanDuration(left(
                    self.start.elapsed(),
                    done - self.before,
                    total.saturating_sub(done)
                ))
            );
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// The time for `more` steps, where `done` ones took `elapsed`.
fn left(elapsed: Duration, done: u64, more: u64) -> Duration {
    let seconds = elapsed.as_secs_f64() / done.max(1) as f64 * more as f64;
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_a_step_as_what_is_done() {
        let second = Duration::from_secs(1);
        assert_eq!(left(30 * second, 10, 20), 60 * second);
        assert_eq!(left(30 * second, 0, 2), 60 * second);
        assert_eq!(left(30 * second, 10, 0), Duration::ZERO);
    }
}

//! The time in generated files, which must not differ from one build to the next.

use std::env;

use anyhow::{Context, Result};

/// Seconds since 1970 that stand for the time of the build; distributions set it.
const EPOCH: &str = "SOURCE_DATE_EPOCH";
/// The time that npm gives to all files in a tarball: 1985-10-26T08:15:00Z.
const FIXED: u64 = 499_162_500;
const DAY: u64 = 86_400;

/// The time of the build as ISO 8601 in UTC: `SOURCE_DATE_EPOCH`, or a fixed time.
pub fn of_build() -> Result<String> {
    let seconds = match env::var(EPOCH) {
        Ok(text) => text
            .parse()
            .ok()
            .filter(|&s| s < 10_000 * 365 * DAY / 2)
            .with_context(|| {
                format!("{EPOCH} is `{text}`; it must be the number of seconds since 1970")
            })?,
        Err(_) => FIXED,
    };
    Ok(iso(seconds))
}

/// Seconds since 1970 as `2026-11-29T21:15:39Z`.
fn iso(seconds: u64) -> String {
    let (mut days, rest) = (seconds / DAY, seconds % DAY);
    let mut year = 1970;
    while days >= days_of(year) {
        days -= days_of(year);
        year += 1;
    }
    let february = days_of(year) - 337;
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
        days + 1
    )
}

fn days_of(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_a_date() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (FIXED, "1985-10-26T08:15:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(iso(seconds), date);
        }
    }
}

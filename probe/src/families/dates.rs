//! Weekdays and distances of dates.

use super::words::{MONTHS, PEOPLE, WEEKDAYS};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

/// Days from 0000-03-01 of the Gregorian calendar; months from 1 (the usual shift of the year to March).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (y, m) = match month {
        3.. => (year, month - 3),
        _ => (year - 1, month + 9),
    };
    365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1
}

/// Position in the week from Monday.
fn weekday(year: i64, month: i64, day: i64) -> usize {
    // 2024-01-01 was a Monday.
    (days(year, month, day) - days(2024, 1, 1)).rem_euclid(7) as usize
}

fn month_name(month: i64) -> &'static str {
    MONTHS[(month - 1).rem_euclid(12) as usize]
}

pub fn dates(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let year = dice.range(2021, 2034);
    let (month, day) = (dice.range(1, 12), dice.range(1, 28));
    match difficulty {
        Difficulty::Easy => {
            let today = dice.below(7);
            let after = dice.range(8, 400);
            let who = dice.pick(&PEOPLE);
            let right = WEEKDAYS[(today + after as usize) % 7];
            Draft::answered(
                format!(
                    "Today is {}. {who} comes back in {after} days. Which day of the week will that be?",
                    WEEKDAYS[today]
                ),
                "the day of the week",
                Key::choice(right, &WEEKDAYS),
            )
        }
        Difficulty::Medium => {
            let (m2, d2) = (dice.range(1, 12), dice.range(1, 28));
            let (first, second) = ((month, day).min((m2, d2)), (month, day).max((m2, d2)));
            let between = days(year, second.0, second.1) - days(year, first.0, first.1);
            Draft::number(
                format!(
                    "How many days after {} {}, {year} is {} {}, {year}? Count the later day but not the first.",
                    month_name(first.0),
                    first.1,
                    month_name(second.0),
                    second.1
                ),
                between as f64,
            )
        }
        Difficulty::Hard => {
            let (y2, m2, d2) = (
                year + dice.range(1, 3),
                dice.range(1, 12),
                dice.range(1, 28),
            );
            let right = WEEKDAYS[weekday(y2, m2, d2)];
            Draft::answered(
                format!(
                    "{} {day}, {year} is a {}. Which day of the week is {} {d2}, {y2}?",
                    month_name(month),
                    WEEKDAYS[weekday(year, month, day)],
                    month_name(m2)
                ),
                "the day of the week",
                Key::choice(right, &WEEKDAYS),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_have_their_weekday() {
        // Moon landing, fall of the Berlin wall, 29 February 2000, 1 January 2026.
        for (date, name) in [
            ((1969, 7, 20), "Sunday"),
            ((1989, 11, 9), "Thursday"),
            ((2000, 2, 29), "Tuesday"),
            ((2026, 1, 1), "Thursday"),
        ] {
            assert_eq!(WEEKDAYS[weekday(date.0, date.1, date.2)], name);
        }
    }
}

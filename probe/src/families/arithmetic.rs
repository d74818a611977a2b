//! Calculation, word problems and units.

use super::words::{GOODS, PEOPLE, dollars};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

pub fn expression(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (query, value) = match difficulty {
        Difficulty::Easy => {
            let (a, b) = (dice.range(120, 989), dice.range(120, 989));
            (format!("What is {a} + {b}?"), a + b)
        }
        Difficulty::Medium => {
            let (a, b, c) = (dice.range(23, 97), dice.range(12, 89), dice.range(100, 999));
            (format!("Calculate {a} × {b} − {c}."), a * b - c)
        }
        Difficulty::Hard => {
            let (a, b, c) = (
                dice.range(112, 899),
                dice.range(112, 899),
                dice.range(12, 89),
            );
            let d = dice.range(13, 77);
            (
                format!("Calculate {a} × {b} − {c} × {d} × 7."),
                a * b - c * d * 7,
            )
        }
    };
    Draft::number(query, value as f64)
}

pub fn word_problem(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let who = dice.pick(&PEOPLE);
    let goods = dice.some(&GOODS, 2);
    let (first, second) = (goods[0], goods[1]);
    let (n, m) = (dice.range(3, 12), dice.range(2, 9));
    let (p, q) = (dice.range(2, 19) * 100, dice.range(3, 29) * 100);
    let sum = n * p + m * q;
    match difficulty {
        Difficulty::Easy => Draft::number(
            format!(
                "{who} buys {n} {first} for {} each and {m} {second} for {} each. How many dollars does \
                 {who} pay in total?",
                dollars(p),
                dollars(q)
            ),
            (sum / 100) as f64,
        ),
        Difficulty::Medium => {
            let percent = dice.pick(&[10, 15, 20, 25, 30]);
            let value = sum as f64 * f64::from(100 - percent) / 1e4;
            Draft::answered(
                format!(
                    "A shop gives a discount of {percent} percent on everything. {who} buys {n} {first} at \
                     {} each and {m} {second} at {} each, both prices before the discount. How many dollars \
                     does {who} pay?",
                    dollars(p),
                    dollars(q)
                ),
                "the amount in dollars",
                Key::rounded(value, 2),
            )
        }
        Difficulty::Hard => {
            let people = dice.range(3, 7);
            let tip = dice.pick(&[5, 10, 15, 20]);
            let tax = dice.pick(&[4, 6, 8]);
            let total = sum as f64 / 100.0;
            let value = (total * (1.0 + f64::from(tax) / 100.0) + total * f64::from(tip) / 100.0)
                / people as f64;
            Draft::answered(
                format!(
                    "{people} friends share a bill equally. They ordered {n} dishes at {} and {m} drinks at {}. \
                     Tax of {tax} percent and a tip of {tip} percent are both calculated on the amount of the \
                     order before tax. How much does each friend pay, rounded to the cent?",
                    dollars(p),
                    dollars(q)
                ),
                "the amount in dollars",
                Key::rounded(value, 2),
            )
        }
    }
}

pub fn units(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    match difficulty {
        Difficulty::Easy => {
            let (from, to, factor) = dice.pick(&[
                ("kilometres", "metres", 1000.0),
                ("hours", "minutes", 60.0),
                ("kilograms", "grams", 1000.0),
                ("litres", "millilitres", 1000.0),
                ("days", "hours", 24.0),
            ]);
            let n = dice.range(3, 19_997);
            Draft::number(format!("Convert {n} {from} to {to}."), n as f64 * factor)
        }
        Difficulty::Medium => {
            let (minutes, speed) = (dice.range(3, 23) * 10, dice.range(5, 24) * 6);
            Draft::number(
                format!(
                    "A train travels at a constant speed of {speed} km/h. How many kilometres does it travel \
                     in {minutes} minutes?"
                ),
                (speed * minutes) as f64 / 60.0,
            )
        }
        Difficulty::Hard => {
            let (a, b) = (dice.range(3, 9), dice.range(2, 8) + 9);
            let litres = dice.range(2, 30) * a * b;
            let seconds = litres as f64 * 60.0 / (a + b) as f64;
            Draft::answered(
                format!(
                    "Two taps fill a tank of {litres} litres. One gives {a} litres a minute, the other {b} litres \
                     a minute. Both are open from the start. After how many seconds is the tank full? Round to \
                     a whole second."
                ),
                "the number of seconds",
                Key::rounded(seconds, 0),
            )
        }
    }
}

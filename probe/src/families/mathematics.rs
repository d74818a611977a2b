//! Algebra, number theory, geometry and probability.

use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

fn gcd(a: i64, b: i64) -> i64 {
    match b {
        0 => a.abs(),
        _ => gcd(b, a % b),
    }
}

pub fn equations(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (x, y) = (dice.range(-19, 29), dice.range(-17, 23));
    match difficulty {
        Difficulty::Easy => {
            let (a, b) = (dice.range(3, 14), dice.range(2, 60));
            Draft::answered(
                format!("Solve for x: {a}x + {b} = {}.", a * x + b),
                "the value of x",
                Key::exactly(x as f64),
            )
        }
        Difficulty::Medium => {
            let (a, b, c) = (dice.range(2, 9), dice.range(2, 9), dice.range(2, 9));
            // A determinant that is not zero: c·b + a·(b + 1) is positive.
            let (d, e) = (c, -(b + 1));
            Draft::answered(
                format!(
                    "Solve the system of equations {a}x + {b}y = {} and {d}x − {}y = {}. What is x?",
                    a * x + b * y,
                    -e,
                    d * x + e * y
                ),
                "the value of x",
                Key::exactly(x as f64),
            )
        }
        Difficulty::Hard => {
            let (p, q) = (dice.range(2, 15), dice.range(-14, -1));
            let a = dice.range(2, 6);
            let (b, c) = (-a * (p + q), a * p * q);
            Draft::answered(
                format!(
                    "Let p be the larger root of the polynomial {a}x² {} {}x {} {}. What is p³ − 2p?",
                    if b < 0 { '−' } else { '+' },
                    b.abs(),
                    if c < 0 { '−' } else { '+' },
                    c.abs()
                ),
                "the number",
                Key::exactly((p * p * p - 2 * p) as f64),
            )
        }
    }
}

pub fn number_theory(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    match difficulty {
        Difficulty::Easy => {
            let (a, b) = (dice.range(1000, 9999), dice.range(7, 29));
            Draft::number(
                format!("What is the remainder when {a} is divided by {b}?"),
                (a % b) as f64,
            )
        }
        Difficulty::Medium => {
            let common = dice.range(4, 60);
            let (a, b) = (common * dice.range(5, 31), common * dice.range(7, 37));
            Draft::number(
                format!("What is the greatest common divisor of {a} and {b}?"),
                gcd(a, b) as f64,
            )
        }
        Difficulty::Hard => {
            let (a, n, m) = (dice.range(3, 29), dice.range(20, 90), dice.range(31, 97));
            let value = (0..n).fold(1, |value, _| value * a % m);
            Draft::number(format!("What is {a}^{n} modulo {m}?"), value as f64)
        }
    }
}

pub fn geometry(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (a, b, c) = (dice.range(4, 390), dice.range(4, 390), dice.range(3, 25));
    match difficulty {
        Difficulty::Easy => Draft::number(
            format!(
                "A rectangle is {a} cm long and {b} cm wide. What is its perimeter in centimetres?"
            ),
            (2 * (a + b)) as f64,
        ),
        Difficulty::Medium => Draft::number(
            format!(
                "A box is {a} cm long, {b} cm wide and {c} cm high. What is the area of its whole surface, all \
                 six faces, in square centimetres?"
            ),
            (2 * (a * b + a * c + b * c)) as f64,
        ),
        Difficulty::Hard => {
            let p: Vec<i64> = dice.numbers(-30, 30, 6);
            let twice = (p[2] - p[0]) * (p[5] - p[1]) - (p[4] - p[0]) * (p[3] - p[1]);
            Draft::answered(
                format!(
                    "A triangle in the plane has the vertices ({}, {}), ({}, {}) and ({}, {}). What is its area?",
                    p[0], p[1], p[2], p[3], p[4], p[5]
                ),
                "the area",
                Key::exactly(twice.abs() as f64 / 2.0),
            )
        }
    }
}

pub fn probability(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (r, b, g) = (dice.range(3, 40), dice.range(3, 40), dice.range(2, 30));
    let fraction = |above: i64, below: i64| Key::Number {
        value: above as f64 / below as f64,
        tolerance: 0.0006,
    };
    let what = "the probability, as a fraction or with three decimals";
    match difficulty {
        Difficulty::Easy => Draft::answered(
            format!(
                "A bag holds {r} red, {b} blue and {g} green balls. One ball is drawn at random. What is the \
                 probability that it is blue?"
            ),
            what,
            fraction(b, r + b + g),
        ),
        Difficulty::Medium => {
            let n = r + b + g;
            Draft::answered(
                format!(
                    "A bag holds {r} red, {b} blue and {g} green balls. Two balls are drawn at random without \
                     replacement. What is the probability that both are red?"
                ),
                what,
                fraction(r * (r - 1), n * (n - 1)),
            )
        }
        Difficulty::Hard => {
            let n = r + b + g;
            let all = n * (n - 1) * (n - 2);
            Draft::answered(
                format!(
                    "An urn holds {r} red, {b} blue and {g} green balls. Three balls are drawn at random without \
                     replacement. What is the probability that all three have different colours?"
                ),
                what,
                fraction(6 * r * b * g, all),
            )
        }
    }
}

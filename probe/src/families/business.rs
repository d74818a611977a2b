//! Accounts and contracts.

use super::words::{CITIES, MONTHS, PEOPLE};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

pub fn accounts(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let thousands = dice.range(3, 60) * 1000 + dice.range(0, 9) * 100;
    let rate = dice.range(2, 9);
    let who = dice.pick(&PEOPLE);
    let amount = |value: f64| Key::rounded(value, 2);
    match difficulty {
        Difficulty::Easy => {
            let cost = dice.range(1, 9) * 100 + thousands / 2;
            let share = dice.pick(&[20, 25, 30, 40]);
            Draft::answered(
                format!(
                    "The small company of {who} has a revenue of ${thousands} and costs of ${cost} in one month. It pays \
                     {share} percent tax on its profit. What is the profit after tax in dollars?"
                ),
                "the amount in dollars",
                amount((thousands - cost) as f64 * f64::from(100 - share) / 100.0),
            )
        }
        Difficulty::Medium => {
            let years = dice.range(2, 4);
            let value = thousands as f64 * (1.0 + rate as f64 / 100.0).powi(years as i32);
            Draft::answered(
                format!(
                    "{who} invests ${thousands} in a savings account that pays {rate} percent interest a year, \
                     compounded once a year. What is the balance after {years} years, rounded to the cent?"
                ),
                "the amount in dollars",
                amount(value),
            )
        }
        Difficulty::Hard => {
            let (months, fee) = (dice.range(2, 3), dice.range(5, 30));
            let payment = dice.range(4, 9) * 100;
            let mut balance = thousands as f64;
            for _ in 0..months {
                balance = balance * (1.0 + rate as f64 / 1200.0) - payment as f64 + fee as f64;
            }
            Draft::answered(
                format!(
                    "{who} has a loan of ${thousands} with an interest rate of {rate} percent a year. Each month one \
                     twelfth of the yearly rate is charged on the balance, then {who} pays ${payment}, then the bank \
                     adds a fee of ${fee} to the balance. What does {who} owe after {months} months, rounded to the cent?"
                ),
                "the amount in dollars",
                Key::rounded(balance, 1),
            )
        }
    }
}

pub fn contract(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let people = dice.some(&PEOPLE, 2);
    let (landlord, tenant) = (people[0], people[1]);
    let rent = dice.range(6, 24) * 50 + dice.range(0, 9) * 5;
    let (notice, month, day) = (dice.range(2, 4), dice.range(1, 12), dice.range(4, 26));
    let city = dice.pick(&CITIES);
    let clause = format!(
        "Clauses of a rental agreement for a flat in {city}. 1: The rent is ${rent} a month, due on the first day. 2: The tenant may end the \
         agreement with a notice of {notice} full calendar months; the notice counts from the first day of the month after \
         the landlord receives it."
    );
    let (extra, question, what, key) = match difficulty {
        Difficulty::Easy => (
            " 3: The deposit is two months' rent.".to_owned(),
            format!(
                "What deposit in dollars must the tenant {tenant} pay to the landlord {landlord}?"
            ),
            "the amount in dollars",
            Key::exactly((2 * rent) as f64),
        ),
        Difficulty::Medium => {
            let end = MONTHS[(month + notice - 1).rem_euclid(12) as usize];
            (
                String::new(),
                format!(
                    "The landlord {landlord} receives the notice of the tenant {tenant} on {} {day}. What is the last month for \
                     which {tenant} must pay rent?",
                    MONTHS[month as usize - 1]
                ),
                "the name of the month",
                Key::choice(end, &MONTHS),
            )
        }
        Difficulty::Hard => {
            let (late, fee, cap) = (dice.range(3, 25), dice.range(4, 19), dice.range(5, 12));
            let grace = dice.range(2, 6);
            let charged = (late - grace).max(0) * fee;
            let capped = charged.min(rent * cap / 100);
            let repairs = dice.range(40, 400);
            (
                format!(
                    " 3: For each day that the rent is late beyond {grace} days of grace, the tenant pays ${fee}, but for one \
                     month never more than {cap} percent of the rent, rounded down to whole dollars. 4: Repairs up to $150 are \
                     paid by the tenant; of repairs that cost more, the tenant pays $150."
                ),
                format!(
                    "The tenant {tenant} pays the rent of one month {late} days late, and in the same month there is one repair \
                     for ${repairs}. What does {tenant} owe for this month in total, rent included?"
                ),
                "the amount in dollars",
                Key::exactly((rent + capped + repairs.min(150)) as f64),
            )
        }
    };
    Draft::answered(format!("{clause}{extra} {question}"), what, key)
}

//! Doses, recipes, schedules, ideas, messages and small talk, each with an answer that can be checked.

use super::words::{CITIES, GOODS, PEOPLE, THINGS, WEEKDAYS};
use crate::dice::Dice;
use crate::key::{Key, Rule};
use crate::probe::{Difficulty, Draft};

pub fn doses(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (mg, a_day, days) = (dice.range(2, 40) * 25, dice.range(2, 4), dice.range(5, 21));
    let kilos = dice.range(12, 78);
    let patient = dice.pick(&PEOPLE);
    match difficulty {
        Difficulty::Easy => Draft::number(
            format!(
                "A doctor prescribes a medicine to the patient {patient}: one tablet of {mg} mg {a_day} times a day for {days} days. \
                 How many milligrams of the medicine is that in total?"
            ),
            (mg * a_day * days) as f64,
        ),
        Difficulty::Medium => {
            let per_kilo = dice.range(4, 15);
            let strength = dice.pick(&[20, 25, 40, 50]);
            Draft::answered(
                format!(
                    "The dose of a syrup against fever is {per_kilo} mg for each kilogram of body weight. The syrup contains \
                     {strength} mg in each millilitre. How many millilitres are one dose for a patient of {kilos} kg?"
                ),
                "the number of millilitres, rounded to one decimal",
                Key::rounded((per_kilo * kilos) as f64 / f64::from(strength), 1),
            )
        }
        Difficulty::Hard => {
            let per_kilo = dice.range(20, 60);
            let limit = dice.range(6, 20) * 100;
            let strength = dice.pick(&[100, 125, 200, 250]);
            let daily = (per_kilo * kilos).min(limit) as f64;
            let ml = daily / a_day as f64 / f64::from(strength) * 5.0;
            let bottles = (ml * (a_day * days) as f64 / 100.0 - 1e-9).ceil();
            Draft::answered(
                format!(
                    "An antibiotic is given to a child of {kilos} kg: {per_kilo} mg for each kilogram a day, but never more than \
                     {limit} mg a day, in {a_day} equal doses for {days} days. The suspension contains {strength} mg in 5 ml and comes in bottles of \
                     100 ml. How many whole bottles does the pharmacy have to give out?"
                ),
                "the number of bottles",
                Key::exactly(bottles),
            )
        }
    }
}

pub fn recipes(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let dish = dice.pick(&[
        "pancakes",
        "lentil soup",
        "apple cake",
        "risotto",
        "bread rolls",
        "vegetable stew",
    ]);
    let (serves, guests) = (dice.range(2, 6), dice.range(7, 20));
    let grams = serves * dice.range(20, 95);
    match difficulty {
        Difficulty::Easy => Draft::number(
            format!(
                "A recipe for {dish} for {serves} people needs {grams} g of flour. How many grams of flour do I need to cook it for {guests} people?"
            ),
            (grams / serves * guests) as f64,
        ),
        Difficulty::Medium => {
            let eggs = serves * dice.range(1, 3);
            let have = grams * dice.range(2, 4) + dice.range(5, 60);
            let (most_f, egg_stock) = (have * serves / grams, eggs * 2 + dice.range(1, eggs));
            let most = most_f.min(egg_stock * serves / eggs);
            Draft::number(
                format!(
                    "A recipe for {dish} for {serves} people needs {grams} g of flour and {eggs} eggs. In my kitchen I have {have} g of flour \
                     and {egg_stock} eggs. For how many people at most can I cook it, if each gets a full portion?"
                ),
                most as f64,
            )
        }
        Difficulty::Hard => {
            let (oven, rest, batch) = (dice.range(12, 45), dice.range(20, 90), dice.range(3, 8));
            let pieces = batch * dice.range(3, 6) - dice.range(1, 2);
            let batches = (pieces + batch - 1) / batch;
            let cool = dice.range(3, 9);
            let minutes = rest + batches * oven + (batches - 1) * cool;
            let start = dice.range(8, 12) * 60 + dice.range(0, 59);
            let end = start + minutes;
            let clock = |m: i64| format!("{:02}:{:02}", m / 60 % 24, m % 60);
            Draft::answered(
                format!(
                    "I start to bake {dish} at {}. The dough rests for {rest} minutes. Then {pieces} pieces go into the oven, at most \
                     {batch} at once, each batch for {oven} minutes, and between two batches the oven cools for {cool} minutes. At what time is the last \
                     batch ready?",
                    clock(start)
                ),
                "the time as HH:MM",
                Key::Text {
                    right: vec![clock(end)],
                    case: false,
                },
            )
        }
    }
}

pub fn schedules(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let count = difficulty.of([2, 3, 4]);
    let people = dice.some(&PEOPLE, count);
    let days = 5;
    // Free days of each, with one that all share.
    let shared = dice.below(days);
    let city = dice.pick(&CITIES);
    let mut free: Vec<Vec<usize>> = people
        .iter()
        .map(|_| {
            (0..days)
                .filter(|d| *d == shared || dice.below(5) < 3)
                .collect()
        })
        .collect();
    // The other common days are taken from one of them.
    for day in 0..days {
        if day != shared && free.iter().all(|f| f.contains(&day)) {
            let at = dice.below(count);
            free[at].retain(|d| *d != day);
        }
    }
    let lines: Vec<String> = people
        .iter()
        .zip(&free)
        .map(|(p, f)| {
            let busy: Vec<&str> = (0..days)
                .filter(|d| !f.contains(d))
                .map(|d| WEEKDAYS[d])
                .collect();
            match (difficulty, busy.is_empty()) {
                (_, true) => format!("{p} has time on every day."),
                (Difficulty::Easy, _) => {
                    let f: Vec<&str> = f.iter().map(|d| WEEKDAYS[*d]).collect();
                    format!("{p} has time on {}.", super::words::joined(&f))
                }
                _ => format!("{p} cannot come on {}.", super::words::joined(&busy)),
            }
        })
        .collect();
    let (nights, price, flight) = (dice.range(2, 6), dice.range(50, 190), dice.range(60, 390));
    let offer = dice.range(2, 3);
    match difficulty {
        Difficulty::Easy | Difficulty::Medium => Draft::answered(
            format!(
                "Help me plan a day trip to {city} with friends, from Monday to Friday of next week. {} On which day can all of them \
                 go?",
                lines.join(" ")
            ),
            "the day",
            Key::choice(WEEKDAYS[shared], &WEEKDAYS),
        ),
        Difficulty::Hard => {
            let cost = |start: usize| {
                // Weekend nights, Friday and Saturday, cost more.
                let weekend = (0..nights)
                    .filter(|n| matches!((start as i64 + n).rem_euclid(7), 4 | 5))
                    .count() as i64;
                nights * price + weekend * 30
            };
            let total = (cost(shared) + flight) * count as i64
                - if count as i64 > offer { flight } else { 0 };
            Draft::answered(
                format!(
                    "Help me plan a holiday trip to {city} with a hotel for {nights} nights. It starts from Monday to Friday of next week, \
                     on the one day on which all travellers can leave. {} A night in the hotel costs ${price} for each person, and $30 more for the \
                     nights that begin on Friday or Saturday. A flight costs ${flight} for each person; groups of more than {offer} people get one \
                     flight free. What does the trip cost for all of them together?",
                    lines.join(" ")
                ),
                "the amount in dollars",
                Key::exactly(total as f64),
            )
        }
    }
}

pub fn ideas(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let subject = dice.pick(&[
        "a blog about home cooking",
        "team building",
        "a school science fair",
        "a podcast about cities",
        "a video channel about old machines",
        "a fundraiser of a sports club",
        "teaching children to read",
    ]);
    let n = dice.range(4, 8) as usize;
    let things = dice.some(&THINGS, 2);
    let base = format!(
        "Brainstorm {n} ideas for {subject}. Give them as a numbered list with one idea in each line."
    );
    let (extra, mut rules) = match difficulty {
        Difficulty::Easy => (
            format!(
                " One idea has to do with a {}, another one with a {}.",
                things[0], things[1]
            ),
            vec![Rule::Has(things[0].into()), Rule::Has(things[1].into())],
        ),
        Difficulty::Medium => {
            let w = dice.range(4, 7) as usize;
            (
                format!(
                    " Each idea has exactly {w} words. One of them uses the word \"{}\".",
                    things[0]
                ),
                vec![Rule::LineWords(w), Rule::Has(things[0].into())],
            )
        }
        Difficulty::Hard => {
            let w = dice.range(5, 8) as usize;
            let letter = dice.pick(&['k', 'v', 'w', 'f']);
            let free: Vec<&str> = THINGS
                .iter()
                .copied()
                .filter(|t| !t.contains(letter))
                .collect();
            let thing = dice.pick(&free);
            (
                format!(
                    " Each idea has exactly {w} words, the letter \"{letter}\" does not occur anywhere, there are no commas, and the last \
                     idea ends with the word \"{thing}\"."
                ),
                vec![
                    Rule::LineWords(w),
                    Rule::WithoutLetter(letter),
                    Rule::NoCommas,
                    Rule::Ends(thing.into()),
                ],
            )
        }
    };
    rules.extend([Rule::Numbered(n), Rule::Lines(n)]);
    Draft::whole(
        format!("{base}{extra}"),
        "Give only the list.",
        Key::Rules(rules),
    )
}

pub fn messages(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let people = dice.some(&PEOPLE, 2);
    let (day, good, n) = (dice.pick(&WEEKDAYS), dice.pick(&GOODS), dice.range(12, 480));
    let (to, from) = (people[0], people[1]);
    let base = format!(
        "Write an e-mail to my colleague {to} about the delivery of {n} {good} that is late until {day}. Begin with \"Dear {to},\" and end \
         with my name, {from}."
    );
    let mut rules = vec![
        Rule::Starts(format!("dear {to},")),
        Rule::Ends(from.into()),
        Rule::Has(day.into()),
        Rule::Has(good.into()),
        Rule::Has(n.to_string()),
    ];
    let extra = match difficulty {
        Difficulty::Easy => "",
        Difficulty::Medium => {
            rules.extend([Rule::Words(30, 60), Rule::Lacks("sorry".into())]);
            " The whole e-mail has 30 to 60 words and does not use the word \"sorry\"."
        }
        Difficulty::Hard => {
            rules.extend([
                Rule::Words(40, 55),
                Rule::Lacks("sorry".into()),
                Rule::Lacks("the".into()),
                Rule::Has("thank you".into()),
                Rule::Bullets(2),
            ]);
            " The whole e-mail has 40 to 55 words, uses neither the word \"sorry\" nor the word \"the\", contains \"thank you\", and has \
             exactly two bullet points, in lines that begin with \"- \"."
        }
    };
    Draft::whole(
        format!("{base}{extra}"),
        "Give only the e-mail, without a subject line.",
        Key::Rules(rules),
    )
}

pub fn small_talk(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let who = dice.pick(&PEOPLE);
    let (colour, thing) = (dice.pick(&super::words::COLOURS), dice.pick(&THINGS));
    let opening = dice.pick(&[
        "Hi there! How are you today?",
        "Good morning! I slept badly and feel a bit sad.",
        "Hello, nice to meet you! Tell me something nice.",
        "Hey, I am lonely tonight. Can we chat a little?",
        "Thank you so much for your help today, goodbye!",
    ]);
    let city = dice.pick(&CITIES);
    let base =
        format!("{opening} My name is {who}, I come from {city} and I love my {colour} {thing}.");
    let (form, rules) = match difficulty {
        Difficulty::Easy => (
            "Answer in one or two sentences and use my name.".to_owned(),
            vec![Rule::Has(who.into()), Rule::Words(3, 70)],
        ),
        Difficulty::Medium => {
            let w = dice.range(9, 18) as usize;
            (
                format!("Answer in exactly {w} words and use my name and the word \"{thing}\"."),
                vec![
                    Rule::Has(who.into()),
                    Rule::Has(thing.into()),
                    Rule::Words(w, w),
                ],
            )
        }
        Difficulty::Hard => {
            let n = dice.range(2, 3) as usize;
            let w = n * dice.range(6, 8) as usize;
            (
                format!(
                    "Answer in exactly {n} sentences with exactly {w} words together, without commas. Use my name, the words \"{colour}\" and \
                     \"{thing}\", and do not use the words \"you\", \"your\" or \"hello\"."
                ),
                vec![
                    Rule::Sentences(n),
                    Rule::Words(w, w),
                    Rule::NoCommas,
                    Rule::Has(who.into()),
                    Rule::Has(colour.into()),
                    Rule::Has(thing.into()),
                    Rule::Lacks("you".into()),
                    Rule::Lacks("your".into()),
                    Rule::Lacks("hello".into()),
                ],
            )
        }
    };
    Draft::whole(base, &form, Key::Rules(rules))
}

//! A fact in a long text.

use super::words::{CITIES, COLOURS, GOODS, PEOPLE, THINGS};
use crate::dice::Dice;
use crate::probe::{Difficulty, Draft};

pub fn needle(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let count = difficulty.of([40, 110, 260]);
    let mut lines: Vec<String> = (0..count)
        .map(|_| {
            let (who, city) = (dice.pick(&PEOPLE), dice.pick(&CITIES));
            let (n, good, colour) = (dice.range(2, 60), dice.pick(&GOODS), dice.pick(&COLOURS));
            match dice.below(3) {
                0 => format!("{who} from {city} asked for {n} {colour} {good}."),
                1 => format!("A parcel with {n} {good} left for {city}; {who} signed for it."),
                _ => format!(
                    "{who} noted that the {colour} {good} in {city} had sold out after {n} days."
                ),
            }
        })
        .collect();
    let things = dice.some(&THINGS, 3);
    let codes = dice.numbers(1000, 9999, 3);
    let facts: Vec<String> = things
        .iter()
        .zip(&codes)
        .map(|(t, code)| format!("The code of the safe behind the {t} is {code}."))
        .collect();
    let places: Vec<usize> = (0..3).map(|_| dice.below(lines.len())).collect();
    for (fact, place) in facts.iter().zip(places) {
        lines.insert(place, fact.clone());
    }
    let (question, value) = match difficulty {
        Difficulty::Hard => (
            format!(
                "What is the sum of the codes of the safes behind the {} and the {}?",
                things[0], things[1]
            ),
            codes[0] + codes[1],
        ),
        _ => (
            format!("What is the code of the safe behind the {}?", things[0]),
            codes[0],
        ),
    };
    Draft::number(
        format!(
            "Read this passage and answer the question at its end.\n\n{}\n\n{question}",
            lines.join(" ")
        ),
        value as f64,
    )
}

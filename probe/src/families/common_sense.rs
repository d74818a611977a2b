//! Where people think that a thing is.

use super::words::{PEOPLE, THINGS};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

const PLACES: [&str; 8] = [
    "drawer", "cupboard", "box", "fridge", "bag", "shelf", "suitcase", "wardrobe",
];

pub fn belief(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let people = dice.some(&PEOPLE, 3);
    let places = dice.some(&PLACES, 4);
    let thing = dice.pick(&THINGS);
    let (a, b, c) = (people[0], people[1], people[2]);
    let seen = dice.coin();
    let (story, question, right) = match difficulty {
        Difficulty::Easy => (
            format!(
                "{a} puts the {thing} into the {} and leaves the house. Then {b} moves the {thing} to the {}.",
                places[0], places[1]
            ),
            match seen {
                true => format!("Where is the {thing} now?"),
                false => {
                    format!("Where will {a}, who saw nothing of this, look for the {thing} first?")
                }
            },
            if seen { places[1] } else { places[0] },
        ),
        Difficulty::Medium => (
            format!(
                "{a} puts the {thing} into the {} while {b} and {c} watch. {c} leaves. Then {a} moves the {thing} to the {}; {b} \
                 sees it. {b} leaves, too. At last {a} moves the {thing} to the {}. {c} comes back, asks nobody and looks for \
                 the {thing}.",
                places[0], places[1], places[2]
            ),
            match seen {
                true => format!("Where does {c} look first?"),
                false => format!("Where does {b} think that the {thing} is?"),
            },
            if seen { places[0] } else { places[1] },
        ),
        Difficulty::Hard => (
            format!(
                "{a}, {b} and {c} see the {thing} in the {}. {a} leaves the room but watches through the window without anybody \
                 noticing. {b} moves the {thing} to the {} in front of {c}. Then {b} leaves for good. {c} puts the {thing} into \
                 the {}, and {a}, still unnoticed at the window, sees this as well.",
                places[0], places[1], places[2]
            ),
            match dice.below(3) {
                0 => format!("Where does {c} believe that {a} thinks the {thing} is?"),
                1 => format!("Where does {a} know that {b} thinks the {thing} is?"),
                _ => format!("Where does {a} think that the {thing} is?"),
            },
            "",
        ),
    };
    let right = match difficulty {
        Difficulty::Hard if question.contains("believe") => places[0],
        Difficulty::Hard if question.contains("know") => places[1],
        Difficulty::Hard => places[2],
        _ => right,
    };
    Draft::answered(
        format!("{story} {question}"),
        "the place",
        Key::choice(right, &PLACES),
    )
}

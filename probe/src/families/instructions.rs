//! Texts that must keep rules, and instructions in several steps.

use super::words::{COLOURS, PEOPLE, THINGS, commas};
use crate::dice::Dice;
use crate::key::{Key, Rule};
use crate::probe::{Difficulty, Draft};

pub fn writing(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let things = dice.some(&THINGS, 4);
    let who = dice.pick(&PEOPLE);
    let (a, b) = (things[0], things[1]);
    let (wish, rules) = match difficulty {
        Difficulty::Easy => {
            let n = dice.range(2, 4) as usize;
            (
                format!(
                    "Write exactly {n} sentences about a {a}. Use the words \"{b}\" and \"{}\" at least once.",
                    things[2]
                ),
                vec![
                    Rule::Sentences(n),
                    Rule::Has(b.into()),
                    Rule::Has(things[2].into()),
                ],
            )
        }
        Difficulty::Medium => {
            let (least, banned) = (
                dice.range(20, 40) as usize,
                dice.pick(&["is", "and", "with", "very"]),
            );
            (
                format!(
                    "Write a paragraph of {least} to {} words about {who} and a {a}. Use the words \"{b}\" and \
                     \"{}\". Do not use the word \"{banned}\" and do not use any commas.",
                    least + 15,
                    things[2]
                ),
                vec![
                    Rule::Words(least, least + 15),
                    Rule::Has(b.into()),
                    Rule::Has(things[2].into()),
                    Rule::Lacks(banned.into()),
                    Rule::NoCommas,
                ],
            )
        }
        Difficulty::Hard => {
            let n = dice.range(3, 5) as usize;
            let w = dice.range(5, 8) as usize;
            let letter = dice.pick(&['z', 'j', 'x', 'v']);
            let free: Vec<&str> = THINGS
                .iter()
                .copied()
                .filter(|t| !t.contains(letter))
                .collect();
            let (a, b) = (dice.pick(&free), dice.pick(&free));
            (
                format!(
                    "Write exactly {n} lines of exactly {w} words each. Write everything in small letters. The text \
                     is about a {a}, begins with the word \"the\" and ends with the word \"{b}\". The letter \
                     \"{letter}\" must not occur."
                ),
                vec![
                    Rule::Lines(n),
                    Rule::LineWords(w),
                    Rule::Lower,
                    Rule::Has(a.into()),
                    Rule::Starts("the ".into()),
                    Rule::Ends(b.into()),
                    Rule::WithoutLetter(letter),
                ],
            )
        }
    };
    Draft::whole(wish, "Give only the text.", Key::Rules(rules))
}

pub fn poem(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let things = dice.some(&THINGS, 3);
    let word = dice.pick(&[
        "rain", "dawn", "moss", "wolf", "star", "seed", "lake", "bird",
    ]);
    let (wish, rules) = match difficulty {
        Difficulty::Easy => {
            let n = dice.range(3, 6) as usize;
            (
                format!(
                    "Write a poem of exactly {n} lines about a {}, a {} and a {}.",
                    things[0], things[1], things[2]
                ),
                vec![
                    Rule::Lines(n),
                    Rule::Has(things[2].into()),
                    Rule::Has(things[0].into()),
                    Rule::Has(things[1].into()),
                ],
            )
        }
        Difficulty::Medium => (
            format!(
                "Write an acrostic poem of four lines: the first letters of its lines spell \"{word}\". The poem must \
                 contain the words \"{}\" and \"{}\".",
                things[0], things[1]
            ),
            vec![
                Rule::Lines(4),
                Rule::Initials(word.into()),
                Rule::Has(things[0].into()),
                Rule::Has(things[1].into()),
            ],
        ),
        Difficulty::Hard => {
            let w = dice.range(4, 7) as usize;
            (
                format!(
                    "Write an acrostic poem of four lines: the first letters of its lines spell \"{word}\". Every line \
                     has exactly {w} words, there are no commas, the poem contains the word \"{}\" and its last word is \
                     \"{}\".",
                    things[0], things[1]
                ),
                vec![
                    Rule::Lines(4),
                    Rule::Initials(word.into()),
                    Rule::LineWords(w),
                    Rule::NoCommas,
                    Rule::Has(things[0].into()),
                    Rule::Ends(things[1].into()),
                ],
            )
        }
    };
    Draft::whole(
        wish,
        "Give only the poem, without a title.",
        Key::Rules(rules),
    )
}

pub fn story(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let things = dice.some(&THINGS, 3);
    let people = dice.some(&PEOPLE, 2);
    let (p, q) = (people[0], people[1]);
    let (n, extra, mut rules) = match difficulty {
        Difficulty::Easy => (
            3,
            format!(" The story must contain a {}.", things[0]),
            vec![
                Rule::Has(p.into()),
                Rule::Has(q.into()),
                Rule::Has(things[0].into()),
            ],
        ),
        Difficulty::Medium => (
            5,
            format!(
                " The story must contain a {} and end with the word \"{}\".",
                things[0], things[1]
            ),
            vec![
                Rule::Has(p.into()),
                Rule::Has(q.into()),
                Rule::Has(things[0].into()),
                Rule::Ends(things[1].into()),
            ],
        ),
        Difficulty::Hard => (
            6,
            format!(
                " The story begins with the words \"Nobody in the village\", contains the words \"{}\" and \"{}\", never \
                 uses the word \"was\", has 60 to 90 words and ends with the word \"{}\".",
                things[0], things[1], things[2]
            ),
            vec![
                Rule::Has(p.into()),
                Rule::Has(q.into()),
                Rule::Starts("nobody in the village".into()),
                Rule::Has(things[0].into()),
                Rule::Has(things[1].into()),
                Rule::Lacks("was".into()),
                Rule::Words(60, 90),
                Rule::Ends(things[2].into()),
            ],
        ),
    };
    rules.push(Rule::Sentences(n));
    let place = dice.pick(&[
        "an enchanted forest",
        "a haunted castle",
        "a village of dragons",
        "a ship of pirates",
    ]);
    Draft::whole(
        format!(
            "Write a very short fantasy story of exactly {n} sentences about the characters {p} and {q} in {place}.{extra} Do not use dialogue."
        ),
        "Give only the story.",
        Key::Rules(rules),
    )
}

pub fn multi_step(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let mut list: Vec<String> = dice
        .some(&COLOURS, difficulty.of([4, 5, 6]))
        .iter()
        .map(|c| (*c).into())
        .collect();
    let start = commas(&list);
    let count = difficulty.of([2, 4, 7]);
    let mut steps = Vec::new();
    for step in 0..count {
        let len = list.len();
        let text = match dice.below(6) {
            0 => {
                list.reverse();
                "Reverse the order of the list.".to_owned()
            }
            1 => {
                let thing = dice.pick(&THINGS);
                list.insert(0, thing.into());
                format!("Put the word \"{thing}\" in front of the list.")
            }
            2 if len > 3 => {
                let at = dice.range(2, len as i64 - 1) as usize;
                list.remove(at - 1);
                format!("Remove the word at position {at}.")
            }
            3 => {
                list.swap(0, len - 1);
                "Swap the first and the last word.".to_owned()
            }
            4 => {
                list.sort();
                "Sort the list alphabetically.".to_owned()
            }
            _ => {
                list.rotate_left(1);
                "Move the first word to the end of the list.".to_owned()
            }
        };
        steps.push(format!("{}. {text}", step + 1));
    }
    Draft::answered(
        format!(
            "Start with this list: {start}. Follow these steps one after the other:\n{}\nWhich list do you get?",
            steps.join("\n")
        ),
        "the words in order, separated by commas",
        Key::list(&list, true),
    )
}

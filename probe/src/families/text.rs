//! Work on lists, words and letters.

use super::words::{PEOPLE, THINGS, commas};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

pub fn lists(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let words = dice.some(&THINGS, difficulty.of([5, 7, 10]));
    let shown = commas(&words);
    let (query, items) = match difficulty {
        Difficulty::Easy => {
            let mut sorted = words.clone();
            sorted.sort_unstable();
            (format!("Sort these words alphabetically: {shown}."), sorted)
        }
        Difficulty::Medium => {
            let mut sorted = words.clone();
            sorted.sort_by_key(|w| (w.len(), *w));
            (
                format!(
                    "Sort these words by their number of letters, the shortest first, and words of equal length \
                     alphabetically: {shown}."
                ),
                sorted,
            )
        }
        Difficulty::Hard => {
            let letter = dice.pick(&['a', 'e', 'n', 'r']);
            let last = |w: &str| w.chars().next_back();
            let mut kept: Vec<&str> = words
                .iter()
                .copied()
                .filter(|w| !w.contains(letter))
                .collect();
            kept.extend(dice.some(&PEOPLE, 2));
            let shown = commas(&kept);
            // Sorted by the last letter, then by the first letters.
            kept.retain(|w| w.chars().count() != 4);
            kept.sort_by_key(|w| (last(w), w.to_lowercase()));
            (
                format!(
                    "Remove all words of exactly four letters from this list, then sort the others alphabetically \
                     by their last letter, and words with the same last letter alphabetically as a whole, without \
                     regard to capital letters: {shown}."
                ),
                kept,
            )
        }
    };
    Draft::answered(
        query,
        "the words in order, separated by commas",
        Key::list(&items, true),
    )
}

pub fn letters(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let words = dice.some(&THINGS, difficulty.of([3, 5, 7]));
    let phrase = words.join(" ");
    let letter = dice.pick(&['a', 'e', 'n', 'r', 'i', 't']);
    match difficulty {
        Difficulty::Easy => Draft::number(
            format!("How many times does the letter \"{letter}\" occur in the words \"{phrase}\"?"),
            phrase.matches(letter).count() as f64,
        ),
        Difficulty::Medium => Draft::number(
            format!("How many vowels (a, e, i, o, u) are in the words \"{phrase}\"?"),
            phrase.chars().filter(|c| "aeiou".contains(*c)).count() as f64,
        ),
        Difficulty::Hard => {
            let reversed: Vec<String> = words
                .iter()
                .enumerate()
                .map(|(i, w)| match i % 2 {
                    0 => w.chars().rev().collect(),
                    _ => w.to_uppercase(),
                })
                .collect();
            Draft::answered(
                format!(
                    "Change the words \"{phrase}\" like this: spell every word at an odd position (first, third, …) \
                     backwards, and write every word at an even position in capital letters."
                ),
                "the changed words, separated by single spaces",
                Key::Text {
                    right: vec![reversed.join(" ")],
                    case: true,
                },
            )
        }
    }
}

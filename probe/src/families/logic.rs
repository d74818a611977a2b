//! Puzzles with exactly one solution, and sequences.

use super::words::{PEOPLE, commas, joined};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

/// All orders of `count` positions.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        all = all
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..count)
                    .filter(|i| !order.contains(i))
                    .map(|i| [&order[..], &[i]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    all
}

/// A statement on an order: `order[place] = person`.
#[derive(Clone, Copy)]
enum Clue {
    Before(usize, usize),
    Next(usize, usize),
    NotAt(usize, usize),
    Apart(usize, usize, usize),
}

impl Clue {
    fn holds(self, order: &[usize]) -> bool {
        let at = |person: usize| order.iter().position(|p| *p == person).unwrap_or(0);
        match self {
            Self::Before(a, b) => at(a) < at(b),
            Self::Next(a, b) => at(a).abs_diff(at(b)) == 1,
            Self::NotAt(a, place) => at(a) != place,
            Self::Apart(a, b, between) => at(a).abs_diff(at(b)) == between + 1,
        }
    }

    fn text(self, names: &[&str]) -> String {
        match self {
            Self::Before(a, b) => format!("{} finished before {}.", names[a], names[b]),
            Self::Next(a, b) => format!(
                "{} and {} finished directly one after the other, in one order or the other.",
                names[a], names[b]
            ),
            Self::NotAt(a, place) => format!("{} did not finish in place {}.", names[a], place + 1),
            Self::Apart(a, b, n) => format!(
                "Exactly {n} {} finished between {} and {}.",
                if n == 1 { "runner" } else { "runners" },
                names[a],
                names[b]
            ),
        }
    }
}

pub fn ordering(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let count = difficulty.of([3, 5, 6]);
    let names = dice.some(&PEOPLE, count);
    let mut truth: Vec<usize> = (0..count).collect();
    dice.shuffle(&mut truth);
    let mut left = orders(count);
    let mut clues: Vec<Clue> = Vec::new();
    // Clues that are true and exclude something, until one order is left. `Before` of neighbours alone
    // would be enough, so this ends; the bound only limits the length of a puzzle.
    for round in 0..400 {
        if left.len() == 1 {
            break;
        }
        let pair = dice.some(&(0..count).collect::<Vec<_>>(), 2);
        let (a, b) = (pair[0], pair[1]);
        let kinds = if matches!(difficulty, Difficulty::Easy) || round > 200 {
            1
        } else {
            4
        };
        let clue = match dice.below(kinds) {
            0 => Clue::Before(a, b),
            1 => Clue::Next(a, b),
            2 => Clue::NotAt(a, dice.below(count)),
            _ => Clue::Apart(a, b, dice.below(count - 2) + 1),
        };
        let after: Vec<Vec<usize>> = left.iter().filter(|o| clue.holds(o)).cloned().collect();
        if clue.holds(&truth) && after.len() < left.len() {
            clues.push(clue);
            left = after;
        }
    }
    dice.shuffle(&mut clues);
    let text: Vec<String> = clues.iter().map(|c| c.text(&names)).collect();
    let solution: Vec<&str> = truth.iter().map(|p| names[*p]).collect();
    Draft::answered(
        format!(
            "Logic puzzle: {} ran a race, and no two finished at the same time. {} In which order did they finish?",
            joined(&names),
            text.join(" ")
        ),
        "the names from first to last, separated by commas",
        Key::list(&solution, true),
    )
}

pub fn truth_tellers(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let count = difficulty.of([3, 4, 5]);
    let names = dice.some(&PEOPLE, count);
    // Statements about others: that one is a liar or not, or how many liars there are. Drawn until
    // exactly one world agrees with all of them.
    for _ in 0..2000 {
        let statements: Vec<(usize, usize, bool)> = (0..count)
            .map(|speaker| {
                let about = (speaker + 1 + dice.below(count - 1)) % count;
                // About itself: the number of liars is odd.
                let about = if count > 2 && dice.below(4) == 0 {
                    speaker
                } else {
                    about
                };
                (speaker, about, dice.coin())
            })
            .collect();
        let worlds: Vec<u32> = (0..1u32 << count)
            .filter(|world| {
                let liar = |i: usize| world >> i & 1 == 1;
                statements.iter().all(|(speaker, about, says)| {
                    let fact = match speaker == about {
                        true => world.count_ones() % 2 == 1,
                        false => liar(*about),
                    };
                    (fact == *says) != liar(*speaker)
                })
            })
            .collect();
        let [world] = worlds.as_slice() else {
            continue;
        };
        let liars: Vec<&str> = (0..count)
            .filter(|i| world >> i & 1 == 1)
            .map(|i| names[i])
            .collect();
        let said = statements.iter().map(|(speaker, about, says)| {
            let speech = match (speaker == about, says) {
                (true, true) => "Among us there is an odd number of knaves".to_owned(),
                (true, false) => "Among us there is an even number of knaves".to_owned(),
                (false, true) => format!("{} is a knave", names[*about]),
                (false, false) => format!("{} is a knight", names[*about]),
            };
            format!("{} says: \"{speech}.\"", names[*speaker])
        });
        let said: Vec<String> = said.collect();
        return Draft::answered(
            format!(
                "On an island, knights always tell the truth and knaves always lie. You meet {}. {} Who are the knaves?",
                joined(&names),
                said.join(" ")
            ),
            "the names of all knaves, separated by commas, or `none`",
            Key::list(&liars, false),
        );
    }
    // So many draws find one in practice; a question on parity stands in for a puzzle.
    let n = dice.range(100, 999);
    Draft::number(
        format!("Logic puzzle: how many of the whole numbers from 1 to {n} are odd?"),
        ((n + 1) / 2) as f64,
    )
}

pub fn sequences(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let (a, b, c) = (dice.range(2, 900), dice.range(3, 97), dice.range(2, 5));
    let terms: Vec<i64> = match difficulty {
        Difficulty::Easy => (0..6).map(|i| a + b * i).collect(),
        Difficulty::Medium => (0..7).map(|i| a + b * i + c * i * i).collect(),
        Difficulty::Hard => {
            let mut terms = vec![a, a + b];
            for i in 2..8 {
                terms.push(terms[i - 1] + c * terms[i - 2] - b);
            }
            terms
        }
    };
    let (last, shown) = terms.split_last().unwrap_or((&0, &[]));
    let hint = match difficulty {
        Difficulty::Hard => {
            " Each number follows from the two before it by one rule: a multiple of one of them is added to the other, and a constant is subtracted."
        }
        _ => "",
    };
    Draft::number(
        format!(
            "What is the next number of the sequence {}, …?{hint}",
            commas(shown)
        ),
        *last as f64,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_there_once() {
        let mut all = orders(4);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 24);
    }
}

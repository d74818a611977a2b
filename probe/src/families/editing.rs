//! Spelling and closed phrases of other languages.

use super::words::{CITIES, PEOPLE, WEEKDAYS};
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

/// Right and wrong spellings.
const SPELLINGS: [(&str, &str); 16] = [
    ("separate", "seperate"),
    ("definitely", "definately"),
    ("received", "recieved"),
    ("necessary", "neccesary"),
    ("tomorrow", "tommorow"),
    ("believe", "beleive"),
    ("beginning", "begining"),
    ("occurred", "occured"),
    ("environment", "enviroment"),
    ("government", "goverment"),
    ("accommodate", "accomodate"),
    ("immediately", "immediatly"),
    ("weird", "wierd"),
    ("truly", "truely"),
    ("calendar", "calender"),
    ("embarrassed", "embarassed"),
];

/// Sentences with a place for a word of the list above in the same number.
const FRAMES: [&str; 4] = [
    "In her note to {p}, {q} wrote the word \"{w}\" on {d}.",
    "On {d}, {p} said that {q} could not spell the word \"{w}\".",
    "The teacher of {p} and {q} asked on {d} how to write \"{w}\".",
    "{p} looked up the word \"{w}\" in {c} on {d}, and {q} did it, too.",
];

pub fn proofreading(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let people = dice.some(&PEOPLE, 2);
    let (city, day) = (dice.pick(&CITIES), dice.pick(&WEEKDAYS));
    let chosen = dice.some(&SPELLINGS, 2);
    let frame = dice.pick(&FRAMES);
    let filled = |word: &str| {
        frame
            .replace("{p}", people[0])
            .replace("{q}", people[1])
            .replace("{c}", city)
            .replace("{d}", day)
            .replace("{w}", word)
    };
    let (mut wrong, mut right) = (filled(chosen[0].1), filled(chosen[0].0));
    if !matches!(difficulty, Difficulty::Easy) {
        wrong += &format!(
            " Their freinds was not there, and \"{}\" was misspelled to.",
            chosen[1].1
        );
        right += &format!(
            " Their friends were not there, and \"{}\" was misspelled too.",
            chosen[1].0
        );
    }
    if matches!(difficulty, Difficulty::Hard) {
        let n = dice.range(3, 40);
        wrong += &format!(" Its' a pity that there is less than {n} students whom know it.");
        right += &format!(" It's a pity that there are fewer than {n} students who know it.");
    }
    let with_comma = right.replace("misspelled too.", "misspelled, too.");
    Draft::answered(
        format!(
            "Proofread this text. Correct all mistakes in spelling and grammar and change nothing else: {wrong}"
        ),
        "the corrected text",
        Key::Text {
            right: vec![right, with_comma],
            case: false,
        },
    )
}

/// English, French, German and Spanish of numbers, days and colours.
const NUMBERS: [[&str; 4]; 10] = [
    ["three", "trois", "drei", "tres"],
    ["four", "quatre", "vier", "cuatro"],
    ["five", "cinq", "fünf", "cinco"],
    ["six", "six", "sechs", "seis"],
    ["seven", "sept", "sieben", "siete"],
    ["eight", "huit", "acht", "ocho"],
    ["nine", "neuf", "neun", "nueve"],
    ["eleven", "onze", "elf", "once"],
    ["twelve", "douze", "zwölf", "doce"],
    ["fifteen", "quinze", "fünfzehn", "quince"],
];
const DAYS: [[&str; 4]; 7] = [
    ["Monday", "lundi", "Montag", "lunes"],
    ["Tuesday", "mardi", "Dienstag", "martes"],
    ["Wednesday", "mercredi", "Mittwoch", "miércoles"],
    ["Thursday", "jeudi", "Donnerstag", "jueves"],
    ["Friday", "vendredi", "Freitag", "viernes"],
    ["Saturday", "samedi", "Samstag", "sábado"],
    ["Sunday", "dimanche", "Sonntag", "domingo"],
];
const PLURALS: [[&str; 4]; 8] = [
    ["books", "livres", "Bücher", "libros"],
    ["houses", "maisons", "Häuser", "casas"],
    ["dogs", "chiens", "Hunde", "perros"],
    ["cats", "chats", "Katzen", "gatos"],
    ["apples", "pommes", "Äpfel", "manzanas"],
    ["tables", "tables", "Tische", "mesas"],
    ["friends", "amis", "Freunde", "amigos"],
    ["trees", "arbres", "Bäume", "árboles"],
];

pub fn translation(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let language = dice.range(1, 3) as usize;
    let name = ["English", "French", "German", "Spanish"][language];
    let (n, m) = (dice.some(&NUMBERS, 3), dice.some(&PLURALS, 3));
    let day = dice.pick(&DAYS);
    let who = dice.pick(&PEOPLE);
    let l = language;
    let joint = ["and", "et", "und", "y"][l];
    let (english, right) = match difficulty {
        Difficulty::Easy => (
            format!("{} {} and {} {}", n[0][0], m[0][0], n[1][0], m[1][0]),
            vec![format!(
                "{} {} {joint} {} {}",
                n[0][l], m[0][l], n[1][l], m[1][l]
            )],
        ),
        Difficulty::Medium => {
            let three = |l: usize, joint: &str| {
                format!(
                    "{} {}, {} {} {joint} {} {}",
                    n[0][l], m[0][l], n[1][l], m[1][l], n[2][l], m[2][l]
                )
            };
            (three(0, "and"), vec![three(l, joint)])
        }
        Difficulty::Hard => {
            let things = format!("{} {} {joint} {} {}", n[0][l], m[0][l], n[1][l], m[1][l]);
            let right = match l {
                1 => vec![
                    format!("{} {who} a {things}", day[1]),
                    format!("le {} {who} a {things}", day[1]),
                    format!("{}, {who} a {things}", day[1]),
                ],
                2 => vec![format!("Am {} hat {who} {things}", day[2])],
                _ => vec![
                    format!("El {} {who} tiene {things}", day[3]),
                    format!("El {}, {who} tiene {things}", day[3]),
                ],
            };
            (
                format!(
                    "On {}, {who} has {} {} and {} {}.",
                    day[0], n[0][0], m[0][0], n[1][0], m[1][0]
                ),
                right,
            )
        }
    };
    Draft::answered(
        format!("Translate into {name}: \"{english}\""),
        "the translation",
        Key::Text { right, case: false },
    )
}

//! Short facts that we wrote down ourselves.

use super::words::commas;
use crate::dice::Dice;
use crate::key::Key;
use crate::probe::{Difficulty, Draft};

/// Countries with their capital and continent.
const CAPITALS: [(&str, &str, &str); 36] = [
    ("France", "Paris", "Europe"),
    ("Japan", "Tokyo", "Asia"),
    ("Egypt", "Cairo", "Africa"),
    ("Canada", "Ottawa", "North America"),
    ("Brazil", "Brasília", "South America"),
    ("Kenya", "Nairobi", "Africa"),
    ("Norway", "Oslo", "Europe"),
    ("Peru", "Lima", "South America"),
    ("Thailand", "Bangkok", "Asia"),
    ("Portugal", "Lisbon", "Europe"),
    ("Cuba", "Havana", "North America"),
    ("Greece", "Athens", "Europe"),
    ("Vietnam", "Hanoi", "Asia"),
    ("Ireland", "Dublin", "Europe"),
    ("Argentina", "Buenos Aires", "South America"),
    ("Poland", "Warsaw", "Europe"),
    ("Turkey", "Ankara", "Asia"),
    ("Australia", "Canberra", "Oceania"),
    ("Ethiopia", "Addis Ababa", "Africa"),
    ("Mongolia", "Ulaanbaatar", "Asia"),
    ("Uruguay", "Montevideo", "South America"),
    ("Latvia", "Riga", "Europe"),
    ("Slovenia", "Ljubljana", "Europe"),
    ("Ghana", "Accra", "Africa"),
    ("Senegal", "Dakar", "Africa"),
    ("Nepal", "Kathmandu", "Asia"),
    ("Laos", "Vientiane", "Asia"),
    ("Bhutan", "Thimphu", "Asia"),
    ("Zambia", "Lusaka", "Africa"),
    ("Burkina Faso", "Ouagadougou", "Africa"),
    ("Suriname", "Paramaribo", "South America"),
    ("Moldova", "Chișinău", "Europe"),
    ("Kyrgyzstan", "Bishkek", "Asia"),
    ("Malawi", "Lilongwe", "Africa"),
    ("Honduras", "Tegucigalpa", "North America"),
    ("Fiji", "Suva", "Oceania"),
];

pub fn facts(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let known = difficulty.of([18, 26, 36]);
    let chosen = dice.some(&CAPITALS[..known], difficulty.of([4, 5, 7]));
    let countries: Vec<&str> = chosen.iter().map(|(country, ..)| *country).collect();
    match difficulty {
        Difficulty::Easy | Difficulty::Medium => {
            let mut capitals: Vec<&str> = chosen.iter().map(|(_, capital, _)| *capital).collect();
            capitals.sort_unstable();
            Draft::answered(
                format!(
                    "What are the capital cities of these countries: {}?",
                    commas(&countries)
                ),
                "the capital cities in alphabetical order, separated by commas",
                Key::list(&capitals, true),
            )
        }
        Difficulty::Hard => {
            let continent = chosen[0].2;
            let capitals: Vec<&str> = chosen
                .iter()
                .filter(|(_, _, c)| *c == continent)
                .map(|(_, capital, _)| *capital)
                .collect();
            Draft::answered(
                format!(
                    "Which of these countries are in {continent}, and what are their capital cities: {}?",
                    commas(&countries)
                ),
                "the capital cities of those countries, separated by commas",
                Key::list(&capitals, false),
            )
        }
    }
}

/// Events with their year; no two of one question within a few years of each other.
const EVENTS: [(&str, i64); 28] = [
    ("the fall of Constantinople to the Ottomans", 1453),
    ("the first voyage of Columbus to America", 1492),
    ("the start of the French Revolution", 1789),
    ("the Battle of Waterloo", 1815),
    ("the end of the American Civil War", 1865),
    ("the sinking of the Titanic", 1912),
    ("the October Revolution in Russia", 1917),
    ("the end of the Second World War", 1945),
    ("the first human on the Moon", 1969),
    ("the fall of the Berlin Wall", 1989),
    ("the coronation of Charlemagne as emperor", 800),
    ("the Norman conquest of England", 1066),
    ("the sealing of Magna Carta", 1215),
    ("the start of the Thirty Years' War", 1618),
    ("the Great Fire of London", 1666),
    ("the American Declaration of Independence", 1776),
    ("the unification of Germany under Bismarck", 1871),
    ("the assassination of Archduke Franz Ferdinand", 1914),
    ("the Wall Street crash", 1929),
    ("the launch of Sputnik", 1957),
    ("the assassination of Julius Caesar", -44),
    ("the eruption of Vesuvius that buried Pompeii", 79),
    ("the Peace of Westphalia", 1648),
    ("the abolition of slavery in the British Empire", 1833),
    ("the opening of the Suez Canal", 1869),
    ("the independence of India", 1947),
    ("the Chernobyl disaster", 1986),
    ("the Edict of Nantes", 1598),
];

pub fn timeline(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    let known = difficulty.of([18, 22, 28]);
    let mut events: Vec<(&str, i64)> = Vec::new();
    for event in dice.some(&EVENTS[..known], known) {
        let apart = events.iter().all(|(_, year)| (year - event.1).abs() > 2);
        if apart && events.len() < difficulty.of([4, 5, 7]) {
            events.push(event);
        }
    }
    let letters = ["A", "B", "C", "D", "E", "F", "G"];
    let lines: Vec<String> = events
        .iter()
        .zip(letters)
        .map(|((event, _), l)| format!("{l}. {event}"))
        .collect();
    let mut order: Vec<(i64, &str)> = events
        .iter()
        .zip(letters)
        .map(|((_, year), l)| (*year, l))
        .collect();
    order.sort_unstable();
    let order: Vec<&str> = order.into_iter().map(|(_, l)| l).collect();
    Draft::answered(
        format!(
            "Put these events of history into the order in which they happened, the earliest first:\n{}",
            lines.join("\n")
        ),
        "the letters in order, separated by commas",
        Key::list(&order, true),
    )
}

/// Elements with symbol and atomic number.
const ELEMENTS: [(&str, &str, i64); 18] = [
    ("hydrogen", "H", 1),
    ("helium", "He", 2),
    ("carbon", "C", 6),
    ("nitrogen", "N", 7),
    ("oxygen", "O", 8),
    ("neon", "Ne", 10),
    ("sodium", "Na", 11),
    ("magnesium", "Mg", 12),
    ("sulfur", "S", 16),
    ("chlorine", "Cl", 17),
    ("calcium", "Ca", 20),
    ("iron", "Fe", 26),
    ("copper", "Cu", 29),
    ("zinc", "Zn", 30),
    ("silver", "Ag", 47),
    ("tin", "Sn", 50),
    ("gold", "Au", 79),
    ("lead", "Pb", 82),
];

pub fn science(dice: &mut Dice, difficulty: Difficulty) -> Draft {
    match difficulty {
        Difficulty::Easy => {
            let (mass, a) = (dice.range(3, 900), dice.range(2, 60));
            Draft::number(
                format!(
                    "In physics, which force in newtons gives a body of {mass} kg an acceleration of {a} m/s²?"
                ),
                (mass * a) as f64,
            )
        }
        Difficulty::Medium => {
            let chosen = dice.some(&ELEMENTS, 4);
            let names: Vec<&str> = chosen.iter().map(|(name, ..)| *name).collect();
            let sum: i64 = chosen.iter().map(|(_, _, number)| number).sum();
            Draft::number(
                format!(
                    "In chemistry, what is the sum of the atomic numbers of {}?",
                    commas(&names)
                ),
                sum as f64,
            )
        }
        Difficulty::Hard => {
            let (r1, r2, r3) = (dice.range(2, 30), dice.range(2, 30), dice.range(2, 30));
            let volts = dice.range(5, 48);
            let parallel = (r2 * r3) as f64 / (r2 + r3) as f64;
            let current = volts as f64 / (r1 as f64 + parallel);
            Draft::answered(
                format!(
                    "In an electric circuit, a resistor of {r1} ohms is in series with two resistors of {r2} ohms and \
                     {r3} ohms that are parallel to each other. The source has {volts} volts. Which power in watts does \
                     the resistor of {r1} ohms consume? Round to two decimals."
                ),
                "the number of watts",
                Key::Number {
                    value: current * current * r1 as f64,
                    tolerance: 0.011 + 0.0005 * current * current * r1 as f64,
                },
            )
        }
    }
}

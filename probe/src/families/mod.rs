//! The families of probes: each makes questions with known answers from random choices.

mod agents;
mod arithmetic;
mod business;
mod code;
mod common_sense;
mod data;
mod dates;
mod editing;
mod everyday;
mod facts;
mod instructions;
mod logic;
mod long_context;
mod mathematics;
mod open;
mod shell;
mod text;
mod web;
mod words;

use crate::dice::Dice;
use crate::probe::{Difficulty, Draft, Probe};

/// A kind of probe.
pub struct Family {
    /// Its name.
    pub name: &'static str,
    make: fn(&mut Dice, Difficulty) -> Draft,
}

const fn family(name: &'static str, make: fn(&mut Dice, Difficulty) -> Draft) -> Family {
    Family { name, make }
}

/// All families with answers that a program checks.
pub const FAMILIES: [Family; 46] = [
    family("arithmetic", arithmetic::expression),
    family("word-problem", arithmetic::word_problem),
    family("units", arithmetic::units),
    family("dates", dates::dates),
    family("equations", mathematics::equations),
    family("number-theory", mathematics::number_theory),
    family("geometry", mathematics::geometry),
    family("probability", mathematics::probability),
    family("code-reading", code::reading),
    family("programs", code::programs),
    family("bug-fix", code::bug_fix),
    family("traceback", code::traceback),
    family("regex", code::regex),
    family("sql", data::sql),
    family("table", data::table),
    family("pipeline", shell::pipeline),
    family("permissions", shell::permissions),
    family("selectors", web::selectors),
    family("urls", web::urls),
    family("lists", text::lists),
    family("letters", text::letters),
    family("ordering", logic::ordering),
    family("truth-tellers", logic::truth_tellers),
    family("sequences", logic::sequences),
    family("proofreading", editing::proofreading),
    family("translation", editing::translation),
    family("constrained-writing", instructions::writing),
    family("multi-step", instructions::multi_step),
    family("poem", instructions::poem),
    family("tool-call", agents::tool_call),
    family("extraction", agents::extraction),
    family("facts", facts::facts),
    family("timeline", facts::timeline),
    family("science", facts::science),
    family("accounts", business::accounts),
    family("contract", business::contract),
    family("belief", common_sense::belief),
    family("long-context", long_context::needle),
    family("conversion", data::conversion),
    family("story", instructions::story),
    family("doses", everyday::doses),
    family("recipes", everyday::recipes),
    family("schedules", everyday::schedules),
    family("ideas", everyday::ideas),
    family("messages", everyday::messages),
    family("small-talk", everyday::small_talk),
];

/// Open questions, which only a judge can grade.
pub const OPEN: Family = family("open", open::open);

impl Family {
    /// The probe with this seed and number.
    pub fn probe(&self, seed: u64, difficulty: Difficulty, number: usize) -> Probe {
        let mut dice = Dice::new(seed, self.name, difficulty as usize, number);
        (self.make)(&mut dice, difficulty).named(self.name, difficulty, seed, number)
    }
}

/// `count` probes of each family and difficulty.
pub fn probes(seed: u64, count: usize) -> Vec<Probe> {
    let all = FAMILIES.iter().flat_map(|family| {
        Difficulty::ALL.into_iter().flat_map(move |difficulty| {
            (0..count).map(move |number| family.probe(seed, difficulty, number))
        })
    });
    // A question that came twice tells nothing the second time.
    let mut seen = std::collections::HashSet::new();
    all.filter(|probe| seen.insert(probe.prompt.clone()))
        .collect()
}

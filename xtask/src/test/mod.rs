//! `cargo xtask test`: every check of the project, in legs, with what each ran on.

mod dependencies;
mod leg;
mod legs;
mod readme;
mod sample;
mod table;

use std::{env, time::Instant};

use anyhow::Result;
use clap::ValueEnum;

use self::{
    leg::{Leg, State},
    table::{Row, table},
};

/// Which legs to run.
#[derive(clap::Args)]
pub struct Args {
    /// Legs to run, in their order [default: all]
    #[arg(value_enum)]
    legs: Vec<Leg>,
}

/// Runs the legs and prints the table of results.
pub fn run(args: &Args) -> Result<()> {
    let mut legs = args.legs.clone();
    if legs.is_empty() {
        legs = Leg::value_variants().to_vec();
    }
    legs.sort();
    legs.dedup();
    // In CI every leg must run.
    let strict = env::var("CI").is_ok_and(|value| value == "true");
    let mut state = State::default();
    let mut rows = Vec::new();
    for leg in legs {
        eprintln!("\n[xtask] ─── {} ───", leg.name());
        let start = Instant::now();
        let ran = legs::run(leg, &mut state);
        let row = Row::new(leg, ran, start.elapsed().as_secs_f32(), strict);
        if let Some(reason) = row.failure() {
            eprintln!("[xtask] {} failed: {reason}", leg.name());
        }
        rows.push(row);
    }
    print!("{}", table(&rows));
    if rows.iter().any(|row| row.failure().is_some()) {
        // The table has the reasons; its last line stays the last one.
        std::process::exit(1);
    }
    Ok(())
}

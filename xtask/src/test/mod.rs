//! `cargo xtask test`: every check of the project, in legs, with what each ran on.

mod dependencies;
mod lanes;
mod leg;
mod legs;
mod readme;
mod sample;
mod table;

use std::{env, fs, path::PathBuf, time::Instant};

use anyhow::Result;
use clap::ValueEnum;

use self::{
    leg::{Leg, State},
    table::{Row, table},
};

/// Which legs to run.
#[derive(clap::Args)]
pub struct Args {
    /// Legs to run [default: all, of which some run beside the others, at a lower priority]
    #[arg(value_enum)]
    legs: Vec<Leg>,
    /// Run the legs one after the other
    #[arg(long)]
    serial: bool,
    /// Write the results as JSON to this file in place of the table
    #[arg(long, hide = true)]
    result: Option<PathBuf>,
}

/// Runs the legs and prints the table of results.
pub fn run(args: &Args) -> Result<()> {
    let mut legs = args.legs.clone();
    if legs.is_empty() {
        legs = Leg::value_variants().to_vec();
    }
    legs.sort();
    legs.dedup();
    let mut rows = match args.serial || legs.len() == 1 {
        true => serial(&legs),
        false => lanes::run(&legs, serial)?,
    };
    rows.sort_by_key(Row::leg);
    match &args.result {
        Some(path) => fs::write(path, serde_json::to_vec(&rows)?)?,
        None => print!("{}", table(&rows)),
    }
    if rows.iter().any(|row| row.failure().is_some()) {
        // The table has the reasons; its last line stays the last one.
        std::process::exit(1);
    }
    Ok(())
}

/// Runs the legs here, one after the other.
fn serial(legs: &[Leg]) -> Vec<Row> {
    // In CI every leg must run.
    let strict = env::var("CI").is_ok_and(|value| value == "true");
    let mut state = State::default();
    let run = |&leg: &Leg| {
        eprintln!("\n[xtask] ─── {} ───", leg.name());
        let start = Instant::now();
        let ran = legs::run(leg, &mut state);
        let row = Row::new(leg, ran, start.elapsed().as_secs_f32(), strict);
        if let Some(reason) = row.failure() {
            eprintln!("[xtask] {} failed: {reason}", leg.name());
        }
        row
    };
    legs.iter().map(run).collect()
}

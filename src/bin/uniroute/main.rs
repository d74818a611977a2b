//! `uniroute`, the command line.

mod serve;

use clap::{Parser, Subcommand};

/// Decide which language model should get a prompt, why, and for how much. All on this machine.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the page on this machine only
    Serve(serve::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
    }
}

//! `uniroute`: fit a router, profile models, route prompts, and measure it all.

mod args;
mod commands;
mod input;
mod output;

use clap::{Parser, Subcommand};
use commands::{assign, cost, eval, fit, inspect, merge, probe, profile, report, route, serve};
use output::streams::note;
use std::process::ExitCode;

/// Decide which language model should get a prompt, why, and for how much. All on this machine.
#[derive(Parser)]
#[command(name = "uniroute", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fit a router: cluster prompts, learn what models have in common
    Fit(fit::Args),
    /// Ask a model questions with known answers and add what is learned to a pool
    Probe(Box<probe::Args>),
    /// Turn labelled prompts into a pool of models (LLM profile JSON)
    Profile(profile::Args),
    /// Add up statistics of labels that `profile --partial` wrote
    Merge(merge::Args),
    /// Decide which model of a pool should get a prompt
    Route(route::Args),
    /// Show on one page what routing many prompts gives: models, costs, fields, savings
    Report(report::Args),
    /// Find the clusters that prompts belong to
    Assign(assign::Args),
    /// Estimate what a prompt costs with each model of a pool
    Cost(cost::Args),
    /// Measure routers on a data set as the paper does: seeded trials, unseen models, few labels
    Eval(eval::Args),
    /// Show what is in a router, a pool or a file of statistics
    Inspect(inspect::Args),
    /// Serve the page on this machine only
    Serve(serve::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explained(&error),
    };
    let result = match cli.command {
        Command::Fit(args) => fit::run(args),
        Command::Probe(args) => probe::run(*args),
        Command::Profile(args) => profile::run(args),
        Command::Merge(args) => merge::run(&args),
        Command::Route(args) => route::run(args),
        Command::Report(args) => report::run(args),
        Command::Assign(args) => assign::run(args),
        Command::Cost(args) => cost::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Serve(args) => serve::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note!("uniroute: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints help, the version, or what is wrong with the options.
fn explained(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(cause) if !error.use_stderr() => {
            note!("uniroute: cannot write to standard output: {cause}");
            ExitCode::FAILURE
        }
        _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

//! `uniroute`: fit a router, profile language models, route prompts, measure it all.

mod args;
mod commands;
mod input;
mod output;

use clap::Parser;
use commands::{cost, eval, fit, inspect, profile, route, serve};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = args::Cli::parse().command;
    let result = match command {
        args::Command::Fit(args) => fit::run(args),
        args::Command::Profile(args) => profile::run(args),
        args::Command::Route(args) => route::run(args),
        args::Command::Cost(args) => cost::run(args),
        args::Command::Eval(args) => eval::run(args),
        args::Command::Inspect(args) => inspect::run(args),
        args::Command::Serve(args) => serve::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uniroute: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// `uniroute … | head` closes our output early, which is no failure.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

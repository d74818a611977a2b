//! The command line as a person uses it: the built program, real files, real pipes. There is a module
//! for each command.

mod bulk;
mod cards;
mod common;
mod cost;
mod eval;
mod fit;
mod fit_prompts;
mod guide;
mod input;
mod inspect;
mod labels;
mod merge;
mod output;
mod probe;
mod profile;
mod route;
mod serve;
mod usage;

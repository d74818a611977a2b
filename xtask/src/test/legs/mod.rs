//! What each leg does.

mod javascript;
mod place;
mod rust;
mod spark;

use anyhow::Result;

use super::leg::{Leg, Ran, State};

/// Runs one leg.
pub fn run(leg: Leg, state: &mut State) -> Result<Ran> {
    match leg {
        Leg::Format => rust::format(),
        Leg::Architecture => rust::architecture(),
        Leg::Wasm => javascript::wasm(state),
        Leg::Lints => rust::lints(),
        Leg::Native => rust::native(),
        Leg::Fuzz => rust::fuzz(),
        Leg::Docs => rust::docs(),
        Leg::Readme => rust::readme(),
        Leg::Model => rust::model(),
        Leg::Spark => spark::run(),
        Leg::Types => javascript::types(state),
        Leg::Node => javascript::node(state),
        Leg::Package => javascript::package(state),
        Leg::Integrations => javascript::integrations(state),
        Leg::Browser => javascript::browser(state),
        Leg::Size => javascript::size(state),
        Leg::Licences => rust::licences(),
    }
}

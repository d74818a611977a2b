//! What holds for every router, pool and request: the properties that decisions, profiles and files
//! are defined by, on random cases. Each property has its own reference or none of the code's.

mod batch;
mod choice;
mod evidence;
mod feedback;
mod files;
mod frontier;
mod world;

use proptest::test_runner::Config;

/// Few enough cases for a debug build; nothing is written beside the sources.
fn config() -> Config {
    Config {
        failure_persistence: None,
        ..Config::with_cases(64)
    }
}

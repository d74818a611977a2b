//! Writes the first inputs and dictionaries of all targets into a folder, and prints a line for each
//! target: its name and the greatest length of an input.

// Code that is built for fuzzing needs libFuzzer's counters.
use libfuzzer_sys as _;

use std::path::PathBuf;
use std::{env, fs, io};

use uniroute_fuzz::seeds;

fn main() -> io::Result<()> {
    let folder = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    for target in seeds::targets() {
        let corpus = folder.join("corpus").join(target.name);
        fs::create_dir_all(&corpus)?;
        for (i, seed) in target.seeds.iter().enumerate() {
            fs::write(corpus.join(format!("seed-{i}")), seed)?;
        }
        let dictionary = folder.join(format!("{}.dict", target.name));
        fs::write(dictionary, seeds::dictionary(&target.words))?;
        println!("{} {}", target.name, target.longest);
    }
    Ok(())
}

//! `uniroute merge`: statistics of parts of the labels to those of all of them.

use crate::input::{files, statistics};
use crate::output::file;
use crate::output::streams::note;
use anyhow::{Result, anyhow, bail};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use uniroute::feedback::{Feedback, FeedbackError, MAX_BYTES};

#[derive(clap::Args)]
pub struct Args {
    /// Statistics that `profile --partial` or `merge` wrote, or feedback that was exported; all of one router, and
    /// no label in two of them
    #[arg(value_name = "FILE.stats", required = true)]
    files: Vec<PathBuf>,
    /// Statistics to write
    #[arg(short, long, value_name = "MERGED.stats")]
    output: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    let mut merged = Merged::default();
    for path in &args.files {
        merged.add(path)?;
    }
    let Some((_, sum)) = merged.sum else {
        bail!("name the files of statistics to merge");
    };
    file::write(&args.output, &statistics::bytes(&sum)?)?;
    note!("{}: {}", args.output.display(), statistics::counted(&sum));
    Ok(())
}

/// What was read so far.
#[derive(Default)]
struct Merged<'a> {
    /// The sums, with the first file.
    sum: Option<(&'a Path, Feedback)>,
    /// The files by the hash of their content.
    seen: HashMap<[u8; 32], &'a Path>,
}

impl<'a> Merged<'a> {
    fn add(&mut self, path: &'a Path) -> Result<()> {
        let bytes = files::read(path, MAX_BYTES)?;
        let read = statistics::of_any_router(path, &bytes)?;
        if let Some(first) = self.seen.insert(Sha256::digest(&bytes).into(), path)
            && !read.is_empty()
        {
            bail!(
                "{}: the content is that of {}, and its labels would count twice; name it once",
                path.display(),
                first.display()
            );
        }
        note!("{}: {}", path.display(), statistics::counted(&read));
        match &mut self.sum {
            None => self.sum = Some((path, read)),
            Some((first, sum)) => sum
                .merge(&read)
                .map_err(|error| explained(path, first, error))?,
        }
        Ok(())
    }
}

/// Why a file cannot be merged with those before it.
fn explained(path: &Path, first: &Path, error: FeedbackError) -> anyhow::Error {
    let (path, first) = (path.display(), first.display());
    match error {
        FeedbackError::OtherRouter { found, expected } => anyhow!(
            "{path}: its sums are over the clusters of the router {found}, those of {first} over the clusters of \
             {expected}; merge files of one router, or make this one again with `profile --partial --router` and \
             that router"
        ),
        other => statistics::too_much(other).context(format!("{path} with the files before it")),
    }
}

//! `uniroute fit`: prompts and, where there are any, scores to a router.

mod streamed;

use crate::args::EmbedderArgs;
use crate::input::{artefacts, datasets, knowledge};
use crate::output::streams::note;
use crate::output::{file, progress};
use anyhow::{Error, Result, anyhow};
use std::path::PathBuf;
use streamed::StreamArgs;
use uniroute::Router;
use uniroute::cluster::KMeansParams;
use uniroute::fit::{FitError, FitParams, RouterParams, fit_parts, fit_streamed};

#[derive(clap::Args)]
pub struct Args {
    /// Folder with prompts.jsonl, models.json and scores.csv (each may be .gz); repeatable
    #[arg(long, value_name = "DIR", required_unless_present = "prompts", num_args = 1..)]
    data: Vec<PathBuf>,
    #[command(flatten)]
    stream: StreamArgs,
    /// Folder with topics, one JSON file a field: one cluster is made around each topic and named by
    /// it
    #[arg(long, value_name = "DIR", conflicts_with = "clusters")]
    topics: Option<PathBuf>,
    /// Folders with benchmarks.json, prompts/NAME.jsonl and standins/NAME.json
    #[arg(long, value_name = "DIR", num_args = 1.., requires = "published")]
    benchmarks: Vec<PathBuf>,
    /// Table of published scores on these benchmarks, from which the prior is learned, too
    #[arg(long, value_name = "FILE.csv", requires = "benchmarks")]
    published: Option<PathBuf>,
    #[command(flatten)]
    embedder: EmbedderArgs,
    /// Number of prompt clusters [default: one for 25 prompts, from 16 to 200]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1024))]
    clusters: Option<u16>,
    /// Seed: the same seed and data give the same router
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Readable name of the router [default: the embedder and the data sets]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Note on the licence of the data, carried in the file
    #[arg(long, value_name = "TEXT")]
    licence: Option<String>,
    /// Router file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(args: Args) -> Result<()> {
    let embedder = artefacts::embedder(&args.embedder)?;
    let sets = args
        .data
        .iter()
        .map(|dir| datasets::folder(dir))
        .collect::<Result<Vec<_>>>()?;
    let prompts: Vec<&str> = sets.iter().flat_map(datasets::texts).collect();
    let points = datasets::embed(&*embedder, &prompts)?;
    let topics = args.topics.as_deref().map(knowledge::topics).transpose()?;
    let published = args
        .published
        .as_deref()
        .map(knowledge::published)
        .transpose()?;
    let benchmarks = published
        .map(|table| knowledge::benchmarks(&args.benchmarks, table, &*embedder))
        .transpose()?;
    let knowledge = knowledge::knowledge(topics.unwrap_or_default(), benchmarks, &*embedder)?;
    let fit = FitParams {
        clusters: args.clusters.map(usize::from),
        kmeans: KMeansParams {
            seed: args.seed,
            ..KMeansParams::default()
        },
    };
    let streamed = match args.stream.prompts.is_empty() {
        true => None,
        false => Some(streamed::read(&args.stream, &fit, &*embedder).map_err(with_option)?),
    };
    let params = RouterParams {
        knowledge: Some(knowledge),
        id: args.name,
        embedder,
        embedder_file: artefacts::embedder_file(&args.embedder),
        licence: args.licence,
        fit,
    };
    let work = progress::spinner("clustering, learning the prior");
    let parts = match &streamed {
        Some(streamed) => {
            let texts = streamed.texts();
            fit_streamed(&streamed.parts(&texts), &sets, points.view(), params)
        }
        None => fit_parts(&sets, points.view(), params),
    };
    work.finish_and_clear();
    let router = Router::new(parts.map_err(|error| with_option(error.into()))?)?;
    file::write(&args.output, &router.to_bytes()?)?;
    note!(
        "{}: {} clusters of {} prompts, {} benchmarks, prior from {} models; sha256 {}",
        args.output.display(),
        router.clusters().len(),
        router.meta().provenance.prompts,
        router.benchmarks().len(),
        router.prior().training_models(),
        router.sha256()
    );
    Ok(())
}

/// The error with the option that decides it.
fn with_option(error: Error) -> Error {
    match error.downcast_ref() {
        Some(FitError::TooFewPrompts { .. }) => anyhow!("{error} with --clusters"),
        _ => error,
    }
}

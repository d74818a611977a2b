//! Clusters of prompts without scores that are read as a stream.

use crate::input::datasets;
use crate::input::stream::{Count, PromptStream, StreamPrompt};
use crate::output::{progress, streams::note};
use anyhow::{Error, Result, bail};
use indicatif::ProgressBar;
use ndarray::Array2;
use std::path::PathBuf;
use uniroute::cluster::{Drawn, StratifiedReservoir, StreamParams, kmeans, kmeans_stream};
use uniroute::embed::Embed;
use uniroute::fit::{FitParams, StreamedPrompts, check_enough, usual_clusters};

/// Memory of the sample, texts and embeddings together, in bytes.
const SAMPLE_BYTES: usize = 512 << 20;
/// Bytes that a prompt of the sample takes beside its text and its embedding.
const BESIDE: usize = 64;
/// Most values of the field of `--stratify`.
const MOST_STRATA: usize = 1000;
/// Passes over files, where their number is not given.
const PASSES: usize = 2;
/// What the prompts are called in the router's provenance. It does not depend on the names of files, so
/// that the same prompts in other files give the same router.
const NAME: &str = "prompts";

#[derive(clap::Args)]
pub struct StreamArgs {
    /// Prompts without scores: .jsonl, .csv, .tsv, .parquet or .arrow, those of lines perhaps packed as .gz or .zst,
    /// or `-` for JSON lines on standard input. The clusters are made of them alone. They are read as a stream and
    /// may be many millions; repeatable
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "topics")]
    pub prompts: Vec<PathBuf>,
    /// Column or field of the prompts [default: `prompt`, `question` or a similar name]
    #[arg(long, value_name = "NAME", requires = "prompts")]
    prompt_field: Option<String>,
    /// Prompts in the random sample that the clusters start from and that names and calibration are made
    /// of; fewer if they take more than 512 MB
    #[arg(long, value_name = "N", requires = "prompts", default_value_t = 200_000,
          value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    sample: u32,
    /// Sample an equal number of prompts for each value of this field, where there are enough
    #[arg(long, value_name = "FIELD", requires = "prompts")]
    stratify: Option<String>,
    /// Times that the prompts are read: once for the sample, then each time to move the clusters to the
    /// means of all prompts [default: 2, or 1 with standard input]
    #[arg(long, value_name = "N", requires = "prompts", value_parser = clap::value_parser!(u16).range(1..=100))]
    passes: Option<u16>,
    /// Leave out rows that are wrong; without it they are an error
    #[arg(long, requires = "prompts")]
    skip_bad: bool,
}

/// What was read of the prompts: their clusters, and a sample.
pub struct Streamed {
    sample: Vec<String>,
    points: Array2<f32>,
    centroids: Array2<f32>,
    shares: Vec<f32>,
    prompts: usize,
}

impl Streamed {
    /// As the fit needs it, with the texts of [`Streamed::texts`].
    pub fn parts<'a>(&'a self, texts: &'a [&'a str]) -> StreamedPrompts<'a> {
        StreamedPrompts {
            name: NAME.to_owned(),
            prompts: self.prompts,
            centroids: self.centroids.clone(),
            shares: self.shares.clone(),
            sample: texts,
            sample_points: self.points.view(),
        }
    }

    /// The texts of the sample.
    pub fn texts(&self) -> Vec<&str> {
        self.sample.iter().map(String::as_str).collect()
    }
}

/// Reads the prompts once for the sample and again for the clusters.
pub fn read(args: &StreamArgs, params: &FitParams, embedder: &dyn Embed) -> Result<Streamed> {
    let stream = PromptStream::new(
        &args.prompts,
        args.prompt_field.clone(),
        args.stratify.clone(),
    )?;
    let passes = passes(args, &stream)?;
    let (drawn, count) = sample(args, &stream, params.kmeans.seed, embedder.dim())?;
    let prompts = usize::try_from(count.prompts)?;
    let k = params.clusters.unwrap_or_else(|| usual_clusters(prompts));
    check_enough(prompts, k)?;
    if check_enough(drawn.len(), k).is_err() {
        bail!(
            "a sample of {} prompts is too small for {k} clusters; use a larger --sample",
            drawn.len()
        );
    }
    let (sample, weights) = parted(drawn);
    let texts: Vec<&str> = sample.iter().map(String::as_str).collect();
    let points = datasets::embed(embedder, &texts)?;
    // K-means on a sample of all prompts is what the other passes would come near to.
    let (centroids, shares) = match passes == 1 || sample.len() == prompts {
        true => of_sample(&points, &weights, k, params)?,
        false => {
            let params = StreamParams {
                kmeans: params.kmeans.clone(),
                passes: passes - 1,
            };
            of_stream(&stream, &points, k, &params, embedder, &count)?
        }
    };
    Ok(Streamed {
        sample,
        points,
        centroids,
        shares,
        prompts,
    })
}

/// Times that the prompts are to be read.
fn passes(args: &StreamArgs, stream: &PromptStream) -> Result<usize> {
    match (args.passes.map(usize::from), stream.read_once()) {
        (Some(passes), Some(name)) if passes > 1 => {
            bail!("{name} can be read once only; use --passes 1, or name files")
        }
        (None, Some(_)) => Ok(1),
        (passes, _) => Ok(passes.unwrap_or(PASSES)),
    }
}

/// Draws the sample, and counts the rows.
fn sample(
    args: &StreamArgs,
    stream: &PromptStream,
    seed: u64,
    dim: usize,
) -> Result<(Vec<Drawn<String>>, Count)> {
    let mut sampling = Sampling {
        reservoir: StratifiedReservoir::equal(args.sample as usize, seed),
        bytes: 0,
        each: BESIDE + dim * size_of::<f32>(),
        cut: false,
    };
    let work = progress::spinner("drawing a sample");
    let count = stream.read(|block| {
        work.inc(block.len() as u64);
        block.into_iter().for_each(|prompt| sampling.offer(prompt));
        match sampling.reservoir.seen().count() > MOST_STRATA {
            true => {
                bail!("--stratify: the field has more than {MOST_STRATA} values; choose another")
            }
            false => Ok(()),
        }
    })?;
    work.finish_and_clear();
    check(&count, args.skip_bad)?;
    sampling.tell(args.stratify.as_deref())?;
    Ok((sampling.reservoir.into_sample(), count))
}

/// Reports the rows, and refuses those that are wrong unless they are to be left out.
fn check(count: &Count, skip_bad: bool) -> Result<()> {
    for problem in &count.problems {
        note!("{problem}");
    }
    match (count.refused, count.prompts) {
        (1.., _) if !skip_bad => {
            bail!("{count}; correct these rows, or leave them out with --skip-bad")
        }
        (_, 0) => bail!("{count}; there is no prompt"),
        _ => note!("{count}"),
    }
    Ok(())
}

/// A sample within a number of prompts and a number of bytes.
struct Sampling {
    reservoir: StratifiedReservoir<String>,
    bytes: usize,
    /// Bytes that a prompt takes beside its text.
    each: usize,
    /// Whether the sample has fewer prompts than asked for, because they are long.
    cut: bool,
}

impl Sampling {
    fn offer(&mut self, prompt: StreamPrompt) {
        let stratum = prompt.stratum.unwrap_or_default();
        self.bytes += self.each + prompt.text.len();
        if let Some(left_out) = self.reservoir.offer(&stratum, prompt.text) {
            self.bytes -= self.each + left_out.len();
        }
        while self.bytes > SAMPLE_BYTES && self.reservoir.len() > 1 {
            self.cut = true;
            self.reservoir.shrink(self.reservoir.len() / 2);
            let texts = self.reservoir.iter();
            self.bytes = texts.map(|text| self.each + text.len()).sum();
        }
    }

    /// Says how large the sample is, and how many values the field of the strata has.
    fn tell(&self, field: Option<&str>) -> Result<()> {
        let prompts = self.reservoir.len();
        match self.cut {
            true => note!("sample of {prompts} prompts, because they are long"),
            false => note!("sample of {prompts} prompts"),
        }
        let Some(field) = field else { return Ok(()) };
        // Prompts without the field are a stratum, too.
        let without = self.reservoir.seen().find(|(name, _)| name.is_empty());
        let values = self.reservoir.seen().count() - usize::from(without.is_some());
        if values == 0 {
            bail!("--stratify: no prompt has the field {field}");
        }
        let without = without.map_or(0, |(_, seen)| seen);
        note!("{values} values of {field}; {without} prompts without");
        Ok(())
    }
}

/// Texts, and the number of prompts that each stands for.
fn parted(drawn: Vec<Drawn<String>>) -> (Vec<String>, Vec<f64>) {
    drawn.into_iter().map(|d| (d.item, d.weight)).unzip()
}

/// Centroids and shares from the sample alone.
fn of_sample(
    points: &Array2<f32>,
    weights: &[f64],
    k: usize,
    params: &FitParams,
) -> Result<(Array2<f32>, Vec<f32>)> {
    let work = progress::spinner("clustering the sample");
    let found = kmeans(points.view(), k, &params.kmeans)?;
    work.finish_and_clear();
    let mut sums = vec![0.0; found.centroids.nrows()];
    for (&cluster, weight) in found.assignments.iter().zip(weights) {
        sums[cluster] += weight;
    }
    let all: f64 = sums.iter().sum();
    let shares = sums.iter().map(|sum| (sum / all) as f32).collect();
    note!(
        "mean squared distance to the centroid in the sample {:.4}",
        found.inertia / points.nrows() as f64
    );
    Ok((found.centroids, shares))
}

/// Centroids and shares from all prompts, which are read again.
fn of_stream(
    stream: &PromptStream,
    points: &Array2<f32>,
    k: usize,
    params: &StreamParams,
    embedder: &dyn Embed,
    before: &Count,
) -> Result<(Array2<f32>, Vec<f32>)> {
    let work = progress::spinner("clustering the sample");
    let mut bar = ProgressBar::hidden();
    let found = kmeans_stream(points.view(), k, params, |sweep| {
        work.finish_and_clear();
        bar.finish_and_clear();
        bar = progress::bar(before.prompts, "moving the clusters");
        let count = stream.read(|block| {
            let texts: Vec<&str> = block.iter().map(|prompt| prompt.text.as_str()).collect();
            sweep.add(datasets::embedded(embedder, &texts, |_| ())?.view())?;
            bar.inc(block.len() as u64);
            Ok(())
        })?;
        match count == *before {
            true => Ok::<_, Error>(()),
            false => bail!(
                "the prompts changed while they were read: first {before}, then {count}; start again"
            ),
        }
    })?;
    bar.finish_and_clear();
    note!(
        "mean squared distance to the centroid {:.4}",
        found.inertia / before.prompts as f64
    );
    Ok((found.centroids.clone(), found.shares()))
}

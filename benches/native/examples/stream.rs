//! Prompts made from a seed, to measure `uniroute fit --prompts`, and the inertia of clusters from a
//! stream against k-means on all prompts.
//!
//! ```sh
//! cargo run --release --package native-bench --example stream -- write 1000000 1 > prompts.jsonl
//! cargo run --release --package native-bench --example stream -- compare 100000 128 1
//! ```

use std::io::{BufWriter, Write, stdout};
use std::path::Path;
use std::time::Instant;

use native_bench::Result;
use ndarray::{Array2, ArrayView2, Axis};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uniroute::cluster::{KMeans, KMeansParams, Reservoir, Sweep, assigned, kmeans};
use uniroute::embed::{Embed, STATIC_FILE, StaticEmbedder};

const USAGE: &str = "usage: stream write PROMPTS SEED | stream compare PROMPTS CLUSTERS SEED";
/// Share of the words of a prompt that are from its topic; the others are from any topic.
const OWN_WORDS: f64 = 0.8;
/// Words of a prompt.
const LENGTH: std::ops::Range<usize> = 4..40;
/// Points of a block of a pass, and of a mini-batch.
const BLOCK: usize = 4096;
const MINI_BATCH: usize = 1024;
/// Sizes of the samples that streams start from.
const SAMPLES: [usize; 4] = [200_000, 50_000, 10_000, 2_000];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", prompts, seed] => write(prompts.parse()?, seed.parse()?),
        ["compare", prompts, k, seed] => compare(prompts.parse()?, k.parse()?, seed.parse()?),
        _ => Err(USAGE.into()),
    }
}

/// Writes prompts as JSON lines to standard output.
fn write(prompts: usize, seed: u64) -> Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    for (text, field) in Prompts::new(seed)?.take(prompts) {
        writeln!(out, "{}", json!({"prompt": text, "field": field}))?;
    }
    Ok(out.flush()?)
}

/// Prompts without end: words of the topics in `knowledge/topics`, of which some are asked for often and
/// most rarely.
struct Prompts {
    topics: Vec<Topic>,
    rng: ChaCha8Rng,
}

struct Topic {
    field: String,
    words: Vec<String>,
}

impl Prompts {
    fn new(seed: u64) -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge/topics");
        let files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
        let mut files = files.collect::<Result<Vec<_>>>()?;
        files.sort();
        let mut topics = Vec::new();
        for file in files {
            let field: Value = serde_json::from_slice(&std::fs::read(file)?)?;
            let listed = field["topics"].as_array().into_iter().flatten();
            topics.extend(listed.map(|topic| Topic::of(&field["field"], topic)));
        }
        Ok(Self {
            topics,
            rng: ChaCha8Rng::seed_from_u64(seed),
        })
    }

    /// A topic; the one at rank r is drawn about 1/r as often as the first.
    fn topic(&mut self) -> usize {
        let most = (self.topics.len() as f64).ln();
        let rank = (self.rng.random::<f64>() * most).exp() as usize;
        rank.min(self.topics.len() - 1)
    }
}

impl Topic {
    fn of(field: &Value, topic: &Value) -> Self {
        let prompts = topic["prompts"].as_array().into_iter().flatten();
        let texts = prompts.filter_map(Value::as_str);
        let words = texts.flat_map(str::split_whitespace).map(str::to_owned);
        Self {
            field: field.as_str().unwrap_or_default().to_owned(),
            words: words.collect(),
        }
    }
}

impl Iterator for Prompts {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let own = self.topic();
        let mut text = String::new();
        for _ in 0..self.rng.random_range(LENGTH) {
            let topic = match self.rng.random_bool(OWN_WORDS) {
                true => own,
                false => self.rng.random_range(0..self.topics.len()),
            };
            text.push_str(self.topics[topic].words.choose(&mut self.rng)?);
            text.push(' ');
        }
        Some((text.trim_end().to_owned(), self.topics[own].field.clone()))
    }
}

/// Prints the inertia of each way to cluster a stream as a ratio to that of k-means on all points.
fn compare(prompts: usize, k: usize, seed: u64) -> Result<()> {
    let points = embedded(prompts, seed)?;
    let params = KMeansParams {
        seed,
        ..KMeansParams::default()
    };
    let start = Instant::now();
    let full = kmeans(points.view(), k, &params)?.inertia;
    println!(
        "{prompts} prompts, {k} clusters, seed {seed}: k-means {:.1} s, inertia {full:.1}",
        start.elapsed().as_secs_f64()
    );
    for size in SAMPLES.into_iter().filter(|size| *size < prompts) {
        let start = Instant::now();
        let mut reservoir = Reservoir::new(size, seed);
        (0..prompts).for_each(|row| {
            reservoir.offer(row);
        });
        let sample = points.select(Axis(0), &reservoir.into_sample());
        let found = kmeans(sample.view(), k, &params)?;
        let seconds = start.elapsed().as_secs_f64();
        let report = |what: &str, centroids: &Array2<f32>, seconds: f64| -> Result<()> {
            let ratio = assigned(points.view(), centroids.clone())?.inertia / full;
            println!("  sample of {size}, {what}: {ratio:.4}, {seconds:.1} s more");
            Ok(())
        };
        report("k-means on it", &found.centroids, seconds)?;
        let mut centroids = found.centroids.clone();
        for pass in 1..=3 {
            let start = Instant::now();
            centroids = exact_pass(points.view(), centroids)?;
            let seconds = start.elapsed().as_secs_f64();
            report(&format!("exact pass {pass}"), &centroids, seconds)?;
        }
        let start = Instant::now();
        let centroids = mini_batches(points.view(), &found)?;
        let seconds = start.elapsed().as_secs_f64();
        report("a pass of mini-batches", &centroids, seconds)?;
    }
    Ok(())
}

fn embedded(prompts: usize, seed: u64) -> Result<Array2<f32>> {
    let embedder = StaticEmbedder::from_bytes(STATIC_FILE)?;
    let texts = Prompts::new(seed)?.take(prompts);
    let vectors = texts.flat_map(|(text, _)| embedder.embed(&text).vector);
    Ok(Array2::from_shape_vec(
        (prompts, embedder.dim()),
        vectors.collect(),
    )?)
}

fn exact_pass(points: ArrayView2<f32>, centroids: Array2<f32>) -> Result<Array2<f32>> {
    let mut sweep = Sweep::new(centroids)?;
    for block in points.axis_chunks_iter(Axis(0), BLOCK) {
        sweep.add(block)?;
    }
    Ok(sweep.finish()?.centroids)
}

/// Mini-batch k-means (Sculley 2010, algorithm 1): a centroid moves to each of its points by one part in
/// the number of points that it had so far, those of the sample included.
fn mini_batches(points: ArrayView2<f32>, start: &KMeans) -> Result<Array2<f32>> {
    let mut centroids = start.centroids.clone();
    let mut counts = vec![0f32; centroids.nrows()];
    start.assignments.iter().for_each(|&c| counts[c] += 1.0);
    for batch in points.axis_chunks_iter(Axis(0), MINI_BATCH) {
        let nearest = assigned(batch, centroids.clone())?.assignments;
        for (point, c) in batch.outer_iter().zip(nearest) {
            counts[c] += 1.0;
            let rate = 1.0 / counts[c];
            centroids
                .row_mut(c)
                .zip_mut_with(&point, |c, &p| *c += rate * (p - *c));
        }
    }
    Ok(centroids)
}

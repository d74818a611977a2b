//! Routers and pools that the targets use.

use std::sync::LazyLock;

use ndarray::{Array2, array};
use uniroute::Router;
use uniroute::benchmark::{Benchmark, Benchmarks, ScoreNoise};
use uniroute::cluster::{Calibration, Clusters};
use uniroute::embed::Embed;
use uniroute::embed::static_table::{Parts as Table, StaticEmbedder};
use uniroute::pool::Pool;
use uniroute::prior::Prior;
use uniroute::router::{Parts, Provenance, Topic};

/// Prompts that the small router places in different clusters, and some that it does not know.
pub const PROMPTS: [&str; 5] = [
    "write code for me now please",
    "a poem, a poem, a poem about the sea",
    "prove it",
    "",
    "\u{1b}[31m\u{202e} код 中 unknown",
];

/// A pool that fits every router, with every kind of price and limit.
pub const POOL: &str = r#"{"schema_version": 1, "name": "small pool", "as_of": "2026-01-01", "models": [
 {"id": "a", "accuracy": 0.6, "cost": {"input": 0.1, "output": 0.4}, "output_tokens": 300},
 {"id": "b", "accuracy": 0.9, "labels_count": 50, "cost": {"input": 3, "output": 15, "cache_read": 0.3},
  "capabilities": ["tools", "json"], "output_tokens": {"mean": 500, "p90": 900}},
 {"id": "c", "benchmarks": [{"name": "Code Bench", "score": 0.7}], "cost": {"input": 0, "output": 0},
  "limit": {"context": 4096, "output": 1024}, "tokenizer": "o200k"},
 {"id": "d", "labels": [{"prompt": "code", "score": 1}, {"prompt": "poem", "score": 0}]}]}"#;

static SMALL: LazyLock<Router> = LazyLock::new(|| made(Router::new(parts())));
static BUNDLED: LazyLock<Router> = LazyLock::new(|| made(Router::bundled()));
static SMALL_POOL: LazyLock<Pool> =
    LazyLock::new(|| made(Pool::from_json(POOL.as_bytes(), &SMALL)));

/// Makes all of them, so that the first input does not count their memory.
pub fn prepare() {
    LazyLock::force(&BUNDLED);
    LazyLock::force(&SMALL_POOL);
}

/// Three clusters in eight dimensions, with a static embedder of a few words.
pub fn small() -> &'static Router {
    &SMALL
}

/// The router that comes with uniroute.
pub fn bundled() -> &'static Router {
    &BUNDLED
}

/// [`POOL`] with the small router.
pub fn small_pool() -> &'static Pool {
    &SMALL_POOL
}

/// A table of a few words: `code`, `poem` and `prove` point in different directions.
pub fn table() -> StaticEmbedder {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncode\npoem\nprove\n##s\nthe\na\n.";
    let words = vocabulary.lines().count();
    let row = |number: i8, place: usize| (0..8).map(move |at| if at == place { number } else { 0 });
    let rows = (0..words - 5).flat_map(|word| row(3 - (word % 3) as i8, word % 8));
    let parts = Table {
        vocabulary: vocabulary.into(),
        scales: (0..words).map(|id| if id < 5 { 0 } else { 240 }).collect(),
        rows: rows.collect(),
    };
    made(StaticEmbedder::new(parts, "few-words", "made up", "none"))
}

fn parts() -> Parts {
    let embedder = table();
    let words = ["code", "poem", "prove"];
    let points: Vec<f32> = words
        .iter()
        .flat_map(|word| embedder.embed(word).vector)
        .collect();
    let centroids = made(Array2::from_shape_vec((3, embedder.dim()), points));
    let names = words.map(str::to_owned).to_vec();
    let topic = |field| Topic {
        field,
        examples: vec!["an example".into()],
    };
    Parts {
        id: "small".into(),
        embedder_file: Some(made(embedder.to_bytes())),
        embedder: Box::new(embedder),
        clusters: made(Clusters::try_new(
            centroids,
            0.1,
            vec![0.5, 0.3, 0.2],
            names,
        )),
        prior: Prior::fallback(3, 0.4),
        benchmarks: benchmarks(),
        fields: vec!["Programming".into(), "Other".into()],
        topics: vec![topic(0), topic(1), topic(1)],
        calibration: made(Calibration::try_new(vec![0.0, 0.2, 0.5, 1.0, 2.0])),
        provenance: Provenance::default(),
    }
}

fn benchmarks() -> Benchmarks {
    let benchmark = |name: &str, title: &str| Benchmark {
        name: name.into(),
        title: title.into(),
        prompts: 100.0,
        mean_effect: 0.05,
        ..Benchmark::default()
    };
    let list = vec![
        benchmark("code_bench", "Code Bench"),
        benchmark("poem", "Poem Bench (v2)"),
    ];
    let weights = array![[0.8, 0.1, 0.1], [0.0, 0.9, 0.1]];
    let effects = array![[0.01, 0.002], [0.002, 0.01]];
    let noise = ScoreNoise {
        score: 0.02,
        shared: 0.02,
    };
    made(Benchmarks::try_new(list, weights, effects, noise))
}

/// A part of a fixture, which is right by construction.
fn made<T, E: std::fmt::Debug>(part: Result<T, E>) -> T {
    part.expect("a fixture is valid")
}

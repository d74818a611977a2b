//! A router small enough to compute by hand, for tests.

use super::{Parts, Provenance, Router};
use crate::benchmark::{Benchmark, Benchmarks, ScoreNoise};
use crate::cluster::{Calibration, Clusters};
use crate::embed::{Embed, Embedded};
use crate::prior::Prior;
use ndarray::array;

/// Tokens of each word: enough that a prompt of one word is not too short.
pub(crate) const TOKENS_A_WORD: usize = 5;

/// Two dimensions: how much of a text is about `code`, how much about `poem`.
pub(crate) struct TwoWords;

impl Embed for TwoWords {
    fn id(&self) -> &str {
        "two-words"
    }

    fn dim(&self) -> usize {
        2
    }

    fn embed(&self, text: &str) -> Embedded {
        let count = |word| text.matches(word).count() as f32;
        let (x, y) = (count("code"), count("poem"));
        let norm = (x * x + y * y).sqrt().max(1.0);
        Embedded {
            vector: vec![x / norm, y / norm],
            tokens: TOKENS_A_WORD * text.split_whitespace().count(),
        }
    }
}

/// Two clusters, with a temperature so low that a prompt about code is wholly in the first.
pub(crate) fn parts() -> Parts {
    let names = vec!["code".to_owned(), "poem".to_owned()];
    let centroids = array![[1.0, 0.0], [0.0, 1.0]];
    Parts {
        id: "fixture".into(),
        embedder: Box::new(TwoWords),
        embedder_file: None,
        clusters: Clusters::try_new(centroids, 0.01, vec![0.5, 0.5], names).unwrap(),
        prior: Prior::fallback(2, 0.5),
        benchmarks: Benchmarks::none(2),
        fields: Vec::new(),
        topics: Vec::new(),
        calibration: Calibration::try_new((0..=100).map(|q| q as f32 / 1000.0).collect()).unwrap(),
        provenance: Provenance::default(),
    }
}

/// The same with a benchmark of each cluster.
pub(crate) fn router_with_benchmarks() -> Router {
    let benchmark = |name: &str, title: &str| Benchmark {
        name: name.into(),
        title: title.into(),
        prompts: 100.0,
        ..Benchmark::default()
    };
    let list = vec![
        benchmark("code_bench", "Code Bench"),
        benchmark("poem_bench", "Poem Bench"),
    ];
    let effects = array![[0.01, 0.0], [0.0, 0.01]];
    let noise = ScoreNoise {
        score: 0.02,
        shared: 0.02,
    };
    let benchmarks = Benchmarks::try_new(list, array![[1.0, 0.0], [0.0, 1.0]], effects, noise);
    Router::new(Parts {
        benchmarks: benchmarks.unwrap(),
        ..parts()
    })
    .unwrap()
}

pub(crate) fn router() -> Router {
    Router::new(parts()).unwrap()
}

//! Data for the benches: numbers drawn from a seed, in the sizes of real routers and pools.

use std::fmt::Write;

use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uniroute::{
    benchmark::Benchmarks,
    cluster::{Calibration, Clusters},
    embed::{Embed, Embedded},
    pool::Pool,
    prior::Prior,
    router::{Parts, Provenance, Router},
};

pub mod transformer;

/// What can go wrong in an example.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Unit vectors `(n, dim)` around `kinds` directions, distributed like embeddings of prompts.
pub fn points(n: usize, dim: usize, kinds: usize, seed: u64) -> Array2<f32> {
    const SPREAD: f32 = 0.8;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = move || (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0;
    let centres = Array2::from_shape_simple_fn((kinds, dim), &mut normal);
    let mut points = Array2::from_shape_simple_fn((n, dim), || SPREAD * normal());
    for (i, mut point) in points.outer_iter_mut().enumerate() {
        point += &centres.row(i % kinds);
        let length = point.dot(&point).sqrt();
        point /= length;
    }
    points
}

/// Sum of the squared distances of points to their nearest centroid.
pub fn inertia(points: ArrayView2<f32>, centroids: ArrayView2<f32>) -> f64 {
    let nearest = |point: ndarray::ArrayView1<f32>| {
        let distances = centroids.outer_iter().map(|centroid| {
            let apart = point.iter().zip(centroid);
            apart.map(|(a, b)| (a - b) * (a - b)).sum::<f32>()
        });
        distances.fold(f32::INFINITY, f32::min)
    };
    points.outer_iter().map(|p| f64::from(nearest(p))).sum()
}

/// A router of `clusters` clusters.
pub fn router(clusters: usize) -> Router {
    const DIM: usize = 64;
    let labels = (0..clusters).map(|k| format!("kind {k}")).collect();
    let shares = vec![1.0 / clusters as f32; clusters];
    let centroids = points(clusters, DIM, clusters, 1);
    Router::new(Parts {
        id: "bench".into(),
        embedder: Box::new(Nothing(DIM)),
        embedder_file: None,
        clusters: Clusters::try_new(centroids, 0.1, shares, labels)
            .expect("the parts fit each other"),
        prior: Prior::fallback(clusters, 0.4),
        benchmarks: Benchmarks::none(clusters),
        fields: Vec::new(),
        topics: Vec::new(),
        calibration: Calibration::try_new(vec![0.0, 2.0]).expect("the quantiles ascend"),
        provenance: Provenance::default(),
    })
    .expect("the parts fit each other")
}

/// A pool of `models` models with errors in each of the router's clusters, and prices.
pub fn pool(router: &Router, models: usize) -> Pool {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let clusters = router.clusters().len();
    let mut list = |low: f32, high: f32| {
        let values = (0..clusters).map(|_| format!("{:.4}", rng.random_range(low..high)));
        values.collect::<Vec<_>>().join(",")
    };
    let mut json = String::from(r#"{"models":["#);
    for model in 0..models {
        let comma = if model == 0 { "" } else { "," };
        let (mean, sd) = (list(0.1, 0.9), list(0.01, 0.2));
        let price = 0.1 + model as f64 / 10.0;
        write!(
            json,
            r#"{comma}{{"id":"model-{model}","cost":{{"input":{price},"output":{price}}},"errors":{{"mean":[{mean}],"sd":[{sd}]}}}}"#
        )
        .expect("writing to a string cannot fail");
    }
    json.push_str("]}");
    Pool::from_json(json.as_bytes(), router).expect("the values are in range")
}

/// An embedder without function, for benches of the decision alone.
struct Nothing(usize);

impl Embed for Nothing {
    fn id(&self) -> &str {
        "nothing"
    }

    fn dim(&self) -> usize {
        self.0
    }

    fn embed(&self, _: &str) -> Embedded {
        let mut vector = vec![0.0; self.0];
        vector[0] = 1.0;
        Embedded { vector, tokens: 64 }
    }
}

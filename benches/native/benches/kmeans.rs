//! K-means against linfa's, on all cores. linfa gets as many starts as it needs to come as close
//! to the points as ours, up to a limit; both inertias are printed.

use criterion::{Criterion, criterion_group, criterion_main};
use linfa::{DatasetBase, traits::Fit};
use linfa_clustering::KMeans;
use native_bench::{inertia, points};
use ndarray::Array2;
use rand_of_linfa::{SeedableRng, rngs::SmallRng};
use uniroute::cluster::{KMeansParams, kmeans};

const PROMPTS: usize = 4000;
const CLUSTERS: usize = 100;
const MOST_STARTS: usize = 16;
/// Inertias this close count as equal.
const CLOSE: f64 = 1.002;

type Floats = ndarray_of_linfa::Array2<f32>;

fn linfa(data: &DatasetBase<Floats, ndarray_of_linfa::Array1<()>>, starts: usize) -> Floats {
    let params = KMeans::params_with_rng(CLUSTERS, SmallRng::seed_from_u64(1))
        .n_runs(starts)
        .max_n_iterations(100)
        .tolerance(1e-4);
    let model = params.fit(data).expect("the points are finite");
    model.centroids().clone()
}

fn run(c: &mut Criterion) {
    for dim in [64, 384] {
        let points = points(PROMPTS, dim, 150, 3);
        let values = points.iter().copied().collect();
        let theirs = Floats::from_shape_vec((PROMPTS, dim), values).expect("as many as before");
        let data = DatasetBase::from(theirs);
        let params = KMeansParams::default();
        let ours = || kmeans(points.view(), CLUSTERS, &params).expect("the points are finite");
        let goal = ours().inertia;
        let reached = |starts| {
            let found = linfa(&data, starts);
            let values = found.iter().copied().collect();
            let centroids = Array2::from_shape_vec(found.dim(), values).expect("as many as before");
            inertia(points.view(), centroids.view())
        };
        let mut starts = 1;
        while starts < MOST_STARTS && reached(starts) > CLOSE * goal {
            starts *= 2;
        }
        println!(
            "{dim} dimensions: inertia {goal:.1} ({} starts), linfa {:.1} ({starts} starts)",
            params.starts,
            reached(starts)
        );
        let mut group = c.benchmark_group(format!("{CLUSTERS} clusters of {PROMPTS} x {dim}"));
        group.sample_size(10);
        group.bench_function("uniroute", |b| b.iter(ours));
        group.bench_function("linfa", |b| b.iter(|| linfa(&data, starts)));
        group.finish();
    }
}

criterion_group!(benches, run);
criterion_main!(benches);

//! Time of a decision without the embedding, from a prompt's place to the best model and the reason,
//! by size of the pool and number of clusters. Plots: target/criterion/*/report/lines.svg.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use uniroute::route::{Objective, Request, decide, place};

fn run(
    c: &mut Criterion,
    group: &str,
    sizes: &[(usize, usize)],
    parameter: fn(usize, usize) -> usize,
) {
    let mut group = c.benchmark_group(group);
    let request = Request {
        objective: Objective::Lambda(100.0),
        top: Some(1),
        ..Request::default()
    };
    for &(models, clusters) in sizes {
        let router = native_bench::router(clusters);
        let pool = native_bench::pool(&router, models);
        let placed = place(&router, "", "");
        let id = BenchmarkId::from_parameter(parameter(models, clusters));
        group.bench_function(id, |b| {
            b.iter(|| decide(&router, &pool, black_box(&placed), &request));
        });
    }
    group.finish();
}

fn models(c: &mut Criterion) {
    let sizes = [10, 50, 100, 250, 500, 1000].map(|models| (models, 64));
    run(
        c,
        "decision, 64 clusters, by models",
        &sizes,
        |models, _| models,
    );
}

fn clusters(c: &mut Criterion) {
    let sizes = [16, 64, 128, 256, 512, 1024].map(|clusters| (100, clusters));
    run(
        c,
        "decision, 100 models, by clusters",
        &sizes,
        |_, clusters| clusters,
    );
}

criterion_group!(benches, models, clusters);
criterion_main!(benches);

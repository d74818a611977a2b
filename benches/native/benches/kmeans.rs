//! K-means against linfa's, on all cores, at equal inertia: linfa gets as many starts as it needs to
//! come as close to the points as ours, up to a limit. Leaves the points in `target/kmeans` for
//! `benches/peers/kmeans.py`, which does the same with scikit-learn.

use std::{fs, path::Path, time::Instant};

use linfa::{DatasetBase, traits::Fit};
use linfa_clustering::KMeans;
use native_bench::{Result, inertia, points};
use ndarray::Array2;
use rand_of_linfa::{SeedableRng, rngs::SmallRng};
use uniroute::cluster::{KMeansParams, kmeans};

const PROMPTS: usize = 4000;
/// Directions that the points lie around: more than clusters, so that no start is perfect.
const KINDS: usize = 150;
const CLUSTERS: usize = 100;
const MOST_STARTS: usize = 16;
/// Inertias this close count as equal.
const CLOSE: f64 = 1.001;
const ROUNDS: usize = 3;

type Floats = ndarray_of_linfa::Array2<f32>;

fn main() -> Result<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(()); // a test run of all targets
    }
    for dim in [64, 384] {
        compare(dim)?;
    }
    Ok(())
}

fn compare(dim: usize) -> Result<()> {
    let points = points(PROMPTS, dim, KINDS, 3);
    write(&points)?;
    let values = points.iter().copied().collect();
    let data = DatasetBase::from(Floats::from_shape_vec((PROMPTS, dim), values)?);
    let ours = || -> Result<f64> {
        let params = KMeansParams::default();
        Ok(kmeans(points.view(), CLUSTERS, &params)?.inertia)
    };
    let theirs = |starts| -> Result<f64> {
        let found = linfa(&data, starts)?;
        let centroids = Array2::from_shape_vec(found.dim(), found.iter().copied().collect())?;
        Ok(inertia(points.view(), centroids.view()))
    };
    let goal = ours()?;
    let mut starts = 1;
    let mut reached = theirs(starts)?;
    while starts < MOST_STARTS && reached > CLOSE * goal {
        starts *= 2;
        reached = theirs(starts)?;
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        times[0].push(seconds(|| ours())?);
        times[1].push(seconds(|| theirs(starts))?);
    }
    let [ours, theirs] = times.map(median);
    let own = KMeansParams::default().starts;
    println!("{PROMPTS} points in {dim} dimensions into {CLUSTERS} clusters");
    println!("  uniroute: {ours:.2} s, inertia {goal:.1} ({own} starts)");
    println!("  linfa: {theirs:.2} s, inertia {reached:.1} ({starts} starts)");
    println!("  {:.1} times as fast", theirs / ours);
    Ok(())
}

fn linfa(
    data: &DatasetBase<Floats, ndarray_of_linfa::Array1<()>>,
    starts: usize,
) -> Result<Floats> {
    let params = KMeans::params_with_rng(CLUSTERS, SmallRng::seed_from_u64(1))
        .n_runs(starts)
        .max_n_iterations(100)
        .tolerance(1e-4);
    Ok(params.fit(data)?.centroids().clone())
}

fn seconds<T>(run: impl FnOnce() -> Result<T>) -> Result<f64> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Little-endian floats, a point after the other.
fn write(points: &Array2<f32>) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/kmeans");
    fs::create_dir_all(&folder)?;
    let bytes: Vec<u8> = points
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    fs::write(folder.join(format!("{}.f32", points.ncols())), bytes)?;
    Ok(())
}

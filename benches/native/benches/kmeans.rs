//! K-means against linfa's, on all cores, in turns: how long either takes with more and more starts,
//! how near it comes, and how much faster ours is with as many starts as are as good. Leaves the points in `target/kmeans` for
//! `benches/peers/kmeans.py`, which does the same with scikit-learn.

use std::{fmt, fs, path::Path, time::Instant};

use linfa::{DatasetBase, traits::Fit};
use linfa_clustering::KMeans;
use native_bench::{Result, inertia, points};
use ndarray::{Array2, ArrayView2};
use rand_of_linfa::{SeedableRng, rngs::SmallRng};
use uniroute::cluster::{KMeansParams, kmeans};

const PROMPTS: usize = 4000;
/// Directions around which the points lie: more than clusters, so that no start is perfect.
const KINDS: usize = 150;
const CLUSTERS: usize = 100;
const STARTS: [usize; 5] = [1, 2, 4, 8, 16];
const LINFA_STARTS: [usize; 2] = [1, 4];
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
    let mut ours = STARTS.map(Runs::new);
    let mut theirs = LINFA_STARTS.map(Runs::new);
    for _ in 0..ROUNDS {
        for runs in &mut ours {
            let params = KMeansParams {
                starts: runs.starts,
                ..KMeansParams::default()
            };
            runs.time(|| Ok(kmeans(points.view(), CLUSTERS, &params)?.centroids))?;
        }
        for runs in &mut theirs {
            let starts = runs.starts;
            runs.time(|| linfa(&data, starts))?;
        }
    }
    println!("{PROMPTS} points in {dim} dimensions into {CLUSTERS} clusters");
    for runs in &mut ours {
        runs.finish(points.view());
        println!("  uniroute, {runs}");
    }
    for runs in &mut theirs {
        runs.finish(points.view());
        print!("  linfa, {runs}");
        let as_good = ours.iter().filter(|own| own.inertia <= runs.inertia);
        match as_good.min_by(|a, b| a.seconds.total_cmp(&b.seconds)) {
            Some(own) => println!(
                "; uniroute with {} is as good {:.0} times as fast",
                own.starts,
                runs.seconds / own.seconds
            ),
            None => println!("; uniroute does not reach its inertia"),
        }
    }
    Ok(())
}

/// Runs with one number of starts.
struct Runs {
    starts: usize,
    times: Vec<f64>,
    found: Array2<f32>,
    /// Median.
    seconds: f64,
    inertia: f64,
}

impl Runs {
    fn new(starts: usize) -> Self {
        Self {
            starts,
            times: Vec::new(),
            found: Array2::zeros((0, 0)),
            seconds: 0.0,
            inertia: 0.0,
        }
    }

    fn time(&mut self, run: impl FnOnce() -> Result<Array2<f32>>) -> Result<()> {
        let start = Instant::now();
        self.found = run()?;
        self.times.push(start.elapsed().as_secs_f64());
        Ok(())
    }

    fn finish(&mut self, points: ArrayView2<f32>) {
        self.times.sort_by(f64::total_cmp);
        self.seconds = self.times[self.times.len() / 2];
        self.inertia = inertia(points, self.found.view());
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self {
            starts,
            seconds,
            inertia,
            ..
        } = self;
        write!(f, "{starts} starts: {seconds:.2} s, inertia {inertia:.1}")
    }
}

fn linfa(
    data: &DatasetBase<Floats, ndarray_of_linfa::Array1<()>>,
    starts: usize,
) -> Result<Array2<f32>> {
    let params = KMeans::params_with_rng(CLUSTERS, SmallRng::seed_from_u64(1))
        .n_runs(starts)
        .max_n_iterations(100)
        .tolerance(1e-4);
    let model = params.fit(data)?;
    let found = model.centroids();
    let values = found.iter().copied().collect();
    Ok(Array2::from_shape_vec(found.dim(), values)?)
}

/// Little-endian floats, one point after the other.
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

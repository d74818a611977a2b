//! K-means on a stream that is larger than memory.
//!
//! [`kmeans_stream`] starts from [`kmeans`] on a sample of the stream and reads the stream once or more.
//! Each pass ([`Sweep`]) is one exact Lloyd iteration over all points, a block at a time: assign each
//! point to its nearest centroid, then move the centroids to the means. It needs the memory of a block
//! and of the sums.
//!
//! Mini-batch updates (Sculley 2010, *Web-scale k-means clustering*) take the same time for a point,
//! because most of it is for finding the nearest centroid. Measured (`benches/native/examples/stream.rs`,
//! figures in docs/fit-at-scale.md), a pass of them lowers the inertia more than an exact pass from a start
//! on a few prompts a cluster, and as much from a start on hundreds, for which there is memory. So the start
//! is on a large sample and the pass is exact: its counts and inertia are those of all points and need no
//! other pass, and but for rounding it does not depend on the order of the stream.

use ndarray::{Array1, Array2, ArrayView2};

use super::error::ClusterError;
use super::kmeans::{KMeansParams, kmeans, nearest};

/// How to run [`kmeans_stream`].
#[derive(Debug, Clone, PartialEq)]
pub struct StreamParams {
    /// K-means on the sample, with the seed.
    pub kmeans: KMeansParams,
    /// Times that the stream is read, at least 1.
    pub passes: usize,
}

impl Default for StreamParams {
    fn default() -> Self {
        Self {
            kmeans: KMeansParams::default(),
            passes: 1,
        }
    }
}

/// Clusters of all points of a stream: a partition of the points, of which each part has its mean.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamKMeans {
    /// The mean of each part, `(k, dim)`.
    pub centroids: Array2<f32>,
    /// Number of points of each part, `(k)`.
    pub counts: Vec<u64>,
    /// Sum over all points of the squared distance to the mean of their part. It is at least the inertia
    /// of these centroids with each point assigned to the nearest one.
    pub inertia: f64,
}

impl StreamKMeans {
    /// Share of the points in each part, `(k)`; they sum to 1.
    pub fn shares(&self) -> Vec<f32> {
        let all = self.counts.iter().sum::<u64>().max(1) as f64;
        let counts = self.counts.iter();
        counts.map(|&count| (count as f64 / all) as f32).collect()
    }
}

/// Clusters the points of a stream into `k` groups, fewer when the sample has fewer distinct points.
/// `sample` `(n, dim)` are points of the stream, drawn at random; `read` is called for each pass and calls
/// [`Sweep::add`] for each block of the stream.
///
/// The same sample, stream and seed give the same clusters on any number of threads, if blocks are
/// divided alike.
///
/// # Errors
/// Those of [`kmeans`] and of [`Sweep`], and what `read` returns.
pub fn kmeans_stream<E: From<ClusterError>>(
    sample: ArrayView2<f32>,
    k: usize,
    params: &StreamParams,
    mut read: impl FnMut(&mut Sweep) -> Result<(), E>,
) -> Result<StreamKMeans, E> {
    let start = kmeans(sample, k, &params.kmeans)?.centroids;
    let mut pass = |centroids| {
        let mut sweep = Sweep::new(centroids)?;
        read(&mut sweep)?;
        Ok::<_, E>(sweep.finish()?)
    };
    let mut found = pass(start)?;
    for _ in 1..params.passes {
        found = pass(found.centroids)?;
    }
    Ok(found)
}

/// One pass over a stream: an exact Lloyd iteration.
#[derive(Debug, Clone)]
pub struct Sweep {
    centroids: Array2<f32>,
    sums: Array2<f64>,
    counts: Vec<u64>,
    /// Sum of ‖x‖² over the points.
    squared_norms: f64,
    rows: usize,
}

impl Sweep {
    /// Starts a pass that assigns points to these `centroids` `(k, dim)`.
    ///
    /// # Errors
    /// [`ClusterError::Empty`] without centroids, [`ClusterError::NotFinite`] if one has a NaN.
    pub fn new(centroids: Array2<f32>) -> Result<Self, ClusterError> {
        if centroids.is_empty() {
            return Err(ClusterError::Empty {
                points: 0,
                clusters: centroids.nrows(),
            });
        }
        finite("centroids", centroids.view(), 0)?;
        Ok(Self {
            sums: Array2::zeros(centroids.dim()),
            counts: vec![0; centroids.nrows()],
            centroids: centroids.as_standard_layout().into_owned(),
            squared_norms: 0.0,
            rows: 0,
        })
    }

    /// Adds the next points, `(n, dim)`. Distances are computed on all threads; sums are added in the order
    /// of the points.
    ///
    /// # Errors
    /// [`ClusterError::NotFinite`] with the row of the stream; the sweep is as before.
    ///
    /// # Panics
    /// Unless the points are as long as the centroids.
    pub fn add(&mut self, block: ArrayView2<f32>) -> Result<(), ClusterError> {
        assert_eq!(
            block.ncols(),
            self.centroids.ncols(),
            "points of another length than the centroids"
        );
        finite("points", block, self.rows)?;
        for (point, k) in block
            .outer_iter()
            .zip(nearest(block, self.centroids.view()))
        {
            let mut sum = self.sums.row_mut(k);
            for (sum, &value) in sum.iter_mut().zip(point) {
                let value = f64::from(value);
                *sum += value;
                self.squared_norms += value * value;
            }
            self.counts[k] += 1;
        }
        self.rows += block.nrows();
        Ok(())
    }

    /// Ends the pass: the centroids move to the means of their points. A centroid that is the nearest one
    /// of no point stays where it is, with a count of 0; in a start from points of the stream there is
    /// hardly one.
    ///
    /// # Errors
    /// [`ClusterError::Empty`] if the stream had no points.
    pub fn finish(self) -> Result<StreamKMeans, ClusterError> {
        if self.rows == 0 {
            return Err(ClusterError::Empty {
                points: 0,
                clusters: self.counts.len(),
            });
        }
        let mut centroids = self.centroids;
        // Σ‖x − μ‖² = Σ‖x‖² − n‖μ‖² for the points around their mean.
        let mut inertia = self.squared_norms;
        for ((mut centroid, sum), &count) in centroids
            .outer_iter_mut()
            .zip(self.sums.outer_iter())
            .zip(&self.counts)
            .filter(|(_, count)| **count > 0)
        {
            let mean: Array1<f64> = &sum / count as f64;
            inertia -= mean.dot(&sum);
            centroid.zip_mut_with(&mean, |c, &m| *c = m as f32);
        }
        Ok(StreamKMeans {
            centroids,
            counts: self.counts,
            inertia: inertia.max(0.0),
        })
    }
}

/// Rejects numbers that are not finite; `before` are the rows before these.
fn finite(what: &'static str, rows: ArrayView2<f32>, before: usize) -> Result<(), ClusterError> {
    let bad = rows
        .outer_iter()
        .position(|row| row.iter().any(|v| !v.is_finite()));
    match bad {
        Some(row) => Err(ClusterError::NotFinite {
            what,
            row: before + row,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Reservoir, assigned};
    use ndarray::{Axis, array, s};
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// Unit vectors around 40 directions, more spread than apart, so that no start is perfect.
    fn points(n: usize, seed: u64) -> Array2<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = move || (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0;
        let centres = Array2::from_shape_simple_fn((40, 16), &mut normal);
        let mut points = Array2::from_shape_simple_fn((n, 16), || 0.6 * normal());
        for (i, mut point) in points.outer_iter_mut().enumerate() {
            point += &centres.row(i * i % 40);
            let length = point.dot(&point).sqrt();
            point /= length;
        }
        points
    }

    fn sample(points: &Array2<f32>, n: usize, seed: u64) -> Array2<f32> {
        let mut reservoir = Reservoir::new(n, seed);
        (0..points.nrows()).for_each(|row| {
            reservoir.offer(row);
        });
        points.select(Axis(0), &reservoir.into_sample())
    }

    fn streamed(points: &Array2<f32>, k: usize, n: usize, params: &StreamParams) -> StreamKMeans {
        let sample = sample(points, n, params.kmeans.seed);
        kmeans_stream(sample.view(), k, params, |sweep| {
            points
                .axis_chunks_iter(Axis(0), 1000)
                .try_for_each(|block| sweep.add(block))
        })
        .unwrap()
    }

    fn seeded(seed: u64, passes: usize) -> StreamParams {
        StreamParams {
            kmeans: KMeansParams {
                seed,
                ..KMeansParams::default()
            },
            passes,
        }
    }

    #[test]
    fn inertia_is_within_one_percent_of_k_means_on_all_points() {
        for seed in 0..3 {
            let points = points(6000, seed);
            let params = seeded(seed, 1);
            let found = streamed(&points, 20, 2000, &params);
            let full = kmeans(points.view(), 20, &params.kmeans).unwrap();
            let nearest = assigned(points.view(), found.centroids.clone()).unwrap();
            assert!(
                nearest.inertia <= 1.01 * full.inertia,
                "seed {seed}: {} and {}",
                nearest.inertia,
                full.inertia
            );
            assert!(nearest.inertia <= found.inertia * (1.0 + 1e-6));
            assert_eq!(found.counts.iter().sum::<u64>(), 6000);
        }
    }

    #[test]
    fn each_pass_lowers_the_inertia_of_a_poor_start() {
        let points = points(6000, 1);
        let after = |passes| streamed(&points, 24, 60, &seeded(1, passes)).inertia;
        let [one, two, four] = [1, 2, 4].map(after);
        assert!(four < two && two < one, "{one} {two} {four}");
    }

    #[test]
    fn hand_computed_pass() {
        let mut sweep = Sweep::new(array![[0.0f32], [9.0]]).unwrap();
        sweep.add(array![[0.0f32], [12.0], [1.0]].view()).unwrap();
        sweep.add(array![[2.0f32], [10.0]].view()).unwrap();
        let found = sweep.finish().unwrap();
        assert_eq!(found.centroids, array![[1.0f32], [11.0]]);
        assert_eq!(found.counts, [3, 2]);
        assert_eq!(found.shares(), [0.6, 0.4]);
        // 1 + 0 + 1 around 1, and 1 + 1 around 11.
        assert_eq!(found.inertia, 4.0);
    }

    #[test]
    fn blocks_and_threads_do_not_matter() {
        let points = points(3000, 2);
        let start = points.slice(s![..20, ..]).to_owned();
        let run = |rows: usize| {
            let mut sweep = Sweep::new(start.clone()).unwrap();
            for block in points.axis_chunks_iter(Axis(0), rows) {
                sweep.add(block).unwrap();
            }
            sweep.finish().unwrap()
        };
        let whole = run(3000);
        assert_eq!(run(256), whole);
        assert_eq!(run(7).counts, whole.counts);
        #[cfg(feature = "parallel")]
        {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
            let alone = pool.build().unwrap().install(|| run(3000));
            assert_eq!(alone, whole);
            let params = seeded(3, 2);
            let one = rayon::ThreadPoolBuilder::new().num_threads(1);
            let one = one.build().unwrap();
            let alone = one.install(|| streamed(&points, 12, 500, &params));
            assert_eq!(alone, streamed(&points, 12, 500, &params));
        }
    }

    #[test]
    fn fewer_distinct_points_than_clusters_gives_fewer_clusters() {
        let points = array![[1.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]];
        let found = kmeans_stream(points.view(), 3, &StreamParams::default(), |sweep| {
            sweep.add(points.view())
        })
        .unwrap();
        assert_eq!((found.centroids.nrows(), found.inertia), (2, 0.0));
        assert_eq!(found.counts, [2, 2]);
    }

    #[test]
    fn a_centroid_without_points_stays() {
        let mut sweep = Sweep::new(array![[0.0f32], [50.0]]).unwrap();
        sweep.add(array![[1.0f32], [3.0]].view()).unwrap();
        let found = sweep.finish().unwrap();
        assert_eq!(found.centroids, array![[2.0f32], [50.0]]);
        assert_eq!((found.counts, found.inertia), (vec![2, 0], 2.0));
    }

    #[test]
    fn nan_and_empty_streams_are_rejected() {
        let mut sweep = Sweep::new(array![[0.0f32], [1.0]]).unwrap();
        sweep.add(array![[1.0f32], [3.0]].view()).unwrap();
        let error = |what, row| Err(ClusterError::NotFinite { what, row });
        assert_eq!(
            sweep.add(array![[1.0f32], [f32::NAN]].view()),
            error("points", 3)
        );
        // A block that was rejected does not count.
        assert_eq!(sweep.finish().unwrap().counts, [0, 2]);
        assert_eq!(
            Sweep::new(array![[f32::INFINITY]]).map(drop),
            error("centroids", 0)
        );
        let empty = |clusters| {
            Err(ClusterError::Empty {
                points: 0,
                clusters,
            })
        };
        assert_eq!(Sweep::new(Array2::zeros((0, 2))).map(drop), empty(0));
        let sweep = Sweep::new(array![[0.0f32], [1.0]]).unwrap();
        assert_eq!(sweep.finish().map(drop), empty(2));
        let nothing = kmeans_stream(
            array![[1.0f32]].view(),
            1,
            &StreamParams::default(),
            |_: &mut Sweep| Ok::<_, ClusterError>(()),
        );
        assert_eq!(nothing.map(drop), empty(1));
    }

    #[test]
    fn an_error_of_the_reader_ends_the_pass() {
        #[derive(Debug, PartialEq)]
        enum Failed {
            Reader,
            Clusters(ClusterError),
        }
        impl From<ClusterError> for Failed {
            fn from(error: ClusterError) -> Self {
                Self::Clusters(error)
            }
        }
        let points = array![[1.0f32], [2.0]];
        let params = StreamParams::default();
        let run = |k, read: fn(&mut Sweep) -> Result<(), Failed>| {
            kmeans_stream(points.view(), k, &params, read).unwrap_err()
        };
        assert_eq!(run(1, |_| Err(Failed::Reader)), Failed::Reader);
        assert!(matches!(run(0, |_| Ok(())), Failed::Clusters(_)));
    }
}

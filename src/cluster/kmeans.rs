//! K-means: greedy k-means++ starts, Lloyd's iterations, the best of several starts.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::error::ClusterError;
use crate::parallel;

/// Rows whose distances to all centroids are computed in one matrix product.
const BLOCK: usize = 256;

/// How to run [`kmeans`].
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansParams {
    /// Seed of the starts; the same seed and points give the same clusters on any number of threads.
    pub seed: u64,
    /// Independent starts, of which the one with the least inertia is kept.
    pub starts: usize,
    /// Most Lloyd iterations of a start.
    pub max_iterations: usize,
    /// Stop once the centroids moved less than this share of the points' mean variance.
    pub tolerance: f32,
}

impl Default for KMeansParams {
    fn default() -> Self {
        Self {
            seed: 0,
            starts: 4,
            max_iterations: 100,
            tolerance: 1e-4,
        }
    }
}

/// Clusters found by [`kmeans`].
#[derive(Debug, Clone, PartialEq)]
pub struct KMeans {
    /// `(k, dim)`.
    pub centroids: Array2<f32>,
    /// Nearest centroid of each point.
    pub assignments: Vec<usize>,
    /// Sum over points of the squared distance to their centroid.
    pub inertia: f64,
}

/// Clusters `points` of shape `(n, dim)` into `k` groups, fewer when there are fewer distinct
/// points.
///
/// # Errors
/// [`ClusterError::Empty`] without points or clusters, [`ClusterError::NotFinite`] on NaN.
pub fn kmeans(
    points: ArrayView2<f32>,
    k: usize,
    params: &KMeansParams,
) -> Result<KMeans, ClusterError> {
    check(points, k)?;
    let n = points.nrows();
    let points = points.as_standard_layout();
    let task = Task::new(points.view());
    let mut best: Option<KMeans> = None;
    for start in 0..params.starts.max(1) {
        let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
        rng.set_stream(start as u64);
        let found = task.lloyd(task.plus_plus(k, &mut rng), params);
        if best.as_ref().is_none_or(|b| found.inertia < b.inertia) {
            best = Some(found);
        }
    }
    best.ok_or(ClusterError::Empty {
        points: n,
        clusters: k,
    })
}

/// The points `(n, dim)` in clusters with these centroids `(k, dim)`, which do not move.
///
/// # Errors
/// As [`kmeans`].
pub fn assigned(points: ArrayView2<f32>, centroids: Array2<f32>) -> Result<KMeans, ClusterError> {
    check(points, centroids.nrows())?;
    let points = points.as_standard_layout();
    let assignment = Task::new(points.view()).assign(centroids.view());
    Ok(KMeans {
        centroids,
        assignments: assignment.nearest,
        inertia: assignment.distances.iter().map(|d| f64::from(*d)).sum(),
    })
}

/// Nearest centroid of each point: `points` `(n, dim)`, `centroids` `(k, dim)`.
pub(super) fn nearest(points: ArrayView2<f32>, centroids: ArrayView2<f32>) -> Vec<usize> {
    let points = points.as_standard_layout();
    Task::new(points.view()).assign(centroids).nearest
}

/// Rejects what cannot be clustered.
fn check(points: ArrayView2<f32>, k: usize) -> Result<(), ClusterError> {
    let n = points.nrows();
    if n == 0 || k == 0 {
        return Err(ClusterError::Empty {
            points: n,
            clusters: k,
        });
    }
    let bad = points
        .outer_iter()
        .position(|p| p.iter().any(|v| !v.is_finite()));
    match bad {
        Some(row) => Err(ClusterError::NotFinite {
            what: "points",
            row,
        }),
        None => Ok(()),
    }
}

/// The points, and what every start needs to know of them.
struct Task<'a> {
    points: ArrayView2<'a, f32>,
    squared_norms: Array1<f32>,
}

/// Nearest centroid and squared distance of each point.
struct Assignment {
    nearest: Vec<usize>,
    distances: Vec<f32>,
}

impl<'a> Task<'a> {
    fn new(points: ArrayView2<'a, f32>) -> Self {
        let squared_norms = points.outer_iter().map(|p| p.dot(&p)).collect();
        Self {
            points,
            squared_norms,
        }
    }

    /// Squared distances `(n, c)` to each row of `centres`, a block of points at a time, each
    /// block passed to `use_block(first_row, distances)`.
    fn by_block<T: Send>(
        &self,
        centres: ArrayView2<f32>,
        use_block: impl Fn(usize, Array2<f32>) -> T + Sync + Send,
    ) -> Vec<T> {
        let centre_norms: Array1<f32> = centres.outer_iter().map(|c| c.dot(&c)).collect();
        let n = self.points.nrows();
        parallel::map(n.div_ceil(BLOCK), |block| {
            let rows = block * BLOCK..((block + 1) * BLOCK).min(n);
            let mut d = self.points.slice(s![rows.clone(), ..]).dot(&centres.t());
            for (mut row, norm) in d
                .outer_iter_mut()
                .zip(self.squared_norms.slice(s![rows.clone()]))
            {
                row.zip_mut_with(&centre_norms, |d, c| *d = (norm - 2.0 * *d + c).max(0.0));
            }
            use_block(rows.start, d)
        })
    }

    fn assign(&self, centroids: ArrayView2<f32>) -> Assignment {
        let blocks = self.by_block(centroids, |_, d| {
            d.outer_iter()
                .map(|row| {
                    row.iter()
                        .enumerate()
                        .fold(
                            (0, f32::INFINITY),
                            |best, (k, &d)| {
                                if d < best.1 { (k, d) } else { best }
                            },
                        )
                })
                .collect::<Vec<_>>()
        });
        let (nearest, distances) = blocks.into_iter().flatten().unzip();
        Assignment { nearest, distances }
    }

    /// Greedy k-means++ (Arthur & Vassilvitskii 2007, §3.2 remark): each next centre is the best
    /// of 2 + ln k points drawn with probability proportional to their squared distance.
    fn plus_plus(&self, k: usize, rng: &mut ChaCha8Rng) -> Array2<f32> {
        let n = self.points.nrows();
        let draws = 2 + (k as f64).ln() as usize;
        let mut chosen = vec![rng.random_range(0..n)];
        let mut distances = self
            .assign(self.points.select(Axis(0), &chosen).view())
            .distances;
        // |x|² − 2xc + |c|² is rounded, so it is not exactly 0 where a point is its own centre.
        let rounding_error = 1e-6 * (1.0 + self.squared_norms.mean().unwrap_or(0.0));
        distances
            .iter_mut()
            .filter(|d| **d < rounding_error)
            .for_each(|d| *d = 0.0);
        while chosen.len() < k.min(n) {
            let total: f64 = distances.iter().map(|&d| f64::from(d)).sum();
            if total <= 0.0 {
                break;
            }
            let candidates: Vec<usize> = (0..draws).map(|_| draw(&distances, total, rng)).collect();
            let nearer = self.by_block(
                self.points.select(Axis(0), &candidates).view(),
                |first, mut d| {
                    for (row, old) in d.outer_iter_mut().zip(&distances[first..]) {
                        row.into_iter().for_each(|d| {
                            *d = if *d < rounding_error {
                                0.0
                            } else {
                                d.min(*old)
                            }
                        });
                    }
                    d
                },
            );
            let mut totals = vec![0f64; draws];
            for row in nearer.iter().flat_map(|block| block.outer_iter()) {
                totals
                    .iter_mut()
                    .zip(row)
                    .for_each(|(t, &d)| *t += f64::from(d));
            }
            let best = (0..draws)
                .min_by(|&a, &b| totals[a].total_cmp(&totals[b]))
                .unwrap_or(0);
            chosen.push(candidates[best]);
            distances = nearer
                .iter()
                .flat_map(|block| block.column(best).to_vec())
                .collect();
        }
        self.points.select(Axis(0), &chosen)
    }

    fn lloyd(&self, mut centroids: Array2<f32>, params: &KMeansParams) -> KMeans {
        let mean_variance = self.points.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0);
        let mut assignment = self.assign(centroids.view());
        for _ in 0..params.max_iterations {
            let moved = self.means(&mut assignment, centroids.view());
            let shift: f32 = (&moved - &centroids).mapv(|v| v * v).sum();
            centroids = moved;
            let next = self.assign(centroids.view());
            let unchanged = next.nearest == assignment.nearest;
            assignment = next;
            if unchanged || shift <= params.tolerance * mean_variance {
                break;
            }
        }
        let inertia = self
            .points
            .outer_iter()
            .zip(&assignment.nearest)
            .map(|(p, &k)| {
                p.iter()
                    .zip(centroids.row(k))
                    .map(|(a, b)| f64::from(a - b).powi(2))
                    .sum::<f64>()
            })
            .sum();
        KMeans {
            centroids,
            assignments: assignment.nearest,
            inertia,
        }
    }

    /// Sum of the points of each cluster.
    fn sums(&self, nearest: &[usize], shape: (usize, usize)) -> Array2<f64> {
        let mut sums = Array2::<f64>::zeros(shape);
        for (p, &k) in self.points.outer_iter().zip(nearest) {
            sums.row_mut(k).zip_mut_with(&p, |s, &v| *s += f64::from(v));
        }
        sums
    }

    /// The mean of each cluster. A cluster that lost all its points starts again at the point
    /// farthest from its own centroid.
    fn means(&self, assignment: &mut Assignment, old: ArrayView2<f32>) -> Array2<f32> {
        let mut counts = vec![0usize; old.nrows()];
        assignment.nearest.iter().for_each(|&k| counts[k] += 1);
        for empty in 0..counts.len() {
            if counts[empty] > 0 {
                continue;
            }
            let far = (0..assignment.nearest.len())
                .filter(|&i| counts[assignment.nearest[i]] > 1)
                .max_by(|&a, &b| assignment.distances[a].total_cmp(&assignment.distances[b]));
            let Some(far) = far else { continue };
            counts[assignment.nearest[far]] -= 1;
            counts[empty] = 1;
            assignment.nearest[far] = empty;
            assignment.distances[far] = 0.0;
        }
        let sums = self.sums(&assignment.nearest, old.dim());
        let mut means = old.to_owned();
        for ((mut mean, sum), &count) in means
            .outer_iter_mut()
            .zip(sums.outer_iter())
            .zip(&counts)
            .filter(|(_, c)| **c > 0)
        {
            mean.zip_mut_with(&sum, |m, &s| *m = (s / count as f64) as f32);
        }
        means
    }
}

/// Index drawn with probability `weights[i] / total`.
fn draw(weights: &[f32], total: f64, rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random::<f64>() * total;
    let mut last = 0;
    for (i, &w) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
        last = i;
        left -= f64::from(w);
        if left < 0.0 {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn blobs(per_blob: usize) -> Array2<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let centres = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]];
        Array2::from_shape_fn((3 * per_blob, 2), |(i, j)| {
            centres[i % 3][j] + rng.random::<f32>()
        })
    }

    #[test]
    fn finds_separate_blobs() {
        let points = blobs(300);
        let found = kmeans(points.view(), 3, &KMeansParams::default()).unwrap();
        for i in 0..points.nrows() {
            assert_eq!(found.assignments[i], found.assignments[i % 3]);
        }
        // Variance of a unit square about its middle is 1/6.
        assert!(
            (found.inertia / 900.0 - 1.0 / 6.0).abs() < 0.01,
            "{}",
            found.inertia
        );
    }

    #[test]
    fn hand_computed_optimum_on_a_line() {
        let points = array![[0.0], [1.0], [2.0], [10.0], [12.0]];
        let found = kmeans(points.view(), 2, &KMeansParams::default()).unwrap();
        let mut centres = found.centroids.into_raw_vec_and_offset().0;
        centres.sort_by(f32::total_cmp);
        assert_eq!(centres, [1.0, 11.0]);
        assert_eq!(found.inertia, 4.0);
    }

    #[test]
    fn same_seed_same_clusters_and_other_threads_do_not_matter() {
        let points = blobs(400);
        let params = KMeansParams {
            seed: 3,
            starts: 2,
            ..Default::default()
        };
        let one = kmeans(points.view(), 7, &params).unwrap();
        assert_eq!(one, kmeans(points.view(), 7, &params).unwrap());
        #[cfg(feature = "parallel")]
        {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(1)
                .build()
                .unwrap();
            assert_eq!(
                one,
                pool.install(|| kmeans(points.view(), 7, &params)).unwrap()
            );
        }
    }

    #[test]
    fn block_distances_equal_naive_ones() {
        let points = blobs(200);
        let task = Task::new(points.view());
        let centres = array![[0.5f32, 0.25], [7.0, 3.0]];
        let fast = task.assign(centres.view());
        for (i, p) in points.outer_iter().enumerate() {
            let naive: Vec<f32> = centres
                .outer_iter()
                .map(|c| (&p - &c).mapv(|v| v * v).sum())
                .collect();
            let nearest = if naive[1] < naive[0] { 1 } else { 0 };
            assert_eq!(fast.nearest[i], nearest);
            assert!((fast.distances[i] - naive[nearest]).abs() < 1e-3);
        }
    }

    #[test]
    fn fewer_distinct_points_than_clusters_gives_fewer_clusters() {
        let points = array![[1.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]];
        let found = kmeans(points.view(), 3, &KMeansParams::default()).unwrap();
        assert_eq!(found.centroids.nrows(), 2);
        assert_eq!(found.inertia, 0.0);
    }

    #[test]
    fn a_cluster_that_empties_restarts_at_the_farthest_point() {
        let points = array![[0.0f32], [1.0], [5.0]];
        let task = Task::new(points.view());
        let mut assignment = task.assign(array![[0.0f32], [100.0]].view());
        let means = task.means(&mut assignment, array![[0.0f32], [100.0]].view());
        assert_eq!(means, array![[0.5f32], [5.0]]);
    }

    #[test]
    fn no_points_and_nan_are_rejected() {
        let none = Array2::<f32>::zeros((0, 2));
        assert!(matches!(
            kmeans(none.view(), 2, &KMeansParams::default()),
            Err(ClusterError::Empty { points: 0, .. })
        ));
        let bad = array![[0.0f32, 1.0], [f32::NAN, 0.0]];
        assert_eq!(
            kmeans(bad.view(), 1, &KMeansParams::default()),
            Err(ClusterError::NotFinite {
                what: "points",
                row: 1
            })
        );
    }
}

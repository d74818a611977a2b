//! A map of the clusters in two dimensions.
//!
//! Distances between embeddings are all much alike, so a projection shows a ball. The map shows
//! which clusters are neighbours: it places them so that distances in the plane are those of the
//! shortest paths in the graph of nearest neighbours (Isomap's distances, Kamada and Kawai's
//! stress, minimised by the stochastic descent of Zheng, Pawar and Goodman).

use super::membership::Clusters;
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// Neighbours of each cluster in the graph. With fewer, the map becomes a line; with more, a ball.
const NEIGHBOURS: usize = 5;
/// Passes over all pairs; the stress changes by less than a percent from then on.
const PASSES: usize = 40;
/// Step size at the end, as a share of the step that gives a pair its wanted distance.
const LAST_STEP: f64 = 0.02;

/// A position for each of the K clusters, in the unit disk, the same at every call.
pub fn layout(clusters: &Clusters) -> Vec<[f64; 2]> {
    let paths = shortest_paths(clusters);
    let mut positions = descend(&paths, clusters.len());
    fit_into_disk(&mut positions);
    positions
}

/// Length of the shortest path between any two clusters in the neighbour graph, row by row.
fn shortest_paths(clusters: &Clusters) -> Vec<f64> {
    let k = clusters.len();
    let direct = |a: usize, b: usize| -> f64 {
        let (a, b) = (
            clusters.centroids().row(a).to_owned(),
            clusters.centroids().row(b).to_owned(),
        );
        f64::from((&a - &b).mapv(|v| v * v).sum().sqrt()).max(1e-6)
    };
    let mut paths = vec![f64::INFINITY; k * k];
    let mut join = |a: usize, b: usize| {
        let length = direct(a, b);
        paths[a * k + b] = length;
        paths[b * k + a] = length;
    };
    for a in 0..k {
        let mut others: Vec<(f64, usize)> = (0..k)
            .filter(|b| *b != a)
            .map(|b| (direct(a, b), b))
            .collect();
        others.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        others
            .iter()
            .take(NEIGHBOURS)
            .for_each(|(_, b)| join(a, *b));
    }
    for (a, b) in spanning_tree(k, direct) {
        join(a, b);
    }
    for via in 0..k {
        for a in 0..k {
            let to = paths[a * k + via];
            for b in 0..k {
                let length = to + paths[via * k + b];
                if length < paths[a * k + b] {
                    paths[a * k + b] = length;
                }
            }
        }
    }
    paths
}

/// The edges of a minimum spanning tree. With them the graph is connected: there is a path between
/// any two clusters.
fn spanning_tree(k: usize, length: impl Fn(usize, usize) -> f64) -> Vec<(usize, usize)> {
    let mut nearest: Vec<(f64, usize)> = (0..k).map(|b| (length(0, b), 0)).collect();
    let mut outside: Vec<usize> = (1..k).collect();
    let mut edges = Vec::with_capacity(k);
    while let Some(at) =
        (0..outside.len()).min_by(|x, y| nearest[outside[*x]].0.total_cmp(&nearest[outside[*y]].0))
    {
        let next = outside.swap_remove(at);
        edges.push((nearest[next].1, next));
        for &b in &outside {
            let through = length(next, b);
            if through < nearest[b].0 {
                nearest[b] = (through, next);
            }
        }
    }
    edges
}

/// Moves pairs towards their wanted distance, in smaller and smaller steps.
fn descend(wanted: &[f64], k: usize) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut positions: Vec<[f64; 2]> = (0..k).map(|_| [rng.random(), rng.random()]).collect();
    let mut pairs: Vec<(usize, usize)> = (0..k).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
    let longest = wanted.iter().copied().fold(0.0, f64::max);
    let shortest = wanted
        .iter()
        .copied()
        .filter(|w| *w > 0.0)
        .fold(f64::INFINITY, f64::min);
    let (first, last) = (longest * longest, LAST_STEP * shortest * shortest);
    for pass in 0..PASSES {
        let progress = pass as f64 / (PASSES - 1) as f64;
        let rate = first * (last / first).powf(progress);
        pairs.shuffle(&mut rng);
        for &(a, b) in &pairs {
            let want = wanted[a * k + b];
            let step = (rate / (want * want)).min(1.0);
            let (dx, dy) = (
                positions[a][0] - positions[b][0],
                positions[a][1] - positions[b][1],
            );
            let found = dx.hypot(dy).max(1e-9);
            let pull = step * (found - want) / (2.0 * found);
            positions[a] = [positions[a][0] - pull * dx, positions[a][1] - pull * dy];
            positions[b] = [positions[b][0] + pull * dx, positions[b][1] + pull * dy];
        }
    }
    positions
}

fn fit_into_disk(positions: &mut [[f64; 2]]) {
    let n = positions.len() as f64;
    let middle = [0, 1].map(|i| positions.iter().map(|p| p[i]).sum::<f64>() / n);
    let radius = positions
        .iter()
        .map(|p| (p[0] - middle[0]).hypot(p[1] - middle[1]))
        .fold(f64::MIN_POSITIVE, f64::max);
    for position in positions {
        *position = [0, 1].map(|i| (position[i] - middle[i]) / radius);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn clusters(points: &[[f32; 3]]) -> Clusters {
        let k = points.len();
        let flat = points.iter().flatten().copied().collect();
        let centroids = Array2::from_shape_vec((k, 3), flat).unwrap();
        let names = (0..k).map(|i| i.to_string()).collect();
        Clusters::try_new(centroids, 0.1, vec![1.0 / k as f32; k], names).unwrap()
    }

    /// Two groups of eight, far apart.
    fn two_groups() -> Clusters {
        let points: Vec<[f32; 3]> = (0..16)
            .map(|i| {
                let angle = i as f32;
                [
                    angle.sin() + if i < 8 { 0.0 } else { 9.0 },
                    angle.cos(),
                    0.1 * angle,
                ]
            })
            .collect();
        clusters(&points)
    }

    #[test]
    fn groups_that_are_apart_stay_apart_and_inside_the_disk() {
        let positions = layout(&two_groups());
        let gap = |a: usize, b: usize| {
            (positions[a][0] - positions[b][0]).hypot(positions[a][1] - positions[b][1])
        };
        let widest = (0..8)
            .flat_map(|a| (0..8).map(move |b| (a, b)))
            .map(|(a, b)| gap(a, b));
        let nearest = (0..8)
            .flat_map(|a| (8..16).map(move |b| (a, b)))
            .map(|(a, b)| gap(a, b));
        assert!(widest.fold(0.0, f64::max) < nearest.fold(f64::INFINITY, f64::min));
        assert!(positions.iter().all(|p| p[0].hypot(p[1]) <= 1.0 + 1e-9));
    }

    #[test]
    fn the_map_is_the_same_every_time() {
        assert_eq!(layout(&two_groups()), layout(&two_groups()));
    }

    #[test]
    fn one_cluster_two_and_coinciding_ones_have_positions() {
        for points in [
            &[[0.0; 3]][..],
            &[[0.0; 3], [1.0; 3]],
            &[[0.5; 3], [0.5; 3], [0.5; 3]],
        ] {
            let positions = layout(&clusters(points));
            assert!(
                positions.iter().flatten().all(|v| v.is_finite()),
                "{positions:?}"
            );
        }
    }
}

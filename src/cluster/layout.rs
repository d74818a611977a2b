//! The clusters in two dimensions, for people to look at.
//!
//! Distances in the space of embeddings are all much alike, so a projection shows a ball. What
//! people can read is who neighbours whom: we walk along the graph of nearest neighbours, and
//! place the clusters so that distances on the page are those of the walks (Isomap's distances,
//! Kamada and Kawai's stress, Zheng, Pawar and Goodman's stochastic descent on it).

use super::Clusters;
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// Neighbours of each cluster in the graph. With fewer the map becomes a string of beads, with
/// more a ball again.
const NEIGHBOURS: usize = 5;
/// Passes over all pairs; the stress changes by less than a percent from then on.
const PASSES: usize = 40;
/// Step size at the end, as a share of what a pair asks for.
const LAST_STEP: f64 = 0.02;

/// A place for each of the K clusters, in the unit disk, the same at every call.
pub fn layout(clusters: &Clusters) -> Vec<[f64; 2]> {
    let walks = walks(clusters);
    let mut places = descend(&walks, clusters.len());
    fit_into_disk(&mut places);
    places
}

/// Length of the shortest walk between any two clusters along the neighbour graph, row by row.
fn walks(clusters: &Clusters) -> Vec<f64> {
    let k = clusters.len();
    let direct = |a: usize, b: usize| -> f64 {
        let (a, b) = (
            clusters.centroids().row(a).to_owned(),
            clusters.centroids().row(b).to_owned(),
        );
        f64::from((&a - &b).mapv(|v| v * v).sum().sqrt()).max(1e-6)
    };
    let mut walks = vec![f64::INFINITY; k * k];
    let mut join = |a: usize, b: usize| {
        let length = direct(a, b);
        walks[a * k + b] = length;
        walks[b * k + a] = length;
    };
    for a in 0..k {
        let mut near: Vec<(f64, usize)> = (0..k)
            .filter(|b| *b != a)
            .map(|b| (direct(a, b), b))
            .collect();
        near.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        near.iter().take(NEIGHBOURS).for_each(|(_, b)| join(a, *b));
    }
    for (a, b) in spanning_tree(k, direct) {
        join(a, b);
    }
    for via in 0..k {
        for a in 0..k {
            let to = walks[a * k + via];
            for b in 0..k {
                let length = to + walks[via * k + b];
                if length < walks[a * k + b] {
                    walks[a * k + b] = length;
                }
            }
        }
    }
    walks
}

/// The edges of a minimum spanning tree: without them an island would have no distance to others.
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

/// Moves pairs towards their wanted distance, ever more gently.
fn descend(wanted: &[f64], k: usize) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut places: Vec<[f64; 2]> = (0..k).map(|_| [rng.random(), rng.random()]).collect();
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
            let (dx, dy) = (places[a][0] - places[b][0], places[a][1] - places[b][1]);
            let found = dx.hypot(dy).max(1e-9);
            let pull = step * (found - want) / (2.0 * found);
            places[a] = [places[a][0] - pull * dx, places[a][1] - pull * dy];
            places[b] = [places[b][0] + pull * dx, places[b][1] + pull * dy];
        }
    }
    places
}

fn fit_into_disk(places: &mut [[f64; 2]]) {
    let n = places.len() as f64;
    let middle = [0, 1].map(|i| places.iter().map(|p| p[i]).sum::<f64>() / n);
    let radius = places
        .iter()
        .map(|p| (p[0] - middle[0]).hypot(p[1] - middle[1]))
        .fold(f64::MIN_POSITIVE, f64::max);
    for place in places {
        *place = [0, 1].map(|i| (place[i] - middle[i]) / radius);
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
        let labels = (0..k).map(|i| i.to_string()).collect();
        Clusters::try_new(centroids, 0.1, vec![1.0 / k as f32; k], labels).unwrap()
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
        let places = layout(&two_groups());
        let gap =
            |a: usize, b: usize| (places[a][0] - places[b][0]).hypot(places[a][1] - places[b][1]);
        let widest = (0..8)
            .flat_map(|a| (0..8).map(move |b| (a, b)))
            .map(|(a, b)| gap(a, b));
        let nearest = (0..8)
            .flat_map(|a| (8..16).map(move |b| (a, b)))
            .map(|(a, b)| gap(a, b));
        assert!(widest.fold(0.0, f64::max) < nearest.fold(f64::INFINITY, f64::min));
        assert!(places.iter().all(|p| p[0].hypot(p[1]) <= 1.0 + 1e-9));
    }

    #[test]
    fn the_map_is_the_same_every_time() {
        assert_eq!(layout(&two_groups()), layout(&two_groups()));
    }

    #[test]
    fn one_cluster_two_and_coinciding_ones_have_places() {
        for points in [
            &[[0.0; 3]][..],
            &[[0.0; 3], [1.0; 3]],
            &[[0.5; 3], [0.5; 3], [0.5; 3]],
        ] {
            let places = layout(&clusters(points));
            assert!(places.iter().flatten().all(|v| v.is_finite()), "{places:?}");
        }
    }
}

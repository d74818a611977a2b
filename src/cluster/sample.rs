//! Random samples of a stream that is read once and may be larger than memory.
//!
//! [`Reservoir`] draws from all items alike (algorithm R; Vitter 1985, *Random Sampling with a
//! Reservoir*, §2), [`StratifiedReservoir`] from each group of items by itself. A sample depends on the
//! seed and on the order of the stream only.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A uniform sample of the items seen so far: each set of `capacity` items is equally likely.
#[derive(Debug, Clone)]
pub struct Reservoir<T> {
    stratum: Stratum<T>,
    rng: ChaCha8Rng,
}

/// A sample with a group, called a stratum, for each name; in each stratum it is uniform.
#[derive(Debug, Clone)]
pub struct StratifiedReservoir<T> {
    strata: BTreeMap<String, Stratum<T>>,
    /// Items that are kept.
    len: usize,
    capacity: usize,
    /// Whether the capacities of the strata are fixed, so that no stratum can be added.
    fixed: bool,
    rng: ChaCha8Rng,
}

/// An item of a stratified sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn<T> {
    /// The item.
    pub item: T,
    /// Number of items of the stream that it stands for, at least 1: all items of its stratum divided by
    /// those in the sample. The weights of a sample sum to the length of the stream if each stratum has
    /// an item in it.
    pub weight: f64,
}

/// The reservoir of one stratum.
#[derive(Debug, Clone)]
struct Stratum<T> {
    capacity: usize,
    seen: u64,
    items: Vec<T>,
}

impl<T> Stratum<T> {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            seen: 0,
            items: Vec::new(),
        }
    }

    /// Algorithm R. Returns the item that is left out, if one is.
    fn offer(&mut self, item: T, rng: &mut ChaCha8Rng) -> Option<T> {
        self.seen += 1;
        if self.items.len() < self.capacity {
            self.items.push(item);
            return None;
        }
        let place = rng.random_range(0..self.seen);
        let kept = usize::try_from(place).ok();
        match kept.and_then(|place| self.items.get_mut(place)) {
            Some(old) => Some(std::mem::replace(old, item)),
            None => Some(item),
        }
    }

    /// Drops a random item, and with it a place: what is left is uniform, too.
    fn drop_one(&mut self, rng: &mut ChaCha8Rng) -> Option<T> {
        if self.items.is_empty() {
            return None;
        }
        let dropped = self
            .items
            .swap_remove(rng.random_range(0..self.items.len()));
        self.capacity = self.items.len();
        Some(dropped)
    }
}

impl<T> Reservoir<T> {
    /// An empty sample for at most `capacity` items.
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self {
            stratum: Stratum::new(capacity),
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Shows the next item of the stream. Returns the item that is left out of the sample, this one or
    /// an earlier one, once the sample is full.
    pub fn offer(&mut self, item: T) -> Option<T> {
        self.stratum.offer(item, &mut self.rng)
    }

    /// Number of items that were shown.
    pub fn seen(&self) -> u64 {
        self.stratum.seen
    }

    /// The sample in random order, so that its first items are a uniform sample, too.
    pub fn into_sample(mut self) -> Vec<T> {
        self.stratum.items.shuffle(&mut self.rng);
        self.stratum.items
    }
}

impl<T> StratifiedReservoir<T> {
    /// An empty sample for at most `capacity` items, with an equal number for each stratum. Strata that
    /// have fewer items than that are kept whole and leave their places to the others, so that the
    /// sample is full once the stream has `capacity` items. With one stratum it is a uniform sample of
    /// the stream.
    ///
    /// Strata are added as they appear; a stratum that appears after the sample is full takes its places
    /// from the largest ones. Memory grows with the number of strata, too.
    pub fn equal(capacity: usize, seed: u64) -> Self {
        Self {
            strata: BTreeMap::new(),
            len: 0,
            capacity,
            fixed: false,
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// An empty sample for `capacity` items, shared out among strata in proportion to their numbers of
    /// items in the stream, which must be known (largest remainders, of equal ones the first by name). A
    /// [`Reservoir`] needs no such numbers and has the same proportions but for chance. Items of strata
    /// without a number are left out.
    pub fn proportional(counts: &BTreeMap<String, u64>, capacity: usize, seed: u64) -> Self {
        let shares = shares_of(counts.values().copied(), capacity);
        let strata = counts
            .keys()
            .cloned()
            .zip(shares.into_iter().map(Stratum::new));
        Self {
            strata: strata.collect(),
            fixed: true,
            ..Self::equal(capacity, seed)
        }
    }

    /// Shows the next item of the stream. Returns the item that is left out of the sample, this one or
    /// an earlier one of any stratum, once there is no place for all.
    pub fn offer(&mut self, stratum: &str, item: T) -> Option<T> {
        if !self.fixed && !self.strata.contains_key(stratum) {
            self.strata
                .insert(stratum.to_owned(), Stratum::new(usize::MAX));
        }
        let Some(place) = self.strata.get_mut(stratum) else {
            return Some(item);
        };
        let left_out = place.offer(item, &mut self.rng);
        if left_out.is_some() {
            return left_out;
        }
        self.len += 1;
        match self.len > self.capacity {
            true => self.drop_from_largest(),
            false => None,
        }
    }

    /// Reduces the capacity, and drops random items of the largest strata until there are no more. What
    /// is left is a sample as if it had had this capacity from the start.
    pub fn shrink(&mut self, capacity: usize) {
        self.capacity = self.capacity.min(capacity);
        while self.len > self.capacity && self.drop_from_largest().is_some() {}
    }

    /// A stratum from which an item is dropped is one of the largest, and never grows again: all strata
    /// that are not whole have equal numbers, or one more.
    fn drop_from_largest(&mut self) -> Option<T> {
        let largest = self.strata.values_mut().max_by_key(|s| s.items.len());
        let dropped = largest.and_then(|stratum| stratum.drop_one(&mut self.rng));
        self.len -= usize::from(dropped.is_some());
        dropped
    }

    /// The items that are in the sample now, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.strata.values().flat_map(|stratum| &stratum.items)
    }

    /// Number of items that are in the sample now.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is in the sample.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of items of the stream in each stratum.
    pub fn seen(&self) -> impl Iterator<Item = (&str, u64)> {
        let strata = self.strata.iter();
        strata.map(|(name, stratum)| (name.as_str(), stratum.seen))
    }

    /// The sample in random order, so that its first items are a sample, too.
    pub fn into_sample(mut self) -> Vec<Drawn<T>> {
        let drawn = |stratum: Stratum<T>| {
            let weight = stratum.seen as f64 / stratum.items.len().max(1) as f64;
            stratum
                .items
                .into_iter()
                .map(move |item| Drawn { item, weight })
        };
        let mut sample: Vec<_> = self.strata.into_values().flat_map(drawn).collect();
        sample.shuffle(&mut self.rng);
        sample
    }
}

/// Whole numbers in proportion to `counts` that sum to `total`, or to the sum of `counts` if that is
/// less, by largest remainders.
fn shares_of(counts: impl Iterator<Item = u64>, total: usize) -> Vec<usize> {
    let counts: Vec<u128> = counts.map(u128::from).collect();
    let all: u128 = counts.iter().sum();
    let total = (total as u128).min(all);
    let exact = |count: u128| (count * total / all.max(1), count * total % all.max(1));
    let mut shares: Vec<usize> = counts.iter().map(|&c| exact(c).0 as usize).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(exact(counts[i]).1));
    let missing = total as usize - shares.iter().sum::<usize>();
    order.into_iter().take(missing).for_each(|i| shares[i] += 1);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pearson's statistic of counts that should be equal.
    fn chi_square(counts: &[u32]) -> f64 {
        let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        let parts = counts
            .iter()
            .map(|&c| (f64::from(c) - expected).powi(2) / expected);
        parts.sum()
    }

    /// How often each of 50 items is drawn in 20,000 samples.
    fn times_drawn(sample: impl Fn(u64) -> Vec<usize>) -> Vec<u32> {
        let mut counts = vec![0; 50];
        for seed in 0..20_000 {
            sample(seed).into_iter().for_each(|item| counts[item] += 1);
        }
        counts
    }

    // 49 degrees of freedom: 99.9 % of uniform samples are below 85.4. Items of one sample exclude each
    // other, which makes the statistic smaller by (N − n)/(N − 1).
    const LIMIT: f64 = 85.4;

    #[test]
    fn each_item_is_drawn_as_often_as_any_other() {
        let counts = times_drawn(|seed| {
            let mut reservoir = Reservoir::new(10, seed);
            (0..50).for_each(|item| {
                reservoir.offer(item);
            });
            assert_eq!(reservoir.seen(), 50);
            reservoir.into_sample()
        });
        assert_eq!(counts.iter().sum::<u32>(), 200_000);
        assert!(chi_square(&counts) < LIMIT * 40.0 / 49.0, "{counts:?}");
        // Not by a rule that draws the same number of each, either.
        assert!(chi_square(&counts) > 15.0, "{counts:?}");
    }

    #[test]
    fn the_first_place_of_a_sample_is_uniform_too() {
        let counts = times_drawn(|seed| {
            let mut reservoir = Reservoir::new(10, seed);
            (0..50).for_each(|item| {
                reservoir.offer(item);
            });
            reservoir.into_sample()[..1].to_vec()
        });
        assert!(chi_square(&counts) < LIMIT, "{counts:?}");
    }

    #[test]
    fn a_sample_that_was_shrunk_half_way_is_uniform() {
        let counts = times_drawn(|seed| {
            let mut reservoir = StratifiedReservoir::equal(20, seed);
            for item in 0..50 {
                reservoir.offer("", item);
                if item == 30 {
                    reservoir.shrink(10);
                }
            }
            reservoir
                .into_sample()
                .into_iter()
                .map(|d| d.item)
                .collect()
        });
        assert_eq!(counts.iter().sum::<u32>(), 200_000);
        assert!(chi_square(&counts) < LIMIT * 40.0 / 49.0, "{counts:?}");
    }

    #[test]
    fn strata_have_equal_numbers_and_small_ones_are_whole() {
        // a has 60 items, b 6, and c appears late with 30.
        let stream = (0..60)
            .map(|i| ("a", i))
            .chain((0..6).map(|i| ("b", i)))
            .chain((0..30).map(|i| ("c", i)));
        let mut reservoir = StratifiedReservoir::equal(30, 4);
        let left_out = stream
            .filter(|(stratum, i)| reservoir.offer(stratum, (*stratum, *i)).is_some())
            .count();
        assert_eq!((left_out, reservoir.len()), (66, 30));
        let seen: Vec<_> = reservoir.seen().collect();
        assert_eq!(seen, [("a", 60), ("b", 6), ("c", 30)]);
        let sample = reservoir.into_sample();
        let of = |name: &str| sample.iter().filter(|d| d.item.0 == name).count();
        assert_eq!((of("a"), of("b"), of("c")), (12, 6, 12));
        let weights: f64 = sample.iter().map(|d| d.weight).sum();
        assert!((weights - 96.0).abs() < 1e-9, "{weights}");
        assert!(sample.iter().all(|d| d.item.0 != "b" || d.weight == 1.0));
    }

    #[test]
    fn a_stratum_is_sampled_uniformly_whatever_comes_between() {
        let counts = times_drawn(|seed| {
            let mut reservoir = StratifiedReservoir::equal(20, seed);
            for item in 0..50 {
                reservoir.offer("ours", Some(item));
                // A stratum that takes places away while ours is sampled.
                if item > 20 {
                    reservoir.offer("other", None);
                }
            }
            let sample = reservoir.into_sample();
            sample.into_iter().filter_map(|d| d.item).collect()
        });
        assert_eq!(counts.iter().sum::<u32>(), 200_000);
        assert!(chi_square(&counts) < LIMIT * 40.0 / 49.0, "{counts:?}");
    }

    #[test]
    fn proportional_numbers_are_exact_and_sum_to_the_capacity() {
        let counts: BTreeMap<String, u64> = [("a", 70), ("b", 25), ("c", 5)]
            .map(|(name, n)| (name.to_owned(), n))
            .into();
        let mut reservoir = StratifiedReservoir::proportional(&counts, 10, 1);
        for (name, &n) in &counts {
            (0..n).for_each(|i| {
                reservoir.offer(name, (name.clone(), i));
            });
        }
        assert_eq!(
            reservoir.offer("unknown", ("d".into(), 0)),
            Some(("d".into(), 0))
        );
        let sample = reservoir.into_sample();
        let of = |name: &str| sample.iter().filter(|d| d.item.0 == name).count();
        // 7, 2.5 and 0.5: of the equal remainders, the first by name gets the place that is left.
        assert_eq!((of("a"), of("b"), of("c")), (7, 3, 0));
        assert_eq!(shares_of([2, 1].into_iter(), 10), [2, 1]);
        assert_eq!(shares_of([].into_iter(), 10), [0; 0]);
        assert_eq!(shares_of([u64::MAX, u64::MAX].into_iter(), 3), [2, 1]);
    }

    #[test]
    fn the_same_seed_gives_the_same_items_in_the_same_order() {
        let draw = |seed| {
            let mut reservoir = StratifiedReservoir::equal(8, seed);
            let names = ["x", "y", "z"];
            (0..100).for_each(|i| {
                reservoir.offer(names[i % 3], i);
            });
            let sample = reservoir.into_sample().into_iter();
            sample.map(|d| d.item).collect::<Vec<_>>()
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
        let mut plain = Reservoir::new(4, 1);
        (0..30).for_each(|i| {
            plain.offer(i);
        });
        // Other machines and later versions must draw the same.
        assert_eq!(plain.into_sample(), [23, 8, 28, 27]);
    }

    #[test]
    fn a_short_stream_is_kept_whole_and_no_places_keep_nothing() {
        let mut whole = Reservoir::new(10, 0);
        (0..7).for_each(|i| assert_eq!(whole.offer(i), None));
        let mut items = whole.into_sample();
        items.sort_unstable();
        assert_eq!(items, [0, 1, 2, 3, 4, 5, 6]);
        let mut none = Reservoir::new(0, 0);
        assert_eq!(none.offer('a'), Some('a'));
        let mut none = StratifiedReservoir::equal(0, 0);
        assert_eq!(none.offer("s", 'a'), Some('a'));
        assert!(none.is_empty() && none.into_sample().is_empty());
    }
}

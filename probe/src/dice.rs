//! Random choices of a generator, from a seed.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of choices. The same parts give the same choices.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream that belongs to a seed, a family, a difficulty and a number.
    pub fn new(seed: u64, family: &str, difficulty: usize, number: usize) -> Self {
        // FNV-1a over the parts: a stream of its own for each.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut mix = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        family.bytes().for_each(&mut mix);
        for part in [seed, difficulty as u64, number as u64] {
            part.to_le_bytes().into_iter().for_each(&mut mix);
        }
        Self(ChaCha8Rng::seed_from_u64(hash))
    }

    /// A whole number from `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// A position below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    /// True in half of the cases.
    pub fn coin(&mut self) -> bool {
        self.0.random()
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// `count` different ones of a list, in random order.
    pub fn some<T: Copy>(&mut self, list: &[T], count: usize) -> Vec<T> {
        let mut all = list.to_vec();
        all.shuffle(&mut self.0);
        all.truncate(count);
        all
    }

    /// `count` different whole numbers from `low` to `high`.
    pub fn numbers(&mut self, low: i64, high: i64, count: usize) -> Vec<i64> {
        let mut found: Vec<i64> = Vec::with_capacity(count);
        // Ranges are wide; a few more draws are enough, and the loop ends in any case.
        for _ in 0..count * 50 {
            let number = self.range(low, high);
            if found.len() < count && !found.contains(&number) {
                found.push(number);
            }
        }
        found
    }

    /// Puts a list in random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        list.shuffle(&mut self.0);
    }
}

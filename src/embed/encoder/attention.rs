//! Scaled dot-product attention in sixteen-bit codes, one head and eight queries at a time.
//!
//! Both products run through the kernels of the linear layers. In the first, keys are the rows and
//! queries the columns, so that the softmax of eight queries runs in parallel lanes and the packed
//! codes of two keys' probabilities are already a step of the second. The scores of
//! eight queries stay in the first-level cache; nothing of the size tokens × tokens is stored.

use super::{
    floats::{Floats, LANES},
    kernels::{COLUMNS, Kernel, ROWS, Tile},
    math,
    scheme::{Scheme, Wide, WideColumns, WideRows},
};

/// Number of values of a token in each head.
pub const HEAD: usize = 32;
const STEPS: usize = HEAD / Wide::GROUP;
const PANELS: usize = HEAD / COLUMNS;

/// Largest code of queries and keys: 32 products of two fit in 31 bits.
const QUERY_MAX: f32 = 8191.0;
/// Largest code of values.
const VALUE_MAX: f32 = 4095.0;
/// Probability codes of one query may sum to this: times [`VALUE_MAX`] it stays within 31 bits,
/// with room for the rounding of 1,024 codes.
const PROBABILITY_SUM: f32 = 523_000.0;

/// A number for each of eight queries.
type Lanes = [f32; LANES];

/// Buffers for one head; they grow to the longest text and are kept.
#[derive(Default)]
pub struct Heads {
    keys: Vec<WideRows>,
    queries: Vec<WideColumns>,
    values: Vec<WideColumns>,
    /// A tile for each four keys.
    scores: Vec<Tile>,
    /// A row for each key.
    weights: Vec<Lanes>,
    /// Coded weights of the first four queries, then those of the others.
    codes: Vec<WideRows>,
}

/// The queries, keys and values of a text.
pub struct Projected<'a> {
    /// `(rows, 3 · width)`: queries, keys and values, each ordered by head.
    pub values: &'a [f32],
    /// Width of the model.
    pub width: usize,
    /// Rows that are tokens; the others only fill the last block of four.
    pub tokens: usize,
}

impl Projected<'_> {
    /// One head of the queries (0), keys (1) or values (2) of a row; zeros past the last token.
    #[inline(always)]
    fn part(&self, row: usize, which: usize, head: usize) -> &[f32; HEAD] {
        const NONE: [f32; HEAD] = [0.0; HEAD];
        let at = (3 * row + which) * self.width + head * HEAD;
        let part = self.values.get(at..).and_then(|part| part.first_chunk());
        part.filter(|_| row < self.tokens).unwrap_or(&NONE)
    }

    /// Scale of the codes when the largest magnitude of a head gets the code `max`.
    #[inline(always)]
    fn scale<F: Floats>(&self, which: usize, head: usize, max: f32) -> f32 {
        let mut greatest = F::splat(1e-20);
        for row in 0..self.tokens {
            for values in self.part(row, which, head).as_chunks().0 {
                greatest = F::load(values).abs().greater(greatest);
            }
        }
        greatest.lanes().into_iter().fold(0.0, f32::max) / max
    }
}

impl Heads {
    fn fit(&mut self, rows: usize) {
        grow(&mut self.keys, rows / ROWS * STEPS, Wide::NO_ROWS);
        grow(
            &mut self.queries,
            rows.div_ceil(COLUMNS) * STEPS,
            Wide::NO_COLUMNS,
        );
        grow(&mut self.values, PANELS * rows / 2, Wide::NO_COLUMNS);
        grow(&mut self.scores, rows / ROWS, Tile::default());
        grow(&mut self.weights, rows, Lanes::default());
        grow(&mut self.codes, 2 * rows / 2, Wide::NO_ROWS);
    }

    /// Computes attention for every head; `context` is `(rows, width)`.
    #[inline(always)]
    pub fn attend<K: Kernel<Wide>>(&mut self, text: &Projected<'_>, context: &mut [f32]) {
        let rows = text.tokens.next_multiple_of(ROWS);
        assert_eq!(text.values.len(), 3 * rows * text.width);
        assert_eq!(context.len(), rows * text.width);
        self.fit(rows);
        let steps = rows / 2;
        for head in 0..text.width / HEAD {
            let score = self.code_queries_and_keys::<K::Floats>(text, head);
            let value = self.code_values::<K::Floats>(text, head);
            for (eight, context) in context.chunks_mut(COLUMNS * text.width).enumerate() {
                let worth = self.weigh::<K>(text.tokens, eight, score);
                let fours = context.chunks_exact_mut(ROWS * text.width).enumerate();
                for (four, context) in fours {
                    let codes = &self.codes[four * steps..][..steps];
                    for panel in 0..PANELS {
                        let columns = &self.values[panel * steps..][..steps];
                        let mut tile = Tile::default();
                        K::multiply(codes, columns, &mut tile);
                        for (row, sums) in tile.iter().enumerate() {
                            let at = row * text.width + head * HEAD + panel * COLUMNS;
                            let unit = K::Floats::splat(worth[four * ROWS + row] * value);
                            if let Some(results) = context[at..].first_chunk_mut() {
                                K::Floats::from_integers(sums).mul(unit).store(results);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Returns the scale of a score, as an exponent of two.
    #[inline(always)]
    fn code_queries_and_keys<F: Floats>(&mut self, text: &Projected<'_>, head: usize) -> f32 {
        let query = text.scale::<F>(0, head, QUERY_MAX);
        let key = text.scale::<F>(1, head, QUERY_MAX);
        let (to_query, to_key) = (F::splat(1.0 / query), F::splat(1.0 / key));
        for row in 0..text.tokens.next_multiple_of(ROWS) {
            let steps = &mut self.queries[row / COLUMNS * STEPS..][..STEPS];
            let values = text.part(row, 0, head).as_chunks().0;
            for (steps, values) in steps.as_chunks_mut::<4>().0.iter_mut().zip(values) {
                let pairs = F::load(values).mul(to_query).pair_neighbours();
                for (step, pair) in steps.iter_mut().zip(pairs) {
                    step.0[row % COLUMNS] = pair;
                }
            }
            let steps = &mut self.keys[row / ROWS * STEPS..][..STEPS];
            let values = text.part(row, 1, head).as_chunks().0;
            for (steps, values) in steps.as_chunks_mut::<4>().0.iter_mut().zip(values) {
                let pairs = F::load(values).mul(to_key).pair_neighbours();
                for (step, pair) in steps.iter_mut().zip(pairs) {
                    step.0[row % ROWS] = pair;
                }
            }
        }
        query * key * std::f32::consts::LOG2_E / (HEAD as f32).sqrt()
    }

    /// Returns the scale of a value's code.
    #[inline(always)]
    fn code_values<F: Floats>(&mut self, text: &Projected<'_>, head: usize) -> f32 {
        let scale = text.scale::<F>(2, head, VALUE_MAX);
        let to_code = F::splat(1.0 / scale);
        let steps = text.tokens.next_multiple_of(ROWS) / 2;
        for step in 0..steps {
            let first = text.part(2 * step, 2, head).as_chunks().0;
            let second = text.part(2 * step + 1, 2, head).as_chunks().0;
            for (panel, (first, second)) in first.iter().zip(second).enumerate() {
                let second = F::load(second).mul(to_code);
                self.values[panel * steps + step].0 = F::load(first).mul(to_code).pair(second);
            }
        }
        scale
    }

    /// Softmax of eight queries' scores, coded; returns the scale of each query's codes.
    #[inline(always)]
    fn weigh<K: Kernel<Wide>>(&mut self, tokens: usize, eight: usize, score: f32) -> Lanes {
        let rows = tokens.next_multiple_of(ROWS);
        let queries = &self.queries[eight * STEPS..][..STEPS];
        let scores = &mut self.scores[..rows / ROWS];
        for (keys, tile) in self.keys.chunks_exact(STEPS).zip(&mut *scores) {
            K::multiply(keys, queries, tile);
        }
        let scores = &scores.as_flattened()[..tokens];
        let mut greatest = K::Floats::splat(f32::NEG_INFINITY);
        for row in scores {
            greatest = K::Floats::from_integers(row).greater(greatest);
        }
        let mut sums = K::Floats::splat(0.0);
        for (row, weights) in scores.iter().zip(&mut self.weights) {
            let below = K::Floats::from_integers(row).sub(greatest);
            let weight = math::exp2_of_negative(below.mul(K::Floats::splat(score)));
            weight.store(weights);
            sums = sums.add(weight);
        }
        self.weights[tokens..rows].fill([0.0; LANES]);
        let sums = sums.lanes();
        let units = sums.map(|sum| (PROBABILITY_SUM / sum).min(f32::from(i16::MAX)));
        let unit = K::Floats::load(&units);
        let (first, second) = self.codes.split_at_mut(rows / 2);
        let pairs = self.weights[..rows].as_chunks::<2>().0;
        for ((first, second), [a, b]) in first.iter_mut().zip(second).zip(pairs) {
            let b = K::Floats::load(b).mul(unit);
            let pairs = K::Floats::load(a).mul(unit).pair(b);
            if let ([low, high], []) = pairs.as_chunks::<ROWS>() {
                first.0 = *low;
                second.0 = *high;
            }
        }
        std::array::from_fn(|lane| 1.0 / (sums[lane] * units[lane]))
    }
}

fn grow<T: Copy>(buffer: &mut Vec<T>, length: usize, fill: T) {
    if buffer.len() < length {
        buffer.resize(length, fill);
    }
}

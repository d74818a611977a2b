//! Small numbers coded with as many bits as their frequencies ask for (range asymmetric numeral
//! system, J. Duda, arXiv:1311.2540). Each context has frequencies of its own.

/// The frequencies of a context add up to 2^this.
const BITS: u32 = 12;
/// What the frequencies of a context add up to.
pub(super) const WHOLE: usize = 1 << BITS;
/// The state is at least this between two numbers; a byte moves when it is not.
const LOWEST: u32 = 1 << 23;

/// How often each number occurs in one context, ready for coding.
pub(super) struct Model {
    frequencies: Vec<u16>,
    /// Where each number's share begins.
    starts: Vec<u16>,
    /// The number whose share contains each value of the state's last bits; empty for writing.
    numbers: Vec<u16>,
}

impl Model {
    /// `None` unless the frequencies add up to [`WHOLE`].
    pub(super) fn new(frequencies: &[u16]) -> Option<Self> {
        let mut sum = 0;
        let starts: Vec<usize> = frequencies
            .iter()
            .map(|&frequency| {
                sum += usize::from(frequency);
                sum - usize::from(frequency)
            })
            .collect();
        (sum == WHOLE).then(|| Self {
            frequencies: frequencies.to_vec(),
            starts: starts.into_iter().map(|start| start as u16).collect(),
            numbers: (0..frequencies.len())
                .flat_map(|number| {
                    let count = usize::from(frequencies[number]);
                    std::iter::repeat_n(number as u16, count)
                })
                .collect(),
        })
    }

    /// Frequency and start of a number.
    fn share(&self, number: usize) -> (u32, u32) {
        let (frequency, start) = (self.frequencies[number], self.starts[number]);
        (u32::from(frequency), u32::from(start))
    }
}

/// Writes numbers, the last one first.
pub(super) struct Writer {
    state: u32,
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self {
            state: LOWEST,
            bytes: Vec::new(),
        }
    }

    /// Adds the number that a reader will read before those added so far. It must have a frequency in
    /// the model.
    pub(super) fn add(&mut self, model: &Model, number: usize) {
        let (frequency, start) = model.share(number);
        while self.state >= ((LOWEST >> BITS) << 8) * frequency {
            self.bytes.push(self.state as u8);
            self.state >>= 8;
        }
        self.state = ((self.state / frequency) << BITS) + self.state % frequency + start;
    }

    /// All numbers as bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(self.state.to_le_bytes());
        self.bytes.reverse();
        self.bytes
    }
}

/// Reads what a [`Writer`] wrote.
pub(super) struct Reader<'a> {
    state: u32,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// `None` if there are too few bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (state, rest) = bytes.split_first_chunk()?;
        let state = u32::from_be_bytes(*state);
        (state >= LOWEST).then_some(Self { state, rest })
    }

    /// The next number, which was added with this model. `None` if the bytes end early.
    #[inline]
    pub(super) fn read(&mut self, model: &Model) -> Option<usize> {
        let last = self.state & (WHOLE as u32 - 1);
        let number = usize::from(*model.numbers.get(last as usize)?);
        let (frequency, start) = model.share(number);
        self.state = frequency * (self.state >> BITS) + last - start;
        while self.state < LOWEST {
            let (byte, rest) = self.rest.split_first()?;
            self.state = self.state << 8 | u32::from(*byte);
            self.rest = rest;
        }
        Some(number)
    }

    /// Whether exactly the bytes that were written have been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.state == LOWEST && self.rest.is_empty()
    }
}

/// How often each number occurs, as shares of [`WHOLE`]; a number that occurs has at least one.
/// `counts` has at most [`WHOLE`] entries.
pub(super) fn frequencies(counts: &[usize]) -> Vec<u16> {
    let sum: usize = counts.iter().sum();
    if sum == 0 {
        let mut any = vec![0; counts.len()];
        any[0] = WHOLE as u16;
        return any;
    }
    let share = |&count: &usize| match count {
        0 => 0,
        _ => (count * WHOLE / sum).max(1),
    };
    let mut shares: Vec<usize> = counts.iter().map(share).collect();
    // The largest share bears what rounding lost or added, one at a time: it may cease to be the largest.
    let mut given: usize = shares.iter().sum();
    while given != WHOLE {
        let largest = (0..shares.len()).max_by_key(|&number| shares[number]);
        let largest = largest.unwrap_or_default();
        if given < WHOLE {
            shares[largest] += WHOLE - given;
            given = WHOLE;
        } else {
            shares[largest] -= 1;
            given -= 1;
        }
    }
    shares.into_iter().map(|share| share as u16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(counts: &[usize]) -> Model {
        Model::new(&frequencies(counts)).unwrap()
    }

    /// Every number with the model of its place.
    fn written(models: &[Model], numbers: &[(usize, usize)]) -> Vec<u8> {
        let mut writer = Writer::new();
        for &(context, number) in numbers.iter().rev() {
            writer.add(&models[context], number);
        }
        writer.finish()
    }

    /// Whether these bytes are exactly these numbers.
    fn holds(bytes: &[u8], models: &[Model], numbers: &[(usize, usize)]) -> bool {
        Reader::new(bytes).is_some_and(|mut reader| {
            let all = numbers
                .iter()
                .all(|&(context, number)| reader.read(&models[context]) == Some(number));
            all && reader.is_at_end()
        })
    }

    #[test]
    fn numbers_come_back_and_frequent_ones_take_less_than_a_bit() {
        // One in 50 is 1; all of seven, three bits; always 2, nothing.
        let models = [
            model(&[49, 1]),
            model(&[1; 7]),
            model(&[0, 0, 5]),
            model(&[0; 7]),
        ];
        let numbers: Vec<(usize, usize)> = (0..15_000)
            .map(|i| match i % 3 {
                0 => (0, usize::from(i % 150 == 0)),
                1 => (1, i * i % 7),
                _ => (2, 2),
            })
            .collect();
        let bytes = written(&models, &numbers);
        assert!(holds(&bytes, &models, &numbers));
        assert!(
            bytes.len() < 5000 * 3 / 8 + 5000 / 40,
            "{} bytes",
            bytes.len()
        );
    }

    #[test]
    fn frequencies_that_do_not_add_up_and_bytes_that_end_early_are_noticed() {
        let models = [model(&[3, 1])];
        let numbers: Vec<(usize, usize)> = (0..100).map(|i| (0, usize::from(i % 4 == 0))).collect();
        let bytes = written(&models, &numbers);
        assert!(holds(&bytes, &models, &numbers));
        assert!((0..bytes.len()).all(|length| !holds(&bytes[..length], &models, &numbers)));
        assert!(Model::new(&[1, 2]).is_none());
        assert!(Model::new(&[WHOLE as u16, 1]).is_none());
    }

    #[test]
    fn rare_numbers_keep_a_frequency() {
        assert_eq!(frequencies(&[1_000_000, 1, 0, 1]), [4094, 1, 0, 1]);
        let many = frequencies(&[1; 257]);
        assert_eq!(many.iter().map(|&f| usize::from(f)).sum::<usize>(), WHOLE);
    }
}

//! Small numbers coded with as many bits as their frequencies ask for (range asymmetric numeral
//! system, J. Duda, arXiv:1311.2540). Each column of a table has frequencies of its own.

/// The frequencies of a column add up to 2^this.
const BITS: u32 = 12;
/// What the frequencies of a column add up to.
pub(super) const WHOLE: usize = 1 << BITS;
/// The state is at least this between two numbers; a byte moves when it is not.
const LOWEST: u32 = 1 << 23;

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

    /// Adds numbers that a reader with these frequencies will read before those added so far. Every
    /// number must have a frequency.
    pub(super) fn add(
        &mut self,
        frequencies: &[u16],
        numbers: impl DoubleEndedIterator<Item = usize>,
    ) {
        let starts = starts(frequencies);
        for number in numbers.rev() {
            let (frequency, start) = (u32::from(frequencies[number]), starts[number]);
            while self.state >= ((LOWEST >> BITS) << 8) * frequency {
                self.bytes.push(self.state as u8);
                self.state >>= 8;
            }
            self.state = ((self.state / frequency) << BITS) + self.state % frequency + start;
        }
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

    /// Calls `emit` with `count` numbers.
    ///
    /// `None` if the frequencies do not add up to [`WHOLE`], or if the bytes end early.
    pub(super) fn read(
        &mut self,
        frequencies: &[u16],
        count: usize,
        mut emit: impl FnMut(usize),
    ) -> Option<()> {
        let whole: usize = frequencies.iter().map(|&f| usize::from(f)).sum();
        if whole != WHOLE {
            return None;
        }
        // Frequency, start and number of each value of the state's last bits, in one load.
        let mut slots = Vec::with_capacity(WHOLE);
        for (number, (&frequency, start)) in frequencies.iter().zip(starts(frequencies)).enumerate()
        {
            slots.extend((0..frequency).map(|_| (frequency, start as u16, number as u16)));
        }
        for _ in 0..count {
            let last = self.state & (WHOLE as u32 - 1);
            let (frequency, start, number) = slots[last as usize];
            emit(usize::from(number));
            self.state = u32::from(frequency) * (self.state >> BITS) + last - u32::from(start);
            while self.state < LOWEST {
                let (byte, rest) = self.rest.split_first()?;
                self.state = self.state << 8 | u32::from(*byte);
                self.rest = rest;
            }
        }
        Some(())
    }

    /// Whether exactly the bytes that were written have been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.state == LOWEST && self.rest.is_empty()
    }
}

/// Where each number's share begins.
fn starts(frequencies: &[u16]) -> Vec<u32> {
    let sums = frequencies.iter().scan(0, |sum, &frequency| {
        let start = *sum;
        *sum += u32::from(frequency);
        Some(start)
    });
    sums.collect()
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

    #[test]
    fn numbers_come_back_and_frequent_ones_take_less_than_a_bit() {
        let columns: Vec<Vec<usize>> = vec![
            (0..5000).map(|i| usize::from(i % 50 == 0)).collect(),
            (0..5000).map(|i| i * i % 7).collect(),
            vec![2; 5000],
            vec![],
        ];
        let models: Vec<Vec<u16>> = columns
            .iter()
            .map(|column| {
                let mut counts = vec![0; 7];
                column.iter().for_each(|&number| counts[number] += 1);
                frequencies(&counts)
            })
            .collect();
        let mut writer = Writer::new();
        for (column, model) in columns.iter().zip(&models).rev() {
            writer.add(model, column.iter().copied());
        }
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes).unwrap();
        for (column, model) in columns.iter().zip(&models) {
            let mut read = Vec::new();
            reader
                .read(model, column.len(), |number| read.push(number))
                .unwrap();
            assert_eq!(&read, column);
        }
        assert!(reader.is_at_end());
        assert!(
            bytes.len() < 5000 * 3 / 8 + 5000 / 40,
            "{} bytes",
            bytes.len()
        );
    }

    #[test]
    fn frequencies_that_do_not_add_up_and_bytes_that_end_early_are_noticed() {
        let model = frequencies(&[3, 1]);
        let mut writer = Writer::new();
        writer.add(&model, (0..100).map(|i| usize::from(i % 4 == 0)));
        let bytes = writer.finish();
        let ends = |bytes: &[u8]| {
            Reader::new(bytes).is_some_and(|mut reader| {
                reader.read(&model, 100, |_| ()).is_some() && reader.is_at_end()
            })
        };
        assert!(ends(&bytes));
        assert!((0..bytes.len()).all(|length| !ends(&bytes[..length])));
        assert!(
            Reader::new(&bytes)
                .unwrap()
                .read(&[1, 2], 1, |_| ())
                .is_none()
        );
    }

    #[test]
    fn rare_numbers_keep_a_frequency() {
        let model = frequencies(&[1_000_000, 1, 0, 1]);
        assert_eq!(model, [4094, 1, 0, 1]);
        assert_eq!(
            frequencies(&[1; 257])
                .iter()
                .map(|&f| usize::from(f))
                .sum::<usize>(),
            WHOLE
        );
    }
}

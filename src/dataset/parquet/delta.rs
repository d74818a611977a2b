//! How much a page in a delta encoding holds. The decoder of the `parquet` crate takes memory for as many
//! values as such a page says, and for the texts that it builds from the beginnings of others.
//!
//! Source: apache/parquet-format, `Encodings.md` (DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY,
//! DELTA_BYTE_ARRAY).

use parquet::basic::Encoding;

/// Smallest and largest size of a block that is read; writers use 128 to 2048 values.
const BLOCKS: std::ops::RangeInclusive<usize> = 128..=65_536;

/// What is wrong with a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DeltaError {
    /// It is damaged.
    Damaged,
    /// It holds more values or longer texts than it may.
    TooLarge,
}

/// Checks the values of a page, without its levels: at most `values` of them, and at most `bytes` of texts.
pub(super) fn check(
    encoding: Encoding,
    page: &[u8],
    values: usize,
    bytes: usize,
) -> Result<(), DeltaError> {
    let mut rest = page;
    match encoding {
        Encoding::DELTA_BINARY_PACKED => Header::read(&mut rest, values).map(|_| ()),
        // Their texts follow and are not packed.
        Encoding::DELTA_LENGTH_BYTE_ARRAY => {
            // A length takes four bytes of memory.
            Header::read(&mut rest, values.min(bytes / 4)).map(|_| ())
        }
        Encoding::DELTA_BYTE_ARRAY => {
            let most = values.min(bytes / 4);
            let beginnings = sum(&mut rest, most)?;
            let ends = sum(&mut rest, most)?;
            match beginnings.saturating_add(ends) <= bytes as u64 {
                true => Ok(()),
                false => Err(DeltaError::TooLarge),
            }
        }
        _ => Ok(()),
    }
}

/// What stands before packed numbers.
struct Header {
    mini_blocks: usize,
    values_per_mini_block: usize,
    values: usize,
    first: i64,
}

impl Header {
    /// Reads it from the start of `bytes`, which then starts after it.
    fn read(bytes: &mut &[u8], most: usize) -> Result<Self, DeltaError> {
        let mut number = || usize::try_from(unsigned(bytes)?).map_err(|_| DeltaError::Damaged);
        let (block, mini_blocks, values) = (number()?, number()?, number()?);
        if values > most {
            return Err(DeltaError::TooLarge);
        }
        if !BLOCKS.contains(&block) || mini_blocks == 0 || !block.is_multiple_of(mini_blocks) {
            return Err(DeltaError::Damaged);
        }
        let values_per_mini_block = block / mini_blocks;
        if !values_per_mini_block.is_multiple_of(32) {
            return Err(DeltaError::Damaged);
        }
        Ok(Self {
            mini_blocks,
            values_per_mini_block,
            values,
            first: signed(bytes)?,
        })
    }
}

/// The sum of packed lengths, which are 32-bit numbers. `bytes` then starts after them.
fn sum(bytes: &mut &[u8], most: usize) -> Result<u64, DeltaError> {
    let header = Header::read(bytes, most)?;
    if header.values == 0 {
        return Ok(0);
    }
    let mut length = i32::try_from(header.first).map_err(|_| DeltaError::Damaged)?;
    let mut sum = 0u64;
    let mut left = header.values;
    loop {
        sum = sum.saturating_add(u64::try_from(length).map_err(|_| DeltaError::Damaged)?);
        left -= 1;
        if left == 0 {
            return Ok(sum);
        }
        let least = i32::try_from(signed(bytes)?).map_err(|_| DeltaError::Damaged)?;
        let widths = take(bytes, header.mini_blocks)?;
        for width in widths {
            if left == 0 {
                break;
            }
            let width = usize::from(*width);
            if width > 32 {
                return Err(DeltaError::Damaged);
            }
            let packed = take(bytes, width * header.values_per_mini_block / 8)?;
            for at in 0..header.values_per_mini_block.min(left) {
                let delta = least.wrapping_add(bits(packed, at * width, width) as i32);
                length = length.wrapping_add(delta);
                sum = sum.saturating_add(u64::try_from(length).map_err(|_| DeltaError::Damaged)?);
            }
            left = left.saturating_sub(header.values_per_mini_block);
        }
        if left == 0 {
            return Ok(sum);
        }
    }
}

/// The number of so many bits from a bit on, the lowest bit of each byte first.
fn bits(bytes: &[u8], from: usize, width: usize) -> u32 {
    let taken = bytes.iter().skip(from / 8).take(5);
    let word = (0..)
        .step_by(8)
        .zip(taken)
        .fold(0u64, |word, (shift, byte)| word | u64::from(*byte) << shift);
    let mask = (1u64 << width) - 1;
    (word >> (from % 8) & mask) as u32
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], DeltaError> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(DeltaError::Damaged)?;
    *bytes = rest;
    Ok(taken)
}

fn unsigned(bytes: &mut &[u8]) -> Result<u64, DeltaError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?.first().copied().unwrap_or_default();
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(DeltaError::Damaged)
}

fn signed(bytes: &mut &[u8]) -> Result<i64, DeltaError> {
    let coded = unsigned(bytes)?;
    Ok((coded >> 1) as i64 ^ -((coded & 1) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the format's description, "1, 2, 3, 4, 5", with blocks of 128 values in four parts: all
    /// deltas are 1, so that no bits are packed.
    const ONE_TO_FIVE: [u8; 10] = [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0];

    #[test]
    fn packed_lengths_are_added_up() {
        let mut bytes = &[&ONE_TO_FIVE[..], b"rest"].concat()[..];
        assert_eq!(sum(&mut bytes, 5), Ok(15));
        assert_eq!(bytes, b"rest");
        // "7, 5, 3, 1, 2, 3, 4, 5": least delta −2, the others 0, 0, 0, 3, 3, 3, 3 above it in two bits each.
        let packed = [
            0x80,
            1,
            4,
            8,
            14,
            3,
            2,
            0,
            0,
            0,
            0b1100_0000,
            0b0011_1111,
            0,
            0,
            0,
            0,
            0,
            0,
        ];
        let mut bytes = &packed[..];
        assert_eq!(sum(&mut bytes, 8), Ok(30));
        assert!(bytes.is_empty());
    }

    #[test]
    fn more_values_or_longer_texts_than_allowed_are_refused() {
        let lengths = Encoding::DELTA_LENGTH_BYTE_ARRAY;
        assert_eq!(check(lengths, &ONE_TO_FIVE, 5, 100), Ok(()));
        assert_eq!(
            check(lengths, &ONE_TO_FIVE, 4, 100),
            Err(DeltaError::TooLarge)
        );
        assert_eq!(
            check(lengths, &ONE_TO_FIVE, 5, 19),
            Err(DeltaError::TooLarge)
        );
        let both = [ONE_TO_FIVE, ONE_TO_FIVE].concat();
        let texts = Encoding::DELTA_BYTE_ARRAY;
        assert_eq!(check(texts, &both, 5, 30), Ok(()));
        assert_eq!(check(texts, &both, 5, 29), Err(DeltaError::TooLarge));
        let many = [0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 0x0f, 2, 2, 0, 0, 0, 0];
        for encoding in [Encoding::DELTA_BINARY_PACKED, lengths, texts] {
            assert_eq!(
                check(encoding, &many, 1000, 1 << 20),
                Err(DeltaError::TooLarge)
            );
        }
    }

    #[test]
    fn what_is_cut_or_no_block_is_damaged() {
        for cut in 0..ONE_TO_FIVE.len() {
            assert_eq!(
                sum(&mut &ONE_TO_FIVE[..cut], 5),
                Err(DeltaError::Damaged),
                "{cut}"
            );
        }
        for header in [[0x7f, 1, 4], [0x80, 1, 0], [0x80, 1, 8]] {
            let bytes = [&header[..], &ONE_TO_FIVE[3..]].concat();
            assert_eq!(sum(&mut &bytes[..], 5), Err(DeltaError::Damaged));
        }
    }
}

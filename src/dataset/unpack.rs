//! Unpacking with a limit: packed bytes of a few kilobytes may hold gigabytes.

use std::io::{Error, ErrorKind, Read};

/// The window of Zstandard that every decoder supports, in bytes.
const SMALLEST_WINDOW: usize = 8 * 1024 * 1024;
/// Most bytes that a part of a file is unpacked to.
const MOST: usize = 256 * 1024 * 1024;
/// Bytes that any part may have, however few it was packed to.
const FREE: usize = 1024 * 1024;
/// How many times its packed size a part may have beyond that.
const MOST_TIMES: usize = 200;

/// Most bytes that so many packed bytes are unpacked to.
pub(super) fn allowance(packed: usize) -> usize {
    packed.saturating_mul(MOST_TIMES).clamp(FREE, MOST)
}

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Stored,
    /// Deflate without a header, as in zip archives.
    Deflate,
    /// gzip, perhaps of several members.
    Gzip,
    /// Snappy without frames, as in Parquet.
    Snappy,
    /// Zstandard, perhaps of several frames.
    Zstd,
}

/// Why bytes were not unpacked.
#[derive(Debug)]
pub(super) enum Unpacked {
    /// There is more than the limit.
    TooLarge,
    /// They are damaged.
    Damaged(String),
}

impl From<Error> for Unpacked {
    fn from(error: Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Unpacks bytes to at most `limit` bytes.
pub(super) fn unpack(packing: Packing, packed: &[u8], limit: usize) -> Result<Vec<u8>, Unpacked> {
    match packing {
        Packing::Stored => limited(packed, limit),
        Packing::Deflate => limited(flate2::read::DeflateDecoder::new(packed), limit),
        Packing::Gzip => limited(flate2::read::MultiGzDecoder::new(packed), limit),
        Packing::Snappy => snappy(packed, limit),
        Packing::Zstd => {
            let frames = Frames {
                rest: packed,
                frame: None,
                limit,
            };
            limited(frames, limit)
        }
    }
}

fn limited(reader: impl Read, limit: usize) -> Result<Vec<u8>, Unpacked> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > limit {
        true => Err(Unpacked::TooLarge),
        false => Ok(bytes),
    }
}

fn snappy(packed: &[u8], limit: usize) -> Result<Vec<u8>, Unpacked> {
    let damaged = |error: snap::Error| Unpacked::Damaged(error.to_string());
    let length = snap::raw::decompress_len(packed).map_err(damaged)?;
    if length > limit {
        return Err(Unpacked::TooLarge);
    }
    // A token of three bytes gives at most 64; a length beyond that is false, and would take memory.
    if length / 64 > packed.len() {
        return Err(Unpacked::Damaged("the length is wrong".to_owned()));
    }
    snap::raw::Decoder::new()
        .decompress_vec(packed)
        .map_err(damaged)
}

type Frame<'a> = ruzstd::decoding::StreamingDecoder<&'a [u8], ruzstd::decoding::FrameDecoder>;

/// The frames of Zstandard one after the other; the decoder reads one.
struct Frames<'a> {
    rest: &'a [u8],
    frame: Option<Frame<'a>>,
    limit: usize,
}

impl Read for Frames<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let mut frame = match self.frame.take() {
                Some(frame) => frame,
                None if self.rest.is_empty() => return Ok(0),
                // What a frame refers back to is kept; it is no longer than what it holds.
                None => {
                    let window = self.limit.max(SMALLEST_WINDOW) as u64;
                    Frame::new_with_max_window_size(self.rest, window).map_err(wrong)?
                }
            };
            let read = frame.read(to)?;
            if read > 0 || to.is_empty() {
                self.frame = Some(frame);
                return Ok(read);
            }
            self.rest = frame.into_inner();
        }
    }
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidData, error.to_string())
}

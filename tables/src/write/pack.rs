//! Packing what is written.

use std::io::{BufWriter, Result, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::Packing;

const BUFFER: usize = 256 * 1024;
/// Bytes that are packed as one frame of Zstandard; a file is as many frames as it takes.
const FRAME: usize = 1024 * 1024;

/// Packs what is written to it.
pub(super) enum Packed<W: Write> {
    Plain(BufWriter<W>),
    Gzip(GzEncoder<BufWriter<W>>),
    Zstd { out: BufWriter<W>, frame: Vec<u8> },
}

impl<W: Write> Packed<W> {
    pub fn new(packing: Packing, out: W) -> Self {
        let out = BufWriter::with_capacity(BUFFER, out);
        match packing {
            Packing::Plain => Self::Plain(out),
            Packing::Gzip => Self::Gzip(GzEncoder::new(out, Compression::fast())),
            Packing::Zstd => Self::Zstd {
                out,
                frame: Vec::new(),
            },
        }
    }

    /// Writes what is kept, and gives back what was written to.
    pub fn finish(self) -> Result<W> {
        let out = match self {
            Self::Plain(out) => out,
            Self::Gzip(out) => out.finish()?,
            Self::Zstd { mut out, frame } => {
                if !frame.is_empty() {
                    out.write_all(&packed(&frame))?;
                }
                out
            }
        };
        out.into_inner().map_err(|error| error.into_error())
    }
}

fn packed(frame: &[u8]) -> Vec<u8> {
    compress_to_vec(frame, CompressionLevel::Fastest)
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(out) => out.write(bytes),
            Self::Zstd { out, frame } => {
                frame.extend_from_slice(bytes);
                if frame.len() >= FRAME {
                    out.write_all(&packed(frame))?;
                    frame.clear();
                }
                Ok(bytes.len())
            }
        }
    }

    /// What is packed yet is written; a frame that is not full is kept.
    fn flush(&mut self) -> Result<()> {
        match self {
            Self::Plain(out) | Self::Zstd { out, .. } => out.flush(),
            Self::Gzip(out) => out.flush(),
        }
    }
}

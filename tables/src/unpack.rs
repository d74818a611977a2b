//! Reading what is packed, in constant memory.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::form::Packing;

const BUFFER: usize = 256 * 1024;
/// Largest window of a frame of Zstandard that is kept, in bytes: that of `zstd --long`.
const LARGEST_WINDOW: u64 = 128 * 1024 * 1024;

/// The unpacked bytes of a reader.
pub(crate) fn unpacked<'a>(
    packing: Packing,
    reader: impl Read + Send + 'a,
) -> Box<dyn Read + Send + 'a> {
    let reader = BufReader::with_capacity(BUFFER, reader);
    match packing {
        Packing::Plain => Box::new(reader),
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
        Packing::Zstd => Box::new(Frames {
            rest: Some(reader),
            frame: None,
        }),
    }
}

type Frame<R> = StreamingDecoder<R, FrameDecoder>;

/// The frames of Zstandard one after the other; the decoder reads one.
struct Frames<R: Read> {
    /// What follows the frames that were read; none while one is read.
    rest: Option<R>,
    frame: Option<Frame<R>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        if to.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(to)?;
                if read > 0 {
                    return Ok(read);
                }
                self.rest = self.frame.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut rest) = self.rest.take() else {
                return Err(wrong("the frames do not fit"));
            };
            if rest.fill_buf()?.is_empty() {
                self.rest = Some(rest);
                return Ok(0);
            }
            let frame = Frame::new_with_max_window_size(rest, LARGEST_WINDOW);
            self.frame = Some(frame.map_err(wrong)?);
        }
    }
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidData, error.to_string())
}

//! The encoding of a file: UTF-8, perhaps after a byte order mark. Everything else is refused by
//! name, because bytes that are replaced or skipped are rows lost in silence.

#![allow(
    clippy::indexing_slicing,
    reason = "positions never pass what was read into the chunk"
)]

use std::fmt;
use std::io::{Error, ErrorKind, Read, Result};

const CHUNK: usize = 64 * 1024;
/// Bytes of the longest byte order mark.
const LONGEST_MARK: usize = 4;

/// Why bytes are not text in UTF-8. Offsets are in bytes, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotUtf8 {
    /// The byte order mark of UTF-16.
    Utf16,
    /// The byte order mark of UTF-32.
    Utf32,
    /// The start of a workbook of Excel or of another document that is no text.
    Document,
    /// A zero byte, which text has in UTF-16 and UTF-32 only.
    Nul(u64),
    /// A byte that UTF-8 does not have in this place.
    Invalid(u64),
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16 => f.write_str("the text is in UTF-16")?,
            Self::Utf32 => f.write_str("the text is in UTF-32")?,
            Self::Document => {
                return f.write_str(
                    "this is an Excel workbook or another packed document; save its sheet as CSV",
                );
            }
            Self::Nul(at) => write!(
                f,
                "a NUL byte at offset {at}: the text is in UTF-16, or this is no text"
            )?,
            Self::Invalid(at) => write!(f, "the byte at offset {at} is not UTF-8")?,
        }
        f.write_str("; save it as UTF-8")
    }
}

impl std::error::Error for NotUtf8 {}

/// The text of a whole file, without its byte order mark.
///
/// # Errors
/// [`NotUtf8`], with the first offset that is wrong.
pub fn utf8(bytes: &[u8]) -> std::result::Result<&str, NotUtf8> {
    let mark = mark(bytes)?;
    let text = bytes.get(mark..).unwrap_or_default();
    let wrong = |at: usize| (mark + at) as u64;
    let text = std::str::from_utf8(text).map_err(|e| match nul(&text[..e.valid_up_to()]) {
        Some(at) => NotUtf8::Nul(wrong(at)),
        None => NotUtf8::Invalid(wrong(e.valid_up_to())),
    })?;
    match nul(text.as_bytes()) {
        Some(at) => Err(NotUtf8::Nul(wrong(at))),
        None => Ok(text),
    }
}

/// Length of the byte order mark of UTF-8 at the start of a file, 0 without one.
pub(super) fn mark(start: &[u8]) -> std::result::Result<usize, NotUtf8> {
    match start {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(NotUtf8::Utf32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(NotUtf8::Utf16),
        [0xef, 0xbb, 0xbf, ..] => Ok(3),
        // A zip archive, as .xlsx, .ods and .docx are; the container of .xls.
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(NotUtf8::Document),
        _ => Ok(0),
    }
}

fn nul(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| *byte == 0)
}

/// Reads a file as text: without its byte order mark, and with an error ([`NotUtf8`]) in place of
/// the first byte that is not UTF-8.
pub(super) struct Text<R> {
    reader: R,
    chunk: Vec<u8>,
    /// Bytes of the chunk that are text.
    checked: usize,
    /// Bytes of the chunk that the caller has.
    given: usize,
    /// Offset of the chunk in the file.
    offset: u64,
    started: bool,
    ended: bool,
}

impl<R: Read> Text<R> {
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            chunk: Vec::new(),
            checked: 0,
            given: 0,
            offset: 0,
            started: false,
            ended: false,
        }
    }

    /// Reads and checks more. What was found wrong before the end of the checked part is reported
    /// when the caller has that part.
    fn fill(&mut self) -> Result<()> {
        self.skip(self.given);
        self.read_more()?;
        if !self.started {
            if self.chunk.len() < LONGEST_MARK && !self.ended {
                return Ok(());
            }
            self.started = true;
            self.skip(mark(&self.chunk).map_err(wrong)?);
        }
        let (text, cut) = match std::str::from_utf8(&self.chunk) {
            Ok(_) => (self.chunk.len(), true),
            Err(e) => (e.valid_up_to(), e.error_len().is_none() && !self.ended),
        };
        self.checked = nul(&self.chunk[..text]).unwrap_or(text);
        match self.chunk.first() {
            Some(0) => Err(wrong(NotUtf8::Nul(self.offset))),
            Some(_) if self.checked == 0 && !cut => Err(wrong(NotUtf8::Invalid(self.offset))),
            _ => Ok(()),
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.chunk.drain(..bytes);
        self.offset += bytes as u64;
        (self.given, self.checked) = (0, 0);
    }

    fn read_more(&mut self) -> Result<()> {
        let before = self.chunk.len();
        self.chunk.resize(before + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.chunk[before..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.chunk.truncate(before + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        while self.given == self.checked {
            if self.ended && self.given == self.chunk.len() {
                return Ok(0);
            }
            self.fill()?;
        }
        let mut text = &self.chunk[self.given..self.checked];
        let read = text.read(to)?;
        self.given += read;
        Ok(read)
    }
}

fn wrong(problem: NotUtf8) -> Error {
    Error::new(ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> Result<usize> {
            let one = self.0.len().min(1);
            (&mut self.0).take(one as u64).read(to)
        }
    }

    fn streamed(reader: impl Read) -> (String, Option<NotUtf8>) {
        let mut read = Vec::new();
        let end = Text::new(reader).read_to_end(&mut read);
        let problem = end.err().map(|e| {
            *e.get_ref()
                .and_then(|e| e.downcast_ref::<NotUtf8>())
                .unwrap()
        });
        (String::from_utf8(read).unwrap(), problem)
    }

    #[test]
    fn a_stream_gives_the_text_before_the_first_wrong_byte_and_then_its_offset() {
        for (bytes, text, problem) in [
            (&b"\xef\xbb\xbfcaf\xc3\xa9"[..], "café", None),
            (b"", "", None),
            (b"a", "a", None),
            (b"\xef\xbb\xbf", "", None),
            (b"abc\xe9d", "abc", Some(NotUtf8::Invalid(3))),
            (b"\xef\xbb\xbfab\xff", "ab", Some(NotUtf8::Invalid(5))),
            (b"abc\xc3", "abc", Some(NotUtf8::Invalid(3))),
            (b"ab\0c", "ab", Some(NotUtf8::Nul(2))),
            (b"a\0", "a", Some(NotUtf8::Nul(1))),
            (b"a\xc3", "a", Some(NotUtf8::Invalid(1))),
            (b"\xff\xfea\0", "", Some(NotUtf8::Utf16)),
            (b"\xfe\xff\0a", "", Some(NotUtf8::Utf16)),
            (b"\xff\xfe\0\0a\0\0\0", "", Some(NotUtf8::Utf32)),
            (b"a\0b\0", "a", Some(NotUtf8::Nul(1))),
            (b"PK\x03\x04\x14\0", "", Some(NotUtf8::Document)),
            (b"PK is a chain", "PK is a chain", None),
        ] {
            assert_eq!(streamed(bytes), (text.to_owned(), problem), "{bytes:?}");
            assert_eq!(
                streamed(Slow(bytes)),
                (text.to_owned(), problem),
                "{bytes:?}"
            );
            let whole = problem.map_or(Ok(text), Err);
            assert_eq!(utf8(bytes), whole, "{bytes:?}");
        }
    }

    #[test]
    fn a_letter_may_lie_across_two_chunks() {
        let text = format!("{}é{}", "a".repeat(CHUNK - 1), "b".repeat(CHUNK));
        assert_eq!(streamed(text.as_bytes()), (text.clone(), None));
    }
}

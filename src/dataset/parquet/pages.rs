//! The pages of a column chunk, unpacked within limits. The decoder of the `parquet` crate gets them from
//! here, because it unpacks whatever a page holds.

use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use parquet::basic::{CompressionCodec, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

use super::delta::{self, DeltaError};
use super::header::{self, HeaderError, PageHeader};
use crate::dataset::unpack::{Packing, Unpacked, allowance, unpack};

/// Bytes that a header takes at first sight, and at most: it may hold the smallest and largest value.
const HEADER: u64 = 1024;
const MAX_HEADER: u64 = 4 * 1024 * 1024;

/// Kinds of pages.
const DATA: i32 = 0;
const INDEX: i32 = 1;
const DICTIONARY: i32 = 2;
const DATA_V2: i32 = 3;

/// The encoding of levels in use.
const RLE: i32 = 3;

/// The part of a file that has the pages of a column in a row group.
pub(super) struct Pages<R> {
    source: Arc<Mutex<R>>,
    at: u64,
    end: u64,
    packing: Packing,
    has_levels: bool,
    has_dictionary: bool,
}

impl<R: Read + Seek> Pages<R> {
    /// `at` and `end` are offsets in the file; `has_levels` says whether values may be missing.
    pub fn new(
        source: Arc<Mutex<R>>,
        (at, end): (u64, u64),
        codec: CompressionCodec,
        has_levels: bool,
    ) -> Result<Self> {
        let packing = match codec {
            CompressionCodec::UNCOMPRESSED => Packing::Stored,
            CompressionCodec::SNAPPY => Packing::Snappy,
            CompressionCodec::GZIP => Packing::Gzip,
            CompressionCodec::ZSTD => Packing::Zstd,
            other => {
                return Err(ParquetError::NYI(format!(
                    "it is compressed with {other:?}, which is not read; write the file with snappy, zstd or gzip"
                )));
            }
        };
        Ok(Self {
            source,
            at,
            end,
            packing,
            has_levels,
            has_dictionary: false,
        })
    }

    /// Reads bytes of the chunk.
    fn read(&self, at: u64, bytes: u64) -> Result<Vec<u8>> {
        let mut source = self
            .source
            .lock()
            .map_err(|_| damaged("it cannot be read"))?;
        source.seek(SeekFrom::Start(at))?;
        let mut read = Vec::new();
        source.by_ref().take(bytes).read_to_end(&mut read)?;
        Ok(read)
    }

    fn header(&self) -> Result<(PageHeader, u64)> {
        let left = self.end - self.at;
        let mut size = HEADER.min(left);
        loop {
            match header::read(&self.read(self.at, size)?) {
                Ok((header, length)) => return Ok((header, length as u64)),
                Err(HeaderError::Short) if size < left.min(MAX_HEADER) => {
                    size = (8 * size).min(left).min(MAX_HEADER);
                }
                Err(_) => return Err(damaged("the header of a page is damaged")),
            }
        }
    }

    fn next_page(&mut self) -> Result<Option<Page>> {
        while self.at < self.end {
            let (header, length) = self.header()?;
            let packed_size = size(header.packed_size)?;
            let start = self.at + length;
            if packed_size as u64 > self.end.saturating_sub(start) {
                return Err(damaged("a page is longer than its column"));
            }
            self.at = start + packed_size as u64;
            match header.kind {
                Some(INDEX) => {}
                Some(DATA | DICTIONARY | DATA_V2) => {
                    let packed = self.read(start, packed_size as u64)?;
                    return self.page(&header, packed).map(Some);
                }
                _ => return Err(damaged("a page is of no known kind")),
            }
        }
        Ok(None)
    }

    fn page(&mut self, header: &PageHeader, packed: Vec<u8>) -> Result<Page> {
        // The levels of a page of version 2 stand before what is packed.
        let levels = match header.kind {
            Some(DATA_V2) => {
                size(header.definition_size)?.saturating_add(size(header.repetition_size)?)
            }
            _ => 0,
        };
        let whole = size(header.unpacked_size)?;
        let buf = match self.packing {
            Packing::Stored => packed,
            _ if !header.is_packed => packed,
            packing => self.unpacked(packing, packed, levels, whole)?,
        };
        if levels > buf.len() {
            return Err(damaged("the levels of a page are longer than it"));
        }
        let values = count(header.values)?;
        let encoding = encoding(header.encoding)?;
        self.check_order(header, encoding)?;
        if header.kind != Some(DICTIONARY) {
            let values = self.after_levels(header, &buf, levels)?;
            let most = allowance(buf.len());
            let checked = delta::check(encoding, values, header.values as usize, most);
            checked.map_err(|error| match error {
                DeltaError::Damaged => damaged("the lengths in a page are damaged"),
                DeltaError::TooLarge => damaged(
                    "a page holds more or longer values than its size allows; write smaller pages",
                ),
            })?;
        }
        Ok(match header.kind {
            Some(DICTIONARY) => {
                // The decoder takes memory for as many values as the header says.
                if values as usize > buf.len() {
                    return Err(damaged("a dictionary has more values than bytes"));
                }
                Page::DictionaryPage {
                    buf: buf.into(),
                    num_values: values,
                    encoding,
                    is_sorted: header.is_sorted,
                }
            }
            Some(DATA_V2) => Page::DataPageV2 {
                buf: buf.into(),
                num_values: values,
                encoding,
                num_nulls: count(header.nulls)?,
                num_rows: count(header.rows)?,
                def_levels_byte_len: count(header.definition_size)?,
                rep_levels_byte_len: count(header.repetition_size)?,
                is_compressed: header.is_packed,
                statistics: None,
            },
            _ => Page::DataPage {
                buf: buf.into(),
                num_values: values,
                encoding,
                def_level_encoding: level_encoding(header.definition_encoding)?,
                rep_level_encoding: level_encoding(header.repetition_encoding)?,
                statistics: None,
            },
        })
    }

    /// The values of a page of data. In a page of version 1, levels that are run-length encoded say how long
    /// they are; the other encoding of levels has a bit for each value, or two.
    fn after_levels<'a>(
        &self,
        header: &PageHeader,
        page: &'a [u8],
        levels: usize,
    ) -> Result<&'a [u8]> {
        let start = match header.kind {
            Some(DATA_V2) => levels,
            _ if !self.has_levels => 0,
            _ if header.definition_encoding == RLE => {
                let length = page
                    .first_chunk::<4>()
                    .map_or(0, |b| u32::from_le_bytes(*b));
                4usize.saturating_add(length as usize)
            }
            // Old files have these, and no delta encodings.
            _ => return Ok(&[]),
        };
        page.get(start..)
            .ok_or_else(|| damaged("the levels of a page are longer than it"))
    }

    /// The decoder expects one dictionary, before the pages that refer to it.
    fn check_order(&mut self, header: &PageHeader, encoding: Encoding) -> Result<()> {
        let refers = matches!(
            encoding,
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY
        );
        let is_dictionary = header.kind == Some(DICTIONARY);
        let is_right = match is_dictionary {
            true => !self.has_dictionary && (refers || encoding == Encoding::PLAIN),
            false => self.has_dictionary || !refers,
        };
        self.has_dictionary |= is_dictionary;
        match is_right {
            true => Ok(()),
            false => Err(damaged(
                "its dictionary is missing, or is not the first page",
            )),
        }
    }

    fn unpacked(
        &self,
        packing: Packing,
        packed: Vec<u8>,
        levels: usize,
        whole: usize,
    ) -> Result<Vec<u8>> {
        let most = allowance(packed.len());
        let (Some(values), true) = (packed.get(levels..), levels <= whole) else {
            return Err(damaged("the header of a page is damaged"));
        };
        if whole > most {
            return Err(too_large(whole, most));
        }
        let mut page = packed.get(..levels).unwrap_or_default().to_vec();
        // A page without any value but null has nothing after its levels.
        if whole > levels {
            match unpack(packing, values, whole - levels) {
                Ok(values) => page.extend(values),
                Err(Unpacked::TooLarge) => return Err(damaged("a page holds more than it says")),
                Err(Unpacked::Damaged(problem)) => {
                    return Err(damaged(&format!("a page cannot be unpacked: {problem}")));
                }
            }
        }
        match page.len() == whole {
            true => Ok(page),
            false => Err(damaged("a page holds less than it says")),
        }
    }
}

fn size(size: i32) -> Result<usize> {
    usize::try_from(size).map_err(|_| damaged("a page has a negative size"))
}

fn count(count: i32) -> Result<u32> {
    u32::try_from(count).map_err(|_| damaged("a page has a negative number of values"))
}

/// Encodings by their numbers.
fn encoding(number: i32) -> Result<Encoding> {
    Ok(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        4 =>
        {
            #[allow(deprecated, reason = "old files have it")]
            Encoding::BIT_PACKED
        }
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return Err(damaged("a page has no known encoding")),
    })
}

/// Encodings of levels by their numbers.
fn level_encoding(number: i32) -> Result<Encoding> {
    match number {
        3 | 4 => encoding(number),
        _ => Err(damaged("the levels of a page have no known encoding")),
    }
}

fn damaged(problem: &str) -> ParquetError {
    ParquetError::General(problem.to_owned())
}

fn too_large(size: usize, most: usize) -> ParquetError {
    ParquetError::General(format!(
        "a page of {size} bytes is larger than the {most} that are read of it; write smaller row groups"
    ))
}

impl<R: Read + Seek + Send> Iterator for Pages<R> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_page().transpose()
    }
}

impl<R: Read + Seek + Send> PageReader for Pages<R> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.next_page()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        // Only asked for records of several pages, which are lists.
        Err(ParquetError::NYI("lists are not read".to_owned()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.next_page().map(|_| ())
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        Ok(true)
    }
}

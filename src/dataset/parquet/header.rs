//! Headers of pages, which say how large a page is before it is unpacked, and the form of footers.
//!
//! Source: apache/parquet-format, `src/main/thrift/parquet.thrift` (`PageHeader`), in the compact protocol of
//! apache/thrift, `doc/specs/thrift-compact-protocol.md`.

/// Most structs inside each other; a header has three.
const MAX_DEPTH: usize = 8;

/// Most structs and lists inside each other in a footer; those of the format have ten.
const MAX_FOOTER_DEPTH: usize = 24;

/// What a header says. Sizes and counts as written: they may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    pub kind: Option<i32>,
    pub unpacked_size: i32,
    pub packed_size: i32,
    pub values: i32,
    pub encoding: i32,
    pub definition_encoding: i32,
    pub repetition_encoding: i32,
    pub nulls: i32,
    pub rows: i32,
    pub definition_size: i32,
    pub repetition_size: i32,
    pub is_packed: bool,
    pub is_sorted: bool,
}

/// Why a header was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// More bytes are needed.
    Short,
    /// It is damaged.
    Damaged,
}

/// Reads the header at the start of these bytes; also gives its length.
pub(super) fn read(bytes: &[u8]) -> Result<(PageHeader, usize), HeaderError> {
    let mut input = Compact { rest: bytes };
    let mut header = PageHeader {
        is_packed: true,
        ..PageHeader::default()
    };
    let mut field = 0;
    while let Some(kind) = input.field(&mut field)? {
        match (field, kind) {
            (1, Kind::Int) => header.kind = Some(input.i32()?),
            (2, Kind::Int) => header.unpacked_size = input.i32()?,
            (3, Kind::Int) => header.packed_size = input.i32()?,
            (5 | 7 | 8, Kind::Struct) => part(&mut input, field, &mut header)?,
            _ => input.skip(kind, MAX_DEPTH)?,
        }
    }
    Ok((header, bytes.len() - input.rest.len()))
}

/// The field of a footer that has its schema, and that of an element with the number of its children.
const SCHEMA: i16 = 2;
const CHILDREN: i16 = 5;

/// Walks through the bytes of a footer. The decoder of the `parquet` crate takes memory for as many children of an
/// element of the schema as it says, and skips lists of truth values without reading them, as long as they say that
/// they are; the format has no such lists, and all others are no longer than their bytes.
pub(super) fn check_footer(bytes: &[u8]) -> Result<(), HeaderError> {
    let mut input = Compact { rest: bytes };
    let mut field = 0;
    while let Some(kind) = input.field(&mut field)? {
        match (field, kind) {
            (SCHEMA, Kind::List) => schema(&mut input)?,
            (SCHEMA, _) => return Err(HeaderError::Damaged),
            (_, kind) => input.skip(kind, MAX_FOOTER_DEPTH)?,
        }
    }
    Ok(())
}

/// The elements of a schema; none has more children than there are elements.
fn schema(input: &mut Compact) -> Result<(), HeaderError> {
    let (Kind::Struct, elements) = input.list()? else {
        return Err(HeaderError::Damaged);
    };
    for _ in 0..elements {
        let mut field = 0;
        while let Some(kind) = input.field(&mut field)? {
            match (field, kind) {
                (CHILDREN, Kind::Int) => {
                    let children = input.i32()?;
                    if u64::try_from(children).is_ok_and(|children| children > elements) {
                        return Err(HeaderError::Damaged);
                    }
                }
                (CHILDREN, _) => return Err(HeaderError::Damaged),
                (_, kind) => input.skip(kind, MAX_FOOTER_DEPTH)?,
            }
        }
    }
    Ok(())
}

/// The part of a header that is of one kind of page: 5 data, 7 dictionary, 8 data of version 2.
fn part(input: &mut Compact, of: i16, header: &mut PageHeader) -> Result<(), HeaderError> {
    let mut field = 0;
    while let Some(kind) = input.field(&mut field)? {
        match (of, field, kind) {
            (_, 1, Kind::Int) => header.values = input.i32()?,
            (5 | 7, 2, Kind::Int) | (8, 4, Kind::Int) => header.encoding = input.i32()?,
            (5, 3, Kind::Int) => header.definition_encoding = input.i32()?,
            (5, 4, Kind::Int) => header.repetition_encoding = input.i32()?,
            (7, 3, Kind::Bool(sorted)) => header.is_sorted = sorted,
            (8, 2, Kind::Int) => header.nulls = input.i32()?,
            (8, 3, Kind::Int) => header.rows = input.i32()?,
            (8, 5, Kind::Int) => header.definition_size = input.i32()?,
            (8, 6, Kind::Int) => header.repetition_size = input.i32()?,
            (8, 7, Kind::Bool(packed)) => header.is_packed = packed,
            (_, _, kind) => input.skip(kind, MAX_DEPTH)?,
        }
    }
    Ok(())
}

/// Types of the protocol; all integers but bytes are written in the same way.
#[derive(Clone, Copy)]
enum Kind {
    Bool(bool),
    Byte,
    Int,
    Double,
    Bytes,
    List,
    Map,
    Struct,
}

impl Kind {
    fn of(nibble: u8) -> Result<Self, HeaderError> {
        Ok(match nibble {
            1 => Self::Bool(true),
            2 => Self::Bool(false),
            3 => Self::Byte,
            4..=6 => Self::Int,
            7 => Self::Double,
            8 => Self::Bytes,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return Err(HeaderError::Damaged),
        })
    }
}

struct Compact<'a> {
    rest: &'a [u8],
}

impl Compact<'_> {
    fn byte(&mut self) -> Result<u8, HeaderError> {
        let (byte, rest) = self.rest.split_first().ok_or(HeaderError::Short)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn drop(&mut self, bytes: u64) -> Result<(), HeaderError> {
        let bytes = usize::try_from(bytes).map_err(|_| HeaderError::Damaged)?;
        self.rest = self.rest.get(bytes..).ok_or(HeaderError::Short)?;
        Ok(())
    }

    fn unsigned(&mut self) -> Result<u64, HeaderError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(HeaderError::Damaged)
    }

    fn i32(&mut self) -> Result<i32, HeaderError> {
        let coded = self.unsigned()?;
        let value = (coded >> 1) as i64 ^ -((coded & 1) as i64);
        i32::try_from(value).map_err(|_| HeaderError::Damaged)
    }

    /// The type of the next field, whose number is set; `None` at the end of a struct.
    fn field(&mut self, number: &mut i16) -> Result<Option<Kind>, HeaderError> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        *number = match byte >> 4 {
            0 => i16::try_from(self.i32()?).map_err(|_| HeaderError::Damaged)?,
            step => number
                .checked_add(i16::from(step))
                .ok_or(HeaderError::Damaged)?,
        };
        Kind::of(byte & 15).map(Some)
    }

    /// The type and the number of a list's items.
    fn list(&mut self) -> Result<(Kind, u64), HeaderError> {
        let byte = self.byte()?;
        let length = match byte >> 4 {
            15 => self.unsigned()?,
            short => u64::from(short),
        };
        Ok((Kind::of(byte & 15)?, length))
    }

    fn skip(&mut self, kind: Kind, depth: usize) -> Result<(), HeaderError> {
        let depth = depth.checked_sub(1).ok_or(HeaderError::Damaged)?;
        match kind {
            Kind::Bool(_) => Ok(()),
            Kind::Byte => self.drop(1),
            Kind::Int => self.unsigned().map(|_| ()),
            Kind::Double => self.drop(8),
            Kind::Bytes => {
                let length = self.unsigned()?;
                self.drop(length)
            }
            Kind::List => {
                let (kind, length) = self.list()?;
                self.skip_items(kind, length, depth)
            }
            Kind::Map => {
                let length = self.unsigned()?;
                if length == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                for _ in 0..length {
                    self.skip_items(Kind::of(kinds >> 4)?, 1, depth)?;
                    self.skip_items(Kind::of(kinds & 15)?, 1, depth)?;
                }
                Ok(())
            }
            Kind::Struct => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth)?;
                }
                Ok(())
            }
        }
    }

    /// Items of lists. No part of the format has lists of truth values.
    fn skip_items(&mut self, kind: Kind, items: u64, depth: usize) -> Result<(), HeaderError> {
        for _ in 0..items {
            match kind {
                Kind::Bool(_) => return Err(HeaderError::Damaged),
                kind => self.skip(kind, depth)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_field_by_field_and_the_rest_is_skipped() {
        // Written by hand from the protocol: a data page of 3 values in plain encoding, with statistics.
        let bytes = [
            0x15, 0x00, // 1: type 0
            0x15, 0x20, // 2: 16 bytes
            0x15, 0x18, // 3: 12 bytes packed
            0x2c, // 5: struct
            0x15, 0x06, // 1: 3 values
            0x15, 0x00, // 2: plain
            0x15, 0x06, // 3: RLE
            0x15, 0x06, // 4: RLE
            0x1c, 0x18, 0x02, b'h', b'i', 0x00, // 5: struct with a text
            0x00, 0x00, // ends
            0xff, // what follows
        ];
        let (header, length) = read(&bytes).unwrap();
        assert_eq!(length, bytes.len() - 1);
        let expected = PageHeader {
            kind: Some(0),
            unpacked_size: 16,
            packed_size: 12,
            values: 3,
            definition_encoding: 3,
            repetition_encoding: 3,
            is_packed: true,
            ..PageHeader::default()
        };
        assert_eq!(header, expected);
        for cut in 0..bytes.len() - 1 {
            assert_eq!(read(&bytes[..cut]), Err(HeaderError::Short), "{cut}");
        }
    }

    #[test]
    fn a_footer_whose_lists_are_longer_than_its_bytes_is_refused() {
        // Field 1: a list of 2³⁰ items, each a truth value, a number, a struct.
        for item in [1, 5, 12] {
            let list = [0x19, 0xf0 | item, 0x80, 0x80, 0x80, 0x80, 0x04, 0x00, 0x00];
            assert!(check_footer(&list).is_err(), "{item}");
        }
        // Two numbers, then two empty elements of a schema, an empty list, then the end.
        let right = [0x19, 0x25, 2, 4, 0x19, 0x2c, 0, 0, 0x19, 0x05, 0x00];
        assert_eq!(check_footer(&right), Ok(()));
        assert_eq!(
            check_footer(&[0x29, 0x25, 2, 4, 0x00]),
            Err(HeaderError::Damaged)
        );
        assert_eq!(
            check_footer(&[0x19, 0x11, 1, 0x00]),
            Err(HeaderError::Damaged)
        );
    }

    #[test]
    fn no_element_of_a_schema_has_more_children_than_there_are_elements() {
        // Field 2: a list of one element whose field 5 is a number.
        let footer = |children: &[u8]| [&[0x29, 0x1c, 0x55], children, &[0, 0]].concat();
        assert_eq!(check_footer(&footer(&[2])), Ok(()));
        assert_eq!(check_footer(&footer(&[4])), Err(HeaderError::Damaged));
        let most = [0xfe, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(check_footer(&footer(&most)), Err(HeaderError::Damaged));
    }

    #[test]
    fn what_never_ends_is_damaged() {
        assert_eq!(read(&[0x1c; 40]), Err(HeaderError::Damaged));
        assert_eq!(
            read(&[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            Err(HeaderError::Damaged)
        );
        assert_eq!(read(&[0x1d]), Err(HeaderError::Damaged));
    }
}

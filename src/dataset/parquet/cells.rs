//! The values of one column, decoded some rows at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

/// Most bytes of texts that are decoded at a time: one text of a dictionary may stand in many rows.
const MOST: usize = 256 * 1024 * 1024;

/// A value of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// No value.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
}

/// How the values of a column become cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Bool,
    Int,
    /// Whole numbers without a sign, in types that have one.
    Unsigned,
    /// Whole numbers to be divided by this.
    Decimal(f64),
    Float,
    Text,
}

impl Kind {
    /// The kind of a column; `None` for lists, dates, bytes and whatever else is neither number nor text.
    pub fn of(column: &ColumnDescriptor) -> Option<Self> {
        if column.max_rep_level() > 0 {
            return None;
        }
        let decimal = || 10f64.powi(column.type_scale().clamp(0, 38));
        let is_decimal = matches!(column.logical_type_ref(), Some(LogicalType::Decimal(_)))
            || column.converted_type() == ConvertedType::DECIMAL;
        match column.physical_type() {
            Physical::BOOLEAN => Some(Self::Bool),
            Physical::INT32 | Physical::INT64 if is_decimal => Some(Self::Decimal(decimal())),
            Physical::FIXED_LEN_BYTE_ARRAY | Physical::BYTE_ARRAY if is_decimal => {
                Some(Self::Decimal(decimal()))
            }
            Physical::INT32 | Physical::INT64 => match column.converted_type() {
                ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64 => Some(Self::Int),
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Some(Self::Unsigned),
                _ => None,
            },
            Physical::FLOAT | Physical::DOUBLE => Some(Self::Float),
            Physical::BYTE_ARRAY => Some(Self::Text),
            _ => None,
        }
    }
}

/// The reader of a column chunk and what it decoded.
pub(super) struct Column {
    reader: ColumnReader,
    kind: Kind,
    max_level: i16,
}

impl Column {
    pub fn new(reader: ColumnReader, kind: Kind, max_level: i16) -> Self {
        Self {
            reader,
            kind,
            max_level,
        }
    }

    /// The next `rows` cells; fewer at the end of the chunk.
    pub fn read(&mut self, rows: usize) -> Result<Vec<Cell>> {
        // The crate's decoders panic at some damages. The column is not read any further then.
        let read = catch_unwind(AssertUnwindSafe(|| self.decode(rows)));
        read.unwrap_or_else(|_| Err(ParquetError::General("its values are damaged".to_owned())))
    }

    fn decode(&mut self, rows: usize) -> Result<Vec<Cell>> {
        let (kind, level) = (self.kind, self.max_level);
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => {
                read(reader, rows, level, |v| Ok(Cell::Bool(*v)))
            }
            ColumnReader::Int32ColumnReader(reader) => read(reader, rows, level, |v| {
                Ok(whole(kind, i64::from(*v), i128::from(*v as u32)))
            }),
            ColumnReader::Int64ColumnReader(reader) => read(reader, rows, level, |v| {
                Ok(whole(kind, *v, i128::from(*v as u64)))
            }),
            ColumnReader::FloatColumnReader(reader) => {
                read(reader, rows, level, |v| Ok(Cell::Float(f64::from(*v))))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                read(reader, rows, level, |v| Ok(Cell::Float(*v)))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                read(reader, rows, level, |v| bytes(kind, v))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                read(reader, rows, level, |v| bytes(kind, v))
            }
            ColumnReader::Int96ColumnReader(_) => {
                Err(ParquetError::NYI("INT96 is not read".to_owned()))
            }
        }
    }
}

/// Reads rows; those whose level says so have no value.
fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    max_level: i16,
    cell: impl Fn(&T::T) -> Result<Cell>,
) -> Result<Vec<Cell>> {
    let mut cells = Vec::with_capacity(rows);
    let mut left = MOST;
    let mut cell = |value: &T::T| -> Result<Cell> {
        let cell = cell(value)?;
        let size = if let Cell::Text(text) = &cell {
            text.len()
        } else {
            0
        };
        left = left.checked_sub(size).ok_or_else(|| {
            let text = format!("{rows} values in a row have more than {MOST} bytes; shorten them");
            ParquetError::General(text)
        })?;
        Ok(cell)
    };
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    while cells.len() < rows {
        levels.clear();
        values.clear();
        let wanted_levels = (max_level > 0).then_some(&mut levels);
        let (records, _, _) =
            reader.read_records(rows - cells.len(), wanted_levels, None, &mut values)?;
        if records == 0 {
            break;
        }
        let mut values = values.iter();
        match max_level {
            0 => {
                for value in values {
                    cells.push(cell(value)?);
                }
            }
            max => {
                for level in &levels {
                    cells.push(match (*level == max).then(|| values.next()).flatten() {
                        Some(value) => cell(value)?,
                        None => Cell::Null,
                    });
                }
            }
        }
    }
    Ok(cells)
}

fn whole(kind: Kind, signed: i64, unsigned: i128) -> Cell {
    match kind {
        Kind::Decimal(by) => Cell::Float(signed as f64 / by),
        Kind::Unsigned => match i64::try_from(unsigned) {
            Ok(value) => Cell::Int(value),
            Err(_) => Cell::Float(unsigned as f64),
        },
        _ => Cell::Int(signed),
    }
}

/// A text, or the bytes of a decimal number, the highest first.
fn bytes(kind: Kind, value: &impl AsBytes) -> Result<Cell> {
    let bytes = value.as_bytes();
    if let Kind::Decimal(by) = kind {
        let sign = if bytes.first().is_some_and(|b| *b >= 0x80) {
            -1
        } else {
            0
        };
        let whole = bytes.iter().take(16).fold(i128::from(sign), |whole, byte| {
            (whole << 8) | i128::from(*byte)
        });
        return Ok(Cell::Float(whole as f64 / by));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ParquetError::General("a value is not text in UTF-8".to_owned()))?;
    Ok(Cell::Text(text.to_owned()))
}

trait AsBytes {
    fn as_bytes(&self) -> &[u8];
}

impl AsBytes for ByteArray {
    fn as_bytes(&self) -> &[u8] {
        self.data()
    }
}

impl AsBytes for parquet::data_type::FixedLenByteArray {
    fn as_bytes(&self) -> &[u8] {
        self.data()
    }
}

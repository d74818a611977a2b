//! The cells of a column of Arrow.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use serde_json::Value;

/// A column of texts or numbers.
pub(super) struct Cells<'a> {
    array: &'a dyn Array,
    /// For a column of a dictionary, the position of each row's value in `array`.
    keys: Option<Vec<usize>>,
    rows: &'a ArrayRef,
}

impl<'a> Cells<'a> {
    /// Whether a column of this type has texts or numbers.
    pub fn are_of(kind: &DataType) -> bool {
        match kind {
            DataType::Dictionary(_, values) => Self::are_of(values),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => true,
            kind => kind.is_integer() || matches!(kind, DataType::Float32 | DataType::Float64),
        }
    }

    /// The cells of a column; `None` for any other type.
    pub fn of(rows: &'a ArrayRef) -> Option<Self> {
        if !Self::are_of(rows.data_type()) {
            return None;
        }
        let dictionary = rows.as_any_dictionary_opt();
        let array = dictionary.map_or(rows.as_ref(), |d| d.values().as_ref());
        let keys = dictionary.filter(|d| !d.values().is_empty());
        Some(Self {
            array,
            keys: keys.map(|d| d.normalized_keys()),
            rows,
        })
    }

    /// The text of a cell; numbers as text. `None` where there is no value.
    pub fn text(&self, row: usize) -> Option<String> {
        match self.value(row) {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        }
    }

    /// The value of a cell.
    pub fn value(&self, row: usize) -> Value {
        if row >= self.rows.len() || self.rows.is_null(row) {
            return Value::Null;
        }
        let at = match &self.keys {
            None => Some(row),
            Some(keys) => keys.get(row).copied(),
        };
        match at.filter(|at| *at < self.array.len() && self.array.is_valid(*at)) {
            Some(at) => self.at(at),
            None => Value::Null,
        }
    }

    fn at(&self, at: usize) -> Value {
        let array = self.array;
        match array.data_type() {
            DataType::Utf8 => array.as_string::<i32>().value(at).into(),
            DataType::LargeUtf8 => array.as_string::<i64>().value(at).into(),
            DataType::Utf8View => array.as_string_view().value(at).into(),
            DataType::Boolean => array.as_boolean().value(at).into(),
            DataType::Int8 => number::<Int8Type>(array, at),
            DataType::Int16 => number::<Int16Type>(array, at),
            DataType::Int32 => number::<Int32Type>(array, at),
            DataType::Int64 => number::<Int64Type>(array, at),
            DataType::UInt8 => number::<UInt8Type>(array, at),
            DataType::UInt16 => number::<UInt16Type>(array, at),
            DataType::UInt32 => number::<UInt32Type>(array, at),
            DataType::UInt64 => number::<UInt64Type>(array, at),
            DataType::Float32 => number::<Float32Type>(array, at),
            DataType::Float64 => number::<Float64Type>(array, at),
            _ => Value::Null,
        }
    }
}

fn number<T: ArrowPrimitiveType<Native: Into<Value>>>(array: &dyn Array, at: usize) -> Value {
    array.as_primitive::<T>().value(at).into()
}

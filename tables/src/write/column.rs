//! The columns of a table that is written, and their cells.

use std::borrow::Cow;

use serde_json::Value;

/// A column of a table that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// Whether JSON lines leave out the field where there is no value.
    pub is_sparse: bool,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Texts, or JSON values: as they are in JSON lines, as text in all other forms.
    Text,
    /// Numbers in double precision.
    Number,
    /// Whole numbers.
    Whole,
    /// An object: its fields are fields of the row in JSON lines; text in all other forms.
    Object,
}

impl Column {
    /// A column that every row has.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            is_sparse: false,
        }
    }

    /// A column that few rows have.
    pub fn sparse(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            is_sparse: true,
            ..Self::new(name, kind)
        }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Any JSON value; a text is a text in every form.
    Value(Value),
    /// A number in double precision.
    Number(f64),
    /// A text that is JSON already.
    Json(String),
}

impl Cell {
    /// No value.
    pub const NONE: Self = Self::Value(Value::Null);

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::Value(Value::Null))
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::NONE, Self::Number)
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, |text| Self::Value(text.into()))
    }
}

/// How characters that a terminal hides are written in JSON lines: JSON to JSON of the same value.
pub type Shown = fn(&str) -> Cow<'_, str>;

/// A value as the text of a cell: texts as they are, anything else as JSON; nothing for null.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.into()),
        other => Some(other.to_string().into()),
    }
}

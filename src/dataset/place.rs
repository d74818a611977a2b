//! Places in files, which every message names.

use crate::printable::printable;
use std::fmt;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name, as given.
    pub file: String,
    /// Where in the file.
    pub part: Part,
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A line, from 1.
    Line(u64),
    /// An item of the JSON list that the file is, from 0.
    Item(usize),
    /// An item of a list inside the JSON that the file is, from 0.
    Entry(&'static str, usize),
    /// A row of a file that has no lines, from 1.
    Row(u64),
}

impl Place {
    pub(super) fn whole(file: &str) -> Self {
        Self::new(file, Part::Whole)
    }

    pub(super) fn line(file: &str, line: u64) -> Self {
        Self::new(file, Part::Line(line))
    }

    pub(super) fn item(file: &str, item: usize) -> Self {
        Self::new(file, Part::Item(item))
    }

    pub(super) fn entry(file: &str, list: &'static str, item: usize) -> Self {
        Self::new(file, Part::Entry(list, item))
    }

    #[cfg(feature = "packed")]
    pub(super) fn row(file: &str, row: u64) -> Self {
        Self::new(file, Part::Row(row))
    }

    fn new(file: &str, part: Part) -> Self {
        Self {
            file: file.to_owned(),
            part,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.file))?;
        match self.part {
            Part::Whole => Ok(()),
            part => write!(f, ", {part}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the whole file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Item(item) => write!(f, "[{item}]"),
            Self::Entry(list, item) => write!(f, "{list}[{item}]"),
            Self::Row(row) => write!(f, "row {row}"),
        }
    }
}

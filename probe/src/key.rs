//! What the answer to a probe must be.

use serde_json::Value;

/// The answer key of a probe.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// A number, right if it is within `tolerance` of `value`.
    Number {
        /// The right number.
        value: f64,
        /// Greatest distance that counts as right.
        tolerance: f64,
    },
    /// A word or a short phrase.
    Word {
        /// Ways to write the right one.
        right: Vec<String>,
        /// Other candidates that the question names; empty if it names none.
        wrong: Vec<String>,
    },
    /// A list of words or numbers.
    List {
        /// The right items.
        items: Vec<String>,
        /// Whether their order counts.
        ordered: bool,
    },
    /// A text that must be the same but for spaces, quotation marks and its last punctuation mark.
    Text {
        /// Ways to write it.
        right: Vec<String>,
        /// Whether capital letters count.
        case: bool,
    },
    /// A JSON value.
    Json(Value),
    /// One call of a tool.
    Call {
        /// Name of the tool.
        name: String,
        /// Its arguments, a JSON object.
        arguments: Value,
    },
    /// A JavaScript function.
    Program {
        /// Its name.
        name: String,
        /// Arguments, and what the function must return for them.
        cases: Vec<(Vec<Value>, Value)>,
    },
    /// A text that keeps rules.
    Rules(Vec<Rule>),
    /// An open answer, which another model compares with this text of ours.
    Judged(String),
}

/// A rule that a text keeps or breaks.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Number of lines that are not blank.
    Lines(usize),
    /// Number of words, least and most.
    Words(usize, usize),
    /// Number of sentences.
    Sentences(usize),
    /// A word or phrase that must occur; capital letters do not count.
    Has(String),
    /// A word that must not occur.
    Lacks(String),
    /// A letter that must not occur.
    WithoutLetter(char),
    /// First letters of the lines.
    Initials(String),
    /// The first words of the text.
    Starts(String),
    /// The last words of the text, but for punctuation.
    Ends(String),
    /// No capital letters.
    Lower,
    /// No small letters.
    Upper,
    /// No commas.
    NoCommas,
    /// Number of lines that begin with `- ` or `* `.
    Bullets(usize),
    /// Number of lines that begin with `1.`, `2.` and so on, in order.
    Numbered(usize),
    /// Number of words in each line.
    LineWords(usize),
}

impl Key {
    /// A number that may only be off by what printing it rounds away.
    pub(crate) fn exactly(value: f64) -> Self {
        Self::Number {
            value,
            tolerance: 1e-6 * value.abs().max(1.0),
        }
    }

    /// A number with `digits` digits after the point.
    pub(crate) fn rounded(value: f64, digits: i32) -> Self {
        Self::Number {
            value,
            tolerance: 0.51 * 10f64.powi(-digits),
        }
    }

    /// One of several candidates.
    pub(crate) fn choice(right: &str, all: &[&str]) -> Self {
        Self::Word {
            right: vec![right.into()],
            wrong: all
                .iter()
                .filter(|o| **o != right)
                .map(|o| (*o).into())
                .collect(),
        }
    }

    /// A word without other candidates.
    pub(crate) fn word(right: &[&str]) -> Self {
        Self::Word {
            right: right.iter().map(|w| (*w).into()).collect(),
            wrong: Vec::new(),
        }
    }

    /// A list of which the order counts, or not.
    pub(crate) fn list<T: ToString>(items: &[T], ordered: bool) -> Self {
        Self::List {
            items: items.iter().map(T::to_string).collect(),
            ordered,
        }
    }
}

//! Which of the scores of a file counts.

use serde_json::Value;

use crate::dataset::DatasetError;
use crate::dataset::label_error::LabelsError;
use crate::dataset::place::Place;
use crate::dataset::score::in_range;

/// Most names of scores that are kept; a file with more is wrong in any case.
const MOST_NAMES: usize = 100;

/// The names of the scores that a file has, and which of them counts.
pub(super) struct Scores<'a> {
    wanted: &'a [String],
    found: Vec<String>,
}

impl<'a> Scores<'a> {
    pub fn new(wanted: &'a [String]) -> Self {
        Self {
            wanted,
            found: Vec::new(),
        }
    }

    /// The score of a row that counts; the first one if nobody said which.
    pub fn choose<T>(&mut self, of_row: Vec<(String, T)>) -> Option<(String, T)> {
        for (name, _) in &of_row {
            if self.found.len() < MOST_NAMES && !self.found.contains(name) {
                self.found.push(name.clone());
            }
        }
        let position = match self.wanted {
            [] => Some(0),
            wanted => wanted
                .iter()
                .find_map(|want| of_row.iter().position(|(name, _)| is_same(name, want))),
        };
        of_row.into_iter().nth(position?)
    }

    /// The names that count, the preferred one first; none if nobody said which.
    pub fn wanted(&self) -> &'a [String] {
        self.wanted
    }

    /// Whether nobody said which score counts.
    pub fn is_open(&self) -> bool {
        self.wanted.is_empty()
    }

    /// The one score that was read.
    pub fn used(&self) -> Option<&String> {
        match self.wanted {
            [] => self.found.first(),
            wanted => wanted
                .iter()
                .find(|want| self.found.iter().any(|name| is_same(name, want))),
        }
    }

    /// Whether it is clear which score counts, after all rows.
    pub fn check(&mut self, at: Place) -> Result<(), DatasetError> {
        let is_clear = match self.wanted {
            [] => self.found.len() < 2,
            _ => self.found.is_empty() || self.used().is_some(),
        };
        if is_clear {
            return Ok(());
        }
        let found = std::mem::take(&mut self.found);
        Err(match self.wanted {
            [] => LabelsError::SeveralScores { at, found },
            _ => LabelsError::NoSuchScore { at, found },
        }
        .into())
    }
}

fn is_same(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// Whether a value may be a score: a number, or true or false.
pub(super) fn may_be_score(value: &Value) -> bool {
    value.is_number() || value.is_boolean()
}

/// A score as evaluation programs write it: a number, true or false, or one of these as text. `None` for
/// what is no score: null, and NaN, which Python writes for it.
pub(super) fn score_of(at: &Place, name: &str, value: &Value) -> Result<Option<f64>, DatasetError> {
    let score = match value {
        Value::Null => return Ok(None),
        Value::Bool(right) => Some(f64::from(u8::from(*right))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text_score(text),
        _ => None,
    };
    match score {
        Some(score) if score.is_nan() => Ok(None),
        Some(score) => in_range(score, at.clone(), name).map(Some),
        None => Err(DatasetError::ScoreType {
            at: at.clone(),
            column: name.to_owned(),
            value: crate::printable::shortened(&value.to_string(), 80),
        }),
    }
}

/// A number, or true or false, in a text.
pub(super) fn text_score(text: &str) -> Option<f64> {
    match text.trim() {
        yes if yes.eq_ignore_ascii_case("true") => Some(1.0),
        no if no.eq_ignore_ascii_case("false") => Some(0.0),
        number => number.parse().ok(),
    }
}

/// JSON as Python writes it, with null in place of NaN and of infinities, which JSON does not have.
/// `None` if there are none.
pub(super) fn without_constants(json: &[u8]) -> Option<Vec<u8>> {
    const CONSTANTS: [&[u8]; 3] = [b"NaN", b"-Infinity", b"Infinity"];
    let mut plain = Vec::new();
    let (mut in_text, mut escaped, mut replaced) = (false, false, false);
    let mut rest = json;
    while let Some((byte, after)) = rest.split_first() {
        if in_text {
            in_text = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if let Some(constant) = CONSTANTS.iter().find(|c| rest.starts_with(c)) {
            plain.extend(b"null");
            rest = rest.get(constant.len()..).unwrap_or_default();
            replaced = true;
            continue;
        } else {
            in_text = *byte == b'"';
        }
        plain.push(*byte);
        rest = after;
    }
    replaced.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_python_become_null_outside_texts_only() {
        let fixed = |text: &str| {
            let bytes = without_constants(text.as_bytes())?;
            Some(String::from_utf8(bytes).unwrap())
        };
        assert_eq!(
            fixed(r#"{"a": NaN, "b": [-Infinity, Infinity], "NaN": "\"NaN\\"}"#).unwrap(),
            r#"{"a": null, "b": [null, null], "NaN": "\"NaN\\"}"#
        );
        assert_eq!(fixed(r#"{"a": "NaN", "b": 1}"#), None);
    }

    #[test]
    fn the_preferred_score_that_a_row_has_counts() {
        let wanted = ["b".to_owned(), "a".to_owned()];
        let mut scores = Scores::new(&wanted);
        let row = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), ())).collect();
        assert_eq!(scores.choose::<()>(row(&["a", "c"])).unwrap().0, "a");
        assert_eq!(scores.choose::<()>(row(&["a", "b"])).unwrap().0, "b");
        assert_eq!(scores.choose::<()>(row(&["c"])), None);
        let mut open = Scores::new(&[]);
        open.choose::<()>(row(&["a"]));
        assert!(open.check(Place::whole("f")).is_ok());
        open.choose::<()>(row(&["c"]));
        let error = open.check(Place::whole("f")).unwrap_err().to_string();
        assert_eq!(error, "f: several scores: a, c; choose the one that counts");
    }
}

//! How a table of prompts is written: what separates its cells, and whether its first row names the
//! columns. Files of this kind say neither.

use super::place::Place;
use super::{DatasetError, PROMPT_NAMES, csv};

/// Separator of a table of one column: text does not have it.
pub(super) const ONE_COLUMN: u8 = 0;
/// The separators that are looked for; of equally good ones the first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are looked at.
pub(super) const SAMPLE: usize = 100;
/// Cells of a header are short and prompts are not. In UTF-16 units, as JavaScript counts.
const LONGEST_TITLE: usize = 40;
/// Words in a title that is none of the known names.
const MOST_WORDS: usize = 2;
/// How much longer the texts of a column are than such a title.
const LONGER: usize = 3;
/// Titles of columns beside the one of the prompts.
const OTHER_NAMES: [&str; 20] = [
    "id",
    "custom_id",
    "uid",
    "uuid",
    "index",
    "key",
    "label",
    "category",
    "class",
    "topic",
    "task",
    "answer",
    "response",
    "completion",
    "output",
    "model",
    "score",
    "source",
    "language",
    "date",
];

/// What a person says of a table, where that is not to be found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromptOptions {
    /// What separates the cells.
    pub(super) separator: Option<u8>,
    /// Whether the first row has the names of the columns.
    pub(super) header: Option<bool>,
}

impl PromptOptions {
    /// What a caller says of the table `file`. The separator is `,`, `;`, a tab, `|`, or nothing for a
    /// table of one column.
    ///
    /// # Errors
    /// [`DatasetError::Separator`] for any other separator.
    pub fn new(
        file: &str,
        separator: Option<&str>,
        header: Option<bool>,
    ) -> Result<Self, DatasetError> {
        let separator = match separator.map(str::as_bytes) {
            None => None,
            Some([]) => Some(ONE_COLUMN),
            Some([byte]) if SEPARATORS.contains(byte) => Some(*byte),
            Some(_) => {
                return Err(DatasetError::Separator {
                    at: Place::whole(file),
                    found: separator.unwrap_or_default().chars().take(8).collect(),
                });
            }
        };
        Ok(Self { separator, header })
    }
}

/// The separator as text, as [`PromptOptions::new`] reads it.
pub(super) fn shown(separator: u8) -> String {
    match separator {
        ONE_COLUMN => String::new(),
        byte => char::from(byte).to_string(),
    }
}

/// The separator that a first line `sep=;` names, as spreadsheets write it, and the text after it.
pub(super) fn named_separator(text: &str) -> Option<(u8, &str)> {
    let rest = text.strip_prefix("sep=")?;
    let (separator, rest) = (*rest.as_bytes().first()?, rest.get(1..)?);
    let after = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))?;
    SEPARATORS
        .contains(&separator)
        .then_some((separator, after))
}

/// The separator that gives most rows as many cells as the first one has, at least two. Commas and
/// semicolons of sentences, with a space after each, are none unless the first row has known names.
pub(super) fn separator(text: &str) -> u8 {
    let mut best = (0, 0, ONE_COLUMN);
    for separator in SEPARATORS {
        let rows = csv::sample(text, separator, SAMPLE);
        let Some(first) = rows.first().filter(|first| first.len() > 1) else {
            continue;
        };
        let same = rows.iter().filter(|row| row.len() == first.len()).count();
        let mut further = rows.iter().flat_map(|row| row.iter().skip(1));
        let is_prose = further.all(|cell| cell.starts_with(' '));
        let is_known = has_known_name(first);
        let share = same * SAMPLE / rows.len();
        if (is_known || (2 * same > rows.len() && !is_prose))
            && (share, first.len()) > (best.0, best.1)
        {
            best = (share, first.len(), separator);
        }
    }
    best.2
}

/// Whether the first row has the names of the columns rather than a prompt.
pub(super) fn has_header<'a>(rows: impl Iterator<Item = &'a [String]>) -> bool {
    let mut rows = rows.take(SAMPLE);
    let Some(first) = rows.next() else {
        return false;
    };
    let rest: Vec<&[String]> = rows.collect();
    let is_known = has_known_name(first);
    let may_be_titles = first.iter().enumerate().all(|(i, cell)| {
        let is_empty = cell.trim().is_empty();
        (is_known || !is_empty)
            && utf16_len(cell) <= LONGEST_TITLE
            && !is_number(cell)
            && (is_empty || !first.iter().take(i).any(|other| other == cell))
    });
    if rest.is_empty() || !may_be_titles {
        return false;
    }
    let below = |column: usize| {
        let cells = rest.iter().filter_map(move |row| row.get(column));
        cells.filter(|cell| !cell.trim().is_empty())
    };
    let numbers =
        |column| below(column).next().is_some() && below(column).all(|cell| is_number(cell));
    if is_known || (0..first.len()).any(numbers) {
        return true;
    }
    let recurs = |(column, title): (usize, &String)| below(column).any(|cell| cell == title);
    let is_name = |title: &String| {
        title.split_whitespace().count() <= MOST_WORDS
            && !title.trim_end().ends_with(['.', '?', '!', ':'])
    };
    let length = |column: usize| below(column).map(|cell| utf16_len(cell)).sum::<usize>();
    let longest = (0..first.len()).max_by_key(|column| length(*column));
    first.iter().all(is_name)
        && !first.iter().enumerate().any(recurs)
        && longest.is_some_and(|column| {
            let title = first.get(column).map_or(0, |title| utf16_len(title));
            length(column) >= LONGER * title * below(column).count().max(1)
        })
}

/// Length in UTF-16 units.
pub(super) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

fn has_known_name(cells: &[String]) -> bool {
    cells.iter().any(|cell| {
        let name = cell.trim().to_lowercase();
        PROMPT_NAMES.contains(&name.as_str()) || OTHER_NAMES.contains(&name.as_str())
    })
}

fn is_number(cell: &str) -> bool {
    cell.trim().replacen(',', ".", 1).parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        shown(separator(text))
    }

    #[test]
    fn the_separator_is_the_one_by_which_rows_have_as_many_cells_as_the_first() {
        for (text, expected) in [
            (
                "id;frage\n1;\"Wie, wo, was?\"\n2;Was kostet 3,50 Euro?\n",
                ";",
            ),
            ("id,prompt\n1,\"a; b\"\n2,c; d\n", ","),
            ("1;Hello, how are you?\n2;Hi\n", ";"),
            ("id\tprompt\n1\ta, b\n", "\t"),
            ("id|prompt\n1|a, b\n", "|"),
            ("only,one\n", ","),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn commas_of_sentences_separate_nothing() {
        for text in [
            "prompt\nHello, world\nHow are you?\n",
            "Hello, how are you?\nWrite a poem.\nWhat are 3, 4 and 5?\n",
            "Hello, how are you?\nWell, who are you?\n",
            "one\ntwo\n",
            "",
        ] {
            assert_eq!(found(text), "", "{text}");
        }
    }

    #[test]
    fn a_first_line_of_a_spreadsheet_names_the_separator() {
        assert_eq!(named_separator("sep=;\r\na;b\n"), Some((b';', "a;b\n")));
        for text in ["sep=x\na", "sep=;a", "sep=", "a;b", "sep=é\n"] {
            assert_eq!(named_separator(text), None, "{text}");
        }
    }

    #[test]
    fn only_named_separators_can_be_chosen() {
        let of = |text| PromptOptions::new("p.csv", Some(text), None).map(|o| o.separator);
        assert_eq!(of(";").unwrap(), Some(b';'));
        assert_eq!(of("").unwrap(), Some(ONE_COLUMN));
        for wrong in ["x", ";;", "é", "\""] {
            assert_eq!(of(wrong).unwrap_err().code(), "batch_separator");
        }
    }

    fn header(text: &str) -> bool {
        let rows = csv::sample(text, separator(text), SAMPLE);
        has_header(rows.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_header_has_known_names_or_names_above_numbers_or_short_names_above_texts() {
        for text in [
            "id,question\n1,a\n",
            "id,,,question\n1,,,a\n",
            "Frage;Nr\nWie?;1\nWo?;2\n",
            "Frage;Thema\nWie hoch ist der Turm?;Bauten\n",
            "Frage\nWie hoch ist der Turm?\n",
        ] {
            assert!(header(text), "{text}");
        }
    }

    #[test]
    fn a_first_row_that_may_be_a_prompt_is_one() {
        let long = format!("{},b\nc,d\n", "x".repeat(41));
        for text in [
            "1,Prove that 7 is prime.\n2,Why?\n",
            "What is 2 + 2?\nName three rivers.\n",
            "Explain gravity\nWrite a haiku about the sea\n",
            "Hi;chat\nHow are you doing today, my friend?;chat\n",
            "a,a\nc,d\n",
            "a,\nc,d\n",
            "prompt\n",
            &long,
        ] {
            assert!(!header(text), "{text}");
        }
    }
}

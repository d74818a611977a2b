//! Prompts in files that people have: lines, tables, JSON.
//!
//! The one reader of such files. [`PromptTable`] has the whole file in memory, with the columns to
//! choose from; [`JsonlPrompts`](super::JsonlPrompts) reads JSON lines one by one.

use super::place::Place;
use super::{DatasetError, Format, PROMPT_NAMES, column_named, csv, encoding, json, jsonl};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// Rows that are looked at to find out what the columns are.
const SAMPLE: usize = 100;
/// Cells of a header are short and prompts are not. In UTF-16 units, as JavaScript counts.
const LONGEST_TITLE: usize = 40;

/// Prompts, and the columns they may be in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PromptTable {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The column that is most likely that of the prompts.
    pub column: usize,
    /// The cells of each row; a row of a table may be shorter or longer than `columns`.
    pub rows: Vec<Vec<String>>,
}

impl PromptTable {
    /// Reads a file. The ending of `file`, its name, gives the format: `.csv` and `.tsv` with or
    /// without a header, `.jsonl` and `.ndjson` with a value a line, `.json` with a list; anything
    /// else is plain text with a prompt a line. JSON values are strings, objects or lists of cells.
    ///
    /// # Errors
    /// [`DatasetError::Utf8`] for text in another encoding, [`DatasetError::OpenQuote`] and
    /// [`DatasetError::TextAfterQuote`] for quotes of a table that do not fit,
    /// [`DatasetError::RepeatedColumn`] for two columns that may be the one of the prompts;
    /// [`DatasetError::PromptsLine`], [`DatasetError::NotList`] or
    /// [`DatasetError::PromptsNoText`] for JSON that holds no prompts, and
    /// [`DatasetError::Json`] for a `.json` file that is not JSON, or an object with one key twice.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, DatasetError> {
        let text = encoding::utf8(bytes).map_err(|problem| DatasetError::Utf8 {
            at: Place::whole(file),
            problem,
        })?;
        match Format::of(file) {
            Format::Csv => from_rows(file, csv::rows(file, text, b',')?),
            Format::Tsv => from_rows(file, csv::rows(file, text, b'\t')?),
            Format::JsonLines => from_values(file, json_lines(file, text)?),
            Format::JsonList => from_values(file, jsonl::list(file, text.as_bytes())?),
            Format::Lines => Ok(Self::from_text(text)),
        }
    }

    /// Reads plain text with a prompt a line.
    pub fn from_text(text: &str) -> Self {
        let lines = text.split(['\n', '\r']).map(str::trim);
        one_column(lines.filter(|line| !line.is_empty()).map(str::to_owned))
    }

    /// The prompts of one column, trimmed and without empty ones.
    pub fn prompts(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        cells
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    }
}

fn one_column(prompts: impl Iterator<Item = String>) -> PromptTable {
    PromptTable {
        columns: vec!["prompt".to_owned()],
        column: 0,
        rows: prompts.map(|prompt| vec![prompt]).collect(),
    }
}

fn from_rows(file: &str, mut rows: Vec<Vec<String>>) -> Result<PromptTable, DatasetError> {
    let Some(first) = rows.first() else {
        return Ok(PromptTable::default());
    };
    likely_name(&Place::line(file, 1), first)?;
    let columns = match rows.len() > 1 && is_header(first) {
        true => rows.remove(0),
        false => (1..=first.len()).map(|i| format!("column {i}")).collect(),
    };
    Ok(PromptTable {
        column: likely_column(&Place::line(file, 1), &columns, &rows)?,
        columns,
        rows,
    })
}

/// Whether a first row may be names of columns: short, different from one another, not empty.
fn is_header(cells: &[String]) -> bool {
    cells.iter().enumerate().all(|(i, cell)| {
        !cell.is_empty()
            && utf16_len(cell) <= LONGEST_TITLE
            && !cells.iter().take(i).any(|other| other == cell)
    })
}

fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

fn json_lines(file: &str, text: &str) -> Result<Vec<Value>, DatasetError> {
    (1..)
        .zip(text.split('\n'))
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line, text)| {
            json::parse(text.as_bytes()).map_err(|error| match error.is_data() {
                true => DatasetError::json(Place::line(file, line), &error),
                false => DatasetError::PromptsLine {
                    file: file.to_owned(),
                    line,
                },
            })
        })
        .collect()
}

fn from_values(file: &str, values: Vec<Value>) -> Result<PromptTable, DatasetError> {
    if values.iter().all(Value::is_string) {
        let texts = values.iter().map(|value| cell(Some(value)));
        return Ok(one_column(texts));
    }
    let mut columns: Vec<String> = Vec::new();
    let mut has_text = false;
    for value in values.iter().take(SAMPLE) {
        for (name, field) in fields(value) {
            has_text |= field.is_string();
            if (field.is_string() || field.is_number()) && !columns.iter().any(|c| *c == name) {
                columns.push(name.into_owned());
            }
        }
    }
    if !has_text {
        return Err(DatasetError::PromptsNoText {
            at: Place::whole(file),
        });
    }
    let row = |value: &Value| {
        columns
            .iter()
            .map(|name| cell(field(value, name)))
            .collect()
    };
    let rows: Vec<_> = values.iter().map(row).collect();
    Ok(PromptTable {
        column: likely_column(&Place::whole(file), &columns, &rows)?,
        columns,
        rows,
    })
}

/// The fields of an object, or the items of a list under their positions.
fn fields(value: &Value) -> Vec<(Cow<'_, str>, &Value)> {
    match value {
        Value::Object(object) => object.iter().map(|(k, v)| (k.into(), v)).collect(),
        Value::Array(items) => (0..)
            .map(|i: u32| i.to_string().into())
            .zip(items)
            .collect(),
        _ => Vec::new(),
    }
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    }
}

/// Texts and numbers as text; nothing for anything else.
fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        // Whole numbers as written, others as JavaScript writes them: 1.0 is 1.
        Some(Value::Number(number)) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        },
        _ => String::new(),
    }
}

/// The column with a name of prompts.
fn likely_name(at: &Place, columns: &[String]) -> Result<Option<usize>, DatasetError> {
    column_named(columns, &PROMPT_NAMES).map_err(|column| DatasetError::RepeatedColumn {
        at: at.clone(),
        column,
    })
}

fn likely_column(
    at: &Place,
    columns: &[String],
    rows: &[Vec<String>],
) -> Result<usize, DatasetError> {
    if let Some(named) = likely_name(at, columns)? {
        return Ok(named);
    }
    // Otherwise the column with the longest text; the first of equal ones.
    let length = |column: usize| {
        let cells = rows.iter().take(SAMPLE).filter_map(|row| row.get(column));
        cells.map(|cell| utf16_len(cell)).sum::<usize>()
    };
    let lengths = (0..columns.len()).map(|column| (length(column), column));
    Ok(lengths
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map_or(0, |(_, column)| column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> PromptTable {
        PromptTable::read(file, text.as_bytes()).unwrap()
    }

    fn refused(file: &str, text: &str) -> String {
        let error = PromptTable::read(file, text.as_bytes()).unwrap_err();
        format!("{}: {error}", error.code())
    }

    fn prompts(file: &str, text: &str) -> Vec<String> {
        let table = read(file, text);
        table.prompts(table.column).map(str::to_owned).collect()
    }

    #[test]
    fn plain_text_is_a_prompt_a_line() {
        let table = read("p.txt", "\u{feff} one \r\ntwo\r\rthree, \"four\"\n\n");
        assert_eq!(table.columns, ["prompt"]);
        assert_eq!(table.rows, [["one"], ["two"], ["three, \"four\""]]);
        assert_eq!(prompts("README", "a\nb"), ["a", "b"]);
    }

    #[test]
    fn a_table_has_a_header_where_its_first_row_may_be_one() {
        let table = read(
            "p.csv",
            "id,question\n1,\"Prove that 7, and 11, are prime.\"\n2,b\n",
        );
        assert_eq!(
            (table.columns, table.column),
            (vec!["id".into(), "question".into()], 1)
        );
        assert_eq!(table.rows[0][1], "Prove that 7, and 11, are prime.");

        let long = "x".repeat(41);
        for first in ["a,a", "a,", &format!("{long},b")] {
            let table = read("p.csv", &format!("{first}\nc,d\n"));
            assert_eq!(table.columns, ["column 1", "column 2"], "{first}");
            assert_eq!(table.rows.len(), 2);
        }
        assert_eq!(
            read("p.csv", "only,one\n").columns,
            ["column 1", "column 2"]
        );
        assert_eq!(read("p.csv", ""), PromptTable::default());
        assert_eq!(prompts("p.tsv", "n\tprompt\n1\ta, b\n"), ["a, b"]);
    }

    #[test]
    fn the_likely_column_is_found_by_name_then_by_length() {
        let likely =
            |header: &str| read("p.csv", &format!("{header}\nlong long text,b,c\n")).column;
        assert_eq!(likely("a,text,Prompt "), 2);
        assert_eq!(likely("a,content,QUERY"), 2);
        assert_eq!(likely("a,b,c"), 0);
        assert_eq!(
            read("p.csv", "a,b\nx,y\n").column,
            0,
            "of equal ones the first"
        );
    }

    #[test]
    fn rows_of_other_lengths_stay_and_empty_prompts_are_left_out() {
        let table = read("p.csv", "id,prompt\n1,a,more\n2\n3, \n4,\"b\n5,c\"");
        assert_eq!(table.rows.len(), 4);
        assert_eq!(table.prompts(1).collect::<Vec<_>>(), ["a", "b\n5,c"]);
    }

    #[test]
    fn json_is_strings_objects_or_lists_of_cells() {
        assert_eq!(prompts("p.json", "[\"a\", \" b \"]"), ["a", "b"]);
        assert_eq!(prompts("p.jsonl", "\"a\"\r\n\n\"b\"\n"), ["a", "b"]);
        assert_eq!(
            prompts("p.jsonl", "[1, \"text a\"]\n[2, \"text b\"]"),
            ["text a", "text b"]
        );
        let table = read(
            "p.ndjson",
            "{\"n\": 1.0, \"big\": 12345678901234567, \"prompt\": \"a\", \"list\": []}\nnull\n{\"prompt\": 0.5, \"also\": \"b\"}",
        );
        assert_eq!(table.columns, ["n", "big", "prompt", "also"]);
        assert_eq!(table.column, 2);
        assert_eq!(table.rows[0], ["1", "12345678901234567", "a", ""]);
        assert_eq!(table.rows[1], ["", "", "", ""]);
        assert_eq!(table.rows[2], ["", "", "0.5", "b"]);
        assert!(read("p.json", "[]").rows.is_empty());
    }

    #[test]
    fn json_without_prompts_is_refused_with_the_place_and_a_remedy() {
        assert_eq!(
            refused("p.jsonl", "{\"prompt\":\"a\"}\n{oops\n"),
            "batch_line: p.jsonl: Line 2 is not JSON. Correct it, or name the file .txt to read one prompt a line."
        );
        assert!(
            refused("p.json", "{\"prompt\": \"a\"}")
                .starts_with("batch_type: p.json: This JSON is not a list.")
        );
        assert!(
            refused("p.json", "[1, null]")
                .starts_with("batch_columns: p.json: No field of this file holds text.")
        );
        assert!(
            refused("p.json", "[\n{").starts_with("dataset_json: p.json, line 2, character 1: EOF")
        );
    }

    #[test]
    fn only_utf8_is_read() {
        for file in ["p.csv", "p.txt", "p.json", "p.jsonl"] {
            let said = |bytes| PromptTable::read(file, bytes).unwrap_err().to_string();
            assert_eq!(
                said(b"prompt,n\ncaf\xe9,1\n"),
                format!("{file}: the byte at offset 12 is not UTF-8; save it as UTF-8")
            );
            assert!(said(b"\xff\xfep\0").contains("in UTF-16"), "{file}");
        }
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        assert_eq!(
            refused("p.csv", "prompt,Prompt\na,b\n"),
            "dataset_columns: p.csv, line 1, prompt: this name occurs twice; rename or remove one of the two"
        );
        assert!(refused("p.csv", "prompt\n\"a\nb\n").contains("line 2: a quote opens"));
        assert!(
            refused(
                "p.jsonl",
                "{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"prompt\":\"c\"}"
            )
            .contains("line 2, character 22: the key \"prompt\" occurs twice")
        );
        assert!(
            refused("p.json", "[{\"prompt\":\"b\",\"prompt\":\"c\"}]").contains("occurs twice")
        );
    }
}

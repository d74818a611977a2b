//! Prompts in files that people have: lines, tables, JSON.
//!
//! The one reader of such files. [`PromptTable`] has the whole file in memory, with the columns to
//! choose from; [`JsonlPrompts`](super::JsonlPrompts) reads JSON lines one by one.

use super::chat::{self, Found};
use super::delimited::{self, SAMPLE, utf16_len};
use super::place::Place;
use super::{
    DatasetError, Format, PROMPT_NAMES, PromptOptions, column_named, csv, encoding, json, jsonl,
};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// Fields of a batch file that are the same in all its lines.
const SAME_IN_ALL: [&str; 2] = ["method", "url"];

/// Prompts, and the columns they may be in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct PromptTable {
    /// What the file was read as.
    pub form: PromptForm,
    /// What separates the cells of a table: `,`, `;`, a tab or `|`; empty for a table of one column.
    /// `null` for a file that is no table.
    pub separator: Option<String>,
    /// Whether the first row of a table has the names of its columns. `null` for a file that is no
    /// table.
    pub header: Option<bool>,
    /// Names of the columns. The texts of requests are in a column with the name of their field,
    /// such as `messages` or `body.messages`.
    pub columns: Vec<String>,
    /// The column that is most likely that of the prompts.
    pub column: usize,
    /// The cells of each row; a row of a table may be shorter or longer than `columns`.
    pub rows: Vec<Vec<String>>,
    /// For each row, the line that it starts on, or its place in the JSON list; from 1.
    pub numbers: Vec<u32>,
}

/// What a file of prompts is read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub enum PromptForm {
    /// Text with a prompt a line.
    #[default]
    Lines,
    /// Rows of cells.
    Table,
    /// A JSON value a line.
    JsonLines,
    /// One JSON list.
    JsonList,
}

impl PromptTable {
    /// Reads a file. The ending of `file`, its name, gives the format: `.csv` and `.tsv` with any
    /// separator, with or without a header, `.jsonl` and `.ndjson` with a value a line, `.json` with
    /// a list; anything else is plain text with a prompt a line, unless it has no ending `.txt` and
    /// its first line is JSON with a prompt. JSON values are strings, objects, lists of cells or
    /// requests, of which the last turn of the user is read.
    ///
    /// # Errors
    /// [`DatasetError::Utf8`] for text in another encoding, [`DatasetError::OpenQuote`] and
    /// [`DatasetError::TextAfterQuote`] for quotes of a table that do not fit,
    /// [`DatasetError::RepeatedColumn`] for two columns that may be the one of the prompts;
    /// [`DatasetError::PromptsLine`], [`DatasetError::NotList`] or
    /// [`DatasetError::PromptsNoText`] for JSON that holds no prompts,
    /// [`DatasetError::Json`] for a `.json` file that is not JSON, or an object with one key twice,
    /// and [`DatasetError::TooManyCells`].
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, DatasetError> {
        Self::read_with(file, bytes, PromptOptions::default())
    }

    /// As [`PromptTable::read`], with what is known of a table. Plain text is read as a table if its
    /// separator is known.
    ///
    /// # Errors
    /// As [`PromptTable::read`].
    pub fn read_with(
        file: &str,
        bytes: &[u8],
        options: PromptOptions,
    ) -> Result<Self, DatasetError> {
        let text = encoding::utf8(bytes).map_err(|problem| DatasetError::Utf8 {
            at: Place::whole(file),
            problem,
        })?;
        match Format::of(file) {
            Format::Csv | Format::Tsv => table(file, text, options),
            Format::Lines if options.separator.is_some() => table(file, text, options),
            Format::JsonLines => json_lines(file, text),
            Format::Lines if !is_named_txt(file) && begins_as_json_lines(text) => {
                json_lines(file, text)
            }
            Format::JsonList => {
                let values = jsonl::list(file, text.as_bytes())?;
                from_values(file, PromptForm::JsonList, (1..).zip(values).collect())
            }
            Format::Lines => lines(file, text),
        }
    }

    /// The prompts of one column, trimmed and without empty ones.
    pub fn prompts(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        cells
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    }
}

fn lines(file: &str, text: &str) -> Result<PromptTable, DatasetError> {
    // Of \r\n, the \r ends the line and the \n belongs to no other one.
    let ends = text.replace("\r\n", "\n");
    let lines = (1..).zip(ends.split(['\n', '\r']));
    let prompts = lines
        .map(|(number, line)| (number, line.trim().to_owned()))
        .filter(|(_, line)| !line.is_empty());
    one_column(file, PromptForm::Lines, prompts)
}

fn one_column(
    file: &str,
    form: PromptForm,
    prompts: impl Iterator<Item = (u32, String)>,
) -> Result<PromptTable, DatasetError> {
    let most = prompts.take(csv::MAX_CELLS + 1);
    let (numbers, rows): (Vec<_>, Vec<_>) = most.map(|(n, prompt)| (n, vec![prompt])).unzip();
    if rows.len() > csv::MAX_CELLS {
        return Err(too_many_cells(file));
    }
    Ok(PromptTable {
        form,
        columns: vec![PROMPT_NAMES[0].to_owned()],
        rows,
        numbers,
        ..PromptTable::default()
    })
}

fn table(file: &str, text: &str, options: PromptOptions) -> Result<PromptTable, DatasetError> {
    let named = delimited::named_separator(text);
    let (skipped, text) = named.map_or((0, text), |(_, after)| (1, after));
    let separator = options
        .separator
        .or(named.map(|(separator, _)| separator))
        .unwrap_or_else(|| delimited::separator(text));
    let mut rows = csv::rows(file, text, separator)?;
    if let Some((line, first)) = rows.first() {
        likely_name(&Place::line(file, line + skipped), first)?;
    }
    let cells = rows.iter().map(|(_, cells)| cells.as_slice());
    let header = options
        .header
        .unwrap_or_else(|| delimited::has_header(cells));
    let first = rows.first().map_or(0, |(_, cells)| cells.len());
    let mut columns = match header && !rows.is_empty() {
        true => rows.remove(0).1,
        false => vec![String::new(); first],
    };
    for (i, title) in (1..).zip(&mut columns) {
        if title.trim().is_empty() {
            *title = format!("column {i}");
        }
    }
    let number = |line: u64| u32::try_from(line + skipped).unwrap_or(u32::MAX);
    let (numbers, rows): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .map(|(line, row)| (number(line), row))
        .unzip();
    Ok(PromptTable {
        form: PromptForm::Table,
        separator: Some(delimited::shown(separator)),
        header: Some(header),
        column: likely_column(&Place::line(file, 1), &columns, &rows)?,
        columns,
        rows,
        numbers,
    })
}

fn is_named_txt(file: &str) -> bool {
    let name = file.to_ascii_lowercase();
    name.trim_end_matches(".gz").ends_with(".txt")
}

fn begins_as_json_lines(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| {
        json::parse(line.as_bytes())
            .is_ok_and(|value| value.as_object().is_some_and(chat::holds_prompt))
    })
}

fn json_lines(file: &str, text: &str) -> Result<PromptTable, DatasetError> {
    let lines = (1..)
        .zip(text.split('\n'))
        .filter(|(_, line)| !line.trim().is_empty());
    let values: Result<Vec<_>, _> = lines
        .map(|(line, text)| match json::parse(text.as_bytes()) {
            Ok(value) => Ok((line, value)),
            Err(error) if error.is_data() => {
                Err(DatasetError::json(Place::line(file, line.into()), &error))
            }
            Err(_) => Err(DatasetError::PromptsLine {
                file: file.to_owned(),
                line: line.into(),
            }),
        })
        .collect();
    from_values(file, PromptForm::JsonLines, values?)
}

fn from_values(
    file: &str,
    form: PromptForm,
    values: Vec<(u32, Value)>,
) -> Result<PromptTable, DatasetError> {
    if values.iter().all(|(_, value)| value.is_string()) {
        let texts = values.iter().map(|(n, value)| (*n, cell(Some(value))));
        return one_column(file, form, texts);
    }
    let (columns, request) = columns_of(file, &values)?;
    if columns.len().saturating_mul(values.len()) > csv::MAX_CELLS {
        return Err(too_many_cells(file));
    }
    let row = |value: &Value| {
        let cells = columns
            .iter()
            .map(|name| match request.as_ref() == Some(name) {
                true => request_text(value, name),
                false => cell(field(value, name)),
            });
        cells.collect()
    };
    let rows: Vec<Vec<String>> = values.iter().map(|(_, value)| row(value)).collect();
    let of_request = request.and_then(|path| columns.iter().position(|name| *name == path));
    let column = match of_request {
        Some(column) if !columns.iter().any(|name| name == PROMPT_NAMES[0]) => column,
        _ => likely_column(&Place::whole(file), &columns, &rows)?,
    };
    Ok(PromptTable {
        form,
        column,
        columns,
        rows,
        numbers: values.into_iter().map(|(number, _)| number).collect(),
        ..PromptTable::default()
    })
}

/// The columns of JSON values, and which of them has the prompts of requests.
fn columns_of(
    file: &str,
    values: &[(u32, Value)],
) -> Result<(Vec<String>, Option<String>), DatasetError> {
    let sample = || values.iter().take(SAMPLE).map(|(_, value)| value);
    let mut requests = sample().filter_map(request);
    let request = requests.next().map(|found| (found.path, found.wrapped));
    let mut columns: Vec<String> = Vec::new();
    let mut has_text = request.is_some();
    let is_left_out =
        |name: &str| matches!(request, Some((_, true))) && SAME_IN_ALL.contains(&name);
    for value in sample() {
        for (name, field) in fields(value) {
            has_text |= field.is_string();
            let is_cell = field.is_string() || field.is_number();
            if is_cell && !is_left_out(&name) && !columns.iter().any(|c| *c == name) {
                columns.push(name.into_owned());
            }
        }
    }
    if !has_text {
        return Err(DatasetError::PromptsNoText {
            at: Place::whole(file),
        });
    }
    let path = request.map(|(path, _)| path);
    if let Some(path) = path.clone().filter(|path| !columns.contains(path)) {
        columns.push(path);
    }
    Ok((columns, path))
}

fn request(value: &Value) -> Option<Found<'_>> {
    value.as_object().and_then(chat::find)
}

/// The prompt of a request; in an object that is none, the field of the column.
fn request_text(value: &Value, column: &str) -> String {
    match request(value) {
        Some(found) => found.text().unwrap_or_default(),
        None => cell(field(value, column)),
    }
}

fn too_many_cells(file: &str) -> DatasetError {
    DatasetError::TooManyCells {
        at: Place::whole(file),
        limit: csv::MAX_CELLS,
    }
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
        assert_eq!((table.form, table.separator), (PromptForm::Lines, None));
        assert_eq!(table.numbers, [1, 2, 4]);
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
        let one = read("p.csv", "only,one\n");
        assert_eq!((one.columns.len(), one.header), (2, Some(false)));
        let empty = read("p.csv", "");
        assert!(empty.rows.is_empty() && empty.columns.is_empty());
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

    #[test]
    fn separator_and_header_are_found_and_may_be_given() {
        let german = "sep=;\r\nid;frage\r\n\r\n1;\"Wie, wo?\"\r\n2;3,50 Euro?\r\n";
        let table = read("p.csv", german);
        assert_eq!(
            (table.separator.as_deref(), table.header),
            (Some(";"), Some(true))
        );
        assert_eq!(table.columns, ["id", "frage"]);
        assert_eq!((table.column, table.numbers), (1, vec![4, 5]));

        let bare = "What is 2 + 2?\nName three rivers, please.\n";
        assert_eq!(prompts("p.csv", bare).len(), 2);
        let options = PromptOptions {
            header: Some(true),
            ..PromptOptions::default()
        };
        let with_header = PromptTable::read_with("p.csv", bare.as_bytes(), options).unwrap();
        assert_eq!((with_header.rows.len(), with_header.numbers), (1, vec![2]));
        let commas = PromptOptions::new("p.csv", Some(","), Some(true)).unwrap();
        for file in ["p.csv", "p.txt"] {
            let split = PromptTable::read_with(file, bare.as_bytes(), commas).unwrap();
            assert_eq!(split.rows, [["Name three rivers", " please."]]);
        }
    }

    #[test]
    fn requests_of_a_batch_file_give_the_last_turn_of_the_user_and_keep_their_ids() {
        let line = |id: &str, content: &str| {
            format!(
                "{{\"custom_id\": \"{id}\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": {{\"model\": \"m\", \"messages\": [{{\"role\": \"user\", \"content\": {content}}}]}}}}\n"
            )
        };
        let file = [
            line("r-1", "\"a\""),
            line("r-2", "[]"),
            line("r-3", "\"c\""),
        ]
        .concat();
        for name in ["p.jsonl", "Pasted text"] {
            let table = read(name, &file);
            assert_eq!(table.form, PromptForm::JsonLines);
            assert_eq!(table.columns, ["custom_id", "body.messages"]);
            assert_eq!(table.column, 1);
            assert_eq!(table.rows, [["r-1", "a"], ["r-2", ""], ["r-3", "c"]]);
            assert_eq!(table.numbers, [1, 2, 3]);
        }
        assert_eq!(read("p.txt", &file).columns, ["prompt"]);
        let turns =
            "{\"id\": 7, \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}\n{\"id\": 8}\n";
        let table = read("p.jsonl", turns);
        assert_eq!(table.rows, [["7", "hi"], ["8", ""]]);
    }

    #[test]
    fn more_cells_than_are_kept_are_refused_however_few_bytes_they_take() {
        let keys: Vec<_> = (0..1000).map(|i| format!("\"k{i}\":\"\"")).collect();
        let wide = format!("{{{}}}\n{}", keys.join(","), "{}\n".repeat(2001));
        assert!(refused("p.jsonl", &wide).starts_with("dataset_rows: p.jsonl: more than"));
        assert!(refused("p.txt", &"a\n".repeat(csv::MAX_CELLS + 1)).starts_with("dataset_rows"));
    }
}

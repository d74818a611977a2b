//! Tables of every form: what is written is read again, and what is damaged is refused.

use std::borrow::Cow;
use std::io::Cursor;

use serde_json::{Value, json};
use uniroute_tables::read::{self, Columns, LONGEST};
use uniroute_tables::write::{Cell, Column, Encoder, Kind, Writer};
use uniroute_tables::{Form, Packing, TableError};

const FORMS: [Form; 6] = [
    Form::JsonLines,
    Form::Csv,
    Form::Tsv,
    Form::Parquet,
    Form::ArrowFile,
    Form::ArrowStream,
];

fn write(form: Form, packing: Packing, columns: &[Column], chunks: &[Vec<Vec<Cell>>]) -> Vec<u8> {
    let encoder = Encoder::new(form, columns.to_vec(), |json| Cow::Borrowed(json));
    let mut writer = Writer::new(&encoder, packing, Vec::new()).unwrap();
    for rows in chunks {
        writer.write(encoder.encode(rows).unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

type Read = Vec<(u64, Result<(Value, String), String>)>;

fn read(kind: (Form, Packing), bytes: &[u8], columns: &Columns) -> Result<Read, TableError> {
    let mut rows = Vec::new();
    let bytes = Cursor::new(bytes.to_vec());
    read::file("t", kind, bytes, columns, &mut |row| {
        let number = row.number;
        let parsed = row.parse(columns).map(|item| (item.id, item.prompt));
        rows.push((number, parsed));
        Ok(())
    })?;
    Ok(rows)
}

/// Prompts that forms must quote, escape or keep.
const PROMPTS: [&str; 6] = [
    "What is 2 + 2?",
    "a, \"b\"; c\td|e\nand a second line",
    "Grüße, 你好, 😀",
    " spaces around ",
    "{\"not\": \"json\"}",
    "'''",
];

fn prompts() -> (Vec<Column>, Vec<Vec<Vec<Cell>>>) {
    let columns = vec![
        Column::new("id", Kind::Text),
        Column::new("prompt", Kind::Text),
        Column::new("score", Kind::Number),
    ];
    let row = |(i, prompt): (usize, &&str)| {
        let score = (i % 2 == 0).then_some(i as f64 / 3.0);
        vec![
            Cell::Value(format!("id-{i}").into()),
            Cell::from(Some(*prompt)),
            Cell::from(score),
        ]
    };
    let rows: Vec<Vec<Cell>> = PROMPTS.iter().enumerate().map(row).collect();
    (
        columns,
        vec![rows[..2].to_vec(), Vec::new(), rows[2..].to_vec()],
    )
}

fn packings(form: Form) -> &'static [Packing] {
    match form {
        Form::Parquet | Form::ArrowFile => &[Packing::Plain],
        _ => &[Packing::Plain, Packing::Gzip, Packing::Zstd],
    }
}

#[test]
fn what_is_written_in_any_form_and_packing_is_read_again() {
    let (columns, rows) = prompts();
    for form in FORMS {
        for packing in packings(form) {
            let bytes = write(form, *packing, &columns, &rows);
            let found = read((form, *packing), &bytes, &Columns::default()).unwrap();
            let items: Vec<(Value, String)> =
                found.into_iter().map(|(_, row)| row.unwrap()).collect();
            let expected: Vec<(Value, String)> = (0..)
                .zip(PROMPTS)
                .map(|(i, prompt): (usize, _)| (format!("id-{i}").into(), prompt.to_owned()))
                .collect();
            assert_eq!(items, expected, "{form:?} {packing:?}");
        }
    }
}

#[test]
fn files_are_told_by_their_endings() {
    for (name, kind) in [
        ("a.jsonl", Some((Form::JsonLines, Packing::Plain))),
        ("a.b.NDJSON.gz", Some((Form::JsonLines, Packing::Gzip))),
        ("a.csv.zst", Some((Form::Csv, Packing::Zstd))),
        ("a.arrow", Some((Form::ArrowFile, Packing::Plain))),
        ("a.arrows.zst", Some((Form::ArrowStream, Packing::Zstd))),
        ("a.arrow.gz", None),
        ("a.parquet.zst", None),
        ("a", None),
        ("a.gz", None),
        ("a.xlsx", None),
    ] {
        assert_eq!(Form::of(name), kind, "{name}");
    }
}

#[test]
fn columns_are_found_by_usual_names_or_named() {
    let csv =
        |text: &str, columns: &Columns| read((Form::Csv, Packing::Plain), text.as_bytes(), columns);
    let ids = |found: Read| -> Vec<(Value, String)> {
        found.into_iter().map(|(_, r)| r.unwrap()).collect()
    };
    let usual = Columns::default();
    let found = ids(csv("custom_id;Question\nx;\"a;b\"\n", &usual).unwrap());
    assert_eq!(found, [(json!("x"), "a;b".to_owned())]);
    let named = Columns {
        prompt: Some("body".to_owned()),
        id: Some("key".to_owned()),
    };
    let found = ids(csv("body,key,prompt\np,k,other\n", &named).unwrap());
    assert_eq!(found, [(json!("k"), "p".to_owned())]);
    let line = br#"{"body": "p", "key": 7, "prompt": "other"}"#;
    let found = ids(read((Form::JsonLines, Packing::Plain), line, &named).unwrap());
    assert_eq!(found, [(json!(7), "p".to_owned())]);
    let error = csv("a,b\n1,2\n", &usual).unwrap_err().to_string();
    assert_eq!(
        error,
        "t: no column is named as one of prompts; there are: a, b"
    );
    let error = csv("body,b\n1,2\n", &named).unwrap_err().to_string();
    assert_eq!(
        error,
        "t: no column \"key\" with texts or numbers; there are: body, b"
    );
    let error = csv("a\u{1b}[2J,b\n1,2\n", &usual).unwrap_err().to_string();
    assert!(error.contains("a\\u{1b}[2J, b"), "{error}");
    // Two columns of one name in a file that keeps such: the header is refused.
    assert!(csv("prompt,prompt\n1,2\n", &usual).is_err());
}

#[test]
fn rows_without_a_prompt_are_refused_with_their_number_and_the_next_is_read() {
    let columns = vec![Column::new("prompt", Kind::Text)];
    let rows = vec![vec![
        vec![Cell::from(Some("a"))],
        vec![Cell::NONE],
        vec![Cell::from(Some("b"))],
    ]];
    for form in FORMS {
        let bytes = write(form, Packing::Plain, &columns, &rows);
        let found = read((form, Packing::Plain), &bytes, &Columns::default()).unwrap();
        let good: Vec<bool> = found.iter().map(|(_, row)| row.is_ok()).collect();
        // An empty line of one column is no row of delimited text.
        let expected: &[bool] = match form {
            Form::Csv | Form::Tsv if good.len() == 2 => &[true, true],
            _ => &[true, false, true],
        };
        assert_eq!(good, expected, "{form:?}");
    }
}

#[test]
fn objects_become_fields_of_json_lines_and_sparse_fields_are_left_out() {
    let columns = [
        Column::new("id", Kind::Text),
        Column::new("decision", Kind::Object),
        Column::sparse("error", Kind::Text),
        Column::sparse("line", Kind::Whole),
    ];
    let object = |text: &str| Cell::Json(text.to_owned());
    let rows = vec![vec![
        vec![
            Cell::Value(json!(1)),
            object("{\"model\":\"m\",\"cost\":0.5}"),
            Cell::NONE,
            Cell::NONE,
        ],
        vec![
            Cell::NONE,
            object("{}"),
            Cell::from(Some("wrong")),
            Cell::Number(2.0),
        ],
    ]];
    let lines = write(Form::JsonLines, Packing::Plain, &columns, &rows);
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(
        lines,
        "{\"id\":1,\"model\":\"m\",\"cost\":0.5}\n{\"id\":null,\"error\":\"wrong\",\"line\":2}\n"
    );
    let csv = String::from_utf8(write(Form::Csv, Packing::Plain, &columns, &rows)).unwrap();
    assert_eq!(
        csv,
        "id,decision,error,line\n1,\"{\"\"model\"\":\"\"m\"\",\"\"cost\"\":0.5}\",,\n,{},wrong,2\n"
    );
}

#[test]
fn a_row_of_the_wrong_shape_is_no_panic() {
    let columns = vec![Column::new("n", Kind::Number), Column::new("t", Kind::Text)];
    for form in FORMS {
        let encoder = Encoder::new(form, columns.clone(), |json| Cow::Borrowed(json));
        assert!(encoder.encode(&[vec![Cell::NONE]]).is_err(), "{form:?}");
    }
    let encoder = Encoder::new(Form::Parquet, columns, |json| Cow::Borrowed(json));
    assert!(
        encoder
            .encode(&[vec![Cell::from(Some("x")), Cell::NONE]])
            .is_err()
    );
}

/// Every cut and many changed bytes give an error or rows, and never a panic that passes the reader.
#[test]
fn damaged_tables_are_refused_or_read() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let (columns, rows) = prompts();
    for form in [Form::ArrowFile, Form::ArrowStream, Form::Parquet] {
        let whole = write(form, Packing::Plain, &columns, &rows);
        for cut in 0..whole.len() {
            let found = read((form, Packing::Plain), &whole[..cut], &Columns::default());
            if let Ok(found) = found {
                assert!(found.len() <= PROMPTS.len());
            }
            let mut changed = whole.clone();
            changed[cut] ^= 1 << (cut % 8);
            let _ = read((form, Packing::Plain), &changed, &Columns::default());
        }
    }
    for packing in [Packing::Gzip, Packing::Zstd] {
        let whole = write(Form::JsonLines, packing, &columns, &rows);
        for cut in 1..whole.len() {
            let found = read(
                (Form::JsonLines, packing),
                &whole[..cut],
                &Columns::default(),
            );
            assert!(found.is_err(), "{packing:?} {cut}");
        }
    }
    std::panic::set_hook(hook);
}

#[test]
fn sizes_that_are_only_said_take_no_memory() {
    let said = |kind, bytes: &[u8]| {
        read(kind, bytes, &Columns::default())
            .unwrap_err()
            .to_string()
    };
    let arrow = (Form::ArrowStream, Packing::Plain);
    let head = [[0xff; 4], 0x7fff_ffff_u32.to_le_bytes()].concat();
    assert_eq!(said(arrow, &head), "t: the head of a message is too large");
    assert_eq!(
        said(arrow, b"hello, world"),
        "t: not an Arrow stream; write it again"
    );
    assert_eq!(said(arrow, b""), "t: no schema; write the table again");
    let open = format!("prompt\n\"{}", "x".repeat(LONGEST + 100_000));
    let error = said((Form::Csv, Packing::Plain), open.as_bytes());
    assert!(
        error.contains("longer than") && error.contains("quote"),
        "{error}"
    );
}

#[test]
fn what_a_caller_returns_stops_the_reading() {
    let (columns, rows) = prompts();
    for form in FORMS {
        let bytes = Cursor::new(write(form, Packing::Plain, &columns, &rows));
        let mut seen = 0;
        let kind = (form, Packing::Plain);
        let stopped = read::file("t", kind, bytes, &Columns::default(), &mut |_| {
            seen += 1;
            Err(TableError::Stopped)
        });
        assert!(matches!(stopped, Err(TableError::Stopped)), "{form:?}");
        assert_eq!(seen, 1);
    }
}

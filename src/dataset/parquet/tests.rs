//! Files that pyarrow wrote (`tests/golden/parquet/make.py`), and damaged ones.

use super::*;
use std::io::Cursor;

const FILES: [(&str, &[u8]); 4] = [
    (
        "snappy",
        include_bytes!("../../../tests/golden/parquet/snappy.parquet"),
    ),
    (
        "zstd",
        include_bytes!("../../../tests/golden/parquet/zstd.parquet"),
    ),
    (
        "gzip",
        include_bytes!("../../../tests/golden/parquet/gzip.parquet"),
    ),
    (
        "delta",
        include_bytes!("../../../tests/golden/parquet/delta.parquet"),
    ),
];
const ROWS: i64 = 60;

fn open(bytes: &[u8]) -> Result<ParquetTable<Cursor<Vec<u8>>>, DatasetError> {
    ParquetTable::open("t.parquet", Cursor::new(bytes.to_vec()))
}

fn named(table: &ParquetTable<Cursor<Vec<u8>>>, name: &str) -> usize {
    table
        .columns()
        .iter()
        .position(|column| column == name)
        .unwrap()
}

/// All rows of these columns.
fn rows(
    table: &ParquetTable<Cursor<Vec<u8>>>,
    names: &[&str],
) -> Result<Vec<Vec<Cell>>, DatasetError> {
    let columns: Vec<usize> = names.iter().map(|name| named(table, name)).collect();
    let mut rows = Vec::new();
    table.read(&columns, |number, cells| {
        assert_eq!(number, rows.len() as u64 + 1);
        rows.push(cells);
        Ok::<(), DatasetError>(())
    })?;
    Ok(rows)
}

/// The cells of a row, by the formulas of the script.
fn expected(i: i64) -> Vec<(&'static str, Cell)> {
    let float = |value: f64| Cell::Float(value);
    let text = |text: String| Cell::Text(text);
    vec![
        ("id", Cell::Int(i * 7 - 50)),
        (
            "prompt",
            text(match i % 11 {
                0 => format!("Grüße {i} 世界"),
                _ => format!("Add {i} and {}.", i % 7),
            }),
        ),
        (
            "model",
            if i % 3 == 0 {
                Cell::Null
            } else {
                text("small".into())
            },
        ),
        (
            "score",
            if i % 10 == 9 {
                Cell::Null
            } else {
                float((i % 5) as f64 / 4.0)
            },
        ),
        ("half", float(i as f64 / 8.0)),
        ("correct", Cell::Bool(i % 2 == 0)),
        ("byte", Cell::Int(i % 200)),
        ("large", float(2f64.powi(63) + i as f64)),
        ("price", float((i - 5) as f64 / 100.0)),
        ("wide", float(-i as f64 / 1000.0)),
        ("metadata.rank", Cell::Int(i)),
        (
            "metadata.note",
            if i % 2 == 0 {
                text("n".into())
            } else {
                Cell::Null
            },
        ),
    ]
}

#[test]
fn every_compression_encoding_and_type_of_pyarrow_gives_the_same_cells() {
    for (name, bytes) in FILES {
        let table = open(bytes).unwrap();
        assert_eq!(table.rows(), ROWS as u64, "{name}");
        let names: Vec<&str> = expected(0).iter().map(|(column, _)| *column).collect();
        let read = rows(&table, &names).unwrap();
        assert_eq!(read.len(), ROWS as usize, "{name}");
        for (i, cells) in (0..).zip(&read) {
            for ((column, expected), cell) in expected(i).into_iter().zip(cells) {
                assert_eq!(*cell, expected, "{name}, row {i}, {column}");
            }
        }
        for column in ["day", "tags.list.element"] {
            assert!(!table.has_cells(named(&table, column)), "{column}");
        }
    }
}

#[test]
fn what_is_not_read_is_named_with_its_column_and_a_remedy() {
    let table = open(include_bytes!(
        "../../../tests/golden/parquet/brotli.parquet"
    ))
    .unwrap();
    assert_eq!(
        rows(&table, &["id", "prompt"]).unwrap_err().to_string(),
        "t.parquet: row group 1, column id: it is compressed with BROTLI, which is not read; write the file with \
         snappy, zstd or gzip"
    );
    let table = open(FILES[0].1).unwrap();
    let error = rows(&table, &["day"]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("column day: neither numbers nor texts"),
        "{error}"
    );
}

#[test]
fn files_that_are_cut_short_or_are_something_else_are_refused() {
    let whole = FILES[0].1;
    for cut in [0, 4, 100, whole.len() / 2, whole.len() - 1] {
        let error = open(&whole[..cut]).err().unwrap();
        assert_eq!(error.code(), "dataset_packed", "{cut}: {error}");
    }
    for other in [
        &b"PAR1"[..],
        b"prompt,score\np,1\n",
        b"PAR1\xff\xff\xff\x7fPAR1",
    ] {
        assert!(
            open(other)
                .err()
                .unwrap()
                .to_string()
                .contains("not a Parquet file")
        );
    }
}

/// Whatever one byte is changed to, the result is rows or an error, in little memory.
#[test]
fn one_changed_byte_never_breaks_the_reader() {
    for (name, bytes) in FILES {
        for at in (0..bytes.len()).step_by(37) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= (at % 255 + 1) as u8;
            let Ok(table) = open(&damaged) else { continue };
            let columns = 0..table.columns().len();
            let columns: Vec<usize> = columns.filter(|c| table.has_cells(*c)).collect();
            if table.rows() > 10_000 {
                continue;
            }
            let read = table.read(&columns, |_, cells| {
                assert_eq!(cells.len(), columns.len());
                Ok::<(), DatasetError>(())
            });
            if let Err(error) = read {
                let said = error.to_string();
                assert!(said.contains("row group"), "{name}, byte {at}: {said}");
            }
        }
    }
}

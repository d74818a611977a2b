//! Tables that are read row by row.

use std::io::Cursor;
use std::sync::LazyLock;

use uniroute_tables::read::{self, Columns};
use uniroute_tables::{Form, Packing};

use super::labels::HOOK;
use crate::check;

/// Forms and packings, in the order of the bytes that select them.
pub(crate) const KINDS: [(Form, Packing); 7] = [
    (Form::ArrowStream, Packing::Plain),
    (Form::Csv, Packing::Plain),
    (Form::JsonLines, Packing::Plain),
    (Form::Parquet, Packing::Plain),
    (Form::JsonLines, Packing::Zstd),
    (Form::JsonLines, Packing::Gzip),
    (Form::Tsv, Packing::Plain),
];

/// The first byte selects form and packing, the rest is the content.
pub fn tables(data: &[u8]) {
    LazyLock::force(&HOOK);
    let Some((first, content)) = data.split_first() else {
        return;
    };
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    let named = Columns {
        prompt: Some("text".to_owned()),
        id: Some("key".to_owned()),
    };
    for columns in [Columns::default(), named] {
        let (mut last, mut rows) = (0, 0);
        let input = Cursor::new(content.to_vec());
        let read = read::file("t", kind, input, &columns, &mut |row| {
            // Rows may end with a carriage return alone, which begins no new line.
            assert!(row.number >= last, "numbers of rows never fall");
            (last, rows) = (row.number, rows + 1);
            if let Err(problem) = row.parse(&columns) {
                check::text(problem);
            }
            match rows < 100_000 {
                true => Ok(()),
                false => Err(uniroute_tables::TableError::Stopped),
            }
        });
        check::accepted(read);
    }
}

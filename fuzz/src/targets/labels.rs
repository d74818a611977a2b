//! Files of labels: those of this project, those of evaluation programs, and binary ones.

use std::io::Cursor;
use std::panic;
use std::sync::LazyLock;

use uniroute::dataset::labels::{self, LabelFiles, LabelOptions, Labels, LabelsReport};
use uniroute::dataset::parquet::ParquetTable;
use uniroute::dataset::{Dataset, DatasetError};

use super::files::{SEPARATOR, named, table};
use crate::check;

/// Labels in each format, of one model and of several.
pub fn labels(data: &[u8]) {
    let names = [
        "l.csv", "l.tsv", "l.jsonl", "l.ndjson", "l.json", "l.csv.gz", "l.txt",
    ];
    let Some((file, content)) = named(data, names) else {
        return;
    };
    for model in [None, Some("a")] {
        for skip_bad in [false, true] {
            let options = LabelOptions {
                model,
                skip_bad,
                ..LabelOptions::default()
            };
            read(labels::read(file, content, &options), &options);
        }
    }
    if let Some(data) = check::accepted(Dataset::from_labels("labels", file, content)) {
        table(&data);
        assert!(data.observed() > 0);
    }
}

/// Files of evaluation programs and logs, with a file beside them.
pub fn label_forms(data: &[u8]) {
    let names = [
        "a__b/samples_t_2026.jsonl",
        "log.json",
        "per_instance_stats.json",
        "log.jsonl",
    ];
    let Some((file, content)) = named(data, names) else {
        return;
    };
    let mut parts = content.splitn(2, |byte| *byte == SEPARATOR);
    let content = parts.next().unwrap_or_default();
    let other = parts.next().unwrap_or_default();
    let beside = |_: &str| Some(other.to_vec());
    let wanted = [
        "acc".to_owned(),
        "m".to_owned(),
        "metadata.score".to_owned(),
    ];
    for scores in [&[][..], &wanted] {
        for (prompt, skip_bad) in [(None, true), (Some("doc.question"), false)] {
            let options = LabelOptions {
                scores,
                prompt,
                skip_bad,
                beside: Some(&beside),
                ..LabelOptions::default()
            };
            read(labels::read(file, content, &options), &options);
        }
    }
}

/// A panic of the decoders of Parquet and Arrow, which the readers make an error, is no fault; any other one is.
pub(super) static HOOK: LazyLock<()> = LazyLock::new(|| {
    let fault = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info.location().map_or("", |location| location.file());
        let decoders = ["/parquet-", "/bytes-", "/arrow-", "/flatbuffers-"];
        if !decoders.iter().any(|decoder| file.contains(decoder)) {
            fault(info);
        }
    }));
});

/// A Parquet file: all columns with cells, and as labels.
pub fn parquet(data: &[u8]) {
    LazyLock::force(&HOOK);
    let open = || Cursor::new(data.to_vec());
    if let Some(table) = check::accepted(ParquetTable::open("t.parquet", open())) {
        let columns = table.columns().len();
        let readable: Vec<usize> = (0..columns).filter(|c| table.has_cells(*c)).collect();
        if table.rows() < 100_000 {
            let mut rows = 0;
            let read = table.read(&readable, |number, cells| {
                rows += 1;
                assert_eq!((number, cells.len()), (rows, readable.len()));
                Ok::<(), DatasetError>(())
            });
            if check::accepted(read).is_some() {
                assert_eq!(rows, table.rows());
            }
        }
    }
    add(|files, options| files.rows().add_parquet("t.parquet", open(), options));
}

/// A packed log of Inspect.
pub fn archive(data: &[u8]) {
    add(|files, options| {
        files
            .rows()
            .add_archive("l.eval", Cursor::new(data), options)
    });
}

fn add(file: impl Fn(&mut LabelFiles, &LabelOptions) -> Result<LabelsReport, DatasetError>) {
    let options = LabelOptions {
        model: Some("a"),
        skip_bad: true,
        ..LabelOptions::default()
    };
    let mut files = LabelFiles::default();
    if let Some(report) = check::accepted(file(&mut files, &options)) {
        counted(&report);
        table(&files.finish("labels").expect("labels were counted"));
    }
}

/// What was accepted can be used; what must be decided names what there is.
fn read(read: Result<Labels, DatasetError>, options: &LabelOptions) {
    if let Err(error) = &read
        && let Some((_, names)) = error.choice()
    {
        assert!(names.len() <= 1000);
    }
    if let Some(Labels { labels, report, .. }) = check::accepted(read) {
        counted(&report);
        assert!(!labels.is_empty() && labels.len() <= report.used);
        assert!(options.skip_bad || report.bad == 0);
        for label in labels {
            check::within("score", label.score, 0.0, 1.0);
        }
    }
}

/// Every row is counted once.
fn counted(report: &LabelsReport) {
    let LabelsReport {
        rows,
        used,
        unscored,
        others,
        bad,
        ..
    } = report;
    assert_eq!(*rows, used + unscored + others + bad);
    assert!(*used > 0 && report.problems.len() <= *bad);
}

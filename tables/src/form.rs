/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object a line.
    JsonLines,
    /// Delimited text with a header, separated by commas; other separators are found when it is read.
    Csv,
    /// Delimited text with a header, separated by tabs.
    Tsv,
    /// Parquet; only in files.
    Parquet,
    /// Arrow's IPC format as a file, which ends with an index of its batches.
    ArrowFile,
    /// Arrow's IPC format as a stream.
    ArrowStream,
}

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    #[default]
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// The endings of names, for messages.
pub(crate) const ENDINGS: &str = ".jsonl, .ndjson, .csv, .tsv, .parquet, .arrow, .feather or .arrows, perhaps with .gz or .zst after it";

impl Form {
    /// Form and packing by the ending of a file's name; `None` for any other ending. Parquet and Arrow
    /// files are not packed as a whole.
    ///
    /// ```
    /// use uniroute_tables::{Form, Packing};
    /// assert_eq!(Form::of("p.jsonl.zst"), Some((Form::JsonLines, Packing::Zstd)));
    /// assert_eq!(Form::of("p.PARQUET"), Some((Form::Parquet, Packing::Plain)));
    /// assert_eq!(Form::of("p.parquet.gz"), None);
    /// assert_eq!(Form::of("p.txt"), None);
    /// ```
    pub fn of(file: &str) -> Option<(Self, Packing)> {
        let name = file.to_ascii_lowercase();
        let (name, packing) = match name.rsplit_once('.') {
            Some((rest, "gz")) => (rest, Packing::Gzip),
            Some((rest, "zst")) => (rest, Packing::Zstd),
            _ => (name.as_str(), Packing::Plain),
        };
        let form = match name.rsplit_once('.')?.1 {
            "jsonl" | "ndjson" => Self::JsonLines,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "parquet" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::ArrowFile,
            "arrows" => Self::ArrowStream,
            _ => return None,
        };
        let packs_itself = matches!(form, Self::Parquet | Self::ArrowFile);
        (!packs_itself || packing == Packing::Plain).then_some((form, packing))
    }

    /// The endings that [`Form::of`] knows, for messages.
    pub const fn endings() -> &'static str {
        ENDINGS
    }

    /// Name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "JSONL",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Parquet => "Parquet",
            Self::ArrowFile | Self::ArrowStream => "Arrow",
        }
    }

    /// What a row is called in messages: a line of text has a number that editors show.
    pub fn unit(self) -> &'static str {
        match self {
            Self::JsonLines | Self::Csv | Self::Tsv => "line",
            Self::Parquet | Self::ArrowFile | Self::ArrowStream => "row",
        }
    }
}

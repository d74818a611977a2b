//! Tables of prompts and of what was found for them, as files and as streams.
//!
//! * Reading: rows with a prompt and perhaps an id, of JSON lines, delimited text, Parquet and Arrow
//!   ([`read`]), each perhaps packed with gzip or Zstandard. Memory is that of one row, or of one batch of
//!   Arrow, or of one page of a column of Parquet.
//! * Writing: rows over the same columns in any of these forms ([`mod@write`]). Rows are encoded by several
//!   threads ([`write::Encoder`]) and written by one ([`write::Writer`]).
//!
//! The name of a file gives its form ([`Form`]) and packing ([`Packing`]).

mod error;
mod form;
pub mod read;
mod unpack;
pub mod write;

pub use error::TableError;
pub use form::{Form, Packing};

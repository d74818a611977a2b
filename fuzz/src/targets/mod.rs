//! The targets: what each does with its bytes.

mod artefacts;
mod files;
mod labels;
mod lines;
mod pools;
mod probe;
mod request;
mod tables;
mod tokenizer;

pub use artefacts::{feedback, router_bytes, router_content, static_table};
pub use files::{folder, knowledge, model_list, prompts, published};
pub use labels::{archive, label_forms, labels, parquet};
pub use lines::{card, jsonl};
pub use pools::{model, pool, pool_bundled, prices};
pub use probe::{probe_answer, probe_reply};
pub use request::request;
pub(crate) use tables::KINDS as TABLE_KINDS;
pub use tables::tables;
pub use tokenizer::tokenizer;

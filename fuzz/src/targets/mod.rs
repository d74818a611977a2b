//! The targets: what each does with its bytes.

mod artefacts;
mod files;
mod lines;
mod pools;
mod request;
mod tokenizer;

pub use artefacts::{router_bytes, router_content, static_table};
pub use files::{folder, knowledge, labels, model_list, prompts, published};
pub use lines::{card, jsonl};
pub use pools::{model, pool, pool_bundled, prices};
pub use request::request;
pub use tokenizer::tokenizer;

//! The tokenizers that the estimates are measured against.

use anyhow::{Context, Result, anyhow};
use tiktoken_rs::CoreBPE;
use tokenizers::Tokenizer;
use uniroute::cost::Family;

pub struct Encoding {
    pub family: Family,
    table: Table,
}

enum Table {
    OpenAi(Box<CoreBPE>),
    HuggingFace(Box<Tokenizer>),
}

impl Encoding {
    /// Number of tokens of a text, without special tokens.
    pub fn count(&self, text: &str) -> usize {
        match &self.table {
            Table::OpenAi(table) => table.encode_ordinary(text).len(),
            Table::HuggingFace(table) => table.encode_fast(text, false).map_or(0, |e| e.len()),
        }
    }
}

/// OpenAI's two tokenizers, and those given as `family=tokenizer.json`.
pub fn all(tables: &[String]) -> Result<Vec<Encoding>> {
    let open = |family, table| Encoding {
        family,
        table: Table::OpenAi(Box::new(table)),
    };
    let mut all = vec![
        open(Family::O200k, tiktoken_rs::o200k_base()?),
        open(Family::Cl100k, tiktoken_rs::cl100k_base()?),
    ];
    for given in tables {
        let (name, path) = given.split_once('=').context("--table needs FAMILY=FILE")?;
        let family = Family::named(name).with_context(|| format!("no family is named {name}"))?;
        let table = Tokenizer::from_file(path).map_err(|e| anyhow!("{path}: {e}"))?;
        let table = Table::HuggingFace(Box::new(table));
        all.push(Encoding { family, table });
    }
    Ok(all)
}

//! Exact counts of tokens, for the two tokenizers whose tables were published by their maker.

use anyhow::Result;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tiktoken_rs::CoreBPE;
use uniroute::cost::Family;
use uniroute::pool::Pool;
use uniroute::route::{InputTokens, Request};

/// Counts of longer texts stay estimates, which are close at that length: the regular expression that
/// splits a text into words fails on more than a million spaces in a row.
const LONGEST: usize = 500_000;

/// The tables that a pool's models need. Without a table, all counts stay estimates.
pub struct Tables(Vec<(Family, CoreBPE)>);

impl Tables {
    /// Reads the tables if counts shall be `exact`; this takes a few tenths of a second.
    pub fn of(pool: &Pool, exact: bool) -> Result<Self> {
        let needed = |family| exact && pool.models().iter().any(|m| m.tokenizer == family);
        let mut tables = Vec::new();
        for (family, read) in [
            (
                Family::O200k,
                tiktoken_rs::o200k_base as fn() -> Result<CoreBPE>,
            ),
            (Family::Cl100k, tiktoken_rs::cl100k_base),
        ] {
            if needed(family) {
                tables.push((family, read()?));
            }
        }
        Ok(Self(tables))
    }

    /// The request with this prompt's tokens counted. Counts that the request states take precedence.
    pub fn count<'a>(&self, request: &'a Request, prompt: &str) -> Cow<'a, Request> {
        let given = match &request.input_tokens {
            _ if self.0.is_empty() || prompt.len() > LONGEST => return Cow::Borrowed(request),
            InputTokens::Counted(_) => return Cow::Borrowed(request),
            InputTokens::By(given) => given.clone(),
            InputTokens::Estimated => BTreeMap::new(),
        };
        let counted = self.0.iter().map(|(family, table)| {
            let tokens = table.count_ordinary(prompt) as f64;
            (family.name().to_owned(), tokens)
        });
        let counts = counted.chain(given).collect();
        Cow::Owned(Request {
            input_tokens: InputTokens::By(counts),
            ..request.clone()
        })
    }
}

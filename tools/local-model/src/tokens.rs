//! Text to tokens and back, with the tokenizer inside a GGUF file.

use anyhow::{Context, Result, anyhow, bail};
use candle_core::quantized::{gguf_file::Content, tokenizer::TokenizerFromGguf};
use tokenizers::{
    PreTokenizerWrapper, Tokenizer,
    pre_tokenizers::{byte_level::ByteLevel, digits::Digits, sequence::Sequence},
};

/// A tokenizer with the tokens around a message.
pub struct Tokens {
    tokenizer: Tokenizer,
    start: u32,
    end: u32,
}

impl Tokens {
    /// The tokenizer of a file whose messages stand between `<|im_start|>` and `<|im_end|>`.
    pub fn read(content: &Content) -> Result<Self> {
        let kind = content.metadata.get("tokenizer.ggml.pre");
        let kind = kind
            .and_then(|value| value.to_string().ok())
            .map(String::as_str);
        if kind != Some("smollm") {
            bail!(
                "its tokenizer splits text as {}, only \"smollm\" is known",
                kind.unwrap_or("nothing says")
            );
        }
        let mut tokenizer = Tokenizer::from_gguf(content)?;
        // Each digit is a word; no space is added before the first word.
        let split: [PreTokenizerWrapper; 2] = [
            Digits::new(true).into(),
            ByteLevel::new(false, true, true).into(),
        ];
        tokenizer.with_pre_tokenizer(Some(Sequence::new(split.into())));
        let id = |token: &str| {
            let found = tokenizer.token_to_id(token);
            found.with_context(|| format!("its tokenizer has no {token}"))
        };
        let (start, end) = (id("<|im_start|>")?, id("<|im_end|>")?);
        Ok(Self {
            tokenizer,
            start,
            end,
        })
    }

    /// The conversation, and the beginning of the answer to it.
    pub fn of_messages(&self, messages: &[(String, String)]) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        for (role, text) in messages {
            ids.push(self.start);
            ids.extend(self.of_text(&format!("{role}\n{text}"))?);
            ids.push(self.end);
            ids.extend(self.of_text("\n")?);
        }
        ids.push(self.start);
        ids.extend(self.of_text("assistant\n")?);
        Ok(ids)
    }

    fn of_text(&self, text: &str) -> Result<Vec<u32>> {
        let encoded = self.tokenizer.encode_fast(text, false);
        Ok(encoded.map_err(|e| anyhow!(e))?.get_ids().to_vec())
    }

    /// Whether an answer ends with this token.
    pub fn is_end(&self, token: u32) -> bool {
        token == self.end || token == 0
    }

    /// The text of an answer. Its last letter may be incomplete.
    pub fn text(&self, ids: &[u32]) -> Result<String> {
        self.tokenizer.decode(ids, true).map_err(|e| anyhow!(e))
    }
}

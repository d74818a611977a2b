//! Answers to conversations.

use std::io::{Read, Seek};

use anyhow::{Result, bail};
use candle_core::quantized::gguf_file::Content;

use crate::{llama::Llama, tokens::Tokens};

/// What the model is told first if the conversation does not tell it.
const SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// A model with its tokenizer.
pub struct Model {
    llama: Llama,
    tokens: Tokens,
}

/// The end of an answer.
pub struct Ended {
    pub prompt_tokens: usize,
    pub answer_tokens: usize,
    /// Whether the limit of tokens cut it.
    pub is_cut: bool,
}

impl Model {
    pub fn read(content: &Content, file: &mut (impl Read + Seek)) -> Result<Self> {
        Ok(Self {
            tokens: Tokens::read(content)?,
            llama: Llama::read(content, file)?,
        })
    }

    /// Answers a conversation of roles and texts in at most `most` tokens; `part` gets each further piece of the
    /// answer and returns whether someone still listens.
    pub fn answer(
        &self,
        mut messages: Vec<(String, String)>,
        most: usize,
        mut part: impl FnMut(&str) -> bool,
    ) -> Result<Ended> {
        if messages.first().is_none_or(|(role, _)| role != "system") {
            messages.insert(0, ("system".into(), SYSTEM.into()));
        }
        let prompt = self.tokens.of_messages(&messages)?;
        let room = self.llama.positions.saturating_sub(prompt.len());
        if room == 0 {
            bail!(
                "the conversation has {} tokens, and this model can read {}",
                prompt.len(),
                self.llama.positions
            );
        }
        let mut cache = self.llama.cache();
        let mut answer = Vec::new();
        let mut sent = 0;
        let mut next = self.llama.next(&prompt, &mut cache)?;
        let most = most.min(room);
        let is_cut = loop {
            if self.tokens.is_end(next) {
                break false;
            }
            answer.push(next);
            let text = self.tokens.text(&answer)?;
            // A letter of several tokens is sent once it is whole.
            let whole = text.trim_end_matches('\u{fffd}').len();
            if let Some(piece) = text.get(sent..whole).filter(|piece| !piece.is_empty()) {
                sent = whole;
                if !part(piece) {
                    break true;
                }
            }
            if answer.len() >= most {
                break true;
            }
            next = self.llama.next(&[next], &mut cache)?;
        };
        Ok(Ended {
            prompt_tokens: prompt.len(),
            answer_tokens: answer.len(),
            is_cut,
        })
    }
}

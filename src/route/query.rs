//! What a decision or an estimate needs to know of one prompt.

use super::Placed;
use super::request::Request;
use crate::cost::{Family, Usage};
use crate::pool::Model;

/// A placed prompt with its request, ready for any model.
pub(super) struct Query<'a> {
    pub placed: &'a Placed,
    pub request: &'a Request,
    /// Estimated input tokens by family of tokenizers: there are few families and many models.
    estimated: [f64; Family::ALL.len()],
}

impl<'a> Query<'a> {
    pub fn new(placed: &'a Placed, request: &'a Request) -> Self {
        Self {
            placed,
            request,
            estimated: Family::ALL.map(|family| family.tokens(&placed.token_features)),
        }
    }

    /// Input tokens as the request counts them, else as estimated for the model's tokenizer; output
    /// tokens as the request expects them, else as the pool does.
    #[inline]
    pub fn usage(&self, model: &Model) -> Usage {
        let counted = self.request.input_tokens.of(&model.id, model.tokenizer);
        let (output, output_range) = match self.request.expected_output_tokens {
            Some(expected) => (expected, [expected; 2]),
            None => {
                let expected = model.output_tokens.expected(&self.placed.membership);
                (expected, model.output_tokens.range(expected))
            }
        };
        let (cached, writes) = match &self.request.previous {
            None => (self.request.cached_tokens, false),
            Some(previous) if previous.model == model.id && previous.is_warm() => {
                (previous.cached_tokens, true)
            }
            Some(_) => (0.0, true),
        };
        Usage {
            input: counted.unwrap_or(self.estimated[model.tokenizer as usize]),
            cached,
            writes,
            output,
            output_range,
            reasoning: self.request.reasoning_tokens,
            exact: counted.is_some(),
            tokenizer: model.tokenizer,
        }
    }
}

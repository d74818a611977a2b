//! What a server of OpenAI's chat interface replies, streamed or in one piece.
//!
//! The form of a reply is found from its bytes: servers and proxies name the wrong content type.

mod event;
mod parts;
mod whole;

use event::Events;
pub use parts::{Finish, MAX_REPLY, Reply, ReplyError, Usage, error_of, shown};

/// Reads a reply piece by piece.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: usize,
    whole: Vec<u8>,
    events: Option<Events>,
}

impl Reader {
    /// Adds bytes of the body. Returns whether the first part of the answer has come with them or before.
    ///
    /// # Errors
    /// [`ReplyError`] for a reply that cannot be used, whatever follows.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, ReplyError> {
        self.bytes += bytes.len();
        if self.bytes > MAX_REPLY {
            return Err(ReplyError::TooLong);
        }
        if let Some(events) = &mut self.events {
            return events.push(bytes);
        }
        self.whole.extend_from_slice(bytes);
        if !is_events(&self.whole) {
            return Ok(false);
        }
        let mut events = Events::default();
        let begun = events.push(&std::mem::take(&mut self.whole));
        self.events = Some(events);
        begun
    }

    /// The reply, once the body has ended.
    ///
    /// # Errors
    /// [`ReplyError`] if the reply is not complete.
    pub fn finish(self) -> Result<Reply, ReplyError> {
        match self.events {
            Some(events) => events.finish(),
            None => whole::read(&self.whole),
        }
    }
}

/// Whether a body begins as a stream of events does.
fn is_events(body: &[u8]) -> bool {
    let start = body
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(body)
        .trim_ascii_start();
    [&b"data:"[..], b"event:", b"id:", b"retry:", b":"]
        .iter()
        .any(|s| start.starts_with(s))
}

#[cfg(test)]
mod tests;

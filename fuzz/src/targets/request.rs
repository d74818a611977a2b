//! Requests as programs write them.

use uniroute::route::{RawRequest, Request, route};

use crate::check;
use crate::fixture::{PROMPTS, small, small_pool};

/// A request in JSON: what is accepted decides, and decides as its own numbers say.
pub fn request(data: &[u8]) {
    let Ok(raw) = serde_json::from_slice::<RawRequest>(data) else {
        return;
    };
    let Some(request) = check::accepted(Request::try_from(raw)) else {
        return;
    };
    for prompt in PROMPTS {
        if let Some(decision) = check::accepted(route(small(), small_pool(), prompt, &request)) {
            check::decision(&decision, &request);
        }
    }
}

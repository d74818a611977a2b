//! Where a prompt lies among the clusters, with the tokens of its context.

use super::Placed;
use super::request::Request;
use crate::cost::TokenFeatures;
use crate::router::{Before, Router};

/// Finds where a prompt lies among the router's clusters. `context` is text that is sent along with
/// the prompt; it counts for the cost only.
pub fn place(router: &Router, prompt: &str, context: &str) -> Placed {
    place_batch(router, &[prompt], context).swap_remove(0)
}

/// Places several prompts with the same context; equal to [`place`] on each of them.
pub fn place_batch(router: &Router, prompts: &[&str], context: &str) -> Vec<Placed> {
    place_after(router, prompts, &Before::default(), context)
}

/// Places several prompts, each as the next turn of the conversation that the request tells of: by what the
/// prompt says, and by its `earlier` turns and `answers`. Its context counts for the cost only.
pub fn place_in(router: &Router, prompts: &[&str], request: &Request) -> Vec<Placed> {
    let before = router.before(&request.earlier, &request.answers);
    place_after(router, prompts, &before, &request.context)
}

fn place_after(router: &Router, prompts: &[&str], before: &Before, context: &str) -> Vec<Placed> {
    let embedder = router.embedder();
    let context = match context {
        "" => TokenFeatures::default(),
        context => TokenFeatures::of(context, embedder.count(context)),
    };
    let embedded = embedder.embed_batch(prompts);
    let place = |(embedded, prompt): (&_, &&str)| {
        let placed = router.place_after(embedded, prompt, before);
        Placed {
            token_features: placed.token_features + context,
            ..placed
        }
    };
    embedded.iter().zip(prompts).map(place).collect()
}

//! Where a prompt lies among the clusters, with the tokens of its context.

use super::Placed;
use crate::cost::TokenFeatures;
use crate::router::Router;

/// Finds where a prompt lies among the router's clusters. `context` is text that is sent along with
/// the prompt; it counts for the cost only.
pub fn place(router: &Router, prompt: &str, context: &str) -> Placed {
    place_batch(router, &[prompt], context).swap_remove(0)
}

/// Places several prompts with the same context; equal to [`place`] on each of them.
pub fn place_batch(router: &Router, prompts: &[&str], context: &str) -> Vec<Placed> {
    let embedder = router.embedder();
    let context = match context {
        "" => TokenFeatures::default(),
        context => TokenFeatures::of(context, embedder.count(context)),
    };
    let embedded = embedder.embed_batch(prompts);
    let place = |(embedded, prompt): (&_, &&str)| {
        let placed = router.place(embedded, prompt);
        Placed {
            shape: placed.shape + context,
            ..placed
        }
    };
    embedded.iter().zip(prompts).map(place).collect()
}

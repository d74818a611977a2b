import { byId, h, replace } from "../ui/dom.js";
import { count } from "../ui/format.js";

/**
 * What the page does, how, and how to check that it keeps its word.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountAbout({ store }) {
  const facts = h("dl", { class: "facts" });
  const paper = h(
    "a",
    { href: "https://arxiv.org/abs/2502.08773", rel: "noreferrer" },
    "Universal Model Routing for Efficient LLM Inference",
  );
  replace(
    byId("about"),
    h("h2", {}, "How it decides"),
    h(
      "p",
      {},
      "A prompt becomes a point x in a space where like is near like. There it belongs, in shares Φ(x), to a few of many kinds of prompts. A model h is known by Ψ(h): how often it fails at each kind, estimated from prompts with known outcomes and, where these are few, from how other models fare. What one may expect of it on this very prompt is the error γ = Φ(x)ᵀΨ(h); expected quality is 1 − γ, and the interval says how well Ψ(h) is known. So a model that nobody had when the router was made takes part as soon as its Ψ is there.",
    ),
    h(
      "p",
      {},
      "λ says what quality is worth in money. Of the models that are allowed and can take the prompt, the router picks the one with the least γ + λ · cost: at λ = 0 quality alone counts, at a large λ the price. We show it the other way round, as what one point of quality is worth per 1,000 prompts. A budget, or a floor under quality, is the same choice with a limit in place of a price. The method is UniRoute: ",
      paper,
      " (arXiv 2502.08773).",
    ),
    h("h2", {}, "What it does not know"),
    h(
      "p",
      {},
      "Quality is an expectation over prompts like yours, measured on public benchmarks; it is not a promise for one answer. Prices change, and each pool carries its date. Tokens are estimated. Answers are not read: the router never calls a model.",
    ),
    h("h2", {}, "Privacy, and how to check it"),
    h(
      "p",
      {},
      "Everything is computed on this device. After loading, cut the network and go on; or open the network panel of your browser’s tools and type. The page’s content security policy forbids it to talk to anyone but the host it came from. No cookies. Your choices and your own pool are kept in this browser; the prompt only until you close the tab; batches not at all.",
    ),
    h("h2", {}, "This router"),
    facts,
  );
  store.watch(["router"], ({ router }) => {
    if (!router) return;
    const lines = /** @type {[string, string][]} */ ([
      ["Name", router.id],
      ["Embedder", router.embedder],
      ["Kinds of prompts", count(router.clusters)],
      ["Fitted on", `${count(router.prompts)} prompts of ${router.datasets.join(", ")}`],
      ["SHA-256", router.sha256],
    ]);
    replace(facts, ...lines.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  });
}

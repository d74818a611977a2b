import { byId, h, setChildren } from "../ui/dom.js";
import { count } from "../ui/format.js";

/** @import { App } from "../state/app.js" */

/**
 * What this router is. The rest of the view is text in `index.html`.
 *
 * @param {App} app
 */
export function mountAbout({ store }) {
  const facts = byId("router-facts");
  store.watch(["router"], ({ router }) => {
    if (!router) return;
    const lines = {
      Name: router.id,
      Embedder: router.embedder,
      "Kinds of prompts": count(router.clusters),
      "Fitted on": `${count(router.prompts)} prompts of ${router.datasets.join(", ")}`,
      "SHA-256": router.sha256,
    };
    const cells = Object.entries(lines).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
    setChildren(facts, ...cells);
  });
}

import { isEmpty } from "../state/state.js";
import { meter } from "../ui/bars.js";
import { byId, h, setChildren } from "../ui/dom.js";
import { kindName, percent } from "../ui/format.js";

/** @import { Decision } from "../../uniroute/lib/types.js" */
/** @import { App } from "../state/app.js" */

/**
 * The clusters of the prompt, which the page calls kinds, and how clear they are.
 *
 * @param {App} app
 */
export function mountKinds(app) {
  const verdict = h("p");
  const list = h("ol", { class: "bars" });
  setChildren(byId("kinds"), h("h2", { class: "eyebrow" }, "Kind of prompt"), verdict, list);
  app.store.watch(["explanation", "phase"], ({ explanation, prompt, phase }) => {
    const clusters = explanation?.decision.clusters ?? [];
    const unknown = isEmpty(prompt) && phase === "ready" ? "Type a prompt to see what kind it is." : "";
    verdict.textContent = explanation ? describe(explanation.decision) : unknown;
    const maxWeight = Math.max(...clusters.map(({ weight }) => weight), 1e-9);
    const items = clusters.map(({ id, label, field, weight }) => {
      const title = `Show on the map: ${label}`;
      const click = () => app.showCluster(id);
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "plain", title, click },
          kindName(label, 4),
          field && h("span", { class: "why" }, field),
        ),
        h("span", { class: "figures" }, percent(weight)),
        meter(weight / maxWeight),
      );
    });
    setChildren(list, ...items);
  });
}

/** @param {Decision} decision */
function describe({ clusters, outOfDistribution, unknownWords }) {
  const [first] = clusters;
  if (first === undefined) return "";
  if (unknownWords) return "Most of its words are unknown to the router. The nearest kinds:";
  if (outOfDistribution)
    return "Unlike the prompts that the router was fitted on, or too short to tell. The nearest kinds:";
  const { weight } = first;
  const how = weight > 0.6 ? "Clearly one kind" : weight > 0.3 ? "Mostly one kind" : "A mixture of kinds";
  return `${how}${first.field === null ? ", named by distinctive words" : ""}:`;
}

import { byId, h, replace, style } from "../ui/dom.js";
import { percent, words } from "../ui/format.js";

/**
 * The clusters the prompt fell into: what kind of prompt this seems to be, and how sure that is.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountKinds(app) {
  const root = byId("kinds");
  const verdict = h("p");
  const list = h("ol", { class: "bars" });
  replace(root, h("h2", { class: "eyebrow" }, "Kind of prompt"), verdict, list);
  app.store.watch(["explanation"], ({ explanation }) => {
    const clusters = explanation?.decision.clusters ?? [];
    verdict.textContent = explanation ? sure(explanation.decision) : "";
    const most = Math.max(...clusters.map(({ weight }) => weight), 1e-9);
    replace(
      list,
      ...clusters.map(({ id, label, weight }) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              class: "plain",
              title: `Show on the map: ${label}`,
              click: () => app.showCluster(id),
            },
            words(label, 4),
          ),
          h("span", { class: "figures" }, percent(weight)),
          style(h("span", { class: "meter", "aria-hidden": "true" }), { "--share": weight / most }),
        ),
      ),
    );
  });
}

/** @param {import("../../uniroute/lib/types.js").Decision} decision */
function sure({ clusters, outOfDistribution }) {
  const [first] = clusters;
  if (first === undefined) return "";
  if (outOfDistribution)
    return "Unlike the prompts the router has seen, or too short to tell. These come nearest, by their distinctive words:";
  const weight = first.weight;
  const how =
    weight > 0.6 ? "Clearly of one kind" : weight > 0.3 ? "Mostly of one kind" : "A mixture of several kinds";
  return `${how}. Kinds are named by their distinctive words:`;
}

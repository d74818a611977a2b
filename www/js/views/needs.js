import { byId, h, setChildren } from "../ui/dom.js";
import { name as nameOf } from "../ui/names.js";

/** @import { App } from "../state/app.js" */

/**
 * What the model must be able to do beside text: the capabilities of the pool, each to be switched on.
 *
 * @param {App} app
 */
export function mountNeeds(app) {
  const root = byId("needs");
  app.store.watch(["pool", "need"], ({ pool, need }) => {
    const focused = document.activeElement?.id;
    const models = pool?.models ?? [];
    const all = [...new Set([...models.flatMap(({ capabilities }) => capabilities), ...need])].sort();
    root.hidden = all.length === 0;
    const boxes = all.map((capability, i) => {
      const having = models.filter(({ capabilities }) => capabilities.includes(capability)).length;
      return h(
        "label",
        { class: "chip", title: `${having} of ${models.length} models` },
        h("input", {
          type: "checkbox",
          id: `need-${i}`,
          class: "hidden",
          checked: need.includes(capability),
          change: () => app.toggleNeed(capability),
        }),
        nameOf(capability),
      );
    });
    const text = "Only models with";
    const legend = h("legend", { class: "hidden" }, text);
    setChildren(root, legend, h("span", { class: "quiet", "aria-hidden": "true" }, text), ...boxes);
    if (focused?.startsWith("need-")) document.getElementById(focused)?.focus();
  });
}

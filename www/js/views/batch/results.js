import { byId, h, setChildren } from "../../ui/dom.js";
import { count, percent, usdPerThousand } from "../../ui/format.js";
import { name } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { BatchReport } from "../../../uniroute/lib/types.js" */

/** Rows shown at first; the saved file has all rows. */
const ROWS = 25;

/**
 * The decision for each prompt.
 *
 * @param {App} app
 */
export function mountResults({ batch }) {
  const root = byId("batch-results");
  const more = byId("batch-more");
  let shown = ROWS;
  byId("save-csv").addEventListener("click", () => batch.save("csv"));
  byId("save-json").addEventListener("click", () => batch.save("json"));
  const draw = () => {
    const { report, prompts } = batch.store.state;
    root.hidden = report === null;
    if (report === null) return;
    setChildren(byId("batch-rows"), ...prompts.slice(0, shown).map((prompt, i) => row(prompt, report, i)));
    const isEnd = shown >= prompts.length;
    if (isEnd && more === document.activeElement)
      /** @type {HTMLElement | null} */ (root.querySelector(".scroll"))?.focus();
    more.hidden = isEnd;
    more.textContent = `Show more of ${count(prompts.length)}`;
  };
  more.addEventListener("click", () => {
    shown += ROWS * 8;
    draw();
  });
  batch.store.watch(["report"], draw);
  batch.store.watch(["prompts"], () => (shown = ROWS));
}

/**
 * @param {string} prompt
 * @param {BatchReport} report
 * @param {number} i
 */
function row(prompt, { models, chosen, qualities, costs }, i) {
  const model = models[chosen[i] ?? -1];
  return h(
    "tr",
    {},
    h("td", { class: "clip", dir: "auto" }, prompt),
    h("td", {}, model ? name(model.name) : "none"),
    h("td", { class: "figures" }, model ? percent(qualities[i] ?? 0) : "–"),
    h("td", { class: "figures" }, model ? usdPerThousand(costs[i] ?? 0) : "–"),
  );
}

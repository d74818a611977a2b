import { byId, h, setAttribute, setChildren } from "../../ui/dom.js";
import { plural } from "../../ui/format.js";
import { name, withoutControls } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { PoolInfo } from "../../../uniroute/lib/types.js" */

/**
 * The name and date of the pool, ways to open and save one, and what was assumed of it.
 *
 * @param {App} app
 */
export function mountSummary(app) {
  const box = byId("paste", HTMLTextAreaElement);
  const undo = byId("pool-undo");
  undo.addEventListener("click", () => app.pool.undo());
  byId("pool-save").addEventListener("click", () => app.pool.save());
  byId("paste-use").addEventListener("click", async () => {
    await app.pool.openContent("The pasted text", box.value);
    box.value = "";
  });
  app.store.watch(["pool", "poolName"], ({ pool, poolName }) => {
    const date = pool?.asOf ? `prices as of ${pool.asOf}` : "prices without a date";
    setChildren(byId("pool-title"), name(poolName || "Pool"));
    byId("pool-facts").textContent = pool ? `${plural(pool.models.length, "model")} · ${date}` : "";
    setChildren(byId("pool-notes"), pool && pool.notes.length > 0 && assumptions(pool.notes));
  });
  app.pool.store.watch(["history"], ({ history }) => setAttribute(undo, "disabled", history.length === 0));
}

/** @param {PoolInfo["notes"]} notes */
function assumptions(notes) {
  const items = notes
    .slice(0, 200)
    .map(({ path, message }) => h("li", {}, h("code", {}, path), " ", withoutControls(message)));
  return h(
    "details",
    {},
    h("summary", {}, `${plural(notes.length, "assumption")} about missing values`),
    h("ul", { class: "notes quiet" }, ...items),
  );
}

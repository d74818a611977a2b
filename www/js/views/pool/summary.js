import { SHARED } from "../../state/choices.js";
import { byId, h, setAttribute, setChildren } from "../../ui/dom.js";
import { plural } from "../../ui/format.js";
import { name, withoutControls } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { ModelInfo, PoolInfo } from "../../../uniroute/lib/types.js" */

/**
 * The name of the pool and the dates of its prices, ways to open, rename and save one, and what was assumed of it.
 *
 * @param {App} app
 */
export function mountSummary(app) {
  const box = byId("paste", HTMLTextAreaElement);
  const undo = byId("pool-undo");
  const share = byId("pool-keep");
  undo.addEventListener("click", () => app.pool.undo());
  share.addEventListener("click", () => app.pool.saveShared());
  byId("pool-save").addEventListener("click", () => app.pool.save());
  byId("paste-use").addEventListener("click", async () => {
    await app.pool.openContent("The pasted text", box.value, { kind: "paste", of: "" }, "Pasted pool");
    box.value = "";
  });
  mountRename(app);
  app.store.watch(["pool", "poolName"], ({ pool, poolName }) => {
    setChildren(byId("pool-title"), name(poolName || "Pool"));
    byId("pool-facts").textContent = pool
      ? `${plural(pool.models.length, "model")} · ${pricesAsOf(pool)}`
      : "";
    setChildren(byId("pool-notes"), pool && pool.notes.length > 0 && assumptions(pool.notes));
  });
  const draw = () => {
    const { poolId, pool } = app.store.state;
    const isShared = poolId === SHARED;
    const steps = app.library.get(poolId)?.history.length ?? 0;
    const ended = pool === null || steps === 0;
    // The focus does not stay on a button that can no longer be pressed.
    const { activeElement } = document;
    if ((ended && undo === activeElement) || (!isShared && share === activeElement))
      byId("pool-save").focus();
    share.hidden = !isShared;
    setAttribute(undo, "disabled", ended);
  };
  app.store.watch(["poolId", "pool"], draw);
  app.library.store.watch(["pools"], draw);
}

/**
 * A button that makes a box of the name.
 *
 * @param {App} app
 */
function mountRename(app) {
  const form = byId("pool-rename", HTMLFormElement);
  const box = byId("pool-name", HTMLInputElement);
  const button = byId("pool-rename-open");
  const show = (/** @type {boolean} */ open) => {
    form.hidden = !open;
    button.hidden = open;
  };
  button.addEventListener("click", () => {
    box.value = app.store.state.poolName;
    show(true);
    box.focus();
    box.select();
  });
  const close = () => {
    show(false);
    button.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await app.pool.rename(box.value);
    close();
  });
  form.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  app.store.watch(["poolId"], () => show(false));
}

/**
 * The dates of the prices, from the oldest to the latest.
 *
 * @param {PoolInfo} pool
 */
export function pricesAsOf({ models, asOf }) {
  const hasPrice = (/** @type {ModelInfo} */ { input, output }) => input !== null || output !== null;
  const dates = models.filter(hasPrice).map(({ priced }) => priced ?? asOf ?? "");
  const known = dates.filter(Boolean).sort();
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined) return dates.length > 0 ? "prices without a date" : "no prices";
  const range = first === last ? first : `${first} to ${last}`;
  const without = dates.length - known.length;
  return `prices as of ${range}${without > 0 ? `, ${without} without a date` : ""}`;
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

import { SHARED } from "../../state/choices.js";
import { byId, h, setAttribute, setChildren } from "../../ui/dom.js";
import { onDemand } from "../../ui/on-demand.js";
import { requireStyles } from "../../ui/stylesheet.js";

/** @import { App } from "../../state/app.js" */

/**
 * The choice of the pool at the top of every view, and the ways to another one.
 *
 * @param {App} app
 */
export function mountPoolChoice(app) {
  const select = byId("pools", HTMLSelectElement);
  const file = byId("file", HTMLInputElement);
  select.addEventListener("change", () => app.pool.choose(select.value));
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) await app.pool.openFile(chosen);
    file.value = ""; // so that the same file can be opened again
  });
  mountPickerOnDemand(app);
  const draw = () => {
    const { pools, poolId, poolName, phase } = app.store.state;
    const { unsaved } = app.library.store.state;
    select.disabled = phase !== "ready";
    const own = app.library.pools.map(({ id, name }) => ({
      id,
      name: unsaved.includes(id) ? `${name} (not saved)` : name,
      description: "",
    }));
    const isKnown = [...pools, ...own].some(({ id }) => id === poolId);
    const name = poolId === SHARED ? `${poolName} (shared, not saved)` : poolName;
    const other = isKnown || poolId === "" ? [] : [{ id: poolId, name, description: "" }];
    const options = (/** @type {{ id: string, name: string, description: string }[]} */ list) =>
      list.map((one) => h("option", { value: one.id, title: one.description }, one.name));
    const yours = [...other, ...own];
    setChildren(
      select,
      ...options(pools),
      yours.length > 0 && h("optgroup", { label: "Your pools" }, ...options(yours)),
    );
    select.value = poolId;
  };
  // After a rejected choice, which shows a notice, the select must show the pool in use again.
  app.store.watch(["pools", "poolId", "poolName", "phase", "notice"], draw);
  app.library.store.watch(["pools", "unsaved"], draw);
}

/** @param {App} app */
function mountPickerOnDemand(app) {
  const button = byId("choose-models");
  const load = onDemand(async () => {
    const style = requireStyles("picker.css");
    const { mountPicker } = await import("./picker.js");
    await style;
    return mountPicker(app);
  });
  button.addEventListener("click", () =>
    load().then(
      (open) => open(),
      () =>
        app.showNotice({
          kind: "bad",
          title: "The choice of models could not be loaded",
          message: "One of its files did not arrive. Check the connection and load the page again.",
          action: { name: "Reload", run: () => location.reload() },
        }),
    ),
  );
  app.store.watch(["phase"], ({ phase }) => setAttribute(button, "disabled", phase !== "ready"));
}

import { byId } from "../../ui/dom.js";
import { addStyle, onDemand } from "../../ui/on-demand.js";

/** @import { App } from "../../state/app.js" */

/**
 * Loads the pool view when it is first shown, since the first decision does not need it.
 *
 * @param {App} app
 */
export function mountPoolOnDemand(app) {
  const root = byId("view-pool");
  root.inert = true; // nothing in it works yet
  const load = onDemand(async () => {
    const style = addStyle(new URL("../../../css/pool.css", import.meta.url));
    const { mountPool } = await import("./index.js");
    await style;
    mountPool(app);
    root.inert = false;
  });
  app.store.watch(["view"], ({ view }) => {
    if (view !== "pool") return;
    load().catch(() =>
      app.showNotice({
        kind: "bad",
        title: "The pool view could not be loaded",
        message: "One of its files did not arrive. Check the connection and load the page again.",
        action: { name: "Reload", run: () => location.reload() },
      }),
    );
  });
}

import { modelOfPool } from "../state/usage.js";
import { byId } from "../ui/dom.js";
import { onDemand } from "../ui/on-demand.js";
import { loadStyles } from "../ui/stylesheet.js";

/** @import { App } from "../state/app.js" */

/**
 * What routing saves against the model in use and against the best single one, for one prompt and for a batch. The
 * words, the numbers and the share card are loaded with the first comparison.
 *
 * @param {App} app
 */
export function mountSavings(app) {
  const places = { prompt: byId("savings"), batch: byId("batch-savings") };
  const load = onDemand(() => import("./savings/panel.js"));
  const draw = async () => {
    const { prompt, batch } = app.usage.store.state;
    if (prompt === null && batch === null) return;
    const { panel } = await load();
    await loadStyles("savings.css"); // so that nothing is drawn without it and moves when it has come
    panel(app, "prompt", places.prompt);
    panel(app, "batch", places.batch);
  };
  app.usage.start();
  app.usage.store.watch(["prompt", "batch", "modelInUse", "promptsAMonth"], draw);
  app.store.watch(["pin"], draw);
  app.store.watch(["pool"], ({ pool }) => {
    if (modelOfPool(pool, app.usage.store.state.modelInUse)) void app.usage.refresh();
    void draw();
  });
}

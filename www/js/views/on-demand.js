import { saveBatchText } from "../browser/storage.js";
import { byId } from "../ui/dom.js";
import { onDemand } from "../ui/on-demand.js";
import { requireStyles } from "../ui/stylesheet.js";

/** @import { App } from "../state/app.js" */

/**
 * Loads the views that the first decision does not need when they are first shown.
 *
 * @param {App} app
 */
export function mountOnDemand(app) {
  mountMapLater(app);
  mountLater(app, "batch", async () => (await import("./batch/index.js")).mountBatch);
  mountLater(app, "pool", async () => (await import("./pool/index.js")).mountPool);
  mountLater(app, "conversation", async () => (await import("./conversation/index.js")).mountConversation);
}

/**
 * The map comes after the first decision, like its data.
 *
 * @param {App} app
 */
function mountMapLater(app) {
  const load = onDemand(async () => (await import("./map.js")).mountMap(app));
  // Without it the page has the same kinds as a list.
  app.store.watch(["map"], ({ map }) => map !== null && void load().catch(() => undefined));
}

/** Loads the page again. What was typed for a batch stays. */
function reload() {
  saveBatchText(byId("batch-text", HTMLTextAreaElement).value);
  location.reload();
}

/**
 * @param {App} app
 * @param {import("../state/choices.js").View} view
 * @param {() => Promise<(app: App) => void>} get
 */
function mountLater(app, view, get) {
  const root = byId(`view-${view}`);
  // Nothing in it works yet; but what is typed or chosen for a batch is taken over when its scripts are here.
  root.inert = view !== "batch";
  root.ariaBusy = "true";
  const load = onDemand(async () => {
    const style = requireStyles(`${view}.css`);
    const mount = await get();
    await style;
    mount(app);
    root.inert = false;
    root.ariaBusy = "false";
  });
  /** @type {import("../state/state.js").Notice | null} */
  let shown = null;
  const open = () =>
    load().then(
      () => shown !== null && app.store.state.notice === shown && app.showNotice(null),
      () => {
        // A browser keeps that a script failed until the page is loaded again.
        const again = () => load().then(open, reload);
        shown = {
          kind: "bad",
          title: "This view could not be loaded",
          message: "One of its files did not arrive. Check the connection and try again.",
          action: { name: "Try again", run: again },
        };
        app.showNotice(shown);
      },
    );
  app.store.watch(["view"], ({ view: current }) => current === view && void open());
}

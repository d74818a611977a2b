import { byId, h, setChildren, setProperties } from "../ui/dom.js";
import { size, totalProgress } from "../ui/format.js";

/** @import { App } from "../state/app.js" */

/** The phases of loading, for people. */
const NAMES = {
  wasm: "program",
  router: "router",
  pool: "models",
  weights: "transformer",
  start: "start",
  batch: "batch",
};

/**
 * A bar with the progress of loading, removed when the router is ready.
 *
 * @param {App} app
 */
export function mountLoading({ store }) {
  const root = byId("load");
  const bar = h("div", { class: "bar" });
  const text = h("p", { class: "quiet figures" });
  store.watch(["progress", "phase"], ({ progress, phase }) => {
    if (phase !== "loading") return setChildren(root);
    if (!bar.isConnected) setChildren(root, h("div", { class: "rail" }, bar), text);
    const { loaded, total } = totalProgress(progress);
    setProperties(bar, { "--share": total > 0 ? loaded / total : 0 });
    const pending = Object.values(progress)
      .filter((part) => part.total === null || part.loaded < part.total)
      .map((part) => NAMES[part.phase]);
    text.textContent =
      total > 2 ? `Loading ${pending.join(", ") || "…"} (${size(loaded)} of ${size(total)})` : "Loading…";
  });
}

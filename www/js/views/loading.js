import { byId, h, replace, style } from "../ui/dom.js";
import { size } from "../ui/format.js";

/** What each phase of loading is, to people. */
const NAMES = {
  wasm: "program",
  router: "router",
  pool: "models",
  weights: "transformer",
  start: "start",
  batch: "batch",
};

/**
 * A thin bar with what is being fetched; gone once the router answers.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountLoad({ store }) {
  const root = byId("load");
  const bar = h("div", { class: "bar" });
  const text = h("p", { class: "quiet figures" });
  store.watch(["progress", "phase"], ({ progress, phase }) => {
    if (phase !== "loading") return replace(root);
    if (!bar.isConnected) replace(root, h("div", { class: "rail" }, bar), text);
    const parts = Object.values(progress);
    const loaded = parts.reduce((sum, part) => sum + part.loaded, 0);
    const total = parts.reduce((sum, part) => sum + Math.max(part.total ?? 0, part.loaded), 0);
    style(bar, { "--share": total > 0 ? loaded / total : 0 });
    const waiting = parts
      .filter((part) => part.total === null || part.loaded < part.total)
      .map((part) => NAMES[part.phase]);
    text.textContent =
      total > 2 ? `Loading ${waiting.join(", ") || "…"} (${size(loaded)} of ${size(total)})` : "Loading…";
  });
}

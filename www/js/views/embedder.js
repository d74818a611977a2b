import { byId } from "../ui/dom.js";
import { size, totalProgress } from "../ui/format.js";

/** @import { App } from "../state/app.js" */
/** @import { Embedder } from "../../uniroute/lib/types.js" */

/** @type {Record<Embedder, string>} */
const NAMES = { static: "“Instant”", minilm: "“Transformer”" };

/**
 * The choice of the embedder, the progress of loading it, and why loading failed.
 *
 * @param {App} app
 */
export function mountEmbedder({ embedder: controller, store }) {
  const boxes = [...byId("embedder").querySelectorAll("input")];
  for (const box of boxes) {
    box.addEventListener("change", () => controller.choose(/** @type {Embedder} */ (box.value)));
  }
  byId("embedder-cancel").addEventListener("click", () => {
    controller.cancel();
    boxes.find(({ value }) => value === store.state.embedder)?.focus(); // the button disappears
  });
  const draw = () => {
    const { embedder, phase } = store.state;
    const { loading, progress, problem } = controller.store.state;
    for (const box of boxes) {
      box.checked = box.value === (loading ?? embedder);
      box.disabled = phase !== "ready";
    }
    byId("embedder-loading").hidden = loading === null;
    byId("embedder-problem").textContent = problem && `${problem} ${NAMES[embedder]} is still in use.`;
    if (loading === null) return;
    const { loaded, total } = totalProgress(progress);
    byId("embedder-bar", HTMLProgressElement).value = total > 0 ? loaded / total : 0;
    const bytes = total > 2 ? ` (${size(loaded)} of ${size(total)})` : "…";
    byId("embedder-progress").textContent = `Loading ${NAMES[loading]}${bytes}`;
  };
  store.watch(["embedder", "phase"], draw);
  controller.store.watch(["loading", "progress", "problem"], draw);
}

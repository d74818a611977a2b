import { byId, h, setChildren } from "../ui/dom.js";

/** @import { App } from "../state/app.js" */

/**
 * Files dropped anywhere on the page: prompts on the batch view, a pool on the others.
 *
 * @param {App} app
 */
export function mountFileDrop(app) {
  const veil = byId("drop");
  const hasFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  const isBatch = () => app.store.state.view === "batch";
  let depth = 0; // dragenter and dragleave also fire for every element inside
  addEventListener("dragenter", (event) => {
    if (!hasFile(event)) return;
    depth += 1;
    veil.hidden = false;
    const text = isBatch()
      ? "Drop prompts: .txt, .csv, .tsv, .xlsx, .json or .jsonl"
      : "Drop an LLM profile JSON to route between your own models";
    setChildren(veil, h("p", {}, text));
  });
  addEventListener("dragleave", (event) => {
    if (hasFile(event)) veil.hidden = --depth <= 0;
  });
  addEventListener("dragover", (event) => {
    if (hasFile(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (file) void (isBatch() ? app.batch : app.pool).openFile(file);
  });
}

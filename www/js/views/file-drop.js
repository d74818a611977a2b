import { byId, h, replace } from "../ui/dom.js";

/**
 * A pool may be dropped anywhere on the page; on the batch, prompts.
 *
 * @param {import("../state/app.js").App} app
 */
export function mountDrop(app) {
  const veil = byId("drop");
  const carriesFile = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes("Files") ?? false;
  let depth = 0; // enter and leave also fire for every element passed over
  addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    depth += 1;
    veil.hidden = false;
    replace(
      veil,
      h(
        "p",
        {},
        app.store.now.view === "batch"
          ? "Drop prompts: .txt, .csv, .tsv, .json or .jsonl"
          : "Drop an LLM profile JSON to route among your own models",
      ),
    );
  });
  addEventListener("dragleave", (event) => {
    if (carriesFile(event)) veil.hidden = --depth <= 0;
  });
  addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    if (app.store.now.view === "batch") void app.batch.open(file);
    else void app.pool.open(file);
  });
}

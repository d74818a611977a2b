import { byId } from "../dom.js";

/**
 * A pool may be dropped anywhere on the page.
 *
 * @param {import("../app.js").App} app
 */
export function mountDrop(app) {
  const veil = byId("drop");
  const carriesFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  let depth = 0; // enter and leave also fire for every element passed over
  addEventListener("dragenter", (event) => {
    if (carriesFile(event)) veil.hidden = ++depth === 0;
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
    if (file) void app.openFile(file);
  });
}

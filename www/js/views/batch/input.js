import { byId, h, setAttribute, setChildren } from "../../ui/dom.js";
import { plural } from "../../ui/format.js";
import { name as nameOf } from "../../ui/names.js";

/** @import { App } from "../../state/app.js" */
/** @import { BatchController, BatchState } from "../../state/batch-controller.js" */

/** From this length on, pasted text is treated as a file: browsers take seconds to lay it out in a box. */
const LARGE_PASTE = 50_000;

/**
 * The input: typed or pasted prompts, or a file.
 *
 * @param {App} app
 */
export function mountBatchInput({ batch }) {
  const box = byId("batch-text", HTMLTextAreaElement);
  const picker = byId("batch-file", HTMLInputElement);
  const run = byId("batch-run");
  const bar = byId("batch-progress", HTMLProgressElement);
  box.addEventListener("input", () => batch.setText(box.value));
  box.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length < LARGE_PASTE) return;
    event.preventDefault();
    void batch.openContent("Pasted text", text);
  });
  picker.addEventListener("change", async () => {
    const [file] = picker.files ?? [];
    if (file) await batch.openFile(file);
    picker.value = "";
  });
  run.addEventListener("click", () => (batch.store.state.progress ? batch.cancel() : batch.run()));
  batch.store.watch(["file", "column"], ({ file, column }) => {
    box.hidden = file !== null;
    setChildren(byId("batch-opened"), ...(file ? openedFile(batch, file, column) : []));
  });
  batch.store.watch(["text", "file", "column", "progress", "problem"], ({ progress, problem }) => {
    const prompts = batch.inputPrompts().length;
    run.textContent = progress ? "Cancel" : prompts > 0 ? `Route ${plural(prompts, "prompt")}` : "Route";
    setAttribute(run, "disabled", progress === null && prompts === 0);
    bar.hidden = progress === null;
    if (progress) bar.value = progress.done / Math.max(1, progress.total);
    byId("batch-problem").textContent = problem;
  });
}

/**
 * @param {BatchController} batch
 * @param {NonNullable<BatchState["file"]>} file
 * @param {number} column
 */
function openedFile(batch, { name, table }, column) {
  const { columns, rows } = table;
  const options = columns.map((title, i) => h("option", { value: i, selected: i === column }, title));
  const change = () => batch.setColumn(Number(select.value));
  const select = h("select", { id: "batch-column", change }, ...options);
  const sample = rows.slice(0, 4).map((row) => h("li", { dir: "auto" }, row[column] ?? ""));
  const count = h("span", { class: "quiet" }, ` ${plural(rows.length, "row")} `);
  const close = h("button", { type: "button", click: () => batch.closeFile() }, "Close file");
  return [
    h("p", {}, h("strong", {}, nameOf(name)), count, close),
    columns.length > 1 &&
      h("p", {}, h("label", { for: "batch-column" }, "Prompts are in the column "), select),
    h("ol", { class: "sample quiet", "aria-label": "First prompts" }, ...sample),
  ];
}

import { takeBatchText } from "../../browser/storage.js";
import { byId, setAttribute, setChildren } from "../../ui/dom.js";
import { drawKeepingFocus } from "../../ui/keyboard.js";
import { plural } from "../../ui/format.js";

/** @import { App } from "../../state/app.js" */

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
  const before = takeBatchText();
  box.value ||= before;
  if (box.value) batch.setText(box.value); // what was typed before, or restored after a reload
  box.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length < LARGE_PASTE && !beginsAsJson(text)) return;
    event.preventDefault();
    void batch.openContent("Pasted text", text);
  });
  const openChosen = async () => {
    const [file] = picker.files ?? [];
    if (file) await batch.openFile(file);
    picker.value = "";
  };
  picker.addEventListener("change", openChosen);
  void openChosen(); // a file that was chosen before this module arrived
  run.addEventListener("click", () => (batch.store.state.progress ? batch.cancel() : batch.run()));
  batch.store.watch(["file", "column"], async ({ file }) => {
    box.hidden = file !== null;
    const place = byId("batch-opened");
    if (file === null)
      return drawKeepingFocus(
        place,
        () => setChildren(place),
        () => box,
      );
    const { openedFile } = await import("./opened-file.js");
    const { file: present, column } = batch.store.state;
    if (present === null) return;
    drawKeepingFocus(
      place,
      () => setChildren(place, ...openedFile(batch, present, column)),
      () => place.querySelector("button"),
    );
  });
  batch.store.watch(["text", "file", "column", "progress", "problem"], ({ progress, problem }) => {
    const { length } = batch.input().prompts;
    run.textContent = progress ? "Cancel" : length > 0 ? `Route ${plural(length, "prompt")}` : "Route";
    setAttribute(run, "disabled", progress === null && length === 0);
    bar.hidden = progress === null;
    if (progress) bar.value = progress.done / Math.max(1, progress.total);
    byId("batch-problem").textContent = problem;
  });
}

/**
 * Whether the first line of a text is a JSON object, as in files of requests.
 *
 * @param {string} text
 */
function beginsAsJson(text) {
  const first = text.trimStart().split(/[\r\n]/, 1)[0] ?? "";
  if (!first.startsWith("{")) return false;
  try {
    return typeof JSON.parse(first) === "object";
  } catch {
    return false;
  }
}

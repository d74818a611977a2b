import { UnirouteError } from "../../uniroute/lib/errors.js";
import { saveFile, toCsv } from "../browser/save-file.js";
import { latest } from "./latest.js";
import { pinnedRequest } from "./state.js";
import { Store } from "./store.js";

/** @import { BatchReport, PromptTable } from "../../uniroute/lib/types.js" */
/** @import { App } from "./app.js" */

/**
 * @typedef {object} BatchState
 * @property {string} text pasted or typed prompts
 * @property {{ name: string, table: PromptTable } | null} file an opened file, which replaces the text
 * @property {number} column of the file
 * @property {string[]} prompts of the report
 * @property {{ done: number, total: number } | null} progress null if no batch is running
 * @property {BatchReport | null} report
 * @property {string} problem
 */

/** @type {BatchState} */
const INITIAL = { text: "", file: null, column: 0, prompts: [], progress: null, report: null, problem: "" };

/** Many prompts at once: the input, the progress and the report. */
export class BatchController {
  /** @type {Store<BatchState>} */
  store = new Store(INITIAL);
  #app;
  /** @type {AbortController | null} */
  #abort = null;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /** The prompts of the present input. */
  inputPrompts() {
    const { text, file, column } = this.store.state;
    const cells = file ? file.table.rows.map((row) => row[column] ?? "") : text.split(/\r\n|\r|\n/);
    return cells.map((cell) => cell.trim()).filter(Boolean);
  }

  /** @param {string} text */
  setText(text) {
    this.store.set({ text, problem: "" });
  }

  /** @param {File} file */
  async openFile(file) {
    await this.openContent(file.name, new Uint8Array(await file.arrayBuffer()));
  }

  /**
   * @param {string} name its extension is the format
   * @param {string | Uint8Array} content
   */
  async openContent(name, content) {
    const { router } = this.#app;
    if (router === null) {
      this.store.set({ problem: `${name} cannot be read before the router is loaded. Wait a moment.` });
      return;
    }
    try {
      const table = await router.readPrompts(name, content);
      this.store.set({ file: { name, table }, column: table.column, problem: "" });
    } catch (thrown) {
      this.store.set({ problem: UnirouteError.from(thrown).message });
    }
  }

  closeFile() {
    this.store.set({ file: null, problem: "" });
  }

  /** @param {number} column */
  setColumn(column) {
    this.store.set({ column });
  }

  /** Routes all prompts of the input. */
  async run() {
    const prompts = this.inputPrompts();
    const { router } = this.#app;
    if (router === null || prompts.length === 0) return;
    this.#abort = new AbortController();
    const onProgress = (/** @type {number} */ done, /** @type {number} */ total) =>
      this.store.set({ progress: { done, total } });
    this.store.set({ progress: { done: 0, total: prompts.length }, report: null, problem: "" });
    try {
      await router.openBatch(prompts, onProgress, this.#abort.signal);
      this.store.set({ prompts });
      await this.#report();
    } catch (thrown) {
      const { code, message } = UnirouteError.from(thrown);
      this.store.set({ prompts: [], problem: code === "aborted" ? "Cancelled." : message });
    } finally {
      this.#abort = null;
      this.store.set({ progress: null });
    }
  }

  cancel() {
    this.#abort?.abort();
  }

  /** Removes the report, since a new router does not have the batch. The input stays. */
  reset() {
    this.cancel();
    this.store.set({ prompts: [], report: null });
  }

  /** Updates the report, if there is one, after the choices changed. */
  update() {
    const { prompts, progress } = this.store.state;
    if (prompts.length > 0 && progress === null) void this.#report();
  }

  #report = latest(async () => {
    try {
      const report = (await this.#app.router?.report(pinnedRequest(this.#app.store.state))) ?? null;
      this.store.set({ report, problem: "" });
    } catch (thrown) {
      this.store.set({ report: null, problem: UnirouteError.from(thrown).message });
    }
  });

  /** @param {"csv" | "json"} format */
  save(format) {
    const { report, prompts } = this.store.state;
    if (report === null) return;
    const rows = prompts.map((prompt, i) => {
      const model = report.models[report.chosen[i] ?? -1];
      if (!model) return { prompt, model: null, quality: null, cost: null };
      return { prompt, model: model.id, quality: report.qualities[i] ?? 0, cost: report.costs[i] ?? 0 };
    });
    if (format === "json") {
      const json = JSON.stringify({ routed: report.routed, prompts: rows }, null, 1);
      return saveFile("uniroute-batch.json", "application/json", `${json}\n`);
    }
    const header = ["prompt", "model", "expected_quality", "cost_usd"];
    const cells = rows.map(({ prompt, model, quality, cost }) => [
      prompt,
      model ?? "",
      quality ?? "",
      cost ?? "",
    ]);
    saveFile("uniroute-batch.csv", "text/csv", toCsv([header, ...cells]));
  }
}
